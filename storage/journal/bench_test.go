package journal

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkAppend4K makes one note of 4 KiB durable, by the journal and by a
// bare write and sync of the same bytes, in turn, so that both meet the same
// disk. x-raw is the journal's median over the bare one's, x-raw-p99 the same at
// the 99th percentile.
func BenchmarkAppend4K(b *testing.B) {
	dir := b.TempDir()
	j, _ := mustOpen(b, filepath.Join(dir, "journal"), Options{})
	raw, err := openDisk(filepath.Join(dir, "raw"), os.O_RDWR|os.O_CREATE)
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	note, off := noise(4096), int64(0)
	var journalled, bare []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := j.Append(bg, []Item{{Type: 1, Data: note}}); err != nil {
			b.Fatal(err)
		}
		half := time.Now()
		if _, err := raw.WriteAt(note, off); err != nil {
			b.Fatal(err)
		}
		if err := raw.Sync(); err != nil {
			b.Fatal(err)
		}
		off += int64(len(note))
		journalled, bare = append(journalled, half.Sub(start)), append(bare, time.Since(half))
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(journalled)
	slices.Sort(bare)
	m, r := journalled[len(journalled)/2], bare[len(bare)/2]
	b.ReportMetric(float64(m.Microseconds()), "journal-µs")
	b.ReportMetric(float64(r.Microseconds()), "raw-µs")
	b.ReportMetric(float64(m)/float64(r), "x-raw")
	b.ReportMetric(float64(journalled[len(journalled)*99/100])/float64(bare[len(bare)*99/100]), "x-raw-p99")
}

// BenchmarkOpen10k verifies a journal of 10,000 notes of 2 KiB;
// BenchmarkReplay10k reads it as well.
func BenchmarkOpen10k(b *testing.B) {
	fsys := tenThousand(b)
	for b.Loop() {
		if _, r := mustOpen(b, testDir, Options{FS: fsys}); r.Frames != 10_000/50 {
			b.Fatal(r.Frames)
		}
	}
}

func BenchmarkReplay10k(b *testing.B) {
	fsys := tenThousand(b)
	j, _ := mustOpen(b, testDir, Options{FS: fsys})
	for b.Loop() {
		n := 0
		if err := j.Replay(bg, 0, func(f Frame) error { n += len(f.Items); return nil }); err != nil || n != 10_000 {
			b.Fatal(n, err)
		}
	}
}

func tenThousand(b *testing.B) *shadowFS {
	fsys := newShadow()
	j, _ := mustOpen(b, testDir, Options{FS: fsys})
	items := make([]Item, 50)
	for i := range items {
		items[i] = Item{Type: 1, Data: noise(2048)}
	}
	for range 10_000 / len(items) {
		if _, err := j.Append(bg, items); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return fsys
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
