package seal

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		aad := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "aad")
		plain := rapid.SliceOfN(rapid.Byte(), 0, 500).Draw(t, "plain")
		c := NewCell(Key{1, 2, 3})
		sealed := c.Seal(aad, plain)
		if len(sealed) != len(plain)+CellOverhead {
			t.Fatalf("%d bytes for %d", len(sealed), len(plain))
		}
		got, err := NewCell(Key{1, 2, 3}).Open(aad, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatal(err)
		}
		bad := bytes.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		for name, try := range map[string]func() ([]byte, error){
			"flipped":       func() ([]byte, error) { return c.Open(aad, bad) },
			"elsewhere":     func() ([]byte, error) { return c.Open(append(aad, 1), sealed) },
			"other key":     func() ([]byte, error) { return NewCell(Key{9}).Open(aad, sealed) },
			"cut":           func() ([]byte, error) { return c.Open(aad, sealed[:len(sealed)-1]) },
			"nothing there": func() ([]byte, error) { return c.Open(aad, nil) },
		} {
			if _, err := try(); !errors.Is(err, ErrSealed) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}
