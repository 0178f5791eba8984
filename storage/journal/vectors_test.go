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

// frozenFolders are the sound journal of each format version; hostileFiles are
// what was made of it, with what must be said. -freeze writes the last of each.
var (
	frozenFolders = []string{"testdata/journal-v1", "testdata/journal-v2"}
	hostileFiles  = []string{"testdata/hostile.json", "testdata/hostile-v2.json"}
)

// superseded are the vectors of version 1 that were refused for their version,
// which is read today: what was called newer then is version 2.
var superseded = map[string]bool{"newer segment": true, "newer mark": true}

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
		for i := range seg.frames.len() {
			seq := seg.frames.seq(i)
			if got, err := j.Read(bg, seq); err == nil {
				out.Holds[seq] = hex.EncodeToString(encodeItems(got.Items))
			} else if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
		}
	}
	return out
}

func loadVectors(t testing.TB, file string) []vector {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}

func TestFrozenVectors(t *testing.T) {
	if *freeze {
		writeVectors(t)
	}
	for i, least := range []int{36, 45} {
		vectors := loadVectors(t, hostileFiles[i])
		if len(vectors) < least {
			t.Fatalf("%s: only %d vectors", hostileFiles[i], len(vectors))
		}
		for _, v := range vectors {
			got := v.read(t)
			if i == 0 && superseded[v.Name] {
				if v.Error != ErrNewerFormat.Error() || got.Error != "" {
					t.Errorf("%s: was %q, is %q", v.Name, v.Error, got.Error)
				}
				continue
			}
			if diff := cmp.Diff(v, got); diff != "" {
				t.Errorf("%s: %s:\n%s", hostileFiles[i], v.Name, diff)
			}
		}
	}
}

// The sound folders open, say what they said when they were written, and every
// byte of them that is not random would be written the same today.
func TestFrozenFolder(t *testing.T) {
	for i, folder := range frozenFolders {
		names, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Check(folder, frozenKey)
		if err != nil || !r.OK() || r.Frames != 5 || r.Unmarked != 1 || r.TornBytes != 0 {
			t.Fatalf("%+v %v", r, err)
		}
		var got []Item
		for _, entry := range names {
			raw, err := os.ReadFile(filepath.Join(folder, entry.Name()))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, writtenAgain(t, entry.Name(), raw, uint16(i+1))...)
		}
		want := slices.Concat(frozenItems()...)
		if i == 1 {
			want = slices.Delete(want, 1, 3) // the second frame was left empty
			want[1].Data = want[1].Data[:5]  // the third was shortened
		}
		if !sameItems(got, want) {
			t.Fatalf("%s: %v", folder, got)
		}
	}
}

// writtenAgain compares a frozen file with what would be written today, and
// returns the items in it.
func writtenAgain(t *testing.T, name string, raw []byte, version uint16) (got []Item) {
	k := deriveKeys(frozenKey)
	if m, ok := parseMark(k.mark, raw); ok {
		if !bytes.Equal(m.bytes(k.mark), raw) || m.version != version {
			t.Errorf("%s would be written otherwise", name)
		}
		return nil
	}
	h, ok := parseHeader(k.header, raw)
	if !ok || !bytes.Equal(h.bytes(k.header), raw[:headerSize]) || h.notebook != frozenNotebook || h.version != version {
		t.Fatalf("%s: header %+v", name, h)
	}
	s := k.verifier(h.segment, h.version).scan(raw, chain{h.first, h.prev}, false, func(f frameRef) {
		fr, err := openFrame(k, h.segment, f.seq, raw[f.off:])
		if err != nil {
			t.Fatal(err)
		}
		if f.replaced != (version == 2 && (f.seq == 2 || f.seq == 3)) {
			t.Errorf("frame %d: replaced %v", f.seq, f.replaced)
		}
		head := f.off + frameHead
		if f.replaced {
			head = f.off + replacedHead
		}
		again, err := f.encode(k, newChecksum(k.frame(h.segment)), h.segment, encodeItems(fr.Items))
		if err != nil || len(again) != int(f.size) || !bytes.Equal(again[:head-f.off], raw[f.off:head]) {
			t.Fatalf("frame %d would be written otherwise", f.seq)
		}
		got = append(got, fr.Items...)
	})
	if len(s.holes) > 0 {
		t.Fatalf("%s: %+v", name, s.holes)
	}
	return got
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

// frozenRewrite leaves nothing of the second frame and little of the third.
func frozenRewrite(f Frame) ([]Item, bool, error) {
	switch f.Seq {
	case 2:
		return nil, true, nil
	case 3:
		return []Item{{Type: 2, Data: f.Items[0].Data[:5]}}, true, nil
	}
	return nil, false, nil
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
			if done, err := j.Rewrite(bg, frozenRewrite); err != nil || done.Frames != 2 {
				t.Fatal(done, err)
			}
			if err := j.Mark(bg); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := j.Append(bg, items); err != nil {
			t.Fatal(err)
		}
	}
	sound := map[string][]byte{}
	frozenFolder := frozenFolders[len(frozenFolders)-1]
	if err := os.MkdirAll(frozenFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, n := range fsys.now {
		sound[filepath.Base(name)] = n.seen
		if err := os.WriteFile(filepath.Join(frozenFolder, filepath.Base(name)), n.seen, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(sound) != 4 || j.segs[0].frames.len() != 3 {
		t.Fatalf("%d files; first segment %d frames", len(sound), j.segs[0].frames.len())
	}
	var vectors []vector
	for _, h := range hostile(sound) {
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
	if err := os.WriteFile(hostileFiles[len(hostileFiles)-1], append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

type harm struct {
	name string
	harm func(map[string][]byte)
}

// frozenFrames lists the frames of a sound segment.
func frozenFrames(raw []byte) (out []frameRef) {
	k := deriveKeys(frozenKey)
	h, _ := parseHeader(k.header, raw)
	k.verifier(h.segment, h.version).scan(raw, chain{h.first, h.prev}, false, func(f frameRef) { out = append(out, f) })
	return out
}

// hostile lists what an attacker, a disk or a later program may leave of the
// sound files; the key forges what only its holder could.
func hostile(sound map[string][]byte) []harm {
	const one, two = "00000001.wj", "00000002.wj"
	k, first, second := deriveKeys(frozenKey), frozenFrames(sound[one]), frozenFrames(sound[two])
	write := func(segment uint64, f frameRef, plain []byte) []byte {
		raw, err := f.encode(k, newChecksum(k.frame(segment)), segment, plain)
		if err != nil {
			panic(err)
		}
		return raw
	}
	forge := func(segment, seq uint64, prev [macSize]byte, plain []byte) []byte {
		return write(segment, frameRef{seq: seq, prev: prev}, plain)
	}
	// remake alters the sound bytes of the second frame, which is a replaced
	// one, and gives them a true checksum again.
	remake := func(alter func(raw []byte) []byte) func(map[string][]byte) {
		return func(f map[string][]byte) {
			r := first[1]
			raw := alter(bytes.Clone(f[one][r.off : r.off+r.size]))
			raw = newChecksum(k.frame(1)).add(raw[:len(raw)-macSize])
			f[one] = slices.Concat(f[one][:r.off], raw, f[one][r.off+r.size:])
		}
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
			copy(f[two], header{version: Version + 1, segment: 2, notebook: frozenNotebook, first: 4, prev: first[2].link}.bytes(k.header))
		}},
		{"newer mark", func(f map[string][]byte) {
			f["mark.B"] = mark{version: Version + 1, generation: 9, notebook: frozenNotebook}.bytes(k.mark)
		}},
		{"segment of another notebook", func(f map[string][]byte) {
			copy(f[one], header{version: Version, segment: 1, notebook: record.ID{1}, first: 1}.bytes(k.header))
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
			marked(f, mark{segment: 2, offset: uint64(last.off + last.size), seq: 5, mac: last.link})
			f[two] = f[two][:last.off+last.size-9]
		}},
		{"bad tail of a segment that is not the last", func(f map[string][]byte) {
			marked(f, mark{segment: 1, offset: uint64(first[1].off), seq: 1, mac: first[0].link})
			f[one] = f[one][:first[2].off+70]
		}},
		{"journal and mark of two minds", func(f map[string][]byte) {
			marked(f, mark{segment: 2, offset: uint64(last.off), seq: 4, mac: first[0].link})
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
		{"a frame that follows another", replaceLast(forge(2, 5, first[0].link, encodeItems(frozenItems()[4])))},
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
		{"former MAC altered", flip(one, first[1].off+frameHead+3)},
		{"former MAC altered under a true checksum", remake(func(raw []byte) []byte {
			raw[frameHead+3] ^= 0x10
			return raw
		})},
		{"former MAC of another frame", remake(func(raw []byte) []byte {
			copy(raw[frameHead:], first[2].link[:])
			return raw
		})},
		{"kind flipped to replaced", func(f map[string][]byte) { f[one][first[0].off] ^= 0x80 }},
		{"kind flipped to first written", func(f map[string][]byte) { f[one][first[1].off] ^= 0x80 }},
		{"kind flipped to first written under a true checksum", remake(func(raw []byte) []byte {
			raw[0] ^= 0x80
			return raw
		})},
		{"a replaced frame in the place of another", func(f map[string][]byte) {
			a, b := first[1], first[2]
			f[one] = slices.Concat(f[one][:a.off], f[one][b.off:b.off+b.size], f[one][a.off:a.off+a.size], f[one][b.off+b.size:])
		}},
		{"a replaced frame repeated", func(f map[string][]byte) {
			r := first[2]
			f[one] = append(f[one], f[one][r.off:r.off+r.size]...)
		}},
		{"a replaced frame in another segment", func(f map[string][]byte) {
			r := first[1]
			f[two] = append(f[two], f[one][r.off:r.off+r.size]...)
		}},
		{"a replaced frame in a segment of version 1", func(f map[string][]byte) {
			copy(f[one], header{version: 1, segment: 1, notebook: frozenNotebook, first: 1}.bytes(k.header))
		}},
		{"a replaced frame that another follows than the chain says", func(f map[string][]byte) {
			r := first[1]
			r.link = [macSize]byte{1}
			f[one] = slices.Concat(f[one][:r.off], write(1, r, encodeItems(nil)), f[one][r.off+r.size:])
		}},
		{"a first written frame of no items", func(f map[string][]byte) {
			r := first[1]
			f[one] = slices.Concat(f[one][:r.off], forge(1, r.seq, r.prev, []byte{0x80}), f[one][r.off+r.size:])
		}},
		{"marks of version 1 beside segments of version 2", func(f map[string][]byte) {
			m, _ := parseMark(k.mark, f["mark.A"])
			m.version = 1
			f["mark.A"], f["mark.B"] = m.bytes(k.mark), m.bytes(k.mark)
		}},
		{"mark with the offset from before a rewriting", func(f map[string][]byte) {
			marked(f, mark{segment: 2, offset: uint64(last.off + last.size + 500), seq: 4, mac: second[0].link})
		}},
		{"mark with the offset from before a rewriting, and a torn tail", func(f map[string][]byte) {
			marked(f, mark{segment: 2, offset: uint64(last.off + last.size + 500), seq: 4, mac: second[0].link})
			f[two] = f[two][:last.off+last.size-9]
		}},
		{"mark with an offset before its frame, and a bad frame", func(f map[string][]byte) {
			marked(f, mark{segment: 2, offset: headerSize, seq: 5, mac: last.link})
			f[two] = f[two][:last.off+last.size-9]
		}},
		{"a segment numbered far ahead", func(f map[string][]byte) { f["99999999.wj"] = make([]byte, 500) }},
	}
}

// After any of it the journal goes on: nothing readable is lost, no number that
// may have been used is used again, and what is damaged stays named.
func TestJournalGoesOnAfterEveryVector(t *testing.T) {
	for _, v := range slices.Concat(loadVectors(t, hostileFiles[0]), loadVectors(t, hostileFiles[1])) {
		if v.Error == "" {
			v.goesOn(t)
		}
	}
}

func (v vector) goesOn(t *testing.T) {
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

// Every harm that is listed is frozen.
func TestVectorsAreComplete(t *testing.T) {
	frozen := map[string]bool{}
	for _, v := range loadVectors(t, hostileFiles[1]) {
		frozen[v.Name] = true
	}
	sound := map[string][]byte{}
	for _, name := range []string{"00000001.wj", "00000002.wj"} {
		raw, err := os.ReadFile(filepath.Join(frozenFolders[1], name))
		if err != nil {
			t.Fatal(err)
		}
		sound[name] = raw
	}
	for _, h := range hostile(sound) {
		if !frozen[h.name] {
			t.Errorf("%q is not frozen", h.name)
		}
		delete(frozen, h.name)
	}
	for name := range maps.Keys(frozen) {
		t.Errorf("%q is frozen and not listed", name)
	}
}
