package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/huff0"

	"wherry/storage/record"
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

// same reports whether two segments hold the same, wherever in memory the lists
// of a word lie.
func same(t fataler, a, b *segment) bool {
	t.Helper()
	theirs := b.sections()
	for i, mine := range a.sections() {
		if !bytes.Equal(mine, theirs[i]) {
			return false
		}
	}
	var da, db decoded
	for t := range a.df {
		for i := range a.blockCount(uint32(t)) {
			x, y := a.block(uint32(t), i), b.block(uint32(t), i)
			a.decode(x, &da)
			b.decode(y, &db)
			if !slices.Equal(da.docs[:da.n], db.docs[:db.n]) || !slices.Equal(da.tfs[:da.n], db.tfs[:db.n]) {
				return false
			}
			size := 0
			for k, doc := range da.docs[:da.n] {
				size += int(da.tfs[k]) * int(widthOf(a.lengths[doc]))
			}
			size = (size + 7) / 8
			if !bytes.Equal(a.pos[x.pos:][:size], b.pos[y.pos:][:size]) {
				return false
			}
		}
	}
	return true
}

func sameIndex(t fataler, a, b *Index) bool {
	t.Helper()
	x, y := a.settled(), b.settled()
	return slices.EqualFunc(x, y, func(a, b *segment) bool { return same(t, a, b) })
}

// TestSnapshotFrozen: what was kept when the format was fixed reads as the same
// notes do today, which also freezes the rules that cut, fold and stem words.
func TestSnapshotFrozen(t *testing.T) {
	want := golden(t, "snapshot-2.bin", smallIndex().Snapshot())
	want[6] = unicodeEdition // may differ with the compiler; the words here do not
	x, err := Load(want)
	if err != nil {
		t.Fatal(err)
	}
	if !sameIndex(t, x, smallIndex()) {
		t.Fatal("what was kept reads otherwise: raise snapshotFormat or snapshotRules")
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
	if y, _ := Load(smallIndex().Snapshot()); !sameIndex(t, y, smallIndex()) {
		t.Error("a snapshot is loaded otherwise")
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

// plainBytes are all sections of an index as they are before compression.
func plainBytes(x *Index) (out []byte) {
	for _, s := range x.segs {
		for _, section := range s.sections() {
			out = append(out, section...)
		}
	}
	return out
}

// TestSnapshotForgets: removed and replaced words are in no byte of a snapshot.
func TestSnapshotForgets(t *testing.T) {
	x := smallIndex()
	for what, b := range map[string]string{"word": "nguyen", "stem": "happi", "author": "Zo"} {
		if !bytes.Contains(plainBytes(x), []byte(b)) {
			t.Fatalf("the %s was not there before", what)
		}
	}
	x.Put(Doc{ID: testID("entry", 1000), Case: testID("case", 8), Kind: "note", Author: "Ann", Text: "nothing"})
	x.Remove(testID("entry", 5))
	x, err := Load(x.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	data := plainBytes(x)
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

// survives loads hostile bytes: either they are refused, or what they hold can
// be searched, removed and saved.
func survives(t fataler, data []byte) (loaded bool) {
	t.Helper()
	x, err := Load(data)
	if err != nil {
		if !errors.Is(err, ErrSnapshot) && !errors.Is(err, ErrRules) {
			t.Fatalf("Load: %v", err)
		}
		return false
	}
	for _, query := range []string{"the", `"the the"`, "a*", "happy visit*", `"mrs nguyen obrien"`, "the OR happy -visit"} {
		count(t, x, query)
	}
	if y, err := Load(x.Snapshot()); err != nil || y.Len() != x.Len() {
		t.Fatalf("what was loaded cannot be saved: %v", err)
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
	for n := 0; n < len(data); n += 1 + n/100 {
		if survives(t, data[:n]) {
			t.Fatalf("the first %d bytes alone were taken", n)
		}
	}
	if survives(t, append(slices.Clone(data), 0)) {
		t.Fatal("a byte too many was taken")
	}
	for n := 0; n < len(data); n += 5 {
		bad := slices.Clone(data)
		bad[n] ^= []byte{1, 2, 0x80, 0xff}[n/5%4]
		survives(t, bad) // a changed id or time can be another true snapshot
	}
}

// TestLoadRefuses names what each check is for.
func TestLoadRefuses(t *testing.T) {
	good := func() *segment {
		x := New()
		x.Put(Doc{ID: testID("entry", 1), Case: testID("case", 1), Kind: "a", Author: "b", Text: "aa bee aa as"})
		x.Put(Doc{ID: testID("entry", 2), Case: testID("case", 2), Kind: "c", Author: "d", Text: "bees cc bee"})
		return x.settled()[0]
	}
	pack := func(segs ...*segment) []byte {
		out := append([]byte(snapshotMagic), snapshotFormat, snapshotRules, unicodeEdition)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(segs)))
		for _, s := range segs {
			out = s.appendPlain(out)
		}
		return out
	}
	if x, err := Load(pack(good())); err != nil || x.Len() != 2 {
		t.Fatal("the good one is refused")
	}
	for name, spoil := range map[string]func(s *segment){
		"the same note twice":          func(s *segment) { s.ids[1] = s.ids[0] },
		"cases out of order":           func(s *segment) { s.cases[0], s.cases[1] = s.cases[1], s.cases[0] },
		"a case that is not there":     func(s *segment) { s.caseOf[0] = 2 },
		"a kind that is not there":     func(s *segment) { s.kindOf[0] = 2 },
		"kinds out of order":           func(s *segment) { s.kinds[0], s.kinds[1] = s.kinds[1], s.kinds[0] },
		"an author twice":              func(s *segment) { s.authors[1] = s.authors[0] },
		"a note of too many words":     func(s *segment) { s.lengths[0] = 1 << 31 },
		"words out of order":           func(s *segment) { s.terms.data[2] = 'z' },
		"a word that is not UTF-8":     func(s *segment) { s.terms.data[len(s.terms.data)-1] = 0xff },
		"more shared than there is":    func(s *segment) { s.terms.data[4] = 3 },
		"a word of no letter":          func(s *segment) { s.terms.data[1] = 0 },
		"a word that could share more": func(s *segment) { s.terms.data = []byte("\x00\x02aa\x00\x02as\x00\x03bee\x00\x04bees\x00\x02cc") },
		"a stem of no word there":      func(s *segment) { s.members[0] = 7 },
		"a stem without words":         func(s *segment) { s.groups = []uint32{0, 0} },
		"no note":                      func(s *segment) { *s = segment{groups: []uint32{0}, pos: make([]byte, bitPad)} },
	} {
		s := good()
		spoil(s)
		if _, err := Load(pack(s)); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load(pack(good(), good())); !errors.Is(err, ErrSnapshot) {
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

// frameOf is a frame made by hand from its streams.
func frameOf(base uint64, notes, tfs, singles, multiples, extra []byte) []byte {
	var sc huff0.Scratch
	out := binary.AppendUvarint(nil, base)
	for _, syms := range [][]byte{notes, tfs, singles, multiples} {
		out = packSymbols(out, syms, &sc)
	}
	return append(out, extra...)
}

// TestFrameRefuses: lists that are not such as a segment has.
func TestFrameRefuses(t *testing.T) {
	segment := func() *segment {
		return &segment{ids: make([]record.ID, 2), lengths: []uint32{4, 4}, df: []uint32{2, 1}, docAt: make([]uint32, 2),
			posAt: make([]uint32, 2), docs: make([]byte, 4), pos: make([]byte, 2+bitPad)}
	}
	// Word 0 stands in both notes, in the first of them three times: at 0, 1 and 3.
	good := frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1}, nil)
	try := func(data []byte) bool {
		var x frameDecoder
		return x.decode(segment(), []uint32{0, 1}, frameStart{}, frameInfo{blocks: 2, docs: 4, pos: 2}, data)
	}
	if !try(good) {
		t.Fatal("the good one is refused")
	}
	for name, data := range map[string][]byte{
		"nothing":                nil,
		"a note that is not":     frameOf(0, []byte{1, 2, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1}, nil),
		"a first note too high":  frameOf(2, []byte{1, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1}, nil),
		"a position past it":     frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{4, 3}, []byte{0, 0, 1}, nil),
		"positions past it":      frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 2}, nil),
		"too few positions":      frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{2}, []byte{0, 0, 1}, nil),
		"too few of many":        frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0}, nil),
		"too many of many":       frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1, 0}, nil),
		"no count":               frameOf(0, []byte{1, 0, 0}, nil, []byte{2, 3}, []byte{0, 0, 1}, nil),
		"too few notes":          frameOf(0, []byte{1, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1}, nil),
		"too many notes":         frameOf(0, []byte{1, 0, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1}, nil),
		"a symbol that is none":  frameOf(0, []byte{0xff, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1}, nil),
		"extra bits not there":   frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{200, 3}, []byte{0, 0, 1}, nil),
		"extra bits not used":    frameOf(0, []byte{1, 0, 0}, []byte{1}, []byte{2, 3}, []byte{0, 0, 1}, []byte{0}),
		"a run of unknown form":  {0, 3, 9, 3, 1, 0, 0},
		"a run that is cut":      good[:len(good)-1],
		"symbols that are a lot": {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, runSame, 1, 0},
	} {
		if try(data) {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestSymbols: every number is read as it was written.
func TestSymbols(t *testing.T) {
	for m, table := range map[uint]*symbolTable{noteMantissa: noteSymbols, posMantissa: posSymbols} {
		check := func(v uint32) {
			sym, extra, width := symbolOf(v, m)
			if got := table.base[sym] + extra; got != v || uint(table.width[sym]) != width || extra>>width != 0 {
				t.Fatalf("%d with %d bits is read as %d", v, m, got)
			}
		}
		for v := range uint32(5000) {
			check(v)
			check(^v)
		}
		for e := range 32 {
			check(1 << e)
			check(1<<e - 1)
		}
	}
}

// TestRuns: runs of all forms are read as they were written.
func TestRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var syms, out []byte
	for range 300_000 {
		syms = append(syms, byte(rng.ExpFloat64()*9))
	}
	var sc huff0.Scratch
	var dec *huff0.Scratch
	for _, in := range [][]byte{nil, {7}, {7, 7, 7}, []byte("abc"), syms[:900], syms, make([]byte, 200_000), bytes.Repeat([]byte{1, 2}, 70_000)} {
		p := parser{data: packSymbols(nil, in, &sc)}
		if out = unpackSymbols(&p, out, &dec); !p.done() || !bytes.Equal(out, in) {
			t.Fatalf("%d symbols are read otherwise", len(in))
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(New().Snapshot())
	f.Add(smallIndex().Snapshot())
	x := New()
	x.Put(Doc{ID: testID("entry", 1), Text: "aa bb aa"})
	f.Add(x.Snapshot())
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 8<<10 { // more may rightly take much memory
			survives(t, data)
		}
	})
}
