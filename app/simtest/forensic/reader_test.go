package forensic_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/fxamacker/cbor/v2"

	"wherry/app/simtest/crash/rig"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// A reader has a copy of a notebook's folder and its passphrase, and opens
// everything that they open: frames, rows in every version that the database
// still has, the key box, drafts, blobs and every small sealed file. A file
// that it does not know fails the test: nobody then knows what is in it.
type reader struct {
	t       testing.TB
	dir     string
	key     seal.Key
	id      record.ID // of the notebook
	cases   map[[2]record.ID]seal.Key
	keys    []seal.Key
	blobs   map[record.ID]seal.Key // as entries and drafts name them
	chunks  []chunk
	bodies  map[record.ID]int // sealed bodies in the journal, by case
	entries map[record.ID]int // entries in the journal, by case
}

// chunk is something readable, and where it was found.
type chunk struct {
	where string
	text  []byte // in lower case
}

// inIndex is where words stand without what they share with the word before.
const inIndex = "index"

func read(t testing.TB, dir string) *reader {
	t.Helper()
	pass, err := seal.NormalisePassphrase([]byte(rig.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	u, err := seal.ReadKeyFile(dir, pass)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, dir: dir, key: u.Key, id: u.Notebook, cases: map[[2]record.ID]seal.Key{}, blobs: map[record.ID]seal.Key{}, bodies: map[record.ID]int{}, entries: map[record.ID]int{}}
	r.box("box.A")
	r.box("box.B")
	r.journal()
	r.view(filepath.Join(dir, "view"))
	r.files("drafts") // they name blobs
	r.files("")
	return r
}

func (r *reader) add(where string, text []byte) {
	r.chunks = append(r.chunks, chunk{where, bytes.ToLower(text)})
}

// find lists where a text is.
func (r *reader) find(text string) (places []string) {
	for _, c := range r.chunks {
		look := text
		if c.where == inIndex {
			look = text[len(text)/3:]
		}
		if bytes.Contains(c.text, []byte(look)) && !slices.Contains(places, c.where) {
			places = append(places, c.where)
		}
	}
	return places
}

// box opens every record of a copy of the key box (docs/formats/seal.md).
func (r *reader) box(name string) {
	b, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.t.Fatal(err)
	}
	key := r.key.Derive("box")
	n, at := binary.BigEndian.Uint32(b[14:]), 18
	for range n {
		kind, size := b[at], int(binary.BigEndian.Uint32(b[at+33:]))
		aad := append([]byte("WHB1"), b[at:at+33]...)
		plain, err := seal.Open(key, aad, b[at+37:at+37+size])
		if err != nil {
			r.t.Fatalf("%s: a record does not open", name)
		}
		r.add(name, plain)
		if kind == 1 {
			k := seal.Key(plain[64:96])
			r.cases[[2]record.ID{record.ID(plain[:32]), record.ID(plain[32:64])}] = k
			r.keys = append(r.keys, k)
		}
		at += 37 + size
	}
}

// journal reads every frame, every item of it as it is, and every entry inside
// with whatever key the box has.
func (r *reader) journal() {
	j, rep, err := journal.Open(filepath.Join(r.dir, "journal"), r.key.Derive("journal"), journal.Options{ReadOnly: true, MustExist: true})
	if err != nil {
		r.t.Fatal(err)
	}
	defer j.Close()
	if len(rep.Damaged) > 0 {
		r.t.Fatalf("the journal is damaged: %+v", rep.Damaged)
	}
	frames := 0
	err = j.Replay(r.t.Context(), 0, func(f journal.Frame) error {
		frames++
		for _, it := range f.Items {
			r.add("journal", it.Data)
			var v any
			if err := cbor.Unmarshal(it.Data, &v); err != nil {
				return err
			}
			r.walk(v)
		}
		return nil
	})
	if err != nil || frames == 0 {
		r.t.Fatalf("%d frames: %v", frames, err)
	}
}

// walk looks for entries wherever bytes are.
func (r *reader) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			r.walk(x)
		}
	case []byte:
		if e, err := record.Parse(v); err == nil {
			r.entry("journal, an entry", e)
		}
	}
}

func (r *reader) entry(where string, e *record.Entry) {
	h := e.Header()
	r.entries[h.Case]++
	if h.Class != record.Content && h.Class != record.ReceiptClass || !e.HasBody() {
		return
	}
	r.bodies[h.Case]++
	for _, k := range r.keys {
		if plain, err := seal.OpenPayload(k, h.AAD(), e.Body()); err == nil {
			r.add(where, plain)
			var in []any
			if cbor.Unmarshal(plain, &in) == nil && len(in) == 5 {
				payload, _ := in[4].([]byte)
				r.named(payload)
			}
		}
	}
}

// named notes the blob that an attachment's payload names.
func (r *reader) named(payload []byte) {
	var a struct {
		Blob string
		Key  []byte
	}
	if json.Unmarshal(payload, &a) != nil || len(a.Key) != len(seal.Key{}) {
		return
	}
	if id, err := record.ParseID(a.Blob); err == nil {
		r.blobs[id] = seal.Key(a.Key)
	}
}

// view opens every version of every row, deleted ones too. A folder without a
// database is no view.
func (r *reader) view(dir string) {
	sealed, err := os.ReadFile(filepath.Join(dir, "view.seal"))
	if err != nil {
		r.t.Fatalf("a view that was not closed in order cannot be read here: %v", err)
	}
	schema := uint16(binary.BigEndian.Uint64(sealed[8:]))
	copied := filepath.Join(r.t.TempDir(), "db")
	rig.Copy(r.t, filepath.Join(dir, "db"), copied)
	db, err := badger.Open(badger.DefaultOptions(copied).WithExternalMagic(schema).WithLogger(nil).WithNumCompactors(0))
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	cells := seal.NewCell(r.key.Derive("view").Derive("view/cells").Derive("view", sealed[56:72]))
	rows := 0
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{AllVersions: true, PrefetchValues: true, PrefetchSize: 100})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			b, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			if len(b) == 0 {
				continue
			}
			plain, err := cells.Open(it.Item().KeyCopy(nil), b)
			if err != nil {
				return err
			}
			rows++
			r.add("view", plain)
			var v any
			if cbor.Unmarshal(plain, &v) == nil {
				r.rowEntries(v)
			}
		}
		return nil
	})
	if err != nil || rows == 0 {
		r.t.Fatalf("%d rows: %v", rows, err)
	}
}

func (r *reader) rowEntries(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			r.rowEntries(x)
		}
	case []byte:
		if e, err := record.Parse(v); err == nil && e.HasBody() {
			for _, k := range r.keys {
				if plain, err := seal.OpenPayload(k, e.Header().AAD(), e.Body()); err == nil {
					r.add("view, an entry", plain)
				}
			}
		}
	}
}

// files opens all else. Names are looked at too.
func (r *reader) files(below string) {
	if _, err := os.Lstat(filepath.Join(r.dir, below)); err != nil {
		return
	}
	err := filepath.WalkDir(filepath.Join(r.dir, below), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(r.dir, path)
		if err != nil || d.IsDir() {
			return err
		}
		rel = filepath.ToSlash(rel)
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r.add("a file name", []byte(rel))
		r.add("bytes of "+rel, b)
		return r.file(rel, b)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// small are the files that hold one sealed blob: under which key and what it is
// bound to.
func (r *reader) small(rel string) (label string, aad []byte, ok bool) {
	switch rel {
	case "briefs.sealed":
		return "briefs", []byte("wherry-briefs-1"), true
	case "settings.sealed":
		return "settings", r.id[:], true
	case "backups.sealed":
		return "backups", r.id[:], true
	case "backupseen.sealed":
		return "backupseen", r.id[:], true
	case "index/keys.sealed":
		return "index", []byte("wherry-index-keys-1"), true
	}
	return "", nil, false
}

func (r *reader) file(rel string, b []byte) error {
	dir, name, _ := strings.Cut(rel, "/")
	if label, aad, ok := r.small(rel); ok {
		plain, err := seal.Open(r.key.Derive(label), aad, b)
		if err == nil {
			r.add(rel, plain)
		}
		return err
	}
	switch {
	case rel == "lock" || rel == "journal/lock" || rel == "attempts", strings.HasPrefix(rel, "key."), strings.HasPrefix(rel, "box."):
		return nil // nothing sealed, or read already
	case dir == "journal" && (strings.HasSuffix(name, ".wj") || strings.HasPrefix(name, "mark.") || name == "reserve"):
		return nil
	case dir == "view":
		return nil
	case rel == "index.sealed", dir == "index":
		return r.index(rel, name, b)
	case dir == "drafts":
		return r.draft(rel, b)
	case dir == "blobs":
		return r.blob(name)
	case dir == "quarantine", dir == "before-upgrade", strings.HasPrefix(rel, "journal/quarantine/"):
		r.add("a copy of what was", []byte(rel))
		return nil
	}
	return errors.New("a file that this test cannot open: " + rel)
}

func (r *reader) draft(rel string, b []byte) error {
	name := strings.TrimSuffix(filepath.Base(rel), ".wd")
	id, err := record.ParseID(name)
	if err != nil {
		return err
	}
	var f struct {
		_     struct{} `cbor:",toarray"`
		Magic string
		Key   []byte
		Body  []byte
	}
	if err := record.Decode(b, &f); err != nil {
		return err
	}
	key, err := seal.Open(r.key.Derive("draft"), id[:], f.Key)
	if err != nil {
		return err
	}
	plain, err := seal.OpenPayload(seal.Key(key), id[:], f.Body)
	if err != nil {
		return err
	}
	r.add("drafts", plain)
	var d struct{ Staged []json.RawMessage }
	if err := json.Unmarshal(plain, &d); err != nil {
		return err
	}
	for _, a := range d.Staged {
		r.named(a)
	}
	return nil
}
