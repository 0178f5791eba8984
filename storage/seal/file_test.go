package seal

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestWriteFileSyncSurvivesAStopAtEveryStep(t *testing.T) {
	for at := 1; ; at++ {
		d := newSimDisk()
		if err := writeFileSync(d, "d/f", []byte("old content")); err != nil {
			t.Fatal(err)
		}
		d.step, d.stopAt = 0, at
		err := writeFileSync(d, "d/f", []byte("new content"))
		for _, f := range d.futures() {
			got, rerr := f.Read("d/f", 100)
			if rerr != nil || string(got) != "new content" && (string(got) != "old content" || err == nil) {
				t.Fatalf("stop at %d: %q %v", at, got, rerr)
			}
			// What the stop left is no obstacle.
			if err := writeFileSync(f, "d/f", []byte("third")); err != nil || len(f.names) != 1 {
				t.Fatalf("stop at %d: writing again: %v, %d names", at, err, len(f.names))
			}
		}
		if err == nil {
			return
		}
	}
}

func TestWriteFileSyncFailing(t *testing.T) {
	for at := 1; ; at++ {
		d := newSimDisk()
		if err := writeFileSync(d, "d/f", []byte("old")); err != nil {
			t.Fatal(err)
		}
		d.step, d.failAt = 0, at
		err := writeFileSync(d, "d/f", []byte("new"))
		if d.step < at {
			return
		}
		got, rerr := d.Read("d/f", 100)
		if err == nil || rerr != nil || string(got) != "old" && string(got) != "new" || len(d.names) != 1 {
			t.Fatalf("failure at %d: %v; %q %v, %d names", at, err, got, rerr, len(d.names))
		}
	}
}

func TestWriteFileSyncOnDisk(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "f"), filepath.Join(dir, "other")
	if err := os.WriteFile(path, []byte("readable by all"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A leftover, or a trap: the unfinished name leads elsewhere.
	if err := os.Symlink(other, TempPath(path)); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	if err := WriteFileSync(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	checkModes(t, dir, "f", "other")
	for name, want := range map[string]string{path: "new", other: "untouched"} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Fatalf("%q %v", got, err)
		}
	}
	if err := WriteFileSync(filepath.Join(dir, "absent", "f"), nil); err == nil {
		t.Fatal("wrote into a folder that is not there")
	}
	if err := SyncDir(dir); err != nil {
		t.Fatal(err)
	}
}

// The second name of a replaced copy is overwritten only if it is a file of
// its own, never through a link to something else.
func TestSweepDoesNotFollowLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // making links needs a privilege there
	}
	dir := t.TempDir()
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testPair(osDisk{})
	p.dir = dir
	if err := os.Symlink(other, p.old(0)); err != nil {
		t.Fatal(err)
	}
	if err := p.save(testFile(1, "x")); err != nil {
		t.Fatal(err)
	}
	checkModes(t, dir, "other", "t.A", "t.B")
	if got, err := os.ReadFile(other); err != nil || string(got) != "untouched" {
		t.Fatalf("%q %v", got, err)
	}
}

// On a real disk: a replaced copy is zeros when its last name goes.
func TestReplacedCopyIsOverwrittenOnDisk(t *testing.T) {
	dir := t.TempDir()
	p := testPair(osDisk{})
	p.dir = dir
	if err := p.save(testFile(1, strings.Repeat("forget ", 40))); err != nil {
		t.Fatal(err)
	}
	open, err := os.Open(p.path(0))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if runtime.GOOS == "windows" {
		return // an open file cannot be replaced there
	}
	if err := p.save(testFile(2, "new")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1<<10)
	n, err := open.ReadAt(b, 0)
	if n < 200 || !bytes.Equal(b[:n], make([]byte, n)) {
		t.Fatalf("%d bytes left, not all zero: %v", n, err)
	}
	checkModes(t, dir, "t.A", "t.B")
}
