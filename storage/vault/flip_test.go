package vault

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// closedView is a view in order: two runs of content, closed.
func closedView(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	for n := uint64(0); n < 50; n++ {
		put(t, v, v.K(1, n), "value")
	}
	mustClose(t, v, tipA)
	v = mustOpen(t, dir, Clean, plenty)
	for n := uint64(50); n < 100; n++ {
		put(t, v, v.K(2, n), "value")
	}
	mustClose(t, v, tipA)
	return dir
}

// One flipped bit in any file of the view, or in the statement about them,
// means rebuilding: Badger, whose own goroutines panic on damage, never sees
// it.
func TestFlippedBitNeverReachesBadger(t *testing.T) {
	dir := closedView(t)
	files := []string{filepath.Join(dir, sealName)}
	entries, err := os.ReadDir(filepath.Join(dir, dbName))
	if err != nil || len(entries) < 4 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, e := range entries {
		files = append(files, filepath.Join(dir, dbName, e.Name()))
	}
	k := deriveKeys(testKey).seal
	rng := rand.New(rand.NewPCG(1, 1))
	for _, name := range files {
		good, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(good) == 0 {
			continue
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		trials := 200
		if len(good) > 1<<19 {
			trials = 20 // each trial hashes the file; size adds nothing
		}
		for range trials {
			at := rng.IntN(len(good))
			if _, err := f.WriteAt([]byte{good[at] ^ 1<<rng.IntN(8)}, int64(at)); err != nil {
				t.Fatal(err)
			}
			if _, ok := sealed(dir, k); ok {
				t.Fatalf("%s: byte %d changed and not noticed", filepath.Base(name), at)
			}
			if _, err := f.WriteAt(good[at:at+1], int64(at)); err != nil {
				t.Fatal(err)
			}
		}
		f.Close()
	}
	if _, ok := sealed(dir, k); !ok {
		t.Fatal("the view is not as it was before")
	}
	for _, name := range files {
		copied := filepath.Join(t.TempDir(), "view")
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		rel, _ := filepath.Rel(dir, name)
		hurt := filepath.Join(copied, rel)
		raw, err := os.ReadFile(hurt)
		if err != nil {
			t.Fatal(err)
		}
		raw[rng.IntN(len(raw))] ^= 1
		if err := os.WriteFile(hurt, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		v := mustOpen(t, copied, Rebuild, plenty)
		if _, ok := get(t, v, v.K(1, uint64(1))); ok {
			t.Fatalf("%s: content survived the wipe", rel)
		}
		mustClose(t, v, tipA)
	}
}

// A file too many, too few, or of another length means rebuilding.
func TestFolderMustMatch(t *testing.T) {
	k := deriveKeys(testKey).seal
	harms := map[string]func(db string) error{
		"added":   func(db string) error { return os.WriteFile(filepath.Join(db, "00099.mem"), nil, 0o600) },
		"removed": func(db string) error { return os.Remove(filepath.Join(db, "MANIFEST")) },
		"longer": func(db string) error {
			f, err := os.OpenFile(filepath.Join(db, "MANIFEST"), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.Write([]byte{0})
			return err
		},
		"folder":   func(db string) error { return os.Mkdir(filepath.Join(db, "sub"), 0o700) },
		"no db":    os.RemoveAll,
		"no seal":  func(db string) error { return os.Remove(filepath.Join(filepath.Dir(db), sealName)) },
		"a marker": func(db string) error { return os.WriteFile(filepath.Join(filepath.Dir(db), dirtyName), nil, 0o600) },
	}
	dir := closedView(t)
	for name, harm := range harms {
		copied := filepath.Join(t.TempDir(), "view")
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if _, ok := sealed(copied, k); !ok {
			t.Fatal("the copy does not hold")
		}
		if err := harm(filepath.Join(copied, dbName)); err != nil {
			t.Fatal(err)
		}
		if _, ok := sealed(copied, k); ok {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// Empty log files, which make Badger's opening fail, are out of its way.
func TestEmptyLogFilesAreDropped(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"00001.mem", "000002.vlog", "MANIFEST", "00003.sst"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "00004.mem"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	dropEmpty(dir)
	entries, _ := os.ReadDir(dir)
	if len(entries) != 3 {
		t.Fatalf("%v", entries)
	}
}

func FuzzViewSeal(f *testing.F) {
	k := deriveKeys(testKey).seal
	f.Add(viewSeal{schema: 1, tip: tipA, files: []fileSum{{name: "MANIFEST", size: 3}}}.bytes(k))
	f.Add(viewSeal{}.bytes(k))
	f.Add([]byte("WHV1"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		parseViewSeal(k, raw)
		// The same with a true MAC, so that the fuzzer gets past it.
		if len(raw) > 32 {
			sum := k.MAC(raw[:len(raw)-32])
			fixed := append(raw[:len(raw)-32:len(raw)-32], sum[:]...)
			if s, ok := parseViewSeal(k, fixed); ok && string(s.bytes(k)) != string(fixed) {
				t.Fatal("two encodings of one statement")
			}
		}
	})
}
