package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// boxBytes is a box with a little of everything.
func boxBytes(t testing.TB) []byte {
	t.Helper()
	d := newSimDisk()
	b, err := openBox(d, "d", vaultKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Put(CaseKey{id(1), id(10), testKey(1)}, Secret{"s", []byte("v")},
		EntryWraps{Entry: id(20), Case: id(1), Wraps: [][]byte{[]byte("w")}}); err != nil {
		t.Fatal(err)
	}
	return d.names[b.pair.path(0)].now
}

func boxDisk(a, b []byte) *simDisk {
	d := newSimDisk()
	for i, data := range [][]byte{a, b} {
		n := &simInode{now: bytes.Clone(data), synced: bytes.Clone(data)}
		path := newBox(d, "d", vaultKey).pair.path(i)
		d.names[path], d.durable[path] = n, n
		d.all = append(d.all, n)
	}
	return d
}

// Every bit of one copy heals from the other; the same flip in both, or two
// flips apart, is damage.
func TestBoxHealsEveryFlip(t *testing.T) {
	good := boxBytes(t)
	for i := range 8 * len(good) {
		bad, other := bytes.Clone(good), bytes.Clone(good)
		bad[i/8] ^= 1 << (i % 8)
		j := rand.IntN(8 * len(good))
		other[j/8] ^= 1 << (j % 8)
		copies := [2][]byte{good, bad}
		d := boxDisk(copies[i%2], copies[1-i%2])
		b, err := openBox(d, "d", vaultKey)
		if err != nil || !b.Healed() || b.TwinBad() {
			t.Fatalf("bit %d: %v", i, err)
		}
		if k, ok := b.Case(id(1), id(10)); !ok || k != testKey(1) {
			t.Fatalf("bit %d: the key is lost", i)
		}
		if !bytes.Equal(d.names[b.pair.path(0)].now, good) || !bytes.Equal(d.names[b.pair.path(1)].now, good) {
			t.Fatalf("bit %d is not mended", i)
		}
		for _, twin := range [][]byte{bad, other} {
			d := boxDisk(bad, twin)
			if _, err := openBox(d, "d", vaultKey); !errors.Is(err, ErrDamaged) {
				t.Fatalf("bits %d and %d: %v", i, j, err)
			}
		}
	}
}

func TestBoxForgeries(t *testing.T) {
	good := boxBytes(t)
	body := good[:len(good)-2*sumSize]
	// sealedUp gives bytes both checksums, as only the vault key's holder can.
	sealedUp := func(b []byte) []byte {
		sum := vaultKey.Derive("box-mac").MAC(b)
		return appendSum(append(bytes.Clone(b), sum[:]...))
	}
	set := func(at int, v ...byte) []byte {
		b := bytes.Clone(body)
		copy(b[at:], v)
		return sealedUp(b)
	}
	// A record that is whole, but lies where another belongs.
	item := CaseKey{id(1), id(10), testKey(1)}
	b := newBox(newSimDisk(), "d", vaultKey)
	place := b.id(CaseKey{id(3), id(10), testKey(1)})
	rec, err := Seal(b.seal, place.aad(), item.encode())
	if err != nil {
		t.Fatal(err)
	}
	misplaced, err := (&boxFile{generation: 1, records: []boxRecord{{place, rec}}}).encode(b.mac)
	if err != nil {
		t.Fatal(err)
	}
	first := int(binary.BigEndian.Uint32(body[boxHead+33:]))
	swapped := slices.Concat(body[:boxHead], body[boxHead+boxItemHead+first:], body[boxHead:boxHead+boxItemHead+first])
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"plain checksum only": {appendSum(append(set(6, 0, 0, 0, 0, 0, 0, 0, 9)[:len(body)], make([]byte, sumSize)...)), ErrDamaged},
		"newer":               {set(4, 0, 2), ErrNewerFormat},
		"version 0":           {set(4, 0, 0), ErrDamaged},
		"generation 0":        {set(6, make([]byte, 8)...), ErrDamaged},
		"generation too far":  {set(6, 0x80), ErrDamaged},
		"count above":         {set(14, 0, 0, 0, 4), ErrDamaged},
		"count below":         {set(14, 0, 0, 0, 2), ErrDamaged},
		"count huge":          {set(14, 255, 255, 255, 255), ErrDamaged},
		"type 0":              {set(boxHead, 0), ErrDamaged},
		"type 9":              {set(boxHead, 9), ErrDamaged},
		"tag":                 {set(boxHead+5, 9, 9), ErrDamaged},
		"length":              {set(boxHead+33, 255), ErrDamaged},
		// The byte is flipped, not set: what is sealed is random, so any one value is there already once in 256 runs.
		"record":       {set(boxHead+boxItemHead+80, body[boxHead+boxItemHead+80]^1), ErrDamaged},
		"misplaced":    {misplaced, ErrDamaged},
		"out of order": {sealedUp(swapped), ErrDamaged},
		"record twice": {sealedUp(slices.Concat(body[:14], u32(4), body[boxHead:boxHead+boxItemHead+first], body[boxHead:])), ErrDamaged},
		"more behind":  {sealedUp(append(bytes.Clone(body), 0)), ErrDamaged},
		"cut":          {sealedUp(body[:len(body)-1]), ErrDamaged},
		"short":        {appendSum([]byte("WHB1\x00\x01")), ErrDamaged},
	} {
		d := boxDisk(c.b, c.b)
		if _, err := openBox(d, "d", vaultKey); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if errors.Is(c.want, ErrDamaged) {
			d := boxDisk(c.b, good)
			if b, err := openBox(d, "d", vaultKey); err != nil || !b.Healed() {
				t.Errorf("%s, beside a whole copy: %v", name, err)
			}
		}
	}
}

func TestBoxItemsAreStrict(t *testing.T) {
	w := EntryWraps{Entry: id(1), Wraps: [][]byte{[]byte("ab")}}.encode()
	for name, c := range map[string]struct {
		typ itemType
		b   []byte
	}{
		"case key short":    {itemCaseKey, make([]byte, 95)},
		"case key long":     {itemCaseKey, make([]byte, 97)},
		"wraps short":       {itemWraps, make([]byte, 67)},
		"wraps cut":         {itemWraps, w[:len(w)-1]},
		"wraps long":        {itemWraps, append(bytes.Clone(w), 0)},
		"wraps too many":    {itemWraps, append(make([]byte, 64), 0, 0, 0x20, 0)},
		"wraps count large": {itemWraps, append(make([]byte, 64), 0, 0, 0, 2, 0, 0, 0, 0)},
		"secret nothing":    {itemSecret, nil},
		"secret no name":    {itemSecret, []byte{0, 1}},
		"secret name cut":   {itemSecret, []byte{3, 'a', 'b'}},
		"unknown":           {9, w},
	} {
		if _, err := decodeItem(c.typ, c.b); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
