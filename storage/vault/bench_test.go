package vault

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// loadView fills a view with rows as a rebuild does: of each entry a row of
// 1,600 bytes and one of 150, under the hashes of ids.
func loadView(tb testing.TB, v *Vault, entries int) {
	tb.Helper()
	noise := make([]byte, 1<<20)
	rand.Read(noise)
	bulk := v.Bulk(bg)
	for n := range uint64(entries) {
		of, id := record.ID{1, byte(n % 250)}, record.ID{2, byte(n >> 16), byte(n >> 8), byte(n)}
		at := n * 97 % (1<<20 - 1600)
		if err := bulk.Put(v.K(1, of, n), noise[at:at+1600]); err != nil {
			tb.Fatal(err)
		}
		if err := bulk.Put(v.K(2, id), noise[at:at+150]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := bulk.Flush(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkBulkRebuild fills a view with 100,000 entries, as after an unclean
// stop.
func BenchmarkBulkRebuild(b *testing.B) {
	root, run := b.TempDir(), 0
	for b.Loop() {
		run++
		v := mustOpen(b, fmt.Sprintf("%s/%d", root, run), Rebuild, nil)
		loadView(b, v, 100_000)
		b.StopTimer()
		mustClose(b, v, tipA)
		os.RemoveAll(v.dir)
		b.StartTimer()
	}
	b.ReportMetric(200_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkReopen closes and opens a view of 100,000 entries: what locking and
// unlocking cost.
func BenchmarkReopen(b *testing.B) {
	dir := b.TempDir()
	v := mustOpen(b, dir, Rebuild, nil)
	loadView(b, v, 100_000)
	for b.Loop() {
		mustClose(b, v, tipA)
		v = mustOpen(b, dir, Clean, nil)
	}
	mustClose(b, v, tipA)
}

// BenchmarkHash holds a view of 100,000 entries against what view.seal states.
func BenchmarkHash(b *testing.B) {
	dir := b.TempDir()
	v := mustOpen(b, dir, Rebuild, nil)
	loadView(b, v, 100_000)
	mustClose(b, v, tipA)
	b.SetBytes(diskSize(b, dir))
	for b.Loop() {
		if Inspect(dir, testKey) != "ok" {
			b.Fatal("not whole")
		}
	}
}

// diskSize is the apparent size of a folder's files, in bytes.
func diskSize(tb testing.TB, dir string) (n int64) {
	tb.Helper()
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// BenchmarkValue seals a value as the view does, and as the journal does.
func BenchmarkValue(b *testing.B) {
	key, plain := make([]byte, 33), make([]byte, 1600)
	b.Run("cell", func(b *testing.B) {
		c := newCell(testKey, [16]byte{1})
		for b.Loop() {
			c.Seal(key, plain)
		}
	})
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			if _, err := seal.Seal(testKey, key, plain); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkKey(b *testing.B) {
	v := mustOpen(b, b.TempDir(), Rebuild, nil)
	defer v.Close(7, tipA)
	for b.Loop() {
		v.K(1, record.ID{1}, uint64(1))
	}
}

func BenchmarkGet(b *testing.B) {
	v := mustOpen(b, b.TempDir(), Rebuild, nil)
	defer v.Close(7, tipA)
	put(b, v, v.K(1, "a"), string(make([]byte, 2048)))
	for b.Loop() {
		get(b, v, v.K(1, "a"))
	}
}

// BenchmarkScan goes through the 400 entries of one case.
func BenchmarkScan(b *testing.B) {
	v := mustOpen(b, b.TempDir(), Rebuild, nil)
	defer v.Close(7, tipA)
	loadView(b, v, 100_000)
	for b.Loop() {
		rows := 0
		err := v.View(bg, func(tx *Tx) error {
			return tx.Scan(v.K(1, record.ID{1, 7}), func(_, _ []byte) error { rows++; return nil })
		})
		if err != nil || rows != 400 {
			b.Fatal(rows, err)
		}
	}
}
