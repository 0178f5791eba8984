package vault

import (
	"bytes"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"wherry/storage/seal"
)

// Parts of keys are what the format says: the beginning of a MAC of seal's.
func TestHasherIsTheMAC(t *testing.T) {
	k := seal.Key{9, 8, 7}
	h := newHasher(k)
	rapid.Check(t, func(t *rapid.T) {
		table, kind := rapid.Byte().Draw(t, "table"), rapid.Byte().Draw(t, "kind")
		part := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "part")
		want := k.MAC([]byte{table, kind}, part)
		got := h.part([]byte("before"), table, kind, part)
		if !bytes.Equal(got, append([]byte("before"), want[:hashSize]...)) {
			t.Fatalf("%x, not %x", got, want)
		}
	})
	var wg sync.WaitGroup
	want := h.part(nil, 1, 's', []byte("x"))
	for range 4 {
		wg.Go(func() {
			for range 500 {
				if !bytes.Equal(h.part(nil, 1, 's', []byte("x")), want) {
					t.Error("two goroutines disturb each other")
				}
			}
		})
	}
	wg.Wait()
}
