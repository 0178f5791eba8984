package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// The frozen journals are written once per format version, with -freeze, and
// never again: a program that cannot read them has broken the format.
var freeze = flag.Bool("freeze", false, "write testdata anew (only when the format gets a new version)")

var (
	frozenKey      = seal.Key(bytes.Repeat([]byte{0x42}, 32))
	frozenNotebook = record.ID(bytes.Repeat([]byte{0x17}, 32))
)

const frozenFolder = "testdata/journal-v1"

// vector is one frozen journal, sound or hostile, and what must be made of it.
type vector struct {
	Name  string
	Files map[string]string // hexadecimal
	Error string            // the exact refusal, if the folder is refused
	Want  Report
	Holds map[uint64]string // each readable frame's items, as CBOR in hexadecimal
}

func (v vector) load(t testing.TB) *shadowFS {
	fsys := newShadow()
	for name, text := range v.Files {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		fsys.put(testDir+"/"+name, raw)
	}
	return fsys
}

// read fills in what this program makes of the files.
func (v vector) read(t testing.TB) vector {
	fsys := v.load(t)
	out := vector{Name: v.Name, Files: v.Files}
	r, err := check(fsys, testDir, frozenKey)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Want, out.Holds = *r, map[uint64]string{}
	j, _, err := Open(testDir, frozenKey, Options{FS: fsys, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, seg := range j.segs {
		for _, f := range seg.frames {
			if got, err := j.Read(bg, f.seq); err == nil {
				out.Holds[f.seq] = hex.EncodeToString(encodeItems(got.Items))
			} else if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
		}
	}
	return out
}

func TestFrozenVectors(t *testing.T) {
	if *freeze {
		writeVectors(t)
	}
	raw, err := os.ReadFile("testdata/hostile.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 18 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		if diff := cmp.Diff(v, v.read(t)); diff != "" {
			t.Errorf("%s:\n%s", v.Name, diff)
		}
	}
}

// The sound folder opens, says what it said when it was written, and every
// byte of it that is not random would be written the same today.
func TestFrozenFolder(t *testing.T) {
	names, err := os.ReadDir(frozenFolder)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(frozenFolder, frozenKey)
	if err != nil || !r.OK() || r.Frames != 5 || r.Unmarked != 1 || r.TornBytes != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	k := deriveKeys(frozenKey)
	var got []Item
	for _, entry := range names {
		raw, err := os.ReadFile(filepath.Join(frozenFolder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if m, ok := parseMark(k.mark, raw); ok {
			if !bytes.Equal(m.bytes(k.mark), raw) {
				t.Errorf("%s would be written otherwise", entry.Name())
			}
			continue
		}
		h, ok := parseHeader(k.header, raw)
		if !ok || !bytes.Equal(h.bytes(k.header), raw[:headerSize]) || h.notebook != frozenNotebook {
			t.Fatalf("%s: header %+v", entry.Name(), h)
		}
		s := scanFrames(k.frame(h.segment), raw, chain{h.first, h.prev}, false)
		if len(s.holes) > 0 {
			t.Fatalf("%s: %+v", entry.Name(), s.holes)
		}
		for _, f := range s.frames {
			fr, err := openFrame(k, h.segment, f, raw[f.off:f.off+f.size])
			if err != nil {
				t.Fatal(err)
			}
			again, err := encodeFrame(k, k.frame(h.segment), h.segment, f.seq, f.prev, encodeItems(fr.Items))
			if err != nil || len(again) != int(f.size) || !bytes.Equal(again[:frameHead], raw[f.off:f.off+frameHead]) {
				t.Fatalf("frame %d would be written otherwise", f.seq)
			}
			got = append(got, fr.Items...)
		}
	}
	if !sameItems(got, slices.Concat(frozenItems()...)) {
		t.Fatalf("%v", got)
	}
}

func frozenItems() [][]Item {
	return [][]Item{
		{{Type: 1, Data: []byte("first frame")}},
		{{Type: 1, Data: []byte("two items")}, {Type: 200, Data: []byte{}}},
		{{Type: 2, Data: bytes.Repeat([]byte{0xab}, 300)}},
		{{Type: 3, Data: []byte("Ŵyn, Şükrü, Nguyễn")}},
		{{Type: 4, Data: []byte("past the mark")}},
	}
}

// writeVectors makes the sound folder, and from it everything hostile.
func writeVectors(t *testing.T) {
	fsys := newShadow()
	o := Options{FS: fsys, Notebook: frozenNotebook, SegmentBytes: 1000, ReserveBytes: -1}
	j, _, err := Open(testDir, frozenKey, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, items := range frozenItems() {
		if i == 4 {
			if err := j.Mark(bg); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := j.Append(bg, items); err != nil {
			t.Fatal(err)
		}
	}
	sound := map[string][]byte{}
	if err := os.MkdirAll(frozenFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, n := range fsys.now {
		sound[filepath.Base(name)] = n.seen
		if err := os.WriteFile(filepath.Join(frozenFolder, filepath.Base(name)), n.seen, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(sound) != 4 || len(j.segs[0].frames) != 3 {
		t.Fatalf("%d files; first segment %d frames", len(sound), len(j.segs[0].frames))
	}
	var vectors []vector
	for _, h := range hostile(j) {
		files := map[string][]byte{}
		for name, raw := range sound {
			files[name] = bytes.Clone(raw)
		}
		h.harm(files)
		v := vector{Name: h.name, Files: map[string]string{}}
		for name, raw := range files {
			v.Files[name] = hex.EncodeToString(raw)
		}
		vectors = append(vectors, v.read(t))
	}
	raw, err := json.MarshalIndent(vectors, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/hostile.json", append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

type harm struct {
	name string
	harm func(map[string][]byte)
}

// hostile lists what an attacker, a disk or a later program may leave. j is
// the sound journal, whose keys forge what only a holder of the key could.
func hostile(j *Journal) []harm {
	const one, two = "00000001.wj", "00000002.wj"
	k, first, second := j.keys, j.segs[0].frames, j.segs[1].frames
	forge := func(segment, seq uint64, prev [macSize]byte, plain []byte) []byte {
		raw, err := encodeFrame(k, k.frame(segment), segment, seq, prev, plain)
		if err != nil {
			panic(err)
		}
		return raw
	}
	flip := func(name string, at int64) func(map[string][]byte) {
		return func(f map[string][]byte) { f[name][at] ^= 0x10 }
	}
	last := second[len(second)-1]
	marked := func(f map[string][]byte, m mark) {
		m.version, m.generation, m.notebook = Version, 9, frozenNotebook
		f["mark.A"] = m.bytes(k.mark)
		f["mark.B"] = m.bytes(k.mark)
	}
	replaceLast := func(raw []byte) func(map[string][]byte) {
		return func(f map[string][]byte) { f[two] = append(f[two][:last.off:last.off], raw...) }
	}
	return []harm{
		{"sound", func(map[string][]byte) {}},
		{"newer segment", func(f map[string][]byte) {
			copy(f[two], header{version: 2, segment: 2, notebook: frozenNotebook, first: 4, prev: first[2].mac}.bytes(k.header))
		}},
		{"newer mark", func(f map[string][]byte) {
			f["mark.B"] = mark{version: 2, generation: 9, notebook: frozenNotebook}.bytes(k.mark)
		}},
		{"segment of another notebook", func(f map[string][]byte) {
			copy(f[one], header{version: 1, segment: 1, notebook: record.ID{1}, first: 1}.bytes(k.header))
		}},
		{"nothing under this key", func(f map[string][]byte) {
			for name := range f {
				f[name] = bytes.Repeat([]byte{7}, 400)
			}
		}},
		{"torn tail", func(f map[string][]byte) { f[two] = f[two][:last.off+last.size-9] }},
		{"torn tail of zeros", func(f map[string][]byte) { clear(f[two][last.off:]) }},
		{"torn header of a third segment", func(f map[string][]byte) { f["00000003.wj"] = make([]byte, 64) }},
		{"flipped bit in the last frame before the mark", flip(two, second[0].off+60)},
		{"flipped bit in the middle", flip(one, first[1].off+60)},
		{"flipped bit in a length", flip(one, first[1].off+2)},
		{"flipped bit in a header", flip(one, 20)},
		{"flipped bit in mark.A", flip("mark.A", 70)},
		{"flipped bit in mark.B", flip("mark.B", 5)},
		{"both marks gone", func(f map[string][]byte) { delete(f, "mark.A"); delete(f, "mark.B") }},
		{"segments exchanged", func(f map[string][]byte) { f[one], f[two] = f[two], f[one] }},
		{"first segment gone", func(f map[string][]byte) { delete(f, one) }},
		{"last segment gone", func(f map[string][]byte) { delete(f, two) }},
		{"cut back before the mark at a frame's end", func(f map[string][]byte) { f[two] = f[two][:headerSize] }},
		{"bad tail before the mark", func(f map[string][]byte) {
			marked(f, mark{segment: 2, offset: uint64(last.off + last.size), seq: 5, mac: last.mac})
			f[two] = f[two][:last.off+last.size-9]
		}},
		{"bad tail of a segment that is not the last", func(f map[string][]byte) {
			marked(f, mark{segment: 1, offset: uint64(first[1].off), seq: 1, mac: first[0].mac})
			f[one] = f[one][:first[2].off+70]
		}},
		{"journal and mark of two minds", func(f map[string][]byte) {
			marked(f, mark{segment: 2, offset: uint64(last.off), seq: 4, mac: first[0].mac})
		}},
		{"a frame taken out", func(f map[string][]byte) {
			f[one] = append(f[one][:first[1].off:first[1].off], f[one][first[2].off:]...)
		}},
		{"first segment cut at a frame's end", func(f map[string][]byte) { f[one] = f[one][:first[2].off] }},
		{"a frame repeated", func(f map[string][]byte) {
			f[one] = append(f[one], f[one][first[0].off:first[1].off]...)
		}},
		{"a frame from another segment", func(f map[string][]byte) {
			f[one] = append(f[one], f[two][second[0].off:second[0].off+second[0].size]...)
		}},
		{"a frame with a number far ahead", replaceLast(forge(2, 5+maxSkip, last.prev, encodeItems(frozenItems()[4])))},
		{"a frame that follows another", replaceLast(forge(2, 5, first[0].mac, encodeItems(frozenItems()[4])))},
		{"a frame under another key", func(f map[string][]byte) {
			raw := f[two][last.off:]
			sum := seal.Key{1}.MAC(raw[:last.size-macSize])
			copy(raw[last.size-macSize:], sum[:])
			f[two] = append(f[two], raw...)
		}},
		{"content that is no list", replaceLast(forge(2, 5, last.prev, []byte{0xa0}))},
		{"content in another encoding", replaceLast(forge(2, 5, last.prev, []byte{0x81, 0x82, 0x18, 0x01, 0x40}))},
		{"content with null", replaceLast(forge(2, 5, last.prev, []byte{0x81, 0x82, 0x01, 0xf6}))},
		{"content of no items", replaceLast(forge(2, 5, last.prev, []byte{0x80}))},
		{"a length of 4 GiB", func(f map[string][]byte) {
			binary.BigEndian.PutUint32(f[two][last.off:], 1<<32-1)
		}},
		{"a stray file", func(f map[string][]byte) { f["00000001 (copy).wj"] = f[one] }},
		{"a segment numbered far ahead", func(f map[string][]byte) { f["99999999.wj"] = make([]byte, 500) }},
	}
}

// After any of it the journal goes on: nothing readable is lost, no number that
// may have been used is used again, and what is damaged stays named.
func TestJournalGoesOnAfterEveryVector(t *testing.T) {
	raw, err := os.ReadFile("testdata/hostile.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		if v.Error != "" {
			continue
		}
		fsys := v.load(t)
		o := Options{FS: fsys, ReserveBytes: -1}
		j, r, err := Open(testDir, frozenKey, o)
		if err != nil || r.ReadOnly != nil {
			t.Fatalf("%s: %v %+v", v.Name, err, r)
		}
		seq, err := j.Append(bg, []Item{{Data: []byte("after")}})
		if err != nil || seq < 5 || seq == 5 && r.TornBytes == 0 && v.Name != "last segment gone" && v.Name != "cut back before the mark at a frame's end" {
			t.Errorf("%s: number %d, %v", v.Name, seq, err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		j, again, err := Open(testDir, frozenKey, o)
		if err != nil || again.Frames != r.Frames+1 || again.Cut || again.TornBytes > 0 || again.Unmarked > 0 {
			t.Errorf("%s: opened again: %+v %v", v.Name, again, err)
		}
		if f, err := j.Read(bg, seq); err != nil || string(f.Items[0].Data) != "after" {
			t.Errorf("%s: %v", v.Name, err)
		}
		for _, d := range r.Damaged {
			if d.Reason != ReasonMarksLost && d.Reason != ReasonDiffers && d.Reason != ReasonShort &&
				!slices.ContainsFunc(again.Damaged, func(a Damage) bool { return a.File == d.File && a.Seq == d.Seq && a.Reason == d.Reason }) {
				t.Errorf("%s: not named any more: %+v", v.Name, d)
			}
			if d.Reason == ReasonShort && again.OK() {
				t.Errorf("%s: forgotten", v.Name)
			}
		}
	}
}

// Every harm that is listed is frozen.
func TestVectorsAreComplete(t *testing.T) {
	raw, err := os.ReadFile("testdata/hostile.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	frozen := map[string]bool{}
	for _, v := range vectors {
		frozen[v.Name] = true
	}
	j := &Journal{segs: []*segment{{frames: make([]frameRef, 3)}, {frames: make([]frameRef, 2)}}}
	j.keys = deriveKeys(frozenKey)
	for _, h := range hostile(j) {
		if !frozen[h.name] {
			t.Errorf("%q is not frozen", h.name)
		}
		delete(frozen, h.name)
	}
	for name := range maps.Keys(frozen) {
		t.Errorf("%q is frozen and not listed", name)
	}
}
