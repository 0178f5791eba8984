package vault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A file that another program holds for a moment is waited for, a few times.
func TestAgain(t *testing.T) {
	held := &fs.PathError{Op: "unlink", Path: "x", Err: syscall.EACCES}
	other := errors.New("another error")
	for _, c := range []struct {
		fails, tries int
		err          error
	}{{0, 1, nil}, {1, 2, nil}, {3, 4, nil}, {4, 5, nil}, {9, 5, held}} {
		tries := 0
		err := again(func() error {
			if tries++; tries <= c.fails {
				return held
			}
			return nil
		})
		if tries != c.tries || !errors.Is(err, c.err) {
			t.Errorf("%d failures: %d tries, %v", c.fails, tries, err)
		}
	}
	tries := 0
	if err := again(func() error { tries++; return other }); tries != 1 || err != other {
		t.Errorf("an error of another kind: %d tries, %v", tries, err)
	}
}

func TestMissing(t *testing.T) {
	dir := t.TempDir()
	if !missing(filepath.Join(dir, "a")) || missing(dir) {
		t.Fatal("missing")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if missing(filepath.Join(file, "below")) {
		t.Fatal("what cannot be looked at is not known to be missing")
	}
	if err := removeAgain(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
}
