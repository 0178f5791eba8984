package vault

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Any order of updates, deletions, bulk loads, scans and reopenings gives the
// same view as a map.
func TestVaultIsAMap(t *testing.T) {
	dir := t.TempDir()
	v := mustOpen(t, dir, Rebuild, plenty)
	defer func() { v.Close(7, tipA) }()
	run := uint64(0) // each has keys of its own, so that one vault serves all
	rapid.Check(t, func(t *rapid.T) {
		run++
		model := map[uint64][]byte{}
		keys := rapid.Uint64Range(0, 20)
		values := rapid.SliceOfN(rapid.Byte(), 0, 300)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			act := rapid.SampledFrom([]string{"update", "defer", "defer", "fail", "bulk", "flush", "look"}).Draw(t, "act")
			if rapid.IntRange(0, 30).Draw(t, "reopen") == 17 { // the costliest, so rarely
				act = "reopen"
			}
			switch act {
			case "update", "fail", "defer":
				next := maps.Clone(model)
				broken := fmt.Errorf("on purpose")
				change := func(fn func(*Tx) error) error { return v.Update(bg, fn) }
				if act == "defer" {
					change = v.Defer
				}
				err := change(func(tx *Tx) error {
					for range rapid.IntRange(1, 5).Draw(t, "writes") {
						k := keys.Draw(t, "key")
						if rapid.Bool().Draw(t, "delete") {
							delete(next, k)
							if err := tx.Delete(v.K(1, run, k)); err != nil {
								return err
							}
							continue
						}
						next[k] = values.Draw(t, "value")
						if err := tx.Put(v.K(1, run, k), next[k]); err != nil {
							return err
						}
					}
					if err := sameAs(v, tx, run, next); err != nil { // it sees its own writes
						return err
					}
					if rapid.Bool().Draw(t, "fails") {
						return broken
					}
					return nil
				})
				if err == nil {
					model = next
				} else if err != broken {
					t.Fatal(err)
				}
			case "bulk":
				b := v.Bulk(bg)
				for range rapid.IntRange(1, 10).Draw(t, "writes") {
					k := keys.Draw(t, "key")
					model[k] = values.Draw(t, "value")
					if err := b.Put(v.K(1, run, k), model[k]); err != nil {
						t.Fatal(err)
					}
				}
				if err := b.Flush(); err != nil {
					t.Fatal(err)
				}
			case "flush":
				if err := v.Flush(bg); err != nil || v.Pending() != 0 {
					t.Fatal(v.Pending(), err)
				}
			case "look": // without writing out what was deferred
				waits := v.Pending()
				for k := range uint64(21) {
					value, ok, err := v.Value(bg, v.K(1, run, k))
					if held, has := model[k]; err != nil || ok != has || !bytes.Equal(value, held) {
						t.Fatalf("%d: %v %v", k, ok, err)
					}
				}
				if v.Pending() != waits {
					t.Fatal("looking wrote out what was deferred")
				}
				continue
			case "reopen":
				if err := v.Close(7, tipA); err != nil {
					t.Fatal(err)
				}
				var state State
				var err error
				v, state, err = OpenWith(dir, testKey, Options{Schema: 3, FreeBytes: plenty})
				if err != nil || state != Clean {
					t.Fatal(state, err)
				}
			}
			if err := v.View(bg, func(tx *Tx) error { return sameAs(v, tx, run, model) }); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// sameAs compares a scan and every Get with the model.
func sameAs(v *Vault, tx *Tx, run uint64, model map[uint64][]byte) error {
	want := slices.Sorted(maps.Keys(model))
	err := tx.Scan(v.K(1, run), func(suffix, value []byte) error {
		if len(want) == 0 || !bytes.Equal(v.K(1, run, want[0]).b[9:], suffix) || !bytes.Equal(value, model[want[0]]) {
			return fmt.Errorf("the scan differs: expected %v", want)
		}
		want = want[1:]
		return nil
	})
	if err == nil && len(want) > 0 {
		err = fmt.Errorf("the scan misses %v", want)
	}
	for k := range uint64(21) {
		value, ok, gerr := tx.Get(v.K(1, run, k))
		if held, has := model[k]; err == nil && (gerr != nil || ok != has || !bytes.Equal(value, held)) {
			err = fmt.Errorf("%d: %v %v", k, ok, gerr)
		}
	}
	return err
}
