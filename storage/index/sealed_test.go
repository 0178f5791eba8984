package index

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"wherry/storage/seal"
)

func testKey(b byte) (k seal.Key) {
	for i := range k {
		k[i] = b
	}
	return k
}

// manyChunks is an index whose snapshot takes several chunks.
func manyChunks() *Index {
	c := newCorpus(5, 3000, 40)
	x := New()
	for i := range 12000 {
		x.Put(c.doc(uint64(i), 200))
	}
	return x
}

func save(t *testing.T, x *Index, path string, tip []byte) []byte {
	t.Helper()
	if err := x.SaveSealed(context.Background(), path, testKey(1), tip); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSealed(t *testing.T) {
	dir := t.TempDir()
	for name, x := range map[string]*Index{"empty": New(), "small": smallIndex(), "large": manyChunks()} {
		path := filepath.Join(dir, name)
		tip := []byte("covered to here, " + name)
		data := save(t, x, path, tip)
		save(t, x, path, tip) // over the old one
		y, gotTip, err := LoadSealed(context.Background(), path, testKey(1))
		if err != nil {
			t.Fatal(name, err)
		}
		if !bytes.Equal(gotTip, tip) || !bytes.Equal(y.Snapshot(), x.Snapshot()) {
			t.Errorf("%s: what was loaded is not what was saved", name)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read the file: %v %v", name, info.Mode(), err)
		}
		for _, secret := range []string{"covered", "nguyen", "visit", "worker"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s: %q is in the file", name, secret)
			}
		}
		if _, _, err := LoadSealed(context.Background(), path, testKey(2)); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s: another key: %v", name, err)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(dir, ".*")); len(names) != 0 {
		t.Errorf("files left behind: %d", len(names))
	}
	if _, _, err := LoadSealed(context.Background(), filepath.Join(dir, "none"), testKey(1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	if err := New().SaveSealed(context.Background(), filepath.Join(dir, "tip"), testKey(1), make([]byte, maxTip+1)); !errors.Is(err, ErrTip) {
		t.Errorf("long tip: %v", err)
	}
}

// frames cuts a sealed file into its head and frames.
func frames(t *testing.T, data []byte) [][]byte {
	t.Helper()
	out := [][]byte{data[:sealedHead]}
	for rest := data[sealedHead:]; len(rest) > 0; {
		n := 4 + int(binary.BigEndian.Uint32(rest))
		out, rest = append(out, rest[:n]), rest[n:]
	}
	return out
}

// TestSealedRefuses: no chunk can be changed, moved, dropped, repeated or taken
// from another save, and the end cannot be cut.
func TestSealedRefuses(t *testing.T) {
	dir := t.TempDir()
	x := manyChunks()
	data := save(t, x, filepath.Join(dir, "a"), nil)
	mine, other := frames(t, data), frames(t, save(t, x, filepath.Join(dir, "b"), nil))
	if len(mine) < 3 {
		t.Fatalf("only %d chunks", len(mine)-1)
	}
	join := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	swapped := slices.Clone(mine)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	foreign := slices.Clone(mine)
	foreign[2] = other[2]
	end := len(mine) - 1
	cases := map[string][]byte{
		"nothing":               nil,
		"half a head":           data[:9],
		"head alone":            mine[0],
		"last chunk dropped":    join(mine[:end]...),
		"middle chunk dropped":  join(join(mine[:2]...), join(mine[3:]...)),
		"chunks swapped":        join(swapped...),
		"chunk of another save": join(foreign...),
		"last chunk twice":      join(data, mine[end]),
		"a byte more":           join(data, []byte{0}),
		"a byte less":           data[:len(data)-1],
		"head of another save":  join(other[0], join(mine[1:]...)),
		"huge frame":            join(mine[0], []byte{0xff, 0xff, 0xff, 0xff}, mine[1][4:]),
		"tiny frame":            join(mine[0], []byte{0, 0, 0, 1, 7}),
	}
	for _, at := range []int{0, 8, sealedHead, sealedHead + 10, len(data) / 2, len(data) - 1} {
		bad := slices.Clone(data)
		bad[at] ^= 1
		cases[fmt.Sprintf("byte %d changed", at)] = bad
	}
	for name, bad := range cases {
		if _, _, err := readSealed(context.Background(), bytes.NewReader(bad), testKey(1)); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	newer := slices.Clone(data)
	newer[4]++
	if _, _, err := readSealed(context.Background(), bytes.NewReader(newer), testKey(1)); !errors.Is(err, ErrRules) {
		t.Errorf("a newer format: %v", err)
	}
}

// stopAfter is cancelled after it has been asked n times.
type stopAfter struct {
	context.Context
	left atomic.Int64
}

func stopping(n int) *stopAfter {
	c := &stopAfter{Context: context.Background()}
	c.left.Store(int64(n))
	return c
}

func (c *stopAfter) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestSealedStopped: a save or load that is stopped changes nothing.
func TestSealedStopped(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	x := manyChunks()
	before := save(t, smallIndex(), path, nil)
	for n := range 2 {
		ctx := stopping(n)
		if err := x.SaveSealed(ctx, path, testKey(1), nil); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d chunks: %v", n, err)
		}
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, before) {
		t.Error("a stopped save changed the file")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files where one was", len(entries))
	}
	// What a killed save leaves is in nobody's way.
	if err := os.WriteFile(seal.TempPath(path), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	save(t, x, path, nil)
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files where one was", len(entries))
	}
	if _, _, err := LoadSealed(stopping(1), path, testKey(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped load: %v", err)
	}
}
