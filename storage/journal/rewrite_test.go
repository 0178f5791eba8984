package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"wherry/storage/seal"
)

// rewrite leaves the first few items of every frame whose number is rest
// modulo by. It checks that nothing of the old bytes is left on the disk.
func (l *ledger) rewrite(j *Journal, fsys *shadowFS, rest, by int) error {
	next, old := map[uint64][]Item{}, [][]byte{}
	for seq, raw := range rawFrames(nil, j) {
		if int(seq)%by == rest {
			next[seq] = l.acked[seq][:len(l.acked[seq])/2]
			old = append(old, raw[len(raw)-macSize-40:len(raw)-macSize])
		}
	}
	for seq, items := range next {
		l.may[seq] = items
	}
	done, err := j.Rewrite(bg, func(f Frame) ([]Item, bool, error) {
		items, ok := next[f.Seq]
		return items, ok, nil
	})
	if errors.Is(err, ErrFull) {
		return nil // some segments may have been rewritten
	}
	if err != nil {
		return err
	}
	for seq, items := range next {
		l.acked[seq] = items
		delete(l.may, seq)
	}
	if done.Frames != len(next) || done.Damaged > 0 || done.Left > 0 {
		return fmt.Errorf("%w: %d frames to rewrite: %+v", errHarness, len(next), done)
	}
	for _, n := range fsys.every {
		for _, secret := range append(old, l.gone...) {
			if bytes.Contains(n.seen, secret) || bytes.Contains(n.disk, secret) {
				return fmt.Errorf("%w: replaced bytes are still on the disk", errHarness)
			}
		}
	}
	l.gone = append(l.gone, old...)
	return nil
}

// rewriteCuts is powerCuts with much rewriting in the load.
func rewriteCuts(seed uint64, plant func(*shadowFS)) (cuts int, err error) {
	for at := 1; ; at++ {
		rng := rand.New(rand.NewPCG(seed, uint64(at)))
		l, fsys := newLedger(), newShadow()
		l.rewrites = 6
		plant(fsys)
		fsys.cutAt = at
		cut, err := l.work(fsys, rand.New(rand.NewPCG(seed, 0)), 30)
		if err != nil {
			return cuts, fmt.Errorf("act %d: %w", at, err)
		}
		if !cut {
			return cuts, nil
		}
		for range 2 {
			cuts++
			what := fsys.trace[len(fsys.trace)-1]
			fsys = fsys.cut(rng)
			fsys.cutAt = 1 + rng.IntN(40)
			if _, err = l.work(fsys, rng, 8); err != nil {
				return cuts, fmt.Errorf("after act %d (%s): %w", at, what, err)
			}
		}
		fsys = fsys.cut(rng)
		j, err := l.open(fsys)
		if err != nil {
			return cuts, fmt.Errorf("after act %d, at last: %w", at, err)
		}
		if left := append(fsys.names(goneSuffix), fsys.names(".wj"+tmpSuffix)...); len(left) > 0 {
			return cuts, fmt.Errorf("%w: after act %d: %v left", errHarness, at, left)
		}
		// And whatever was cut short can be done again.
		if err := l.rewrite(j, fsys, 0, 1); err != nil {
			return cuts, fmt.Errorf("after act %d, again: %w", at, err)
		}
		if _, err = l.open(fsys.cut(rng)); err != nil {
			return cuts, fmt.Errorf("after act %d, again: %w", at, err)
		}
	}
}

func TestPowerCutWhileRewriting(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		cuts, err := rewriteCuts(seed, func(s *shadowFS) { s.noLinks = seed%3 == 0 })
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if cuts < 300 {
			t.Fatalf("seed %d: only %d power cuts; the test has lost its load", seed, cuts)
		}
	}
}

// With the planted bug, the new segment gets its name before it is synced.
func TestHarnessCatchesRenameBeforeSync(t *testing.T) {
	_, err := rewriteCuts(1, func(s *shadowFS) { s.noSyncOf = ".wj" + tmpSuffix })
	if !errors.Is(err, errHarness) {
		t.Fatalf("the harness did not notice: %v", err)
	}
}

// Every act of rewriting fails once. Nothing is lost by it, and after the next
// opening it can be done again.
func TestEveryActOfRewritingMayFail(t *testing.T) {
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC} {
		for at := 1; ; at++ {
			rng := rand.New(rand.NewPCG(7, uint64(at)))
			l, fsys := newLedger(), newShadow()
			l.rewrites = 6
			fsys.failAt, fsys.fault = at, fault
			_, err := l.work(fsys, rand.New(rand.NewPCG(3, 0)), 25)
			if errors.Is(err, errHarness) {
				t.Fatalf("act %d (%s): %v", at, fsys.trace[at-1], err)
			}
			if fsys.acts < at {
				if at < 120 {
					t.Fatalf("only %d acts; the test has lost its load", at)
				}
				break
			}
			name := fsys.trace[at-1]
			fsys.every = nil // a disk that failed may keep what it was told to forget
			if rng.IntN(2) == 0 {
				fsys = fsys.cut(rng)
			}
			fsys.failAt = 0
			for _, n := range fsys.now {
				fsys.every = append(fsys.every, n)
			}
			if _, err := l.work(fsys, rng, 6); err != nil {
				t.Fatalf("act %d (%s): run after the fault: %v", at, name, err)
			}
			if _, err := l.open(fsys.cut(rng)); err != nil {
				t.Fatalf("act %d (%s): after the fault, a run and a power cut: %v", at, name, err)
			}
		}
	}
}

// Only segments with changed frames are written anew; number, chain and tip
// stay, also on a real disk; a segment of version 1 becomes one of version 2.
func TestRewriteOnDisk(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"00000001.wj", "00000002.wj", "mark.A", "mark.B"} {
		raw, err := os.ReadFile(filepath.Join(frozenFolders[0], name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j, _, err := Open(dir, frozenKey, Options{ReserveBytes: -1})
	if err != nil {
		t.Fatal(err)
	}
	tip, before := j.Tip(), rawFrames(t, j)
	second, err := os.ReadFile(filepath.Join(dir, "00000002.wj"))
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.Open(filepath.Join(dir, "00000001.wj"))
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if f, err := j.Read(bg, 3); err != nil || len(f.Items[0].Data) != 300 {
		t.Fatal(err) // and it is in the cache
	}
	done, err := j.Rewrite(bg, frozenRewrite)
	if err != nil || done.Frames != 2 || done.Segments != 1 || done.Freed <= 0 || done.Left > 0 {
		t.Fatalf("%+v %v", done, err)
	}
	if info, err := old.Stat(); err != nil || info.Size() == 0 {
		t.Fatal(err)
	} else if raw, _ := readAllOf(old, info.Size()); !bytes.Equal(raw, make([]byte, info.Size())) {
		t.Fatal("the old file still holds something")
	}
	for seq, raw := range rawFrames(t, j) {
		if bytes.Equal(raw, before[seq]) == (seq == 2 || seq == 3) {
			t.Fatalf("frame %d", seq)
		}
	}
	if f, err := j.Read(bg, 2); err != nil || len(f.Items) != 0 {
		t.Fatal(f, err)
	}
	if f, err := j.Read(bg, 3); err != nil || len(f.Items[0].Data) != 5 {
		t.Fatal(f, err)
	}
	now, err := os.ReadFile(filepath.Join(dir, "00000002.wj"))
	if err != nil || !bytes.Equal(now, second) {
		t.Fatal("the other segment was touched", err)
	}
	if j.Tip() != tip || j.segs[0].version != 2 || j.segs[1].version != 1 {
		t.Fatalf("%+v", j.Tip())
	}
	for seq, raw := range before {
		if mac := [macSize]byte(raw[len(raw)-macSize:]); !j.HoldsTip(Tip{seq, mac}) || !j.Holds(mac) || j.HoldsTip(Tip{seq + 1, mac}) {
			t.Fatalf("frame %d is not held", seq)
		}
	}
	if j.Holds([32]byte{1}) || j.HoldsTip(Tip{Seq: 9, MAC: tip.MAC}) || !j.HoldsTip(Tip{}) || !j.Holds([32]byte{}) {
		t.Fatal("what is held")
	}
	// The same once more changes nothing; then the active segment.
	again, err := j.Rewrite(bg, func(f Frame) ([]Item, bool, error) { return nil, f.Seq == 5, nil })
	if err != nil || again.Frames != 1 {
		t.Fatalf("%+v %v", again, err)
	}
	if j.Tip() != tip || !j.HoldsTip(tip) {
		t.Fatal("the tip was replaced and is not known any more")
	}
	if seq := mustAppend(t, j, "after it"); seq != 6 {
		t.Fatal(seq)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Check(dir, frozenKey)
	if err != nil || !r.OK() || r.Frames != 6 || r.Unmarked != 0 {
		t.Fatalf("%+v %v", r, err)
	}
}

func readAllOf(f *os.File, size int64) ([]byte, error) {
	raw := make([]byte, size)
	_, err := f.ReadAt(raw, 0)
	return raw, err
}

func TestRewriteRefusals(t *testing.T) {
	w := sample(t)
	j, _ := mustOpen(t, testDir, testOptions(w.fsys))
	acts := w.fsys.acts
	larger := func(f Frame) ([]Item, bool, error) { return append(f.Items, Item{Data: []byte("more")}), true, nil }
	if _, err := j.Rewrite(bg, larger); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	if _, err := j.Rewrite(bg, func(Frame) ([]Item, bool, error) { return nil, false, stop }); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(bg)
	if _, err := j.Rewrite(ctx, func(Frame) ([]Item, bool, error) { cancel(); return nil, true, nil }); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	w.fsys.free = 100
	if _, err := j.Rewrite(bg, func(Frame) ([]Item, bool, error) { return nil, true, nil }); !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	if w.fsys.acts != acts || j.Failed() != nil {
		t.Fatal("a refusal wrote something or ended the run")
	}
	read := testOptions(w.fsys)
	read.ReadOnly = true
	j, _ = mustOpen(t, testDir, read)
	if _, err := j.Rewrite(bg, larger); !errors.Is(err, ErrReadOnly) {
		t.Fatal(err)
	}
}

// Damaged bytes, and a frame that goes bad meanwhile, are taken over as they
// are, and stay named.
func TestRewriteBesideDamage(t *testing.T) {
	w := sample(t)
	raw := w.fsys.now[w.fsys.names(".wj")[0]].seen
	raw[headerSize+50] ^= 1
	j, r := mustOpen(t, testDir, testOptions(w.fsys))
	second := j.segs[1].frames.seq(0)
	w.fsys.now[testDir+"/"+j.segs[1].name].seen[headerSize+50] ^= 1
	done, err := j.Rewrite(bg, func(Frame) ([]Item, bool, error) { return nil, true, nil })
	if err != nil || done.Frames != int(r.Frames)-1 || done.Damaged != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	if _, err := j.Read(bg, second); !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	_, again := mustOpen(t, testDir, testOptions(w.fsys))
	if len(r.Damaged) != 1 || len(again.Damaged) != 2 || again.Damaged[0] != r.Damaged[0] || again.Damaged[1].Seq != second {
		t.Fatalf("%+v\n%+v", r.Damaged, again.Damaged)
	}
}

// Who reads while segments are rewritten finds every frame, old or new.
func TestReadingWhileRewriting(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "journal"), Options{SegmentBytes: 4000, ReserveBytes: -1, MinFree: 1})
	for n := range 60 {
		mustAppend(t, j, fmt.Sprintf("%03d %s", n, bytes.Repeat([]byte("x"), 200)))
	}
	tips := map[uint64]Tip{}
	for _, seg := range j.segs {
		tips[seg.upto] = Tip{seg.upto, seg.last}
	}
	done := make(chan error, 1)
	go func() {
		var err error
		for round := 0; err == nil && round < 8; round++ {
			_, err = j.Rewrite(bg, func(f Frame) ([]Item, bool, error) {
				it := f.Items[0]
				it.Data = it.Data[:len(it.Data)-20]
				return []Item{it}, f.Seq%2 == 0, nil
			})
		}
		done <- err
	}()
	for n, last := uint64(0), uint64(60); ; {
		count := 0
		if err := j.Replay(bg, 0, func(Frame) error { count++; return nil }); err != nil || count < 60 {
			t.Fatal(count, err)
		}
		for range 20 {
			n = n%60 + 1
			if _, err := j.Read(bg, n); err != nil {
				t.Fatal(n, err)
			}
		}
		for _, tip := range tips {
			if !j.HoldsTip(tip) || !j.Holds(tip.MAC) {
				t.Fatal(tip.Seq)
			}
		}
		last = mustAppend(t, j, "meanwhile, and long enough to be made shorter again and again, many times over, "+
			"which takes some more letters than one would think, and then still some more of them, to the end")
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if _, r := mustOpen(t, j.dir, Options{ReserveBytes: -1, MinFree: 1}); r.Frames != last || !r.OK() {
				t.Fatalf("%d frames appended: %+v", last, r)
			}
			return
		default:
		}
	}
}

// between is a disk on which something happens just before or just after a
// segment is opened for reading.
type between struct {
	FS
	before, after func()
}

func (b *between) Open(name string) (File, error) {
	before, after := b.before, b.after
	if before == nil && after == nil {
		return b.FS.Open(name) // Open reads several at once
	}
	b.before, b.after = nil, nil
	if before != nil {
		before()
	}
	f, err := b.FS.Open(name)
	if after != nil {
		after()
	}
	return f, err
}

// A segment that is rewritten while somebody is about to read it, or has just
// opened it, is no damage.
func TestRewrittenUnderTheReader(t *testing.T) {
	for _, late := range []bool{false, true} {
		w := sample(t)
		fsys := &between{FS: w.fsys}
		o := testOptions(w.fsys)
		o.FS = fsys
		j, _ := mustOpen(t, testDir, o)
		tip := Tip{j.segs[1].frames.seq(1), linkOf(t, j, j.segs[1].frames.seq(1))}
		for name, read := range map[string]func() error{
			"read":   func() error { _, err := j.Read(bg, tip.Seq); return err },
			"replay": func() error { return j.Replay(bg, tip.Seq, func(Frame) error { return nil }) },
			"tip":    func() error { return held(j.HoldsTip(tip)) },
			"mac":    func() error { return held(j.Holds(tip.MAC)) },
		} {
			rewrite := func() {
				done, err := j.Rewrite(bg, func(f Frame) ([]Item, bool, error) {
					return f.Items[:len(f.Items)/2], f.Seq < tip.Seq, nil
				})
				if err != nil || done.Frames == 0 {
					t.Fatal(done, err)
				}
			}
			if fsys.before = rewrite; late {
				fsys.before, fsys.after = nil, rewrite
			}
			if err := read(); err != nil {
				t.Errorf("%s (late: %v): %v", name, late, err)
			}
			if fsys.before != nil || fsys.after != nil {
				t.Fatal("nothing happened")
			}
		}
	}
}

func held(yes bool) error {
	if !yes {
		return ErrNoFrame
	}
	return nil
}

func linkOf(t testing.TB, j *Journal, seq uint64) [macSize]byte {
	t.Helper()
	f, ok := parseFrame(rawFrames(t, j)[seq], 0)
	if !ok {
		t.Fatal("no frame")
	}
	return f.link
}

// A last segment that was rewritten, and grew again to just the length that an
// older mark names, is not taken for settled: its last frame is past the mark.
func TestOlderMarkOfTheSameLength(t *testing.T) {
	fsys := newShadow()
	o := testOptions(fsys)
	j, _ := mustOpen(t, testDir, o)
	mustAppend(t, j, string(make([]byte, 700)))
	if err := j.Mark(bg); err != nil {
		t.Fatal(err)
	}
	size, before := j.end, fsys.clone()
	if _, err := j.Rewrite(bg, func(Frame) ([]Item, bool, error) { return nil, true, nil }); err != nil {
		t.Fatal(err)
	}
	filler := 0
	for len(encodeItems([]Item{{Type: 7, Data: make([]byte, filler)}}))+frameHead+seal.Overhead+macSize < int(size-j.end) {
		filler++
	}
	mustAppend(t, j, string(make([]byte, filler)))
	if j.end != size {
		t.Fatalf("%d bytes, not %d", j.end, size)
	}
	for _, name := range markNames {
		fsys.put(testDir+"/"+name, before.now[testDir+"/"+name].seen)
	}
	fsys.trace = nil
	_, r := mustOpen(t, testDir, o)
	if !r.OK() || r.Frames != 2 || r.Unmarked != 1 || !slices.Contains(fsys.trace, "write 00000001.wj") {
		t.Fatalf("%+v %v", r, fsys.trace)
	}
}

// A second name that is left of a segment costs nothing when it was not
// replaced, and is not erased when it may be all there is.
func TestLeftSecondName(t *testing.T) {
	w := sample(t)
	names := w.fsys.names(".wj")
	one, two := names[0], names[1]
	w.fsys.now[one+goneSuffix] = w.fsys.now[one]                                // never replaced
	w.fsys.put(two+goneSuffix, bytes.Repeat([]byte{5}, 3000))                   // replaced, not erased
	w.fsys.put(testDir+"/00000099.wj"+goneSuffix, bytes.Repeat([]byte{6}, 300)) // no first name
	w.fsys.put(testDir+"/00000003.wj"+tmpSuffix, bytes.Repeat([]byte{7}, 300))  // never put in place
	gone, tmp := w.fsys.now[two+goneSuffix], w.fsys.now[testDir+"/00000003.wj"+tmpSuffix]
	_, r := mustOpen(t, testDir, testOptions(w.fsys))
	if !r.OK() || r.Frames != 40 {
		t.Fatalf("%+v", r)
	}
	if left := w.fsys.names(goneSuffix); len(left) != 1 || filepath.Base(left[0]) != "00000099.wj"+goneSuffix {
		t.Fatal(left)
	}
	if !bytes.Equal(gone.disk, make([]byte, 3000)) || !bytes.Equal(tmp.disk, make([]byte, 300)) {
		t.Fatal("not erased")
	}
	if len(w.fsys.names(".wj"+tmpSuffix)) > 0 {
		t.Fatal("still there")
	}
}
