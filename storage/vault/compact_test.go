package vault

import (
	"crypto/rand"
	"testing"
)

// Rows that became small leave their old room.
func TestCompactGivesRoomBack(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	large := make([]byte, 2500)
	rand.Read(large)
	const rows = 6000
	for i := range uint64(rows) {
		if err := v.Defer(func(tx *Tx) error { return tx.Put(v.K(1, i), large) }); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint64(rows) {
		if err := v.Defer(func(tx *Tx) error { return tx.Put(v.K(1, i), large[:80]) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Compact(bg); err != nil {
		t.Fatal(err)
	}
	for _, ti := range v.db.Tables() {
		t.Log(ti.Level, ti.OnDiskSize, ti.KeyCount, ti.StaleDataSize)
	}
	mustClose(t, v, tipA)
	if size := diskSize(t, dir); size > rows*400 {
		t.Errorf("%d bytes for %d small rows", size, rows)
	}
	v = mustOpen(t, dir, Clean, plenty)
	seen := 0
	err := v.View(bg, func(tx *Tx) error {
		return tx.Scan(v.K(1), func(_, value []byte) error { seen += len(value); return nil })
	})
	if err != nil || seen != 80*rows {
		t.Errorf("%d bytes of values, %v", seen, err)
	}
	mustClose(t, v, tipA)
}
