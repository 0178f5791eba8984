package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// gauge is a volume whose free space the test sets.
type gauge struct{ free uint64 }

func (g *gauge) bytes(string) (uint64, error) { return g.free, nil }

// On a nearly full volume the view is kept in memory, and what lies on the
// disk stays as it was.
func TestFullVolumeMeansMemory(t *testing.T) {
	dir := closedView(t)
	g := &gauge{free: 1 << 20}
	v := mustOpen(t, dir, Rebuild, g.bytes)
	if !v.InMemory() {
		t.Fatal("Badger was let loose on a full volume")
	}
	b := v.Bulk(bg)
	for n := uint64(0); n < 100; n++ {
		if err := b.Put(v.K(1, n), []byte("from the journal")); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	put(t, v, v.K(9, "x"), "still works")
	if x, ok := get(t, v, v.K(1, uint64(99))); !ok || x != "from the journal" {
		t.Fatal("not readable")
	}
	if err := v.Wipe(); err != nil || !v.InMemory() {
		t.Fatalf("wipe: %v", err)
	}
	mustClose(t, v, tipA)
	v = mustOpen(t, dir, Clean, plenty) // nothing had moved on
	if x, ok := get(t, v, v.K(1, uint64(1))); !ok || x != "value" {
		t.Fatal("the view on the disk was touched")
	}
	mustClose(t, v, tipA)

	v = mustOpen(t, dir, Rebuild, g.bytes)
	mustClose(t, v, [32]byte{0xbb}) // the journal went on meanwhile
	mustClose(t, mustOpen(t, dir, Rebuild, plenty), tipA)
}

// Space that runs out during a run: compaction stops first, then writing, and
// closing writes nothing.
func TestVolumeFillsUp(t *testing.T) {
	dir := t.TempDir()
	g := &gauge{free: 1 << 40}
	v := mustOpen(t, dir, Rebuild, g.bytes)
	if !v.compactors {
		t.Fatal("no compaction although there is room")
	}
	put(t, v, v.K(1, "a"), "x")
	g.free = compactRoom - 1
	put(t, v, v.K(1, "b"), "y")
	if v.compactors {
		t.Fatal("compaction goes on although there is no room for it")
	}
	if x, ok := get(t, v, v.K(1, "a")); !ok || x != "x" {
		t.Fatal("lost in the reopening")
	}
	g.free = DefaultMinFree - 1
	if err := v.Update(bg, func(tx *Tx) error { return tx.Put(v.K(1, "c"), nil) }); !errors.Is(err, ErrFull) {
		t.Fatalf("full: %v", err)
	}
	b := v.Bulk(bg)
	if err := b.Put(v.K(1, "c"), nil); !errors.Is(err, ErrFull) || !errors.Is(b.Flush(), ErrFull) {
		t.Fatalf("full: %v", err)
	}
	if x, ok := get(t, v, v.K(1, "b")); !ok || x != "y" {
		t.Fatal("reading must go on")
	}
	g.free = 0
	mustClose(t, v, tipA)
	tables, _ := filepath.Glob(filepath.Join(dir, dbName, "*.sst"))
	if len(tables) > 0 {
		t.Fatalf("closing wrote out %v", tables)
	}
	if _, err := os.Stat(filepath.Join(dir, dirtyName)); err != nil {
		t.Fatal("the marker is gone")
	}
	g.free = 1 << 40
	mustClose(t, mustOpen(t, dir, Rebuild, g.bytes), tipA)
}

// A place that takes no view is read with the view in memory.
func TestPlaceThatTakesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	v := mustOpen(t, filepath.Join(file, "view"), Rebuild, plenty) // no folder can be made there
	if !v.InMemory() {
		t.Fatal("where is it?")
	}
	put(t, v, v.K(1, "a"), "x")
	mustClose(t, v, tipA)

	dir := closedView(t)
	v = mustOpen(t, dir, Rebuild, func(string) (uint64, error) { return 0, os.ErrPermission })
	put(t, v, v.K(1, "a"), "x")
	mustClose(t, v, tipA)
	mustClose(t, mustOpen(t, dir, Clean, plenty), tipA)
}

// Many short runs do not pile up small tables for ever.
func TestShortRunsAreCompacted(t *testing.T) {
	dir := t.TempDir()
	state := Rebuild
	most := 0
	for n := uint64(0); n < 2*crowded; n++ {
		v := mustOpen(t, dir, state, plenty)
		for i := range 8 { // hashed, so that tables overlap as in life
			put(t, v, v.K(1, fmt.Sprint(n, i)), "x")
		}
		mustClose(t, v, tipA)
		tables, _ := filepath.Glob(filepath.Join(dir, dbName, "*.sst"))
		most, state = max(most, len(tables)), Clean
	}
	if most > crowded+3 {
		t.Fatalf("%d tables", most)
	}
	v := mustOpen(t, dir, Clean, plenty)
	defer v.Close(7, tipA)
	for n := uint64(0); n < 2*crowded; n++ {
		for i := range 8 {
			if _, ok := get(t, v, v.K(1, fmt.Sprint(n, i))); !ok {
				t.Fatalf("%d of run %d is gone", i, n)
			}
		}
	}
}
