package vault

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// folder is every file below dir with its content.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A view opened for reading gives what it holds, takes changes into memory, and
// leaves its folder as it was, whatever is done with it.
func TestOpenSealed(t *testing.T) {
	if runtime.GOOS == "windows" {
		if _, err := OpenSealed(closedView(t), testKey, 0); !errors.Is(err, errors.ErrUnsupported) {
			t.Fatal(err)
		}
		return
	}
	dir := closedView(t)
	before := folder(t, dir)
	same := func(when string) {
		t.Helper()
		after := folder(t, dir)
		if len(after) != len(before) {
			t.Fatalf("%s: %d files, not %d", when, len(after), len(before))
		}
		for path, b := range before {
			if after[path] != b {
				t.Fatalf("%s: %s changed", when, filepath.Base(path))
			}
		}
	}
	schema := uint64(0)
	if s, ok := sealed(dir, deriveKeys(testKey).seal); ok {
		schema = s.schema
	}
	for name, act := range map[string]func(*Vault) error{
		"close":      func(v *Vault) error { return v.Close(9, tipA) },
		"abandon":    func(v *Vault) error { return v.Abandon() },
		"leave disk": func(v *Vault) error { return errors.Join(v.LeaveDisk(), v.Close(9, [32]byte{1})) },
		"wipe":       func(v *Vault) error { return errors.Join(v.Wipe(), v.Close(9, [32]byte{1})) },
	} {
		v, err := OpenSealed(dir, testKey, schema)
		if err != nil {
			t.Fatal(err)
		}
		if seq, tip := v.Tip(); seq != 7 || tip != tipA {
			t.Fatalf("%s: tip %d", name, seq)
		}
		if x, ok := get(t, v, v.K(1, uint64(3))); !ok || x != "value" {
			t.Fatalf("%s: %q", name, x)
		}
		for n := range uint64(2 * lateRows) {
			if err := v.Defer(func(tx *Tx) error { return tx.Put(v.K(3, n), []byte("later")) }); err != nil {
				t.Fatal(err)
			}
		}
		if x, ok := get(t, v, v.K(3, uint64(5))); !ok || x != "later" {
			t.Fatalf("%s: what was put is not seen: %q", name, x)
		}
		if err := v.Update(bg, func(tx *Tx) error { return tx.Put(v.K(3, "x"), nil) }); !errors.Is(err, ErrFull) {
			t.Fatalf("%s: Update: %v", name, err)
		}
		if err := act(v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		same(name)
	}
	if _, err := OpenSealed(dir, testKey, schema+1); !errors.Is(err, ErrNotSealed) {
		t.Fatalf("another schema: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, dbName, "MANIFEST")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSealed(dir, testKey, schema); !errors.Is(err, ErrNotSealed) {
		t.Fatalf("a file is missing: %v", err)
	}
	if seq, tip, ok := StatedTip(dir, testKey); !ok || seq != 7 || tip != tipA {
		t.Fatalf("what the view states: %d %v", seq, ok)
	}
}
