package vault

import (
	"crypto/rand"
	"fmt"
	"testing"
)

// BenchmarkBulkRebuild fills a view with 10,000 records of 2 KiB, as after an
// unclean stop.
func BenchmarkBulkRebuild(b *testing.B) {
	value := make([]byte, 2048)
	rand.Read(value)
	root, run := b.TempDir(), 0
	for b.Loop() {
		run++
		v := mustOpen(b, fmt.Sprintf("%s/%d", root, run), Rebuild, nil)
		bulk := v.Bulk(bg)
		for n := uint64(0); n < 10_000; n++ {
			if err := bulk.Put(v.K(1, n), value); err != nil {
				b.Fatal(err)
			}
		}
		if err := bulk.Flush(); err != nil {
			b.Fatal(err)
		}
		mustClose(b, v, tipA)
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkReopen closes and opens a view of 10,000 records of 2 KiB: what
// locking and unlocking cost.
func BenchmarkReopen(b *testing.B) {
	dir := b.TempDir()
	v := mustOpen(b, dir, Rebuild, nil)
	bulk := v.Bulk(bg)
	for n := uint64(0); n < 10_000; n++ {
		if err := bulk.Put(v.K(1, n), make([]byte, 2048)); err != nil {
			b.Fatal(err)
		}
	}
	if err := bulk.Flush(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		mustClose(b, v, tipA)
		v = mustOpen(b, dir, Clean, nil)
	}
	mustClose(b, v, tipA)
}

func BenchmarkGet(b *testing.B) {
	v := mustOpen(b, b.TempDir(), Rebuild, nil)
	defer v.Close(7, tipA)
	put(b, v, v.K(1, "a"), string(make([]byte, 2048)))
	for b.Loop() {
		get(b, v, v.K(1, "a"))
	}
}
