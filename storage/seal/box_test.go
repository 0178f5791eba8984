package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wherry/storage/record"
)

var vaultKey = testKey(50)

func id(n byte) record.ID { return record.Hash("test", []byte{n}) }

func mustOpenBox(t *testing.T, d disk) *Box {
	t.Helper()
	b, err := openBox(d, "d", vaultKey)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBoxOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "notebook")
	if _, err := ReadBox(dir, vaultKey); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	b, err := OpenBox(dir, vaultKey)
	if err != nil || b.Healed() || b.Generation() != 1 {
		t.Fatal(err)
	}
	k1, k2 := testKey(1), testKey(2)
	secret := []byte("seed")
	if err := b.Put(
		CaseKey{id(1), id(10), k1}, CaseKey{id(1), id(11), k2}, CaseKey{id(2), id(12), k1},
		EntryWraps{Entry: id(20), Case: id(1), Wraps: [][]byte{[]byte("w1"), {}}},
		EntryWraps{Entry: id(21), Wraps: [][]byte{[]byte("w2")}},
		Secret{"device", secret}, Secret{"root", nil},
	); err != nil {
		t.Fatal(err)
	}
	clear(secret) // the box has its own copy
	checkModes(t, dir, "box.A", "box.B")

	read, err := ReadBox(dir, vaultKey)
	if err != nil || read.TwinBad() {
		t.Fatal(err)
	}
	if err := read.Put(DropSecret{"device"}); err != ErrReadOnly {
		t.Fatal(err)
	}
	again, err := OpenBox(dir, vaultKey)
	if err != nil || again.Healed() {
		t.Fatal(err)
	}
	for _, b := range []*Box{b, read, again} {
		if k, ok := b.Case(id(1), id(11)); !ok || k != k2 {
			t.Fatal("case key lost")
		}
		if _, ok := b.Case(id(2), id(11)); ok {
			t.Fatal("a key for the wrong case")
		}
		if e := b.Epochs(id(1)); len(e) != 2 || !slices.Contains(e, id(10)) || !slices.IsSortedFunc(e, compareIDs) {
			t.Fatal(e)
		}
		if c := b.Cases(); len(c) != 2 || !slices.IsSortedFunc(c, compareIDs) {
			t.Fatal(c)
		}
		if w := b.Wraps(id(20)); len(w) != 2 || string(w[0]) != "w1" || len(w[1]) != 0 {
			t.Fatal(w)
		}
		if b.Wraps(id(22)) != nil || len(b.Waiting()) != 2 {
			t.Fatal("wraps of nothing")
		}
		if s, ok := b.Secret("device"); !ok || string(s) != "seed" {
			t.Fatal("secret lost")
		}
		if s, ok := b.Secret("root"); !ok || len(s) != 0 {
			t.Fatal("empty secret lost")
		}
		if _, ok := b.Secret("other"); ok {
			t.Fatal("a secret that was not put")
		}
	}

	if err := again.Put(Destroy{id(1)}, DropWraps{id(21)}, DropSecret{"root"}, DropSecret{"never"}); err != nil {
		t.Fatal(err)
	}
	last, err := OpenBox(dir, vaultKey)
	if err != nil || last.Generation() != 3 {
		t.Fatal(err)
	}
	for _, b := range []*Box{again, last} {
		if len(b.Epochs(id(1))) != 0 || len(b.Epochs(id(2))) != 1 || len(b.Waiting()) != 0 {
			t.Fatal("not what was to be destroyed")
		}
		if _, ok := b.Secret("root"); ok {
			t.Fatal("secret not dropped")
		}
	}
	last.Wipe()
	if _, ok := last.Case(id(2), id(12)); ok || last.Put(Secret{"x", nil}) == nil {
		t.Fatal("a wiped box is of use")
	}
	if _, err := OpenBox(dir, testKey(51)); !errors.Is(err, ErrDamaged) {
		t.Fatal("opened under another vault key", err)
	}
}

func compareIDs(a, b record.ID) int { return bytes.Compare(a[:], b[:]) }

// Ids, names and keys do not show in the file.
func TestBoxShowsNothing(t *testing.T) {
	d := newSimDisk()
	b := mustOpenBox(t, d)
	k, name, wrap := testKey(1), "device-secret", []byte("a wrap to a reader")
	c, e, n := id(1), id(2), id(3)
	if err := b.Put(CaseKey{c, e, k}, EntryWraps{Entry: n, Case: c, Wraps: [][]byte{wrap}}, Secret{name, k[:]}); err != nil {
		t.Fatal(err)
	}
	for _, s := range [][]byte{k[:], []byte(name), wrap, c[:], e[:], n[:]} {
		if d.holds(s) || d.holds(s[:8]) {
			t.Fatalf("%q shows", s)
		}
	}
}

// After Destroy not even the sealed key is on the disk, freed blocks included.
func TestDestroyOverwrites(t *testing.T) {
	d := newSimDisk()
	b := mustOpenBox(t, d)
	if err := b.Put(CaseKey{id(1), id(10), testKey(1)}, EntryWraps{Entry: id(20), Case: id(1), Wraps: [][]byte{[]byte("w")}}); err != nil {
		t.Fatal(err)
	}
	var sealed [][]byte
	for _, s := range b.state.sealed {
		sealed = append(sealed, s)
	}
	if len(sealed) != 2 || !d.holds(sealed[0]) || !d.holds(sealed[1]) {
		t.Fatal("the records are not there to begin with")
	}
	if err := b.Put(CaseKey{id(2), id(11), testKey(2)}); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(Destroy{id(1)}); err != nil {
		t.Fatal(err)
	}
	for _, s := range sealed {
		if d.holds(s) {
			t.Fatal("a destroyed record is still in a block")
		}
	}
}

func TestBoxChangesThatChangeNothing(t *testing.T) {
	d := newSimDisk()
	b := mustOpenBox(t, d)
	changes := []BoxItem{
		CaseKey{id(1), id(10), testKey(1)}, Secret{"s", []byte("v")},
		EntryWraps{Entry: id(20), Case: id(1), Wraps: [][]byte{[]byte("w")}},
	}
	if err := b.Put(changes...); err != nil {
		t.Fatal(err)
	}
	d.step = 0
	changes = append(changes, DropWraps{id(99)}, DropSecret{"none"}, Destroy{id(98)})
	if err := b.Put(changes...); err != nil || d.step != 0 || b.Generation() != 2 {
		t.Fatalf("%d acts on the disk: %v", d.step, err)
	}
	if err := b.Put(); err != nil || d.step != 0 {
		t.Fatal("nothing to do was done", err)
	}
}

func TestBoxRefuses(t *testing.T) {
	d := newSimDisk()
	b := mustOpenBox(t, d)
	if err := b.Put(CaseKey{id(1), id(10), testKey(1)}); err != nil {
		t.Fatal(err)
	}
	d.step = 0
	long := string(bytes.Repeat([]byte("n"), 256))
	for name, c := range map[string]struct {
		item BoxItem
		want error
	}{
		"another key":    {CaseKey{id(1), id(10), testKey(2)}, ErrKeyConflict},
		"no case":        {CaseKey{Epoch: id(1), Key: testKey(1)}, ErrBoxItem},
		"no epoch":       {CaseKey{Case: id(1), Key: testKey(1)}, ErrBoxItem},
		"no key":         {CaseKey{Case: id(1), Epoch: id(2)}, ErrBoxItem},
		"no entry":       {EntryWraps{}, ErrBoxItem},
		"too many wraps": {EntryWraps{Entry: id(1), Wraps: make([][]byte, MaxWraps+1)}, ErrBoxItem},
		"wrap too long":  {EntryWraps{Entry: id(1), Wraps: [][]byte{make([]byte, MaxWrap+1)}}, ErrTooLarge},
		"no name":        {Secret{}, ErrBoxItem},
		"long name":      {Secret{long, nil}, ErrBoxItem},
		"long value":     {Secret{"s", make([]byte, MaxSecret+1)}, ErrTooLarge},
		"nothing":        {nil, ErrBoxItem},
	} {
		if err := b.Put(Secret{"before", nil}, c.item); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, ok := b.Secret("before"); ok || d.step != 0 {
		t.Fatal("a part of a refused change is there")
	}
	if k, _ := b.Case(id(1), id(10)); k != testKey(1) {
		t.Fatal("the held key is gone")
	}
	if _, err := openBox(newSimDisk(), "d", Key{}); !errors.Is(err, ErrNoKey) {
		t.Fatal("a box under no key", err)
	}
}

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
		"record":              {set(boxHead+boxItemHead+80, 1), ErrDamaged},
		"out of order":        {sealedUp(swapped), ErrDamaged},
		"record twice":        {sealedUp(slices.Concat(body[:14], u32(4), body[boxHead:boxHead+boxItemHead+first], body[boxHead:])), ErrDamaged},
		"more behind":         {sealedUp(append(bytes.Clone(body), 0)), ErrDamaged},
		"cut":                 {sealedUp(body[:len(body)-1]), ErrDamaged},
		"short":               {appendSum([]byte("WHB1\x00\x01")), ErrDamaged},
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

// The box agrees with a plain map through any changes, refused ones, failing
// disks and reopenings, and a success is on the disk.
func TestBoxKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newSimDisk()
		b, err := openBox(d, "d", vaultKey)
		if err != nil {
			r.Fatal(err)
		}
		want := map[string]string{}
		for range rapid.IntRange(1, 8).Draw(r, "changes") {
			name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "name")
			value := rapid.StringN(0, 4, -1).Draw(r, "value")
			drop := rapid.Bool().Draw(r, "drop")
			d.step, d.failAt = 0, rapid.SampledFrom([]int{0, 0, 1, 3, 5, 7, 9, 11, 13, 15, 17}).Draw(r, "failing step")
			var change BoxItem = Secret{name, []byte(value)}
			if drop {
				change = DropSecret{name}
			}
			err := b.Put(change)
			d.failAt = 0
			if err == nil || errors.Is(err, ErrNotErased) {
				want[name] = value
				if drop {
					delete(want, name)
				}
				checkSecrets(r, b, want)
				cut, err := openBox(d.after(0, lost), "d", vaultKey)
				if err != nil {
					r.Fatal(err)
				}
				checkSecrets(r, cut, want)
			} else {
				checkSecrets(r, b, want)
			}
		}
	})
}

func checkSecrets(r *rapid.T, b *Box, want map[string]string) {
	for _, name := range []string{"a", "b", "c"} {
		got, ok := b.Secret(name)
		w, wantOK := want[name]
		if ok != wantOK || string(got) != w {
			r.Fatalf("%s is %q (%v), want %q (%v)", name, got, ok, w, wantOK)
		}
	}
}

func TestBoxSurvivesAStopAtEveryStep(t *testing.T) {
	base := boxBytes(t)
	for at := 1; ; at++ {
		d := boxDisk(base, base)
		b, err := openBox(d, "d", vaultKey)
		if err != nil {
			t.Fatal(err)
		}
		d.step, d.stopAt = 0, at
		err = b.Put(Destroy{id(1)}, CaseKey{id(2), id(11), testKey(2)})
		for _, f := range d.futures() {
			b, ferr := openBox(f, "d", vaultKey)
			if ferr != nil {
				t.Fatalf("stop at %d: %v", at, ferr)
			}
			_, old := b.Case(id(1), id(10))
			_, now := b.Case(id(2), id(11))
			if old == now || err == nil && old || len(b.Waiting()) != 1 && old {
				t.Fatalf("stop at %d: half a change: %v %v", at, old, now)
			}
			if s, ok := b.Secret("s"); !ok || string(s) != "v" {
				t.Fatalf("stop at %d: lost what was not touched", at)
			}
		}
		if err == nil {
			return
		}
	}
}

func TestBoxUnreadable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "box.A"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBox(dir, vaultKey); err == nil {
		t.Fatal("made a new box over one that cannot be read")
	}
}

func FuzzBox(f *testing.F) {
	good := boxBytes(f)
	f.Add(good)
	f.Add(good[:len(good)-sumSize])
	f.Add([]byte(boxMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, data := range [][]byte{b, appendSum(bytes.Clone(b))} {
			bf, err := parseBox(data)
			if err != nil {
				continue
			}
			again, err := bf.encode(vaultKey)
			if err != nil || !bytes.Equal(again[:len(again)-2*sumSize], data[:len(data)-2*sumSize]) {
				t.Fatal("read otherwise than written")
			}
		}
	})
}

func FuzzBoxItem(f *testing.F) {
	f.Add(byte(1), CaseKey{id(1), id(2), testKey(1)}.encode())
	f.Add(byte(2), EntryWraps{Entry: id(1), Wraps: [][]byte{[]byte("ab"), {}}}.encode())
	f.Add(byte(3), Secret{"n", []byte("v")}.encode())
	f.Fuzz(func(t *testing.T, typ byte, b []byte) {
		item, err := decodeItem(itemType(typ), b)
		if err != nil {
			return
		}
		if again := item.(interface{ encode() []byte }).encode(); !bytes.Equal(again, b) {
			t.Fatal("read otherwise than written")
		}
	})
}
