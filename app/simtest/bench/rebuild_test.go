package bench_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"wherry/storage/journal"
	"wherry/storage/seal"
)

// BenchmarkRatioRebuild: making view and index anew from the journal of 10,000
// notes, as after an unclean stop, beside sealing as many values of the same
// bytes and writing them to one file with one sync.
func BenchmarkRatioRebuild(b *testing.B) {
	for b.Loop() {
		t := newTable(b, "Rebuilding the view and the index from a journal of 10,000 notes")
		dir := notebookOf(b, 10_000)
		var clean, anew, raw []time.Duration
		for range 3 {
			clean = append(clean, opening(b, dir))
			if err := os.RemoveAll(filepath.Join(dir, "view")); err != nil {
				b.Fatal(err)
			}
			anew = append(anew, opening(b, dir))
			raw = append(raw, sealAndWrite(b, dir))
		}
		c, a, r := sorted(clean).median(), sorted(anew).median(), sorted(raw).median()
		t.add("opening with a sound view", short(c), "")
		t.compare("rebuilding, less that", max(a-c, 0), r)
		t.print()
		b.ReportMetric(float64(a-c)/float64(r), "x-floor")
	}
}

func opening(b *testing.B, dir string) time.Duration {
	b.Helper()
	begun := time.Now()
	nb := open(b, dir)
	took := time.Since(begun)
	shut(b, nb)
	return took
}

// sealAndWrite is the floor: each frame's bytes sealed once more and written
// one after the other.
func sealAndWrite(b *testing.B, dir string) time.Duration {
	b.Helper()
	u, err := seal.ReadKeyFile(dir, passphrase)
	if err != nil {
		b.Fatal(err)
	}
	j, _, err := journal.Open(filepath.Join(dir, "journal"), u.Key.Derive("journal"), journal.Options{ReadOnly: true, MustExist: true})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	var values [][]byte
	err = j.Replay(bg, 0, func(f journal.Frame) error {
		for _, it := range f.Items {
			values = append(values, it.Data)
		}
		return nil
	})
	if err != nil || len(values) < 10_000 {
		b.Fatal(len(values), err)
	}
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	begun := time.Now()
	for _, v := range values {
		s, err := seal.Seal(u.Key, nil, v)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Write(s); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}
