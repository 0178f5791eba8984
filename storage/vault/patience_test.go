package vault

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// Badger that never ends, because the disk takes nothing, is left behind; its
// folder is not opened again by this process.
func TestBadgerThatNeverEnds(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	put(t, v, v.K(1, "a"), "x")
	db, held, ended := v.db, make(chan struct{}), make(chan error, 1)
	log := v.log
	log.Errorf("While doing something else: %v", "x")
	for range maxFlushFailures + 2 {
		log.Errorf("error flushing memtable to disk: %v, retrying", errors.New("no space"))
	}
	v.mu.Lock()
	err := v.leave(func(db *badger.DB) error {
		<-held
		err := db.Close()
		ended <- err
		return err
	})
	v.mu.Unlock()
	if !errors.Is(err, errStuck) {
		t.Fatal(err)
	}
	if db == nil || v.db != nil || !v.dirty.Load() {
		t.Fatal("the view is not left")
	}
	if err := v.Close(7, tipA); err != nil {
		t.Fatal(err)
	}
	v = mustOpen(t, dir, Rebuild, plenty)
	if !v.InMemory() {
		t.Fatal("two Badgers work on one folder")
	}
	mustClose(t, v, tipA)
	close(held)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	givenUp.Delete(dir)
	mustClose(t, mustOpen(t, dir, Rebuild, plenty), tipA)
}

// A panic while Badger ends is an error.
func TestBadgerThatPanicsAtTheEnd(t *testing.T) {
	v := mustOpen(t, t.TempDir(), Rebuild, plenty)
	v.mu.Lock()
	err := v.leave(func(db *badger.DB) error {
		db.Close()
		panic("on purpose")
	})
	v.mu.Unlock()
	if err == nil || errors.Is(err, errStuck) {
		t.Fatal(err)
	}
}

// Abandon writes nothing out and leaves a view that is rebuilt.
func TestAbandon(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	put(t, v, v.K(1, "a"), "x")
	if err := v.Defer(func(tx *Tx) error { return tx.Put(v.K(1, "b"), []byte("y")) }); err != nil {
		t.Fatal(err)
	}
	if err := v.Abandon(); err != nil {
		t.Fatal(err)
	}
	if err := v.Abandon(); err != nil {
		t.Fatal(err)
	}
	if tables, _ := filepath.Glob(filepath.Join(dir, dbName, "*.sst")); len(tables) > 0 {
		t.Fatalf("it wrote out %v", tables)
	}
	if err := v.View(bg, func(*Tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, dir, Rebuild, plenty), tipA)
}
