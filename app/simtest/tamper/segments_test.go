package tamper_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"wherry/app/simtest/crash/rig"
)

// harms are what happens to a file beyond single bits. Each changes b, a copy,
// and says how; nil if this file is too small for it.
var harms = []func(rng *rand.Rand, b []byte) ([]byte, string){
	func(rng *rand.Rand, b []byte) ([]byte, string) {
		if len(b) < 1024 {
			return nil, ""
		}
		at := rng.IntN(len(b) - 512)
		clear(b[at : at+512])
		return b, fmt.Sprintf("512 bytes zeroed at %d", at)
	},
	func(rng *rand.Rand, b []byte) ([]byte, string) {
		at := rng.IntN(len(b))
		return b[:at], fmt.Sprintf("cut to %d bytes", at)
	},
	func(rng *rand.Rand, b []byte) ([]byte, string) {
		if len(b) < 4096 {
			return nil, ""
		}
		x, y := rng.IntN(len(b)/512-1)*512, rng.IntN(len(b)/512-1)*512
		p, q := bytes.Clone(b[x:x+512]), bytes.Clone(b[y:y+512])
		copy(b[x:], q)
		copy(b[y:], p)
		return b, fmt.Sprintf("blocks at %d and %d swapped", x, y)
	},
	func(rng *rand.Rand, b []byte) ([]byte, string) {
		// A write that went astray: somewhere else's bytes over these.
		if len(b) < 1024 {
			return nil, ""
		}
		at := rng.IntN(len(b) - 512)
		for i := range 512 {
			b[at+i] = byte(rng.Uint32())
		}
		return b, fmt.Sprintf("512 foreign bytes at %d", at)
	},
}

// TestHarmedSegments zeroes, cuts, swaps and overwrites blocks of the journal:
// what is still read is what was written, and the damage is named.
func TestHarmedSegments(t *testing.T) {
	w := newWorkbench(t)
	want, _, err := w.frames()
	if err != nil {
		t.Fatal(err)
	}
	rng := rig.Seed(t)
	path := byName("journal segment").files(t, w.dir)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tried, lost := 0, 0
	for i := range trials() {
		b, what := harms[i%len(harms)](rng, bytes.Clone(whole))
		if b == nil || bytes.Equal(b, whole) {
			continue
		}
		tried++
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		got, r, err := w.frames()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		for seq, f := range got {
			if !reflect.DeepEqual(f, want[seq]) {
				t.Errorf("%s: frame %d reads as something else", what, seq)
			}
		}
		lost += len(want) - len(got)
		if r.OK() {
			t.Errorf("%s: no damage is named", what)
		}
	}
	f := rig.NewFigures("ST-05 harmed blocks of the journal, in process")
	f.Add("zeroed, cut, swapped, overwritten", "%d", tried)
	f.Add("frames lost", "%d of %d each time", lost, len(want))
	f.Sum(tried, 0)
	f.Print(t)
	if tried < trials()*3/4 || lost == 0 {
		t.Errorf("only %d harms, %d frames lost", tried, lost)
	}
}
