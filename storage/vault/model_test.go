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
	root := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		dir := fmt.Sprintf("%s/%d", root, run)
		open := func() *Vault {
			v, _, err := OpenWith(dir, testKey, Options{FreeBytes: plenty})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		v := open()
		model := map[uint64][]byte{}
		defer func() { v.Close(tipA) }()
		keys := rapid.Uint64Range(0, 20)
		values := rapid.SliceOfN(rapid.Byte(), 0, 300)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"update", "update", "fail", "bulk", "scan", "reopen"}).Draw(t, "act") {
			case "update", "fail":
				next := maps.Clone(model)
				broken := fmt.Errorf("on purpose")
				err := v.Update(bg, func(tx *Tx) error {
					for range rapid.IntRange(1, 5).Draw(t, "writes") {
						k := keys.Draw(t, "key")
						if rapid.Bool().Draw(t, "delete") {
							delete(next, k)
							if err := tx.Delete(v.K(1, k)); err != nil {
								return err
							}
							continue
						}
						next[k] = values.Draw(t, "value")
						if err := tx.Put(v.K(1, k), next[k]); err != nil {
							return err
						}
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
					if err := b.Put(v.K(1, k), model[k]); err != nil {
						t.Fatal(err)
					}
				}
				if err := b.Flush(); err != nil {
					t.Fatal(err)
				}
			case "reopen":
				if err := v.Close(tipA); err != nil {
					t.Fatal(err)
				}
				v = open()
			}
			want := slices.Sorted(maps.Keys(model))
			err := v.View(bg, func(tx *Tx) error {
				return tx.Scan(v.K(1), func(suffix, value []byte) error {
					if len(want) == 0 || !bytes.Equal(v.K(1, want[0]).b[1:], suffix) || !bytes.Equal(value, model[want[0]]) {
						return fmt.Errorf("expected %v", want)
					}
					want = want[1:]
					return nil
				})
			})
			if err != nil || len(want) > 0 {
				t.Fatalf("%v: missing %v", err, want)
			}
		}
	})
}
