package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"syscall"
	"testing"
)

// crashSize gives three chunks.
const crashSize = 2*ChunkSize + 100

// TestPowerCutAtEveryAct: after a cut at any act, everything that has a name is
// whole, what was acknowledged is there, and what is unfinished can be resumed
// or is refused.
func TestPowerCutAtEveryAct(t *testing.T) {
	acts := 0
	for ; ; acts++ {
		m := newMem()
		m.cutAt = acts + 1
		if !cutOnce(t, m) {
			break
		}
	}
	if acts < 10 {
		t.Fatalf("the workload has %d acts only", acts)
	}
}

// TestHarnessCatchesMissingSync plants the bug that the test above is for.
func TestHarnessCatchesMissingSync(t *testing.T) {
	m := newMem()
	m.noSync = true
	data := noise(2, crashSize)
	ref, err := write(openMem(t, m), testKey, data)
	if err != nil {
		t.Fatal(err)
	}
	m.off = true
	for _, after := range m.futures() {
		if openMem(t, after).VerifyWith(context.Background(), ref.ID, testKey) != nil {
			return
		}
	}
	t.Error("a sync that does nothing is not noticed")
}

func cutOnce(t *testing.T, m *memFS) (cut bool) {
	t.Helper()
	data := noise(2, crashSize)
	ref, err := write(openMem(t, m), testKey, data)
	for _, after := range m.futures() {
		s := openMem(t, after)
		list, lerr := s.List()
		if lerr != nil {
			t.Fatal(lerr)
		}
		for _, b := range list {
			if verr := s.VerifyWith(context.Background(), b.ID, testKey); verr != nil {
				t.Errorf("cut at act %d: a named blob is not whole: %v", m.cutAt, verr)
			}
		}
		if err == nil && (len(list) != 1 || list[0].ID != ref.ID) {
			t.Errorf("cut at act %d: an acknowledged blob is gone", m.cutAt)
		}
		resumeAll(t, s, data)
	}
	return m.off
}

// resumeAll goes on with every unfinished blob.
func resumeAll(t *testing.T, s *Store, data []byte) {
	t.Helper()
	partials, err := s.Partials()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range partials {
		var seen bytes.Buffer
		w, err := s.Resume(context.Background(), p.Name, testKey, &seen)
		if errors.Is(err, ErrDamaged) {
			continue // not even the beginning arrived
		}
		if err != nil {
			t.Fatal(err)
		}
		if int64(seen.Len()) != w.Offset() || !bytes.HasPrefix(data, seen.Bytes()) {
			t.Fatal("what is said to be there is not what was written")
		}
		if _, err := w.Write(data[w.Offset():]); err != nil {
			t.Fatal(err)
		}
		ref, err := w.Commit()
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(context.Background(), ref.ID, testKey)
		if err != nil {
			t.Fatal(err)
		}
		if all, err := io.ReadAll(r); err != nil || !bytes.Equal(all, data) {
			t.Fatal("a resumed blob is not what was written", err)
		}
		r.Close()
		if err := s.Verify(context.Background(), ref.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFailureAtEveryAct: if any act on the disk fails, the writer says so and
// nothing has a name.
func TestFailureAtEveryAct(t *testing.T) {
	for _, fault := range []struct{ err, want error }{{syscall.EIO, ErrFailed}, {syscall.ENOSPC, ErrFull}} {
		for at := 1; ; at++ {
			m := newMem()
			m.failAt, m.fault = at, fault.err
			s := openMem(t, m)
			_, err := write(s, testKey, noise(3, crashSize))
			if m.acts < at {
				if at < 10 || err != nil {
					t.Fatalf("%d acts, %v", at, err)
				}
				break
			}
			if !errors.Is(err, fault.want) || !errors.Is(err, fault.err) {
				t.Errorf("act %d failed: %v, want %v", at, err, fault.want)
			}
			if l, _ := s.List(); len(l) != 0 {
				t.Errorf("act %d failed, and the blob has a name", at)
			}
			if p, _ := s.Partials(); len(p) != 0 {
				t.Errorf("act %d failed, and the unfinished file is left", at)
			}
		}
	}
}

// TestResumeAfterKill stops at every length of the file.
func TestResumeAfterKill(t *testing.T) {
	data := noise(2, crashSize)
	for _, cut := range []int{0, 5, headSize - 1, headSize, headSize + 100, headSize + sealedChunk - 1, headSize + sealedChunk, headSize + 2*sealedChunk} {
		m := newMem()
		s := openMem(t, m)
		w, err := s.Create(context.Background(), testKey)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		w.Keep()
		n := m.now["/b/"+w.Name()]
		n.seen = n.seen[:min(len(n.seen), cut)]
		if _, err := s.Resume(context.Background(), w.Name(), testKey, nil); (err != nil) != (cut < headSize) {
			t.Errorf("cut to %d: %v", cut, err)
		}
		resumeAll(t, s, data)
	}
	s := openMem(t, newMem())
	if _, err := s.Resume(context.Background(), "../x", testKey, nil); !errors.Is(err, ErrName) {
		t.Error(err)
	}
	if _, err := s.Resume(context.Background(), "0123456789abcdef0123456789abcdef.part", testKey, nil); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
}
