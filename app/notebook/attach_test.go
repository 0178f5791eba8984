package notebook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/app/casework"
	"wherry/app/media"
	"wherry/storage/blob"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// place is what must never be found on the disk, nor in what is given out.
const place51 = "CANARY-52.6283N-1.2967E"

// photo is a JPEG whose Exif holds a place.
func photo(t testing.TB, shade uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for i := range img.Pix {
		img.Pix[i] = shade + uint8(i%7)
	}
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08" + "\x00\x01" + "\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x1a" + "\x00\x00\x00\x00")
	exif = append(exif, "\x00\x01"+"\x00\x01\x00\x02\x00\x00\x00\x17\x00\x00\x00\x2c"+"\x00\x00\x00\x00"+place51...)
	out := append(bytes.Clone(b.Bytes()[:2]), 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2))
	return append(append(out, exif...), b.Bytes()[2:]...)
}

// oneChild is a notebook with one child and one note about her.
func oneChild(t *testing.T) (n *Notebook, dir, note string) {
	t.Helper()
	n, dir = create(t)
	if _, err := n.AddChild(context.Background(), map[string]string{"ref": "NCC-1", "name": "Ruby Ash"}); err != nil {
		t.Fatal(err)
	}
	ack, err := n.Record(context.Background(), []byte(`{"kind":"note","children":["NCC-1"],"occurred":"2026-11-19T16:05:00Z","shared":"Saw the bedroom."}`), "note")
	if err != nil {
		t.Fatal(err)
	}
	return n, dir, ack.Entries[0].ID.String()
}

// inFolder reports whether any file under dir holds the bytes.
func inFolder(t *testing.T, dir string, want []byte) bool {
	t.Helper()
	found, looked := false, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		looked += len(b)
		found = found || bytes.Contains(b, want)
		return err
	})
	if err != nil || looked == 0 {
		t.Fatal("nothing was looked at", err)
	}
	return found
}

func blobFiles(t *testing.T, n *Notebook) []blob.Info {
	t.Helper()
	list, err := n.blobs().List()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAttachPhoto(t *testing.T) {
	ctx := context.Background()
	n, dir, note := oneChild(t)
	raw := photo(t, 90)
	ack, err := n.Attach(ctx, note, `C:\Users\Amina\bed room.jpg`, bytes.NewReader(raw), AttachOptions{Caption: "The zebra bedroom"})
	if err != nil {
		t.Fatal(err)
	}
	if ack.Duplicate || !slices.Contains(ack.Cleaned, media.Place) || ack.Blob.IsZero() {
		t.Errorf("%+v", ack)
	}
	look := func(n *Notebook) {
		t.Helper()
		rows, err := n.Attachments(ctx, "NCC-1")
		if err != nil || len(rows) != 1 {
			t.Fatal(len(rows), err)
		}
		r := rows[0]
		if r.ID != ack.ID || r.Name != "bed room.jpg" || r.Media != media.JPEG || r.Target != note || !r.Here || r.Caption != "The zebra bedroom" || len(r.Thumb) == 0 || r.Ref != "NCC-1" {
			t.Errorf("%+v", r)
		}
		f, _, err := n.OpenAttachment(ctx, ack.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got, err := io.ReadAll(f)
		if err != nil || int64(len(got)) != ack.Size || record.ID(sha256.Sum256(got)) != ack.SHA256 {
			t.Error("not read back", err)
		}
		if bytes.Contains(got, []byte(place51)) || bytes.Contains(r.Thumb, []byte("Exif")) {
			t.Error("the place is still in the photo")
		}
		if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil {
			t.Error("no photo any more:", err)
		}
		_, cf, err := n.CaseFile(ctx, "NCC-1")
		if err != nil {
			t.Fatal(err)
		}
		e, ok := cf.Entry(note)
		if _, alone := cf.Entry(ack.ID.String()); !ok || alone || len(e.Attachments) != 1 || e.Attachments[0].ID != ack.ID.String() {
			t.Error("not shown with its note")
		}
		hits, err := n.Search(ctx, "zebra", "", 5, false)
		if err != nil || len(hits) != 1 || hits[0].Entry != ack.ID {
			t.Error("not found by its caption", hits, err)
		}
	}
	look(n)
	for _, secret := range []string{place51, "zebra", "bed room.jpg"} {
		if inFolder(t, dir, []byte(secret)) {
			t.Errorf("%q is on the disk in clear", secret)
		}
	}
	n = reopen(t, n, dir)
	look(n)

	// The same bytes at the same place are there already; elsewhere in the case
	// they share the file.
	again, err := n.Attach(ctx, note, "x.jpg", bytes.NewReader(raw), AttachOptions{})
	if err != nil || !again.Duplicate || again.ID != ack.ID {
		t.Errorf("%+v %v", again, err)
	}
	whole, err := n.Attach(ctx, "NCC-1", "x.jpg", bytes.NewReader(raw), AttachOptions{})
	if err != nil || !whole.Duplicate || whole.ID == ack.ID || whole.Blob != ack.Blob {
		t.Errorf("%+v %v", whole, err)
	}
	if l := blobFiles(t, n); len(l) != 1 {
		t.Errorf("%d files for one photo", len(l))
	}
	// Another child's record gets a file of its own: the folder must not show
	// that two records hold the same photo.
	if _, err := n.AddChild(ctx, map[string]string{"ref": "NCC-2", "name": "Tom Elm"}); err != nil {
		t.Fatal(err)
	}
	other, err := n.Attach(ctx, "NCC-2", "x.jpg", bytes.NewReader(raw), AttachOptions{})
	if err != nil || other.Duplicate || other.Blob == ack.Blob || other.SHA256 != ack.SHA256 {
		t.Errorf("%+v %v", other, err)
	}
	row, _, err := n.find(ctx, ack.ID)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := record.Parse(row.Entry); err != nil || !slices.Equal(e.Header().Blobs, []record.ID{ack.Blob}) {
		t.Error("the header does not name the blob", err)
	}
}

func TestSaveAttachment(t *testing.T) {
	ctx := context.Background()
	n, dir, note := oneChild(t)
	ack, err := n.Attach(ctx, note, "letter.txt", strings.NewReader("CANARY letter"), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.txt")
	res, err := n.SaveAttachment(ctx, ack.ID.String(), path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b) != "CANARY letter" {
		t.Error(string(b), err)
	}
	if st, _ := os.Stat(path); st.Mode().Perm() != 0o600 {
		t.Error("others can read the copy:", st.Mode())
	}
	d, err := n.Entry(ctx, res.Audit.String())
	if err != nil || d.Kind != casework.KindExport {
		t.Error("not audited", err)
	}
	if _, err := n.SaveAttachment(ctx, ack.ID.String(), path); !errors.Is(err, ErrExists) {
		t.Error("wrote over a file:", err)
	}
	if _, err := n.SaveAttachment(ctx, note, path+"2"); !errors.Is(err, ErrNotFound) {
		t.Error("a note is no attachment:", err)
	}
	if inFolder(t, dir, []byte("CANARY letter")) {
		t.Error("plaintext in the folder")
	}
}

// TestDamagedAttachment: one flipped byte costs that attachment only.
func TestDamagedAttachment(t *testing.T) {
	ctx := context.Background()
	n, _, note := oneChild(t)
	first, err := n.Attach(ctx, note, "a.jpg", bytes.NewReader(photo(t, 10)), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := n.Attach(ctx, note, "b.jpg", bytes.NewReader(photo(t, 60)), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	path := n.blobs().Path(first.Blob)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err = n.OpenAttachment(ctx, first.ID.String())
	if p := Explain(err); p.Code != "attachment_damaged" || p.Exit != ExitDamaged {
		t.Error(err)
	}
	if _, err := n.SaveAttachment(ctx, first.ID.String(), filepath.Join(t.TempDir(), "x")); !errors.Is(err, blob.ErrDamaged) {
		t.Error(err)
	}
	f, _, err := n.OpenAttachment(ctx, second.ID.String())
	if err != nil {
		t.Fatal("the other one is lost too:", err)
	}
	f.Close()
	if part := checkBlob(t, n, first.ID); part == nil || part.Reason != ReasonBlobDamaged || part.Entry != first.ID || part.Case.IsZero() {
		t.Errorf("%+v", part)
	}
	if part := checkBlob(t, n, second.ID); part != nil {
		t.Errorf("%+v", part)
	}
	// Attached again, it is sealed anew: a damaged file is no twin.
	again, err := n.Attach(ctx, "NCC-1", "a.jpg", bytes.NewReader(photo(t, 10)), AttachOptions{})
	if err != nil || again.Duplicate || again.Blob == first.Blob {
		t.Errorf("%+v %v", again, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.OpenAttachment(ctx, first.ID.String()); !errors.Is(err, ErrAttachmentMissing) {
		t.Error(err)
	}
	if part := checkBlob(t, n, first.ID); part == nil || part.Reason != ReasonBlobMissing {
		t.Errorf("%+v", part)
	}
	rows, err := n.Attachments(ctx, "NCC-1")
	if err != nil || len(rows) != 3 || rows[0].Here || !rows[1].Here {
		t.Error(rows, err)
	}
}

func checkBlob(t *testing.T, n *Notebook, id record.ID) *DamagedPart {
	t.Helper()
	row, _, err := n.find(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	e, err := record.Parse(row.Entry)
	if err != nil {
		t.Fatal(err)
	}
	in, err := n.openEntry(e)
	if err != nil {
		t.Fatal(err)
	}
	return n.verifyBlob(context.Background(), e, in, row.Own)
}

func TestAttachRefusals(t *testing.T) {
	ctx := context.Background()
	n, _, note := oneChild(t)
	broken := photo(t, 1)[:100]
	for name, try := range map[string]struct {
		target, name string
		r            io.Reader
		code         string
	}{
		"no such entry": {strings.Repeat("0", 64), "a", strings.NewReader("x"), "not_found"},
		"cut photo":     {note, "a.jpg", bytes.NewReader(broken), "not_cleaned"},
		"no name":       {note, "/", strings.NewReader("x"), casework.CodeMissing},
		"too large":     {note, "a", io.LimitReader(zeroReader{}, blob.MaxSize+1), "attachment_too_large"},
	} {
		_, err := n.Attach(ctx, try.target, try.name, try.r, AttachOptions{})
		if p := Explain(err); p.Code != try.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l := blobFiles(t, n); len(l) != 0 {
		t.Errorf("%d files of what was refused", len(l))
	}
	if p, _ := n.blobs().Partials(); len(p) != 0 {
		t.Errorf("%d unfinished files of what was refused", len(p))
	}
	n.cfg.MinFree = 1 << 62
	if _, err := n.Attach(ctx, note, "a", strings.NewReader("x"), AttachOptions{}); Explain(err).Code != "storage_full" || n.readOnly {
		t.Error(err)
	}
	n.readOnly = true
	if _, err := n.Attach(ctx, note, "a", strings.NewReader("x"), AttachOptions{}); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// wave is a recording of noise.
func wave(size int) []byte {
	b := make([]byte, size)
	copy(b, "RIFF....WAVEfmt ")
	for i := 16; i < size; i++ {
		b[i] = byte(i * i >> 7)
	}
	return b
}

// stopReader stops the person's context part of the way.
type stopReader struct {
	r    io.Reader
	left int
	stop func()
}

func (s *stopReader) Read(p []byte) (int, error) {
	if s.left -= len(p); s.left < 0 {
		s.stop()
	}
	return s.r.Read(p)
}

// TestResumedAttachment: a long recording whose attaching was stopped is gone on
// with, by the same file only, and nothing waits afterwards.
func TestResumedAttachment(t *testing.T) {
	n, dir, note := oneChild(t)
	sound := wave(12 << 20)
	ctx, stop := context.WithCancel(context.Background())
	_, err := n.Attach(ctx, note, "talk.wav", &stopReader{bytes.NewReader(sound), 9 << 20, stop}, AttachOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	parts, err := n.blobs().Partials()
	if err != nil || len(parts) != 1 || parts[0].Size < 8<<20 {
		t.Fatal(parts, err)
	}
	n = reopen(t, n, dir)
	n.sweepBlobs() // a day has not passed by the clock of the disk's files
	ctx = context.Background()
	c, _ := n.lookup("NCC-1")
	other := bytes.Clone(sound)
	other[5<<20] ^= 1
	resume := func(id record.ID, r io.ReadSeeker) *pendingBlob {
		t.Helper()
		w, err := n.resumeBlob(ctx, id, r)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if w := resume(c.ID, bytes.NewReader(other)); w != nil {
		t.Error("goes on with another recording")
	}
	if w := resume(record.ID{9}, bytes.NewReader(sound)); w != nil {
		t.Error("goes on in another case")
	}
	w := resume(c.ID, bytes.NewReader(sound))
	if w == nil || w.skip < 8<<20 {
		t.Fatal("does not go on")
	}
	w.Keep()
	ack, err := n.Attach(ctx, note, "talk.wav", bytes.NewReader(sound), AttachOptions{})
	if err != nil || ack.SHA256 != record.ID(sha256.Sum256(sound)) {
		t.Fatal(err)
	}
	f, _, err := n.OpenAttachment(ctx, ack.ID.String())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, sound) {
		t.Error("not read back", err)
	}
	ents, err := os.ReadDir(blobDir(dir))
	if err != nil || len(ents) != 1 {
		t.Error("something waits on", ents, err)
	}
}

// TestSweep: what nothing names goes after a day; what an entry or a draft
// names stays; nothing goes while the notebook is damaged.
func TestSweepBlobs(t *testing.T) {
	ctx := context.Background()
	n, _, note := oneChild(t)
	ack, err := n.Attach(ctx, note, "a", strings.NewReader("kept"), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	draft := saveNote(t, n, "NCC-1")
	staged, err := n.Stage(ctx, draft, "NCC-1", "b", strings.NewReader("staged"), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	orphan := func() record.ID {
		w, err := n.blobs().Create(ctx, seal.Key{7})
		if err != nil {
			t.Fatal(err)
		}
		ref, err := w.Commit()
		if err != nil {
			t.Fatal(err)
		}
		return ref.ID
	}
	old, young := orphan(), orphan()
	age := func(id record.ID, d time.Duration) {
		at := testNow.Add(-d)
		if err := os.Chtimes(n.blobs().Path(id), at, at); err != nil {
			t.Fatal(err)
		}
	}
	stagedID, _ := record.ParseID(staged.Blob)
	age(old, 25*time.Hour)
	age(young, time.Hour)
	age(ack.Blob, 48*time.Hour) // as after a restored backup
	age(stagedID, 48*time.Hour)
	n.damage = append(n.damage, journal.Damage{File: "journal"})
	n.sweepBlobs()
	if l := blobFiles(t, n); len(l) != 4 {
		t.Error("swept while damaged:", len(l))
	}
	n.damage = nil
	n.sweepBlobs()
	for id, want := range map[record.ID]bool{old: false, young: true, ack.Blob: true, stagedID: true} {
		if _, ok := n.blobs().Has(id); ok != want {
			t.Errorf("%s: here %v, want %v", id.Short(), ok, want)
		}
	}
	if st, err := os.Stat(n.blobs().Path(ack.Blob)); err != nil || !st.ModTime().Equal(namedTime) {
		t.Error("a named one is looked for again at every opening", err)
	}
}
