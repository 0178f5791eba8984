// Package bench_test measures what a person waits for, each beside a floor that
// is measured in the same run: the least that the same disk, the same loopback
// or the same cipher needs for the same bytes. The ratio is what to watch; the
// figures themselves belong to the machine.
package bench_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"wherry/app/notebook"
	"wherry/app/simtest/bench/synth"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
	"wherry/sync/engine"
	"wherry/sync/remote"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	for _, g := range grown {
		if g.dir != "" {
			_ = os.RemoveAll(g.dir)
		}
	}
	os.Exit(code)
}

var bg = context.Background()

// passphrase and config of every notebook here: the lowest cost of opening
// that is allowed, as in the other tests.
var passphrase = []byte(rig.Passphrase)

func config(b testing.TB) notebook.Config {
	b.Helper()
	kdf, err := notebook.KDFMemory("64MiB")
	if err != nil {
		b.Fatal(err)
	}
	return notebook.Config{KDF: kdf, Version: "bench", Dial: func(e notebook.Endpoint) (engine.Remote, error) {
		return remote.New(remote.Options{URL: e.URL, CA: e.CA, Key: e.Key})
	}}
}

// times is a sorted series of measurements.
type times []time.Duration

func sorted(d []time.Duration) times {
	slices.Sort(d)
	return d
}

func (t times) at(p float64) time.Duration {
	return t[min(len(t)-1, int(p*float64(len(t))))]
}

func (t times) median() time.Duration { return t.at(0.5) }

// table collects lines of figures and prints them at the end of a benchmark.
type table struct {
	b    *testing.B
	name string
	rows [][3]string
}

func newTable(b *testing.B, name string) *table { return &table{b: b, name: name} }

func (t *table) add(what, figure, ratio string) {
	t.rows = append(t.rows, [3]string{what, figure, ratio})
}

// compare adds a measurement, its floor and their ratio.
func (t *table) compare(what string, got, floor time.Duration) {
	t.add(what, fmt.Sprintf("%10s   floor %10s", short(got), short(floor)), fmt.Sprintf("%6.2f ×", float64(got)/float64(floor)))
}

func (t *table) print() {
	fmt.Printf("\n%s\n", t.name)
	width := 0
	for _, r := range t.rows {
		width = max(width, len([]rune(r[0])))
	}
	for _, r := range t.rows {
		fmt.Printf("  %-*s  %-34s %s\n", width, r[0], r[1], r[2])
	}
}

func short(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.0f µs", float64(d)/1e3)
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// grown are notebooks of a given number of notes, made once.
var grown = map[int]*growth{1_000: {}, 10_000: {}}

type growth struct {
	once sync.Once
	dir  string
	err  error
}

const childrenPer = 40

// notebookOf copies a notebook with n notes of synthetic prose into a fresh
// folder on the disk.
func notebookOf(b *testing.B, n int) string {
	b.Helper()
	g := grown[n]
	g.once.Do(func() { g.grow(b, n) })
	if g.err != nil {
		b.Fatal(g.err)
	}
	dir := filepath.Join(b.TempDir(), "notebook")
	rig.Copy(b, filepath.Join(g.dir, "notebook"), dir)
	return dir
}

// grow makes it in memory where there is such a place: the syncs of ten
// thousand saves are not what is measured.
func (g *growth) grow(b *testing.B, n int) {
	base := "/dev/shm"
	if st, err := os.Stat(base); err != nil || !st.IsDir() {
		base = ""
	}
	if g.dir, g.err = os.MkdirTemp(base, "wherry-bench-"); g.err != nil {
		return
	}
	nb, _, err := notebook.CreateWithCode(bg, filepath.Join(g.dir, "notebook"), "Amina Yusuf", passphrase, config(b))
	if err != nil {
		g.err = err
		return
	}
	g.err = errors.Join(populate(nb, synth.New(uint64(n)), n), nb.Close())
}

// populate imports a caseload and records n notes.
func populate(nb *notebook.Notebook, s *synth.Source, n int) error {
	if _, err := nb.Import(bg, s.Caseload(childrenPer), nil, false); err != nil {
		return err
	}
	refs := synth.Refs(childrenPer)
	for i := range n {
		if _, err := nb.Record(bg, s.Note(refs[i%len(refs)], s.Size()), "note"); err != nil {
			return err
		}
	}
	return nil
}

func open(b *testing.B, dir string) *notebook.Notebook {
	b.Helper()
	nb, err := notebook.Open(bg, dir, passphrase, config(b))
	if err != nil {
		b.Fatal(err)
	}
	return nb
}

func shut(b *testing.B, nb *notebook.Notebook) {
	b.Helper()
	if err := nb.Close(); err != nil {
		b.Fatal(err)
	}
}
