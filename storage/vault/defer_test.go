package vault

import (
	"bytes"
	"fmt"
	"testing"
)

// A full disk under the view costs no reader anything: what was deferred stays
// in memory and is seen, and the next Open rebuilds.
func TestDeferOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	room := uint64(1 << 40)
	v := mustOpen(t, dir, Rebuild, func(string) (uint64, error) { return room, nil })
	put(t, v, v.K(1, "old"), "a")
	room = 0
	for i := range uint64(3 * lateRows) {
		if err := v.Defer(func(tx *Tx) error { return tx.Put(v.K(2, i), []byte("b")) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Defer(func(tx *Tx) error { return tx.Delete(v.K(1, "old")) }); err != nil {
		t.Fatal(err)
	}
	rows := 0
	err := v.View(bg, func(tx *Tx) error {
		if _, ok, err := tx.Get(v.K(1, "old")); ok || err != nil {
			return fmt.Errorf("a deferred deletion is not seen: %v", err)
		}
		return tx.Scan(v.K(2), func(_, value []byte) error {
			if !bytes.Equal(value, []byte("b")) {
				return fmt.Errorf("%q", value)
			}
			rows++
			return nil
		})
	})
	if err != nil || rows != 3*lateRows {
		t.Fatal(rows, err)
	}
	_ = v.Close(7, tipA)
	w := mustOpen(t, dir, Rebuild, plenty)
	mustClose(t, w, tipA)
}

// LeaveDisk lets a view be filled anew in memory when its disk has filled up.
func TestLeaveDisk(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	put(t, v, v.K(1, "a"), "x")
	if err := v.LeaveDisk(); err != nil || !v.InMemory() {
		t.Fatal(err)
	}
	if _, ok := get(t, v, v.K(1, "a")); ok {
		t.Fatal("it is not empty")
	}
	put(t, v, v.K(1, "a"), "y")
	if x, ok := get(t, v, v.K(1, "a")); !ok || x != "y" {
		t.Fatal(x)
	}
	_ = v.Close(7, tipA)
	w := mustOpen(t, dir, Rebuild, plenty)
	mustClose(t, w, tipA)
}

// The overlay is written out by itself when much has gathered.
func TestDeferIsBounded(t *testing.T) {
	v := mustOpen(t, t.TempDir(), Rebuild, plenty)
	defer v.Close(7, tipA)
	for i := range uint64(lateRows + 1) {
		if err := v.Defer(func(tx *Tx) error { return tx.Put(v.K(2, i), []byte("b")) }); err != nil {
			t.Fatal(err)
		}
		if v.Pending() > lateRows {
			t.Fatalf("%d rows wait", v.Pending())
		}
	}
	if v.Pending() != 1 {
		t.Errorf("%d rows wait after a full load", v.Pending())
	}
	big := make([]byte, MaxValue)
	for i := range uint64(lateBytes/MaxValue + 1) {
		if err := v.Defer(func(tx *Tx) error { return tx.Put(v.K(3, i), big) }); err != nil {
			t.Fatal(err)
		}
	}
	if v.Pending() > 2 {
		t.Errorf("%d rows of %d bytes wait", v.Pending(), MaxValue)
	}
}
