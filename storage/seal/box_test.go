package seal

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

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
