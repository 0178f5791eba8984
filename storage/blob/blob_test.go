package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wherry/storage/record"
	"wherry/storage/seal"
)

var testKey = seal.Key{1, 2, 3}

// noise is the same for the same seed.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	r.Read(b)
	return b
}

func openMem(t testing.TB, m *memFS) *Store {
	t.Helper()
	s, err := OpenWith("/b", Options{FS: m, MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(s *Store, key seal.Key, data []byte) (Ref, error) {
	w, err := s.Create(context.Background(), key)
	if err != nil {
		return Ref{}, err
	}
	defer w.Abort()
	if _, err := w.Write(data); err != nil {
		return Ref{}, err
	}
	return w.Commit()
}

func mustWrite(t testing.TB, s *Store, data []byte) Ref {
	t.Helper()
	ref, err := write(s, testKey, data)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// TestRoundTrip: whatever is written, in whatever portions, is read back from
// any place, on the real disk; nothing of it is there in clear.
func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	s, err := OpenWith(dir, Options{MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(0, 100),
			rapid.SampledFrom([]int{ChunkSize - 1, ChunkSize, ChunkSize + 1, 2 * ChunkSize, 2*ChunkSize + 7}),
			rapid.IntRange(0, 3*ChunkSize)).Draw(t, "size")
		data := noise(uint64(size), size)
		w, err := s.Create(context.Background(), testKey)
		if err != nil {
			t.Fatal(err)
		}
		for rest := data; len(rest) > 0; {
			k := rapid.IntRange(1, min(len(rest), 300_000)).Draw(t, "portion")
			if _, err := w.Write(rest[:k]); err != nil {
				t.Fatal(err)
			}
			rest = rest[k:]
		}
		ref, err := w.Commit()
		if err != nil || ref.Size != int64(size) {
			t.Fatal(ref.Size, err)
		}
		defer s.Erase(ref.ID)
		if err := s.VerifyWith(context.Background(), ref.ID, testKey); err != nil {
			t.Fatal(err)
		}
		if st, err := os.Stat(s.Path(ref.ID)); err != nil || st.Size() != ref.Sealed || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
			t.Fatal("file", err)
		}
		r, err := s.Open(context.Background(), ref.ID, testKey)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		want := bytes.NewReader(data)
		for range 5 {
			off := rapid.Int64Range(0, int64(size)+10).Draw(t, "off")
			a, b := make([]byte, rapid.IntRange(1, 300_000).Draw(t, "len")), []byte(nil)
			b = make([]byte, len(a))
			n, err := r.ReadAt(a, off)
			wn, werr := want.ReadAt(b, off)
			if n != wn || err != werr || !bytes.Equal(a[:n], b[:n]) {
				t.Fatalf("ReadAt(%d, %d) = %d %v, want %d %v", len(a), off, n, err, wn, werr)
			}
		}
		if at, err := r.Seek(-int64(size/2), io.SeekEnd); err != nil || at != int64(size-size/2) {
			t.Fatal(at, err)
		}
		if all, err := io.ReadAll(r); err != nil || !bytes.Equal(all, data[size-size/2:]) {
			t.Fatal("read from the middle", err)
		}
	})
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Fatalf("%d blobs left: %v", len(list), err)
	}
}

// TestNoPlaintext looks for a canary in the folder, while a blob is being
// written and after.
func TestNoPlaintext(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	s, _ := OpenWith(dir, Options{MinFree: 1})
	canary := []byte("CANARY-51.7520N-1.2577W")
	data := bytes.Repeat(canary, 3*ChunkSize/len(canary))
	w, err := s.Create(context.Background(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	look := func(least int) {
		t.Helper()
		seen := 0
		filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				b, _ := os.ReadFile(path)
				seen += len(b)
				if bytes.Contains(b, canary[:8]) {
					t.Error("plaintext in the folder")
				}
			}
			return nil
		})
		if seen < least {
			t.Fatalf("the test looked at %d bytes only", seen)
		}
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	look(2 * ChunkSize)
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	look(len(data))
}

// TestConstantMemory writes and reads 48 MiB with less than 2 MiB allocated.
func TestConstantMemory(t *testing.T) {
	s, _ := OpenWith(filepath.Join(t.TempDir(), "blobs"), Options{MinFree: 1})
	part := noise(1, 1<<20)
	used := func(what string, fn func()) {
		var a, b runtime.MemStats
		runtime.ReadMemStats(&a)
		fn()
		runtime.ReadMemStats(&b)
		if n := b.TotalAlloc - a.TotalAlloc; n > 2<<20 {
			t.Errorf("%s allocated %d bytes", what, n)
		}
	}
	var ref Ref
	used("writing", func() {
		w, err := s.Create(context.Background(), testKey)
		if err != nil {
			t.Fatal(err)
		}
		for range 48 {
			if _, err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		if ref, err = w.Commit(); err != nil {
			t.Fatal(err)
		}
	})
	used("reading", func() {
		if err := s.VerifyWith(context.Background(), ref.ID, testKey); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLimits(t *testing.T) {
	m := newMem()
	s := openMem(t, m)
	if _, err := s.Create(context.Background(), seal.Key{}); !errors.Is(err, ErrNoKey) {
		t.Error("sealed under no key:", err)
	}
	w, err := s.Create(context.Background(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	w.chunk = maxChunks - 1 // as if so much had been written
	if _, err := w.Write(make([]byte, ChunkSize)); err != nil {
		t.Error("the last chunk is refused:", err)
	}
	if _, err := w.Write([]byte{0}); !errors.Is(err, ErrTooLarge) {
		t.Error("one byte too many is taken:", err)
	}
	w.Abort()
	if _, err := s.Open(context.Background(), record.ID{1}, testKey); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	if w, err = s.Create(ctx, testKey); err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := w.Commit(); !errors.Is(err, context.Canceled) {
		t.Error("went on after it was told to stop:", err)
	}
	if p, _ := s.Partials(); len(p) != 0 {
		t.Error("an aborted blob is left behind")
	}
}

func TestFull(t *testing.T) {
	m := newMem()
	s, _ := OpenWith("/b", Options{FS: m})
	m.free = DefaultMinFree
	if _, err := s.Create(context.Background(), testKey); !errors.Is(err, ErrFull) {
		t.Error("begun without room:", err)
	}
	m.free = DefaultMinFree + 2*sealedChunk
	w, err := s.Create(context.Background(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	m.free = DefaultMinFree + 10
	if _, err := w.Write(make([]byte, 3*ChunkSize)); !errors.Is(err, ErrFull) {
		t.Error("took the room of notes:", err)
	}
	if _, err := w.Commit(); !errors.Is(err, ErrFull) {
		t.Error("committed after an error:", err)
	}
	if l, _ := s.List(); len(l) != 0 {
		t.Error("named")
	}
}

func TestEraseAndSweep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	s, _ := OpenWith(dir, Options{MinFree: 1})
	ref := mustWrite(t, s, noise(1, 2*ChunkSize+5))
	other := filepath.Join(t.TempDir(), "other")
	if err := os.Link(s.Path(ref.ID), other); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(ref.ID); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(other)
	if err != nil || int64(len(b)) != ref.Sealed || len(bytes.Trim(b, "\x00")) != 0 {
		t.Error("not overwritten before it was removed", err)
	}
	if _, ok := s.Has(ref.ID); ok || s.Erase(ref.ID) != nil {
		t.Error("not gone")
	}

	kept, orphan, young := mustWrite(t, s, []byte("kept")), mustWrite(t, s, []byte("orphan")), mustWrite(t, s, []byte("young"))
	w, err := s.Create(context.Background(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	w.Keep()
	foreign := filepath.Join(dir, "foreign.part")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-25 * time.Hour)
	for _, p := range []string{s.Path(kept.ID), s.Path(orphan.ID), filepath.Join(dir, w.Name()), foreign} {
		if err := os.Chtimes(p, old, old); err != nil {
			t.Fatal(err)
		}
	}
	n, err := s.Sweep(func(id record.ID) bool { return id == kept.ID }, time.Now().Add(-24*time.Hour))
	if err != nil || n != 2 {
		t.Errorf("swept %d, %v; want the orphan and the unfinished one", n, err)
	}
	list, _ := s.List()
	ids := []record.ID{}
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	if len(ids) != 2 || !slices.Contains(ids, kept.ID) || !slices.Contains(ids, young.ID) {
		t.Error("swept what was to stay")
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a foreign file was taken away")
	}
	if err := s.ErasePartial("../other"); !errors.Is(err, ErrName) {
		t.Error("left the folder")
	}
}
