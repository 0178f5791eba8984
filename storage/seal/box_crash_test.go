package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

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
			landed := generationOnDisk(d)
			before := b.Generation()
			err := b.Put(change)
			d.failAt = 0
			if b.Generation() != before && err == nil && generationOnDisk(d) <= landed {
				r.Fatal("a generation is used twice")
			}
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

// generationOnDisk is that of the first copy, whatever came of its writing.
func generationOnDisk(d *simDisk) uint64 {
	f, err := parseBox(d.names[newBox(d, "d", vaultKey).pair.path(0)].now)
	if err != nil {
		return 0
	}
	return f.generation
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
