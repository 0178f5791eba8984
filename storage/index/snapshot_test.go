package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write testdata anew; only when the format number changes")

// smallIndex has two segments, one list of two blocks, and every column.
func smallIndex() *Index {
	x := New()
	for i := range 130 {
		x.Put(Doc{ID: testID("entry", uint64(i)), Case: testID("case", uint64(i%3)), Kind: []string{"visit", "call"}[i%2],
			Author: "Ann", Time: int64(i-60) * 1e9, Text: "the" + strings.Repeat(" the", i%4)})
	}
	x.flush()
	x.Put(Doc{ID: testID("entry", 1000), Case: testID("case", 9), Kind: "note", Author: "Zoë Šimić", Time: -1,
		Text: "Visited Mrs Nguyễn-O’Brien; 王小明 was happy, happier, happily."})
	x.Put(Doc{ID: testID("entry", 1001), Text: "😀"})
	x.flush()
	return x
}

func golden(t *testing.T, name string, made []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// TestSnapshotFrozen: the same notes give the same bytes as when the format was
// fixed, which also freezes the rules that cut, fold and stem words.
func TestSnapshotFrozen(t *testing.T) {
	made := smallIndex().Snapshot()
	want := golden(t, "snapshot-1.bin", made)
	want[6] = unicodeEdition // may differ with the compiler; the words here do not
	if !bytes.Equal(made, want) {
		t.Fatal("the bytes of a snapshot changed: raise snapshotFormat or snapshotRules")
	}
}

func count(t fataler, x *Index, query string) int {
	t.Helper()
	q, err := Parse(query)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	return len(x.Search(q, Filter{}, 1<<20))
}

func TestLoad(t *testing.T) {
	for _, data := range [][]byte{New().Snapshot(), smallIndex().Snapshot()} {
		x, err := Load(data)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x.Snapshot(), data) {
			t.Error("a loaded snapshot is saved otherwise")
		}
	}
	x, _ := Load(smallIndex().Snapshot())
	for query, want := range map[string]int{"the": 130, "nguyen": 1, `"nguyen obrien"`: 1, "happy": 1, "小明": 1, "visit": 1, "hap*": 1} {
		if n := count(t, x, query); n != want {
			t.Errorf("%s: %d found, want %d", query, n, want)
		}
	}
	if x.Len() != 132 || !x.Has(testID("entry", 1001)) || x.Has(testID("entry", 500)) {
		t.Error("notes are missing or too many")
	}
}

// TestSnapshotForgets: removed and replaced words are in no byte of a snapshot.
func TestSnapshotForgets(t *testing.T) {
	x := smallIndex()
	x.Put(Doc{ID: testID("entry", 1000), Case: testID("case", 8), Kind: "note", Author: "Ann", Text: "nothing"})
	x.Remove(testID("entry", 5))
	data := x.Snapshot()
	gone, caseID := testID("entry", 5), testID("case", 9)
	for what, b := range map[string][]byte{"word": []byte("nguyen"), "stem": []byte("happi"), "author": []byte("Zo"),
		"id": gone[:], "case": caseID[:]} {
		if bytes.Contains(data, b) {
			t.Errorf("the snapshot still holds a removed %s", what)
		}
	}
	if x.Len() != 131 || count(t, x, "nothing") != 1 {
		t.Error("too much was removed")
	}
}

// survives loads hostile bytes: either they are refused, or they are canonical
// and can be searched.
func survives(t fataler, data []byte) (loaded bool) {
	t.Helper()
	x, err := Load(data)
	if err != nil {
		if !errors.Is(err, ErrSnapshot) && !errors.Is(err, ErrRules) {
			t.Fatalf("Load: %v", err)
		}
		return false
	}
	for _, query := range []string{"the", `"the the"`, "a*", "happy visit*", `"mrs nguyen obrien"`} {
		count(t, x, query)
	}
	if !bytes.Equal(x.Snapshot(), data) {
		t.Fatalf("Load took bytes that are not canonical")
	}
	for _, s := range slices.Clone(x.segs) {
		for _, id := range s.ids {
			x.Remove(id)
		}
	}
	if x.Len() != 0 || len(x.settled()) != 0 {
		t.Fatalf("notes remain")
	}
	return true
}

func TestLoadRefusesDamage(t *testing.T) {
	data := smallIndex().Snapshot()
	for n := 0; n < len(data); n += 1 + n/500 {
		if survives(t, data[:n]) {
			t.Fatalf("the first %d bytes alone were taken", n)
		}
	}
	if survives(t, append(slices.Clone(data), 0)) {
		t.Fatal("a byte too many was taken")
	}
	for n := range data {
		bad := slices.Clone(data)
		bad[n] ^= []byte{1, 2, 0x80, 0xff}[n%4]
		survives(t, bad) // a changed id or time can be another true snapshot
	}
}

// TestLoadRefuses names what each check is for.
func TestLoadRefuses(t *testing.T) {
	good := func() *segment {
		x := New()
		x.Put(Doc{ID: testID("entry", 1), Case: testID("case", 1), Kind: "a", Author: "b", Text: "aa bb aa"})
		x.Put(Doc{ID: testID("entry", 2), Case: testID("case", 2), Kind: "c", Author: "d", Text: "bb cc"})
		return x.settled()[0]
	}
	for name, spoil := range map[string]func(s *segment){
		"the same note twice":          func(s *segment) { s.ids[1] = s.ids[0] },
		"cases out of order":           func(s *segment) { s.cases[0], s.cases[1] = s.cases[1], s.cases[0] },
		"an unused case":               func(s *segment) { s.caseOf[0] = s.caseOf[1] },
		"a case that is not there":     func(s *segment) { s.caseOf[0] = 2 },
		"kinds out of order":           func(s *segment) { s.kinds[0], s.kinds[1] = s.kinds[1], s.kinds[0] },
		"an author twice":              func(s *segment) { s.authors[1] = s.authors[0] },
		"a note longer than its words": func(s *segment) { s.lengths[1]++ },
		"a note shorter than them":     func(s *segment) { s.lengths[0]-- },
		"words out of order":           func(s *segment) { s.terms.data[2] = 'z' },
		"a word that is not UTF-8":     func(s *segment) { s.terms.data[len(s.terms.data)-1] = 0xff },
		"more shared than there is":    func(s *segment) { s.terms.data[4] = 3 },
		"a word of no letter":          func(s *segment) { s.terms.data[1] = 0 },
		"a word in no note":            func(s *segment) { s.df[0] = 0 },
		"a word in too many notes":     func(s *segment) { s.df[0] = 3 },
		"lists of the wrong size":      func(s *segment) { s.offsets[1]++ },
		"lists that do not fill":       func(s *segment) { s.post = append(s.post, 0) },
		"a word without a stem":        func(s *segment) { s.members, s.groups = s.members[:2], []uint32{0, 1, 1, 2} },
		"a word with two stems":        func(s *segment) { s.members[1] = s.members[0] },
		"a stem of no word there":      func(s *segment) { s.members[2] = 7 },
		"a note that is not there":     func(s *segment) { s.post[len(s.post)-2] = 4 },
		"a position past the end":      func(s *segment) { s.post[len(s.post)-1] = 9 },
		"a number in a longer form": func(s *segment) {
			s.post = append(s.post[:len(s.post)-1], 0x81, 0)
			s.offsets[3]++
		},
		"a word that could share more": func(s *segment) { s.terms.data = []byte("\x00\x02aa\x00\x02ab\x00\x02cc") },
		"a position too many": func(s *segment) {
			s.post = append(s.post, 0)
			s.offsets[3]++
		},
		"a note too many": func(s *segment) {
			s.post = append(s.post[:len(s.post)-3], 2, 2, 0, 1)
			s.offsets[3]++
		},
		"no note": func(s *segment) { *s = segment{groups: []uint32{0}, offsets: []uint32{0}} },
	} {
		s := good()
		spoil(s)
		var out bytes.Buffer
		if err := writeSnapshot(&out, []*segment{s}); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(out.Bytes()); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var out bytes.Buffer
	if err := writeSnapshot(&out, []*segment{good(), good()}); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(out.Bytes()); !errors.Is(err, ErrSnapshot) {
		t.Errorf("a note in two segments: %v", err)
	}
	for at := 4; at < 7; at++ {
		data := smallIndex().Snapshot()
		data[at]++
		if _, err := Load(data); !errors.Is(err, ErrRules) {
			t.Errorf("another format or other rules: %v", err)
		}
	}
}

// TestLoadIsBounded: a header that promises gigabytes is refused before any are
// set aside, whatever it promises.
func TestLoadIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := append([]byte(snapshotMagic), snapshotFormat, snapshotRules, unicodeEdition)
		data = binary.LittleEndian.AppendUint32(data, rapid.Uint32Min(1).Draw(t, "segments"))
		for range segmentHeaderSize / 4 {
			data = binary.LittleEndian.AppendUint32(data, rapid.OneOf(rapid.Uint32(), rapid.Uint32Max(3)).Draw(t, "number"))
		}
		data = append(data, make([]byte, rapid.IntRange(0, 300).Draw(t, "rest"))...)
		survives(t, data)
	})
}

func FuzzLoad(f *testing.F) {
	f.Add(New().Snapshot())
	f.Add(smallIndex().Snapshot())
	x := New()
	x.Put(Doc{ID: testID("entry", 1), Text: "aa bb aa"})
	f.Add(x.Snapshot())
	f.Fuzz(func(t *testing.T, data []byte) { survives(t, data) })
}
