package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Every bit of one copy, in either copy: opened from the other, mended, said.
func TestKeyFileHealsEveryFlip(t *testing.T) {
	good := quickFile(t, 4, testCode, 1)
	for i := range 8 * len(good) {
		bad := bytes.Clone(good)
		bad[i/8] ^= 1 << (i % 8)
		d := diskWith(good, good)
		path := keyPair(d, "d").path(i % 2)
		d.names[path].now = bad
		u, err := unlockCode(d, testCode)
		if err != nil || u.Key != testKey(50) || !u.Healed || u.TwinBad {
			t.Fatalf("bit %d: %+v %v", i, u, err)
		}
		if !bytes.Equal(d.names[path].now, good) {
			t.Fatalf("bit %d is not mended", i)
		}
		// The same flip in both copies is damage, never a wrong passphrase.
		if _, err := unlockCode(diskWith(bad, bad), testCode); !errors.Is(err, ErrDamaged) {
			t.Fatalf("bit %d in both: %v", i, err)
		}
	}
}

func TestKeyFileReadingOnly(t *testing.T) {
	dir := t.TempDir()
	for name, b := range map[string][]byte{"key.A": quickFile(t, 4, testCode, 1), "key.B": []byte("not a key file")} {
		if err := WriteFileSync(filepath.Join(dir, name), b); err != nil {
			t.Fatal(err)
		}
	}
	u, err := unlock(keyPair(osDisk{}, dir), codeOpener(testCode), false) // as ReadKeyFile does
	if err != nil || u.Healed || !u.TwinBad {
		t.Fatalf("%+v %v", u, err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "key.B")); string(b) != "not a key file" {
		t.Fatal("reading has written")
	}
	u, err = UnlockWithCode(dir, testCode)
	if err != nil || !u.Healed {
		t.Fatalf("%+v %v", u, err)
	}
	checkModes(t, dir, "key.A", "key.B")
}

// Whoever can write the folder can also write the plain checksum.
func TestKeyFileForgeries(t *testing.T) {
	good := quickFile(t, 4, testCode, 1)
	resum := func(at int, set ...byte) []byte {
		b := bytes.Clone(good[:len(good)-sumSize])
		copy(b[at:], set)
		return appendSum(b)
	}
	slot0, slot1 := keyFileHead, keyFileHead+slotSize
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"version 0":          {resum(4, 0, 0), ErrDamaged},
		"version 2":          {resum(4, 0, 2), ErrNewerFormat},
		"notebook":           {resum(6, 1), ErrWrongCode},
		"generation 0":       {resum(38, make([]byte, 8)...), ErrDamaged},
		"generation too far": {resum(38, 0x80), ErrDamaged},
		"generation":         {resum(38, 0, 0, 0, 0, 0, 0, 0, 5), ErrDamaged},
		"no slots":           {resum(46, 0), ErrDamaged},
		"three slots":        {resum(46, 3), ErrDamaged},
		"slot type":          {resum(slot0, 3), ErrDamaged},
		"unknown slot type":  {resum(slot1, 4), ErrDamaged},
		"no stretching":      {resum(slot0+1, 0), ErrDamaged},
		"code stretched":     {resum(slot1+1, 1), ErrDamaged},
		"code with memory":   {resum(slot1+2, 0, 1), ErrDamaged},
		"memory below":       {resum(slot0+2, 0, 0, 0xff, 0xff), ErrWeakKDF},
		"memory bomb":        {resum(slot0+2, 0, 0x20, 0, 1), ErrWeakKDF},
		"two passes":         {resum(slot0+6, 0, 0, 0, 2), ErrWeakKDF},
		"eleven passes":      {resum(slot0+6, 0, 0, 0, 11), ErrWeakKDF},
		"no lanes":           {resum(slot0+10, 0), ErrWeakKDF},
		"nine lanes":         {resum(slot0+10, 9), ErrWeakKDF},
		"salt":               {resum(slot1+11, 1), ErrWrongCode},
		"wrap":               {resum(slot1+slotHead+90, 1), ErrWrongCode},
		"other slot":         {resum(slot0+slotHead, 77), ErrDamaged},
		"keyed checksum":     {resum(333, 1), ErrDamaged},
		"longer":             {appendSum(append(bytes.Clone(good[:len(good)-sumSize]), 0)), ErrDamaged},
		"shorter":            {appendSum(bytes.Clone(good[:300])), ErrDamaged},
		"magic only":         {[]byte(keyFileMagic), ErrDamaged},
		"too long":           {make([]byte, keyFileLimit+1), ErrDamaged},
	} {
		if _, err := unlockCode(diskWith(c.b, c.b), testCode); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		u, err := unlockCode(diskWith(c.b, good), testCode)
		if errors.Is(c.want, ErrNewerFormat) {
			if !errors.Is(err, ErrNewerFormat) {
				t.Errorf("%s, beside a whole copy: %v", name, err)
			}
		} else if err != nil || !u.Healed || u.Generation != 4 {
			t.Errorf("%s, beside a whole copy: %+v %v", name, u, err)
		}
	}
}
