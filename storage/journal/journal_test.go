package journal

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"wherry/storage/record"
	"wherry/storage/seal"
)

func mustOpen(t testing.TB, dir string, o Options) (*Journal, *Report) {
	t.Helper()
	j, r, err := Open(dir, testKey, o)
	if err != nil {
		t.Fatal(err)
	}
	return j, r
}

func mustAppend(t testing.TB, j *Journal, data string) uint64 {
	t.Helper()
	seq, err := j.Append(bg, []Item{{Type: 7, Data: []byte(data)}})
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func texts(t testing.TB, j *Journal, from uint64) []string {
	t.Helper()
	var out []string
	err := j.Replay(bg, from, func(f Frame) error {
		for _, it := range f.Items {
			out = append(out, string(it.Data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRealDiskRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	o := Options{Notebook: testNotebook, SegmentBytes: 1000, ReserveBytes: 4096}
	j, r := mustOpen(t, dir, o)
	if r.Frames != 0 || !r.OK() || j.Tip() != (Tip{}) {
		t.Fatalf("a new journal: %+v %+v", r, j.Tip())
	}
	for i, word := range []string{"one", "two", "three", "four", "five", "six"} {
		if seq := mustAppend(t, j, word); seq != uint64(i+1) {
			t.Fatalf("number %d for frame %d", seq, i+1)
		}
	}
	tip := j.Tip()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, r = mustOpen(t, dir, Options{MustExist: true, SegmentBytes: 1000})
	if r.Frames != 6 || !r.OK() || r.Unmarked != 0 || r.Cut || r.MarkHealed || j.Tip() != tip {
		t.Fatalf("opened again: %+v", r)
	}
	if got := texts(t, j, 5); len(got) != 2 || got[0] != "five" {
		t.Fatalf("replay from 5: %v", got)
	}
	if f, err := j.Read(bg, 3); err != nil || string(f.Items[0].Data) != "three" {
		t.Fatalf("read 3: %v", err)
	}
	if _, err := j.Read(bg, 7); !errors.Is(err, ErrNoFrame) {
		t.Fatalf("read 7: %v", err)
	}
	mustAppend(t, j, "seven")
	if c, err := Check(dir, testKey); err != nil || c.Frames != 7 || c.Unmarked != 1 {
		t.Fatalf("check while open: %+v %v", c, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, _ := e.Info(); info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", e.Name(), info.Mode())
		}
		raw, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		if bytes.Contains(raw, []byte("seven")) {
			t.Errorf("%s holds text in clear", e.Name())
		}
	}
}

func TestRefusals(t *testing.T) {
	fsys := newShadow()
	o := testOptions(fsys)
	must := o
	must.MustExist = true
	if _, _, err := Open(testDir, testKey, must); !errors.Is(err, ErrMissing) {
		t.Fatalf("no journal: %v", err)
	}
	if _, err := check(fsys, testDir, testKey); !errors.Is(err, ErrMissing) {
		t.Fatalf("check of no journal: %v", err)
	}
	j, _ := mustOpen(t, testDir, o)
	if _, err := j.Append(bg, nil); !errors.Is(err, ErrEmpty) {
		t.Fatalf("nothing: %v", err)
	}
	if _, err := j.Append(bg, []Item{{Data: make([]byte, MaxFrame)}}); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("too large: %v", err)
	}
	if _, err := j.Append(bg, make([]Item, MaxItems+1)); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("too many: %v", err)
	}
	done, cancel := context.WithCancel(bg)
	cancel()
	if _, err := j.Append(done, []Item{{}}); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
	if seq := mustAppend(t, j, "first"); seq != 1 {
		t.Fatalf("a refusal cost a number: %d", seq)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(bg, []Item{{}}); !errors.Is(err, ErrClosed) {
		t.Fatalf("closed: %v", err)
	}
	before := fsys.acts
	if _, _, err := Open(testDir, seal.Key{7}, o); !errors.Is(err, ErrWrongKey) {
		t.Fatalf("wrong key: %v", err)
	}
	other := o
	other.Notebook = record.ID{1}
	if _, _, err := Open(testDir, testKey, other); !errors.Is(err, ErrWrongKey) {
		t.Fatalf("another notebook: %v", err)
	}
	read := o
	read.ReadOnly = true
	j, _ = mustOpen(t, testDir, read)
	if _, err := j.Append(bg, []Item{{}}); !errors.Is(err, ErrReadOnly) {
		t.Fatalf("read only: %v", err)
	}
	if got := texts(t, j, 0); len(got) != 1 {
		t.Fatalf("read only: %v", got)
	}
	if err := j.Close(); err != nil || fsys.acts != before {
		t.Fatalf("reading or refusing wrote to the disk: %v", err)
	}
}

// A later version's header or mark is refused before anything is touched; a
// damaged version field is damage, not "newer".
func TestNewerFormatIsLeftAlone(t *testing.T) {
	k := deriveKeys(testKey)
	for name, raw := range map[string][]byte{
		"00000001.wj": header{version: Version + 1, segment: 1, notebook: testNotebook, first: 1}.bytes(k.header),
		"mark.A":      mark{version: Version + 1, generation: 1, notebook: testNotebook}.bytes(k.mark),
	} {
		w := sample(t)
		w.fsys.now[testDir+"/"+name].seen = raw
		before := w.fsys.acts
		if _, _, err := Open(testDir, testKey, testOptions(w.fsys)); !errors.Is(err, ErrNewerFormat) {
			t.Fatalf("%s: %v", name, err)
		}
		if w.fsys.acts != before {
			t.Fatalf("%s: the folder was written to", name)
		}
	}
}

// A flag of the mark that this version does not know is no mark of its own.
func TestMarkWithUnknownFlag(t *testing.T) {
	k := deriveKeys(testKey).mark
	m := mark{version: Version, generation: 1, uncertain: true}
	if got, ok := parseMark(k, m.bytes(k)); !ok || got != m {
		t.Fatalf("%+v %v", got, ok)
	}
	raw := m.bytes(k)[:markSize-macSize]
	raw[111] = 2
	if _, ok := parseMark(k, newChecksum(k).add(raw)); ok {
		t.Fatal("accepted")
	}
}

func TestFullDiskIsRefusedAndRecovers(t *testing.T) {
	fsys := newShadow()
	o := testOptions(fsys)
	o.MinFree = 1 << 20
	j, _ := mustOpen(t, testDir, o)
	mustAppend(t, j, "fits")
	before := fsys.acts
	fsys.free = 1<<20 + 100
	if _, err := j.Append(bg, []Item{{Data: []byte("does not")}}); !errors.Is(err, ErrFull) {
		t.Fatalf("full: %v", err)
	}
	if fsys.acts != before || j.Failed() != nil {
		t.Fatal("the gate wrote something or ended the run")
	}
	fsys.free = 1 << 30
	mustAppend(t, j, "fits again")
	if got := texts(t, j, 0); len(got) != 2 {
		t.Fatalf("%v", got)
	}
}

// The reserve pays for the mark when the disk is full.
func TestReserveIsGivenUpForTheMark(t *testing.T) {
	fsys := newShadow()
	j, _ := mustOpen(t, testDir, testOptions(fsys))
	mustAppend(t, j, "text")
	if len(fsys.names(reserveName)) != 1 {
		t.Fatal("no reserve")
	}
	// The next act but one is the writing of mark.A.tmp.
	fsys.failAt, fsys.fault = fsys.acts+2, fullError
	if err := j.Mark(bg); err != nil {
		t.Fatal(err)
	}
	if len(fsys.names(reserveName)) != 0 {
		t.Fatal("the reserve is still there")
	}
	mustAppend(t, j, "more")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	_, r := mustOpen(t, testDir, testOptions(fsys))
	if r.Frames != 2 || !r.OK() || len(fsys.names(reserveName)) != 1 {
		t.Fatalf("%+v", r)
	}
}

// Both copies of the mark note the end of a segment before the next begins.
func TestMarkAtEverySegment(t *testing.T) {
	fsys := newShadow()
	j, _ := mustOpen(t, testDir, testOptions(fsys))
	for len(fsys.names(".wj")) < 3 {
		before := j.Tip()
		mustAppend(t, j, string(make([]byte, 700)))
		if len(fsys.names(".wj")) == 1 {
			continue
		}
		if last := j.segs[len(j.segs)-1]; last.frames.len() == 1 {
			names, _ := fsys.List(testDir)
			m := readMarks(fsys, testDir, j.keys.mark, names)
			if !m.equal() || m.twin[0].m.seq != before.Seq || m.twin[0].m.mac != before.MAC {
				t.Fatalf("mark %+v at the beginning of a segment after %d", m.twin[0].m, before.Seq)
			}
		}
	}
}

// That a tail was cut is said until something is appended, whatever happens to
// the power in between.
func TestCutIsNotForgotten(t *testing.T) {
	for at := 1; ; at++ {
		w := sample(t)
		names := w.fsys.names(".wj")
		last := w.fsys.now[names[len(names)-1]]
		last.seen = last.seen[:len(last.seen)-3]
		fsys := w.fsys.clone()
		fsys.cutAt = at
		finished := func() (ok bool) {
			defer func() { ok = recover() == nil }()
			mustOpen(t, testDir, testOptions(fsys))
			return
		}()
		if finished {
			if at < 10 {
				t.Fatalf("only %d acts", at)
			}
			break
		}
		fsys = fsys.cut(rand.New(rand.NewPCG(1, uint64(at))))
		for range 2 {
			_, r := mustOpen(t, testDir, testOptions(fsys))
			if !r.Cut || !r.OK() || r.Frames != 39 {
				t.Fatalf("power cut at act %d: %+v", at, r)
			}
			fsys = fsys.clone()
		}
		j, _ := mustOpen(t, testDir, testOptions(fsys))
		mustAppend(t, j, "a new lane")
		if _, r := mustOpen(t, testDir, testOptions(fsys)); r.Cut {
			t.Fatalf("still said after an append: %+v", r)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := j.Read(bg, 1); !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
	}
}

// A frame that goes bad after Open is passed over and told at the end.
func TestReplayGivesTheRest(t *testing.T) {
	w := sample(t)
	j, r := mustOpen(t, testDir, testOptions(w.fsys))
	w.fsys.now[testDir+"/"+j.segs[0].name].seen[headerSize+50] ^= 1
	delete(w.fsys.now, testDir+"/"+j.segs[2].name)
	lost := uint64(1 + j.segs[2].frames.len())
	count := uint64(0)
	err := j.Replay(bg, 0, func(f Frame) error { count++; return nil })
	if !errors.Is(err, ErrDamaged) || count != r.Frames-lost {
		t.Fatalf("%d of %d frames, %v", count, r.Frames, err)
	}
	if !errors.Is(err, ErrUnread) || !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a file that is not there is no bad content: %v", err)
	}
	if _, err := j.Read(bg, 1); !errors.Is(err, ErrDamaged) || errors.Is(err, ErrUnread) {
		t.Fatal(err)
	}
	if _, err := j.Read(bg, j.segs[2].frames.seq(0)); !errors.Is(err, ErrUnread) {
		t.Fatal(err)
	}
	if _, err := j.Rewrite(bg, func(Frame) ([]Item, bool, error) { return nil, false, nil }); !errors.Is(err, ErrUnread) {
		t.Fatal(err)
	}
	stop := errors.New("enough")
	if err := j.Replay(bg, 2, func(Frame) error { return stop }); !errors.Is(err, stop) {
		t.Fatal(err)
	}
}

// A place that cannot be written to can be read.
func TestReadOnlyPlace(t *testing.T) {
	w := sample(t)
	raw := w.fsys.now[w.fsys.names(".wj")[0]].seen
	raw[headerSize+50] ^= 1
	for at := 1; at <= 4; at++ { // making folders, quarantine, the last segment
		fsys := w.fsys.clone()
		fsys.failAt, fsys.fault = at, os.ErrPermission
		j, r := mustOpen(t, testDir, testOptions(fsys))
		if r.Frames != 39 || len(texts(t, j, 0)) == 0 {
			t.Fatalf("act %d: %+v", at, r)
		}
		if _, err := j.Append(bg, []Item{{}}); (err == nil) != (r.ReadOnly == nil) {
			t.Fatalf("act %d: append gave %v, report %v", at, err, r.ReadOnly)
		}
	}
}

// Several goroutines may append, read and mark; run with the race detector.
func TestSeveralGoroutines(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "journal"), Options{SegmentBytes: 3000, ReserveBytes: -1})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 15 {
				seq, err := j.Append(bg, []Item{{Type: 1, Data: []byte("from several")}})
				if err != nil {
					t.Error(err)
					return
				}
				if f, err := j.Read(bg, seq); err != nil || f.Seq != seq {
					t.Error(seq, err)
				}
				if err := j.Mark(bg); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := texts(t, j, 0); len(got) != 60 || j.Tip().Seq != 60 {
		t.Fatalf("%d frames", len(got))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOneProcess(t *testing.T) {
	dir := t.TempDir()
	held, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(dir); !errors.Is(err, ErrInUse) {
		t.Fatalf("second: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	held, err = Lock(dir)
	if err != nil {
		t.Fatalf("after closing: %v", err)
	}
	held.Close()
	if info, err := os.Stat(filepath.Join(dir, "lock")); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
}
