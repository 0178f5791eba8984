package vault

import (
	"crypto/rand"
	"testing"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// The view takes little more on the disk than its sealed rows: after a rebuild
// and after many short runs.
func TestSizeOnDisk(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	value := make([]byte, 150)
	rand.Read(value)
	rows := int64(0)
	b := v.Bulk(bg)
	for n := range uint64(50_000) {
		k := v.K(1, record.ID{byte(n)}, n)
		if err := b.Put(k, value); err != nil {
			t.Fatal(err)
		}
		rows += int64(len(k.b) + len(value) + seal.CellOverhead)
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	mustClose(t, v, tipA)
	const bookkeeping = 64 << 10
	built := diskSize(t, dir)
	if built > rows*11/10+bookkeeping {
		t.Errorf("%d bytes on the disk for %d after a rebuild", built, rows)
	}
	for run := range uint64(2 * crowded) {
		v = mustOpen(t, dir, Clean, plenty)
		err := v.Defer(func(tx *Tx) error {
			for n := range uint64(40) { // the rows of 40 saves, in time all over the view
				if err := tx.Put(v.K(1, record.ID{byte(n * 97 * run)}, n*97*run), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		mustClose(t, v, tipA)
	}
	later := diskSize(t, dir)
	if later > rows*12/10+bookkeeping {
		t.Errorf("%d bytes on the disk for %d after many runs", later, rows)
	}
	t.Logf("%d bytes of rows: %.2f times that after a rebuild, %.2f after many runs", rows, float64(built)/float64(rows), float64(later)/float64(rows))
}
