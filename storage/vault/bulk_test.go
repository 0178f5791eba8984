package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A load larger than memory holds, with rows that are replaced, deleted and
// put again, comes out as a map does, and nothing is left beside it.
func TestLargeLoad(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	rng := rand.New(rand.NewPCG(3, 3))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	model := map[uint64][]byte{}
	b := v.Bulk(bg)
	stretches := 0
	for range 16_000 {
		k := rng.Uint64N(9000)
		if rng.IntN(8) == 0 {
			delete(model, k)
			if err := b.Delete(v.K(1, k)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		at, size := rng.IntN(1<<20-9000), rng.IntN(9000)
		model[k] = noise[at : at+size]
		if err := b.Put(v.K(1, k), model[k]); err != nil {
			t.Fatal(err)
		}
		waiting, _ := filepath.Glob(filepath.Join(dir, loadName, "*"))
		stretches = max(stretches, len(waiting))
		if b.size > bulkSize {
			t.Fatalf("%d bytes gathered", b.size)
		}
	}
	if stretches < 2 {
		t.Fatalf("only %d stretches: the load was too small to try anything", stretches)
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, loadName)); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("rows of the load are left behind")
	}
	same := func() {
		t.Helper()
		rows := 0
		err := v.View(bg, func(tx *Tx) error {
			for k := range uint64(9000) {
				value, ok, err := tx.Get(v.K(1, k))
				if held, has := model[k]; err != nil || ok != has || !bytes.Equal(value, held) {
					return fmt.Errorf("%d: %v %v", k, ok, err)
				}
			}
			return tx.Scan(v.K(1), func(_, _ []byte) error { rows++; return nil })
		})
		if err != nil || rows != len(model) {
			t.Fatalf("%d rows, not %d: %v", rows, len(model), err)
		}
	}
	same()
	for _, info := range v.db.Tables() {
		if info.Level == 0 {
			t.Error("the load left a table to be compacted")
		}
	}
	put(t, v, v.K(1, uint64(1)), "later") // a later write comes before the load's
	model[1] = []byte("later")
	same()
	mustClose(t, v, tipA)
	v = mustOpen(t, dir, Clean, plenty)
	same()
	mustClose(t, v, tipA)
}

// A disk that fills up during a load ends it with ErrFull; in memory it goes
// on, and the next opening with room begins on the disk again.
func TestLoadOnADiskThatFillsUp(t *testing.T) {
	for _, when := range []int{0, 30, 100} { // thousands of rows before it is full
		dir := t.TempDir()
		g := &gauge{free: 1 << 40}
		v := mustOpen(t, dir, Rebuild, g.bytes)
		load := func() error {
			b := v.Bulk(bg)
			for n := range uint64(100_000) {
				if int(n) == when*1000 {
					g.free = DefaultMinFree + 1
				}
				if err := b.Put(v.K(1, n), make([]byte, 400)); err != nil {
					return errors.Join(err, b.Flush())
				}
			}
			if when == 100 {
				g.free = DefaultMinFree + 1
			}
			return b.Flush()
		}
		if err := load(); !errors.Is(err, ErrFull) {
			t.Fatalf("%d: %v", when, err)
		}
		if err := v.LeaveDisk(); err != nil {
			t.Fatal(err)
		}
		if err := load(); err != nil {
			t.Fatal(err)
		}
		if x, ok := get(t, v, v.K(1, uint64(99_999))); !ok || len(x) != 400 {
			t.Fatal("not there")
		}
		mustClose(t, v, tipA)
		g.free = 1 << 40
		v = mustOpen(t, dir, Rebuild, g.bytes)
		if _, err := os.Lstat(filepath.Join(dir, loadName)); v.InMemory() || !errors.Is(err, os.ErrNotExist) {
			t.Fatal("rows of the load are left behind")
		}
		mustClose(t, v, tipA)
	}
}

// What a kill during a load leaves is wiped.
func TestKilledLoad(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	b := v.Bulk(bg)
	for n := range uint64(10_000) {
		if err := b.Put(v.K(1, n), make([]byte, 4000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.runs.wait(); err != nil {
		t.Fatal(err)
	}
	killed := filepath.Join(t.TempDir(), "view")
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(killed, loadName)); len(left) == 0 {
		t.Fatal("nothing was written before the kill")
	}
	mustClose(t, v, tipA)
	v = mustOpen(t, killed, Rebuild, plenty)
	if _, err := os.Lstat(filepath.Join(killed, loadName)); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("rows of the load are left behind")
	}
	if _, ok := get(t, v, v.K(1, uint64(1))); ok {
		t.Fatal("half a load is there")
	}
	mustClose(t, v, tipA)
	mustClose(t, mustOpen(t, dir, Rebuild, plenty), tipA) // the load that was never flushed
}

// Rows that are lost or cut on the way end the load.
func TestLoadOfCutRows(t *testing.T) {
	harms := map[string]func(string) error{
		"gone": os.Remove,
		"cut":  func(name string) error { return os.Truncate(name, 100_001) },
	}
	for what, harm := range harms {
		dir := t.TempDir()
		v := mustOpen(t, dir, Rebuild, plenty)
		b := v.Bulk(bg)
		for n := range uint64(6_000) {
			if err := b.Put(v.K(1, n), make([]byte, 4000)); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.runs.wait(); err != nil {
			t.Fatal(err)
		}
		if err := harm(filepath.Join(dir, loadName, "000000")); err != nil {
			t.Fatal(err)
		}
		if err := b.Flush(); err == nil {
			t.Errorf("%s: not noticed", what)
		}
		mustClose(t, v, tipA)
		mustClose(t, mustOpen(t, dir, Rebuild, plenty), tipA)
	}
}

// Stretches merge as one map after the other would.
func TestMergeRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SampledFrom([]string{"", "a", "ab", "b", "ba", "c", "\xff"})
		model := map[string]string{}
		var all []*runReader
		for range rapid.IntRange(0, 5).Draw(t, "stretches") {
			stretch := rapid.MapOfN(keys, rapid.SampledFrom([]string{"gone", "", "x", "y"}), 0, 6).Draw(t, "rows")
			var rows []row
			for key, value := range stretch {
				if value == "gone" {
					rows = append(rows, row{key, nil})
					delete(model, key)
				} else {
					rows = append(rows, row{key, []byte(value)})
					model[key] = value
				}
			}
			slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.key, b.key) })
			all = append(all, &runReader{rows: rows})
		}
		last := ""
		err := mergeRuns(all, func(p row) error {
			if want, ok := model[p.key]; !ok || want != string(p.value) || p.key < last {
				return fmt.Errorf("%q: %q, not %q", p.key, p.value, want)
			}
			delete(model, p.key)
			last = p.key
			return nil
		})
		if err != nil || len(model) > 0 {
			t.Fatal(err, model)
		}
	})
}

func FuzzRunReader(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 2, 'k', 'v', 'w', 0, 0, 0, 1, 255, 255, 255, 255, 'l'})
	f.Add([]byte{255, 255, 255, 255, 0, 0, 0, 0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		name := filepath.Join(t.TempDir(), "run")
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		all, end, err := (&runs{files: []string{name}}).open()
		if err != nil {
			t.Fatal(err)
		}
		defer end()
		var rows []row
		for {
			p, err := all[0].next()
			if err != nil {
				if err != io.EOF {
					return
				}
				break
			}
			rows = append(rows, p)
		}
		again := filepath.Join(t.TempDir(), "again")
		if err := writeRun(again, rows); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(again); err != nil || !bytes.Equal(got, raw) {
			t.Fatalf("%x became %x: %v", raw, got, err)
		}
	})
}
