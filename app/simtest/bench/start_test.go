package bench_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/seal"
)

// BenchmarkRatioStart: from the start of the program to the first line of the
// caseload, with 1,000 and 10,000 entries. The floor is the key derivation,
// which is slow on purpose; what comes after it is ours.
func BenchmarkRatioStart(b *testing.B) {
	for b.Loop() {
		t := newTable(b, "From program start to the first line of the caseload (64 MiB key derivation)")
		for _, n := range []int{1_000, 10_000} {
			dir := notebookOf(b, n)
			pass := filepath.Join(b.TempDir(), "pass")
			rig.Write(b, pass, rig.Passphrase+"\n")
			nb := &rig.Notebook{Program: binaries.Build(b).Wherryctl, Dir: dir, Pass: pass}
			nb.Must(b, 0, "list") // keeps the list lines, as every earlier use did
			var whole, derive, read []time.Duration
			for range 7 {
				whole = append(whole, firstLine(b, nb))
				begun := time.Now()
				if _, err := seal.ReadKeyFile(dir, passphrase); err != nil {
					b.Fatal(err)
				}
				derive = append(derive, time.Since(begun))
				read = append(read, hashFiles(b, dir))
			}
			w, d, r := sorted(whole).median(), sorted(derive).median(), sorted(read).median()
			t.compare(fmt.Sprintf("%6d entries: all, over the key derivation alone", n), w, d)
			t.compare(fmt.Sprintf("%6d entries: after key derivation, over reading and hashing the folder", n), max(w-d, 0), r)
			b.ReportMetric(float64((w - d).Milliseconds()), fmt.Sprintf("ms-after-key-%d", n))
		}
		t.print()
	}
}

// firstLine runs list and returns the time to its first line.
func firstLine(b *testing.B, nb *rig.Notebook) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(bg, rig.Patience)
	defer cancel()
	c := nb.Command(ctx, "list")
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	r := bufio.NewReader(out)
	if _, err := r.ReadString('\n'); err != nil {
		b.Fatal(err)
	}
	took := time.Since(begun)
	if _, err := io.Copy(io.Discard, r); err != nil {
		b.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		b.Fatal(err)
	}
	return took
}

// hashFiles reads and hashes the notebook's files but for the reserve.
func hashFiles(b *testing.B, dir string) time.Duration {
	b.Helper()
	begun := time.Now()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "reserve" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(sha256.New(), f)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}
