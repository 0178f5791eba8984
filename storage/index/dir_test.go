package index

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/storage/seal"
)

func saveDir(t *testing.T, x *Index, dir string, tip Tip) {
	t.Helper()
	if err := x.SaveDir(context.Background(), dir, testKey(1), tip); err != nil {
		t.Fatal(err)
	}
}

func loadDir(t *testing.T, dir string) (*Index, Tip) {
	t.Helper()
	x, tip, err := LoadDir(context.Background(), dir, testKey(1))
	if err != nil {
		t.Fatal(err)
	}
	return x, tip
}

// segmentFiles are the names of the segment files of a folder with their sizes.
func segmentFiles(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(e.Name(), segmentEnding) {
			out[e.Name()] = info.Size()
		} else if e.Name() != manifestName {
			t.Fatalf("an unknown file")
		}
	}
	return out
}

// plainFiles decrypts every file of a folder, unpacks every section and frame,
// and returns all of it.
func plainFiles(t *testing.T, dir string) (out []byte) {
	t.Helper()
	for name := range segmentFiles(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		file := &segmentFile{size: int64(len(data))}
		copy(file.name[:], unhex(t, strings.TrimSuffix(name, segmentEnding)))
		s, err := readSegment(context.Background(), dir, testKey(1), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range s.sections() {
			out = append(out, section...)
		}
	}
	return out
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	var out []byte
	for i := 0; i < len(s); i += 2 {
		n := strings.Index("0123456789abcdef", s[i:i+1])<<4 | strings.Index("0123456789abcdef", s[i+1:i+2])
		out = append(out, byte(n))
	}
	return out
}

// manyNotes is an index of several segments.
func manyNotes(notes int) (*Index, *corpus) {
	c := newCorpus(5, 3000, 40)
	x := New()
	x.limits.batchDocs = 200
	for i := range notes {
		x.Put(c.doc(uint64(i), 60))
	}
	return x, c
}

func TestDir(t *testing.T) {
	for name, x := range map[string]*Index{"empty": New(), "small": smallIndex(), "several": func() *Index { x, _ := manyNotes(900); return x }()} {
		dir := filepath.Join(t.TempDir(), "index")
		tip := Tip{Seq: 1<<63 + 5, MAC: [32]byte{1, 31: 9}}
		saveDir(t, x, dir, tip)
		saveDir(t, x, dir, tip)
		y, got := loadDir(t, dir)
		if got != tip || y.Len() != x.Len() {
			t.Errorf("%s: what was loaded is not what was saved", name)
		}
		for _, query := range []string{"the", `"of the"`, "nguyen", "s*"} {
			q, _ := Parse(query)
			if !slices.Equal(x.Search(q, Filter{}, 100), y.Search(q, Filter{}, 100)) {
				t.Errorf("%s: %s finds otherwise", name, query)
			}
		}
		if !sameIndex(t, x, y) {
			t.Errorf("%s: segments differ", name)
		}
		if err := filepath.Walk(dir, func(path string, info fs.FileInfo, err error) error {
			if err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: others may read it: %v %v", name, info.Mode(), err)
			}
			data, _ := os.ReadFile(path)
			for _, secret := range []string{"nguyen", "visit", "worker"} {
				if bytes.Contains(data, []byte(secret)) {
					t.Errorf("%s: %q is in a file", name, secret)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := LoadDir(context.Background(), dir, testKey(2)); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s: another key: %v", name, err)
		}
		if err := EraseDir(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the folder is still there", name)
		}
		if err := EraseDir(dir); err != nil {
			t.Errorf("%s: erasing nothing: %v", name, err)
		}
	}
	if _, _, err := LoadDir(context.Background(), filepath.Join(t.TempDir(), "none"), testKey(1)); !errors.Is(err, ErrSnapshot) {
		t.Errorf("absent folder: %v", err)
	}
}

// TestDirWritesOnlyWhatIsNew: a save after few notes leaves the files of the
// many alone, and files that are merged away go.
func TestDirWritesOnlyWhatIsNew(t *testing.T) {
	dir := t.TempDir()
	x, c := manyNotes(1800)
	saveDir(t, x, dir, Tip{Seq: 1})
	before := segmentFiles(t, dir)
	x, _ = loadDir(t, dir)
	x.Put(c.doc(5000, 60))
	x.Put(c.doc(3, 60)) // replaces, so that a note of an old file is dead
	saveDir(t, x, dir, Tip{Seq: 2})
	after := segmentFiles(t, dir)
	kept := 0
	for name := range after {
		if _, was := before[name]; was {
			kept++
		}
	}
	if kept != len(before) || len(after) != kept+1 {
		t.Errorf("%d files before, %d after, %d kept", len(before), len(after), kept)
	}
	y, tip := loadDir(t, dir)
	if tip.Seq != 2 || y.Len() != 1801 {
		t.Errorf("tip %d, %d notes", tip.Seq, y.Len())
	}
	q, _ := Parse("the")
	if !slices.Equal(x.Search(q, Filter{}, 3000), y.Search(q, Filter{}, 3000)) {
		t.Error("the dead note makes a difference")
	}
	y.settled()
	saveDir(t, y, dir, Tip{Seq: 3})
	z, _ := loadDir(t, dir)
	if len(segmentFiles(t, dir)) != len(z.segs) || z.Len() != 1801 {
		t.Errorf("%d files for %d segments", len(segmentFiles(t, dir)), len(z.segs))
	}
	// Saved elsewhere, everything is written.
	other := t.TempDir()
	saveDir(t, z, other, Tip{Seq: 4})
	if w, _ := loadDir(t, other); w.Len() != 1801 {
		t.Error("the other folder is not complete")
	}
	if w, _ := loadDir(t, dir); w.Len() != 1801 {
		t.Error("the first folder was touched")
	}
}

// TestDisposalLeavesNothing: after RemoveCase and SaveDir no file holds the
// case, its notes or its words, and the files that did were overwritten.
func TestDisposalLeavesNothing(t *testing.T) {
	t.Run("at rest", func(t *testing.T) { disposal(t, func(*Index) {}, func(*Index) {}) })
	// A merge that read it must not bring it back.
	half := func(x *Index) {
		x.job = newMerger(x.segs)
		x.job.step(10)
	}
	t.Run("in a merge", func(t *testing.T) { disposal(t, half, func(*Index) {}) })
	t.Run("before the end of a merge", func(t *testing.T) { disposal(t, half, func(x *Index) { x.work(1 << 40) }) })
}

func disposal(t *testing.T, before, after func(x *Index)) {
	dir := t.TempDir()
	x, _ := manyNotes(1100)
	gone, caseID := testID("entry", 7000), testID("case", 700)
	secret := "zyxwvutsrqp"
	x.Put(Doc{ID: gone, Case: caseID, Kind: "note", Author: "Nobodyelse", Text: "the " + secret + " home"})
	x.Put(Doc{ID: testID("entry", 7001), Case: caseID, Kind: "note", Author: "Ann", Text: secret + "ing"})
	saveDir(t, x, dir, Tip{Seq: 1})
	holds := func() bool {
		plain := plainFiles(t, dir)
		return bytes.Contains(plain, gone[:]) || bytes.Contains(plain, caseID[:]) ||
			bytes.Contains(plain, []byte(secret[:6])) || bytes.Contains(plain, []byte("Nobodyelse"))
	}
	if !holds() {
		t.Fatal("the files never held it, so the test shows nothing")
	}
	// A second name keeps each old file in sight.
	aside := t.TempDir()
	for name := range segmentFiles(t, dir) {
		if err := os.Link(filepath.Join(dir, name), filepath.Join(aside, name)); err != nil {
			t.Fatal(err)
		}
	}
	x, _ = loadDir(t, dir)
	x.Put(Doc{ID: testID("entry", 8000), Text: "more"})
	x.flush()
	before(x)
	if n := x.RemoveCase(caseID); n != 2 {
		t.Fatalf("%d notes removed", n)
	}
	after(x)
	saveDir(t, x, dir, Tip{Seq: 2})
	if holds() {
		t.Error("a file still holds it")
	}
	now := segmentFiles(t, dir)
	erased := 0
	entries, err := os.ReadDir(aside)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(aside, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if _, still := now[e.Name()]; !still && len(bytes.Trim(data, "\x00")) == 0 {
			erased++
		}
	}
	if erased == 0 {
		t.Error("no old file was overwritten")
	}
	if y, _ := loadDir(t, dir); y.Len() != 1101 || count(t, y, secret) != 0 {
		t.Error("too much or too little was removed")
	}
	x.work(1 << 40)
	saveDir(t, x, dir, Tip{Seq: 3})
	if holds() || x.Len() != 1101 {
		t.Error("a later merge brought it back")
	}
}

// TestDirRefuses: nothing in the folder can be changed, cut, exchanged or taken
// from an earlier save.
func TestDirRefuses(t *testing.T) {
	dir := t.TempDir()
	x, _ := manyNotes(450)
	saveDir(t, x, dir, Tip{Seq: 1})
	files := map[string][]byte{}
	var names []string
	for name := range segmentFiles(t, dir) {
		names = append(names, name)
	}
	slices.Sort(names)
	names = append(names, manifestName)
	for _, name := range names {
		files[name], _ = os.ReadFile(filepath.Join(dir, name))
	}
	if len(names) < 4 {
		t.Fatalf("only %d files", len(names))
	}
	try := func(what, name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if data == nil {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := LoadDir(context.Background(), dir, testKey(1)); !errors.Is(err, ErrSnapshot) && !errors.Is(err, ErrRules) {
			t.Errorf("%s: %v", what, err)
		}
		if err := os.WriteFile(path, files[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{names[0], manifestName} {
		data := files[name]
		try("absent", name, nil)
		try("empty", name, []byte{})
		for _, n := range []int{1, 5, 20, len(data) / 2, len(data) - 1} {
			try("cut", name, data[:n])
		}
		try("longer", name, append(slices.Clone(data), 0))
		for at := 0; at < len(data); at += 1 + len(data)/60 {
			bad := slices.Clone(data)
			bad[at] ^= 1
			try("changed", name, bad)
		}
	}
	try("exchanged", names[0], files[names[1]])
	tail := slices.Clone(files[names[0]])
	binary.BigEndian.PutUint32(tail[len(tail)-4:], 1<<31)
	try("a huge directory", names[0], tail)
	// The same bytes under another name.
	file := &segmentFile{name: [16]byte{1}, size: int64(len(files[names[0]]))}
	if err := os.WriteFile(file.path(dir), files[names[0]], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSegment(context.Background(), dir, testKey(1), file); !errors.Is(err, ErrSnapshot) {
		t.Errorf("another name: %v", err)
	}
	// A file of an earlier save under the name of a later one.
	x.RemoveCase(testID("case", 3))
	saveDir(t, x, dir, Tip{Seq: 2})
	for name := range segmentFiles(t, dir) {
		if _, old := files[name]; !old {
			files[name], _ = os.ReadFile(filepath.Join(dir, name))
			try("an earlier file", name, files[names[0]])
			break
		}
	}
	if _, tip := loadDir(t, dir); tip.Seq != 2 {
		t.Error("the folder was harmed by the test")
	}
}

// TestDirStopped: a save that is stopped leaves the folder as it was, and what
// it leaves lying about goes with the next.
func TestDirStopped(t *testing.T) {
	dir := t.TempDir()
	x, c := manyNotes(450)
	saveDir(t, x, dir, Tip{Seq: 1})
	stray := filepath.Join(dir, strings.Repeat("ab", 16)+segmentEnding)
	if err := os.WriteFile(stray, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(seal.TempPath(filepath.Join(dir, manifestName)), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	x.Put(c.doc(9000, 60))
	for n := range 5 {
		ctx := stopping(n)
		if err := x.SaveDir(ctx, dir, testKey(1), Tip{Seq: 2}); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d pieces: %v", n, err)
		}
		if y, tip := loadDir(t, dir); tip.Seq != 1 || y.Len() != 450 {
			t.Fatalf("stopped after %d pieces: tip %d, %d notes", n, tip.Seq, y.Len())
		}
	}
	saveDir(t, x, dir, Tip{Seq: 2})
	y, tip := loadDir(t, dir)
	if tip.Seq != 2 || y.Len() != 451 || len(segmentFiles(t, dir)) != len(y.segs) {
		t.Errorf("tip %d, %d notes, %d files", tip.Seq, y.Len(), len(segmentFiles(t, dir)))
	}
	for n := range 3 {
		if _, _, err := LoadDir(stopping(n), dir, testKey(1)); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped load: %v", err)
		}
	}
}

// TestPiecesStayInPlace: pieces of one size cannot change places.
func TestPiecesStayInPlace(t *testing.T) {
	var out bytes.Buffer
	w := pieceWriter{ctx: context.Background(), f: &out, key: testKey(1)}
	part := bytes.Repeat([]byte("abc"), pieceSize)
	if err := w.part(part); err != nil {
		t.Fatal(err)
	}
	read := func(data []byte) ([]byte, error) {
		r := pieceReader{f: bytes.NewReader(data), key: testKey(1), end: int64(len(data))}
		return r.part(0, 0, uint64(len(part)))
	}
	data := out.Bytes()
	if got, err := read(data); err != nil || !bytes.Equal(got, part) || piecesOf(uint64(len(part))) != 3 {
		t.Fatalf("%d bytes are read otherwise: %v", len(part), err)
	}
	const sealed = pieceSize + seal.Overhead
	swapped := slices.Concat(data[sealed:2*sealed], data[:sealed], data[2*sealed:])
	if _, err := read(swapped); !errors.Is(err, ErrSnapshot) {
		t.Errorf("pieces changed places: %v", err)
	}
}
