package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"wherry/storage/record"
	"wherry/storage/seal"
)

var (
	bg      = context.Background()
	testKey = seal.Key{4, 5, 6}
	tipA    = [32]byte{0xaa}
)

func plenty(string) (uint64, error) { return 1 << 40, nil }

func mustOpen(t testing.TB, dir string, want State, free func(string) (uint64, error)) *Vault {
	t.Helper()
	v, state, err := OpenWith(dir, testKey, Options{Schema: 3, FreeBytes: free})
	if err != nil {
		t.Fatal(err)
	}
	if state != want {
		t.Fatalf("state %v, expected %v", state, want)
	}
	return v
}

func mustClose(t testing.TB, v *Vault, tip [32]byte) {
	t.Helper()
	if err := v.Close(7, tip); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, v *Vault, k Key, value string) {
	t.Helper()
	if err := v.Update(bg, func(tx *Tx) error { return tx.Put(k, []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, v *Vault, k Key) (string, bool) {
	t.Helper()
	var out string
	var found bool
	err := v.View(bg, func(tx *Tx) error {
		b, ok, err := tx.Get(k)
		out, found = string(b), ok
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, found
}

func TestPutGetDeleteScan(t *testing.T) {
	v := mustOpen(t, t.TempDir(), Rebuild, plenty)
	defer v.Close(7, tipA)
	id := record.ID{1}
	err := v.Update(bg, func(tx *Tx) error {
		for _, n := range []uint64{300, 2, 1} {
			if err := tx.Put(v.K(1, id, n), []byte(fmt.Sprint(n))); err != nil {
				return err
			}
		}
		if err := tx.Put(v.K(1, record.ID{2}, uint64(9)), []byte("other")); err != nil {
			return err
		}
		if b, ok, err := tx.Get(v.K(1, id, uint64(2))); err != nil || !ok || string(b) != "2" {
			return fmt.Errorf("own write: %q %v %v", b, ok, err)
		}
		// Writing while scanning is allowed.
		return tx.Scan(v.K(1, id), func(suffix, value []byte) error {
			if string(value) == "2" {
				return tx.Delete(v.K(1, id, binary.BigEndian.Uint64(suffix)))
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := get(t, v, v.K(1, id, uint64(2))); ok {
		t.Fatal("deleted and still there")
	}
	if _, ok := get(t, v, v.K(2, id, uint64(1))); ok {
		t.Fatal("found in another table")
	}
	var seen []uint64
	err = v.View(bg, func(tx *Tx) error {
		return tx.Scan(v.K(1, id), func(suffix, value []byte) error {
			n := binary.BigEndian.Uint64(suffix)
			if string(value) != fmt.Sprint(n) {
				return fmt.Errorf("%d holds %q", n, value)
			}
			seen = append(seen, n)
			return nil
		})
	})
	if err != nil || len(seen) != 2 || seen[0] != 1 || seen[1] != 300 {
		t.Fatalf("scan: %v %v", seen, err)
	}
	count := 0
	err = v.View(bg, func(tx *Tx) error {
		return tx.Scan(v.K(1), func(_, _ []byte) error { count++; return Stop })
	})
	if err != nil || count != 1 {
		t.Fatalf("stopped scan: %d %v", count, err)
	}
}

// A failed Update leaves nothing behind.
func TestUpdateIsAllOrNothing(t *testing.T) {
	v := mustOpen(t, t.TempDir(), Rebuild, plenty)
	defer v.Close(7, tipA)
	mine := errors.New("mine")
	err := v.Update(bg, func(tx *Tx) error {
		if err := tx.Put(v.K(1, "a"), []byte("x")); err != nil {
			return err
		}
		return mine
	})
	if !errors.Is(err, mine) {
		t.Fatal(err)
	}
	if _, ok := get(t, v, v.K(1, "a")); ok {
		t.Fatal("half an update is there")
	}
	err = v.Update(bg, func(tx *Tx) error { return tx.Put(v.K(1, "a"), make([]byte, MaxValue+1)) })
	if !errors.Is(err, ErrTooLarge) {
		t.Fatalf("value too large: %v", err)
	}
	many := func(count uint64) error {
		return v.Update(bg, func(tx *Tx) error {
			for n := range count {
				if err := tx.Put(v.K(1, n), make([]byte, MaxValue)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := many(300); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("update too large: %v", err)
	}
	if _, ok := get(t, v, v.K(1, uint64(0))); ok {
		t.Fatal("half an update is there")
	}
	if err := many(40); err != nil { // far more than one transaction of Badger's
		t.Fatalf("large update: %v", err)
	}
	if x, ok := get(t, v, v.K(1, uint64(39))); !ok || len(x) != MaxValue {
		t.Fatal("large update: not there")
	}
	err = v.View(bg, func(tx *Tx) error { return tx.Put(v.K(1, "a"), nil) })
	if !errors.Is(err, ErrReadOnly) {
		t.Fatalf("writing inside a view: %v", err)
	}
	if err := v.Update(bg, func(tx *Tx) error { return tx.Put(v.K(1, "a"), make([]byte, MaxValue)) }); err != nil {
		t.Fatalf("largest value: %v", err)
	}
	done, cancel := context.WithCancel(bg)
	cancel()
	if err := v.Update(done, func(*Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// Several goroutines may write and read; run with the race detector.
func TestSeveralGoroutines(t *testing.T) {
	v := mustOpen(t, t.TempDir(), Rebuild, plenty)
	defer v.Close(7, tipA)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				err := v.Update(bg, func(tx *Tx) error { // counts without losing any
					b, _, err := tx.Get(v.K(1, "count"))
					if err != nil {
						return err
					}
					return tx.Put(v.K(1, "count"), append(b, '.'))
				})
				if err != nil {
					t.Error(err)
				}
				get(t, v, v.K(1, "count"))
			}
		})
	}
	wg.Wait()
	if b, _ := get(t, v, v.K(1, "count")); len(b) != 100 {
		t.Fatalf("counted %d of 100", len(b))
	}
}

func TestStateAndTip(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	put(t, v, v.K(1, "a"), "x")
	if got := Inspect(dir, testKey); got != "rebuildable" {
		t.Fatalf("while open: %s", got)
	}
	// What a kill leaves is the folder as it is now.
	killed := filepath.Join(t.TempDir(), "view")
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	mustClose(t, v, tipA)
	if err := v.View(bg, func(*Tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Fatalf("after closing: %v", err)
	}
	if got := Inspect(dir, testKey); got != "ok" {
		t.Fatalf("after closing: %s", got)
	}
	k := mustOpen(t, killed, Rebuild, plenty)
	if _, ok := get(t, k, k.K(1, "a")); ok {
		t.Fatal("a view that was not closed kept its content")
	}
	mustClose(t, k, tipA)

	v = mustOpen(t, dir, Clean, plenty)
	if x, ok := get(t, v, v.K(1, "a")); !ok || x != "x" {
		t.Fatalf("%q %v", x, ok)
	}
	if seq, tip := v.Tip(); seq != 7 || tip != tipA {
		t.Fatalf("tip %d %x", seq, tip)
	}
	v.MarkDirty()
	mustClose(t, v, tipA)
	v = mustOpen(t, dir, Rebuild, plenty)
	if seq, tip := v.Tip(); seq != 0 || tip != [32]byte{} {
		t.Fatal("a rebuilt view has a tip")
	}
	put(t, v, v.K(1, "b"), "y")
	if err := v.Wipe(); err != nil {
		t.Fatal(err)
	}
	if _, ok := get(t, v, v.K(1, "b")); ok {
		t.Fatal("wiped and still there")
	}
	put(t, v, v.K(1, "c"), "z")
	mustClose(t, v, tipA)
	v = mustOpen(t, dir, Clean, plenty)
	if x, ok := get(t, v, v.K(1, "c")); !ok || x != "z" {
		t.Fatal("written after the wipe and gone")
	}
	mustClose(t, v, tipA)

	// Another schema or key is another view.
	if v, state, err := Open(dir, testKey, 4); err != nil || state != Rebuild {
		t.Fatalf("another schema: %v %v", state, err)
	} else {
		mustClose(t, v, tipA)
	}
	if got := Inspect(dir, seal.Key{1}); got != "rebuildable" {
		t.Fatalf("another key: %s", got)
	}
}

// A value that Badger gives back under another key, or changed, is refused.
func TestValueIsBoundToItsKey(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	put(t, v, v.K(1, "a"), "the text of a")
	err := v.db.Update(func(txn *badger.Txn) error {
		item, err := txn.Get(v.K(1, "a").b)
		if err != nil {
			return err
		}
		raw, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		return txn.Set(v.K(1, "b").b, raw)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = v.View(bg, func(tx *Tx) error { _, _, err := tx.Get(v.K(1, "b")); return err })
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("moved value: %v", err)
	}
	err = v.View(bg, func(tx *Tx) error { return tx.Scan(v.K(1), func(_, _ []byte) error { return nil }) })
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("moved value in a scan: %v", err)
	}
	mustClose(t, v, tipA)
	mustClose(t, mustOpen(t, dir, Rebuild, plenty), tipA) // noticed damage means rebuilding
}

// Nothing on the disk shows an id, a word or a value, and nobody else can read
// it.
func TestDiskIsOpaque(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	id := record.ID(bytes.Repeat([]byte("canary-i"), 4))
	put(t, v, v.K(1, id, "canary-word"), "canary-value")
	mustClose(t, v, tipA)
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || path == dir {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", info.Name(), info.Mode())
		}
		if !info.IsDir() {
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if bytes.Contains(raw, []byte("canary")) {
				t.Errorf("%s shows what it holds", info.Name())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBulk(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	b := v.Bulk(bg)
	for n := uint64(0); n < 3000; n++ {
		if err := b.Put(v.K(1, n), []byte(fmt.Sprint("value ", n))); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Delete(v.K(1, uint64(7))); err != nil {
		t.Fatal(err)
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(v.K(1, uint64(1)), nil); !errors.Is(err, ErrClosed) {
		t.Fatalf("after flushing: %v", err)
	}
	mustClose(t, v, tipA)
	v = mustOpen(t, dir, Clean, plenty)
	count := 0
	err := v.View(bg, func(tx *Tx) error {
		return tx.Scan(v.K(1), func(_, _ []byte) error { count++; return nil })
	})
	if err != nil || count != 2999 {
		t.Fatalf("%d of 2999: %v", count, err)
	}
	// A load that is forgotten keeps nobody waiting, and the view is rebuilt.
	v.Bulk(bg).Put(v.K(1, "x"), nil)
	b = v.Bulk(bg)
	mustClose(t, v, tipA)
	if err := b.Put(v.K(1, "y"), nil); err == nil {
		t.Fatal("a load went on after Close")
	}
	if err := b.Flush(); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	v = mustOpen(t, dir, Rebuild, plenty)
	defer v.Close(7, tipA)
	done, cancel := context.WithCancel(bg)
	cancel()
	b = v.Bulk(done)
	for range 5 {
		err = b.Put(v.K(1, "x"), make([]byte, MaxValue))
	}
	if !errors.Is(err, context.Canceled) || !errors.Is(b.Flush(), context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
}
