package vault

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"wherry/storage/seal"
)

type fileState struct {
	info string
	when time.Time
	data string
}

// snapshot is all that can be seen of a folder without reading times.
func snapshot(t *testing.T, dir string) map[string]fileState {
	t.Helper()
	out := map[string]fileState{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		s := fileState{info: info.Mode().String(), when: info.ModTime()}
		if info.Mode().IsRegular() {
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			s.data = string(raw)
		}
		out[path] = s
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A probe changes nothing: no byte, no time, no name.
func TestProbeWritesNothing(t *testing.T) {
	dir := closedView(t)
	v := mustOpen(t, dir, Clean, plenty)
	loadView(t, v, 5000) // several tables
	mustClose(t, v, tipA)
	before := snapshot(t, dir)
	for range 3 {
		if err := Probe(dir, testKey); err != nil {
			t.Fatal(err)
		}
	}
	if after := snapshot(t, dir); !reflect.DeepEqual(before, after) {
		for path, s := range before {
			if after[path] != s {
				t.Errorf("%s was %s of %d bytes, %v; is %s of %d, %v", filepath.Base(path), s.info, len(s.data), s.when, after[path].info, len(after[path].data), after[path].when)
			}
		}
		t.Fatalf("%d names became %d", len(before), len(after))
	}
	mustClose(t, mustOpen(t, dir, Clean, plenty), tipA)
}

// What Open would wipe in any case is not shown to Badger, and what opens
// wrongly is an error.
func TestProbeLooksAtWholeViewsOnly(t *testing.T) {
	if err := Probe(filepath.Join(t.TempDir(), "none"), testKey); err != nil {
		t.Fatal(err)
	}
	dir := closedView(t)
	if err := Probe(dir, seal.Key{1}); err != nil {
		t.Fatalf("another key: %v", err)
	}
	tables, _ := filepath.Glob(filepath.Join(dir, dbName, "*.sst"))
	raw, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[20] ^= 1
	if err := os.WriteFile(tables[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Probe(dir, testKey); err != nil {
		t.Fatalf("a table that view.seal does not name: %v", err)
	}

	dir = closedView(t)
	v := mustOpen(t, dir, Clean, plenty)
	k := v.keys.Load()
	v.cells.Store(newCell(seal.Key{1}, v.salt)) // a value that will not open
	put(t, v, v.K(1, "foreign"), "x")
	v.keys.Store(k)
	mustClose(t, v, tipA)
	if err := Probe(dir, testKey); !errors.Is(err, ErrDamaged) {
		t.Fatalf("a value of another key: %v", err)
	}
}
