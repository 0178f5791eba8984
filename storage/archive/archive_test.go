package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wherry/storage/record"
	"wherry/storage/seal"
)

var testKey = seal.Key(bytes.Repeat([]byte{0x42}, 32))

// file is a file that goes into a backup.
type file struct {
	name string
	data []byte
}

func testHeader() Header {
	return Header{Notebook: record.Hash("notebook"), Created: time.Date(2026, 11, 25, 9, 41, 7, 0, time.UTC), KeyFile: []byte("a key file")}
}

var testManifest = Manifest{Backup: record.Hash("backup"), Created: 1_790_000_000_000, Expires: 1_797_776_000_000, Journal: 2, Tip: 7,
	TipMAC: record.Hash("tip"), Entries: 3, List: record.Hash("list"), Drafts: 1}

func build(t testing.TB, files ...file) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, testHeader(), testKey, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := w.Add(f.name, int64(len(f.data)), bytes.NewReader(f.data)); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
	}
	if err := w.Finish(testManifest); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(b []byte, key seal.Key) (*Archive, error) {
	r := bytes.NewReader(b)
	h, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	return Open(context.Background(), r, int64(len(b)), h, key)
}

func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

func draftName(i int) string { return fmt.Sprintf("drafts/%064x.wd", i) }
func blobName(i int) string  { return fmt.Sprintf("blobs/%02x/%02x%062x", i&255, i&255, i) }

func sample() []file {
	return []file{
		{blobName(9), noise(9, 3*chunkSize+17)}, {"box.A", noise(1, 300)}, {draftName(1), noise(2, 40)},
		{"journal/00000001.wj", noise(3, chunkSize)}, {"journal/00000002.wj", nil}, {"journal/mark.A", noise(4, 144)},
		{"journal/mark.B", noise(4, 144)}, {"settings.sealed", noise(5, 90)},
	}
}

// TestRoundTrip: what was put in comes out, by name, whole and in pieces.
func TestRoundTrip(t *testing.T) {
	files := sample()
	b := build(t, files...)
	for _, f := range files {
		if len(f.data) > 100 && bytes.Contains(b, f.data[:40]) {
			t.Errorf("%s is in the clear", f.name)
		}
	}
	a, err := read(b, testKey)
	if err != nil {
		t.Fatal(err)
	}
	if a.Header.Notebook != testHeader().Notebook || string(a.Header.KeyFile) != "a key file" {
		t.Error("the clear part changed")
	}
	if want := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC); !a.Header.Created.Equal(want) {
		t.Errorf("created %v, want the hour %v", a.Header.Created, want)
	}
	m := a.Manifest
	if m.Backup != testManifest.Backup || m.Tip != 7 || m.Entries != 3 || m.Members != uint64(len(files)) {
		t.Errorf("manifest %+v", m)
	}
	var all sync.WaitGroup // several readers share the opened chunks
	for _, f := range files {
		all.Go(func() {
			r, err := a.File(f.name)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, f.data) {
				t.Errorf("%s: %v", f.name, err)
			}
			if len(f.data) > 10 {
				piece := make([]byte, len(f.data)/2)
				if _, err := r.ReadAt(piece, 5); err != nil || !bytes.Equal(piece, f.data[5:5+len(piece)]) {
					t.Errorf("%s in pieces: %v", f.name, err)
				}
			}
		})
	}
	all.Wait()
	if _, err := a.File("journal/00000003.wj"); !errors.Is(err, ErrNoMember) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := read(b, seal.Key(bytes.Repeat([]byte{0x43}, 32))); !errors.Is(err, ErrDamaged) {
		t.Errorf("another key: %v", err)
	}
}

// TestSizes: sizes around the edges of chunks and of files come back exactly.
func TestSizes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var files []file
		for i := range rapid.IntRange(0, 4).Draw(rt, "files") {
			size := rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(chunkSize-300, chunkSize+300)).Draw(rt, "size")
			files = append(files, file{draftName(i), noise(uint64(i), size)})
		}
		a, err := read(build(t, files...), testKey)
		if err != nil {
			rt.Fatal(err)
		}
		for _, f := range files {
			r, err := a.File(f.name)
			if err != nil {
				rt.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, f.data) {
				rt.Fatalf("%s: %v", f.name, err)
			}
		}
	})
}

// TestRefusedFiles: what a writer may not put in.
func TestRefusedFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		size int64
		want error
	}{
		{"", 0, ErrName}, {"../box.A", 1, ErrName}, {"box.B", 1, ErrName}, {"key.A", 1, ErrName}, {"/box.A", 1, ErrName},
		{"journal/../box.A", 1, ErrName}, {"journal/00000000.wj", 1, ErrName}, {"journal/0000001.wj", 1, ErrName},
		{"journal/+0000001.wj", 1, ErrName}, {"journal/reserve", 1, ErrName}, {"view/DIRTY", 1, ErrName}, {`journal\00000001.wj`, 1, ErrName},
		{"drafts/" + strings.Repeat("A", 64) + ".wd", 1, ErrName}, {"blobs/00/" + strings.Repeat("1", 64), 1, ErrName},
		{"box.A", 64<<20 + 1, ErrTooLarge}, {"journal/mark.A", 4<<10 + 1, ErrTooLarge}, {"box.A", -1, ErrTooLarge}, {"box.A", 3, ErrShort},
	} {
		w, err := NewWriter(io.Discard, testHeader(), testKey, rand.NewChaCha8([32]byte{1}))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Add(c.name, c.size, strings.NewReader("ab")); !errors.Is(err, c.want) {
			t.Errorf("%q of %d bytes: %v, want %v", c.name, c.size, err, c.want)
		}
		if w.Add("settings.sealed", 0, nil) == nil || w.Finish(testManifest) == nil {
			t.Errorf("%q: the writer went on after an error", c.name)
		}
	}
	w, _ := NewWriter(io.Discard, testHeader(), testKey, rand.NewChaCha8([32]byte{1}))
	if err := errors.Join(w.Add("journal/mark.A", 0, nil), w.Add("journal/mark.A", 0, nil)); !errors.Is(err, ErrName) {
		t.Errorf("the same name twice: %v", err)
	}
	if _, err := NewWriter(io.Discard, Header{KeyFile: make([]byte, maxKeyFile+1)}, testKey, rand.NewChaCha8([32]byte{1})); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long key file: %v", err)
	}
}

// TestEveryBit: no changed bit, and no other length, goes unseen.
func TestEveryBit(t *testing.T) {
	b := build(t, file{"box.A", noise(1, 60)}, file{"journal/mark.A", noise(2, 9)})
	for i := range len(b) * 8 {
		c := bytes.Clone(b)
		c[i/8] ^= 1 << (i % 8)
		if _, err := read(c, testKey); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotBackup) {
			t.Fatalf("bit %d changed: %v", i, err)
		}
	}
	for n := range len(b) {
		if _, err := read(b[:n], testKey); err == nil {
			t.Fatalf("cut to %d bytes: opened", n)
		}
	}
	for _, tail := range [][]byte{{0}, b, make([]byte, sealedSize)} {
		if _, err := read(append(bytes.Clone(b), tail...), testKey); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%d bytes after the end: %v", len(tail), err)
		}
	}
}

// TestChunks: sealed chunks exchanged, left out, repeated, taken from another
// backup, or the last one taken away.
func TestChunks(t *testing.T) {
	b := build(t, file{"box.A", noise(1, 3*chunkSize)})
	h, err := ReadHeader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	head := b[:h.size]
	var chunks [][]byte
	for rest := b[h.size:]; len(rest) > 0; {
		n := min(len(rest), sealedSize)
		chunks, rest = append(chunks, rest[:n]), rest[n:]
	}
	other := build(t, file{"box.A", noise(1, 3*chunkSize)}) // same salt, other sealing: also not interchangeable
	x := func(i int) []byte { return other[h.size+int64(i)*sealedSize:][:sealedSize] }
	for name, order := range map[string][][]byte{
		"exchanged": {chunks[1], chunks[0], chunks[2], chunks[3]},
		"left out":  {chunks[0], chunks[2], chunks[3]},
		"repeated":  {chunks[0], chunks[0], chunks[1], chunks[2], chunks[3]},
		"last gone": {chunks[0], chunks[1], chunks[2]},
		"only last": {chunks[3]},
	} {
		if _, err := read(append(bytes.Clone(head), bytes.Join(order, nil)...), testKey); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	mixed := bytes.Join([][]byte{head, x(0), chunks[1], chunks[2], chunks[3]}, nil)
	// The same key, salt, place and content: equal bytes inside, so it opens. A
	// backup with another salt does not lend its chunks.
	if _, err := read(mixed, testKey); err != nil {
		t.Errorf("an equal chunk: %v", err)
	}
	h2 := testHeader()
	var out bytes.Buffer
	w, _ := NewWriter(&out, h2, testKey, rand.NewChaCha8([32]byte{2}))
	if err := errors.Join(w.Add("box.A", 3*chunkSize, bytes.NewReader(noise(1, 3*chunkSize))), w.Finish(testManifest)); err != nil {
		t.Fatal(err)
	}
	mixed = bytes.Join([][]byte{head, out.Bytes()[h.size:][:sealedSize], chunks[1], chunks[2], chunks[3]}, nil)
	if _, err := read(mixed, testKey); !errors.Is(err, ErrDamaged) {
		t.Errorf("a chunk of another backup: %v", err)
	}
}

// TestStopped: a context that ends stops the reading, and a disk error is told
// from damage.
func TestStopped(t *testing.T) {
	b := build(t, sample()...)
	h, err := ReadHeader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, bytes.NewReader(b), int64(len(b)), h, testKey); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if _, err := Open(context.Background(), failing{}, int64(len(b)), h, testKey); !errors.Is(err, errDisk) || errors.Is(err, ErrDamaged) {
		t.Errorf("failing disk: %v", err)
	}
}

var errDisk = errors.New("disk")

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errDisk }
