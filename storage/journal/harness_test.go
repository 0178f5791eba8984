package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"wherry/storage/record"
	"wherry/storage/seal"
)

const testDir = "/book/journal"

var (
	bg           = context.Background()
	testKey      = seal.Key{1, 2, 3}
	testNotebook = record.ID{9, 9, 9}
)

func testOptions(fsys FS) Options {
	return Options{Notebook: testNotebook, FS: fsys, SegmentBytes: 3000, ReserveBytes: 2000, MinFree: 1}
}

// batch makes the items of a numbered frame: unlike any other, and of a size
// that differs from frame to frame.
func batch(n int, rng *rand.Rand) []Item {
	items := make([]Item, 1+rng.IntN(3))
	for i := range items {
		items[i] = Item{Type: uint8(i), Data: bytes.Repeat([]byte(fmt.Sprintf("%d/%d ", n, i)), 1+rng.IntN(60))}
	}
	return items
}

func sameItems(a, b []Item) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type != b[i].Type || !bytes.Equal(a[i].Data, b[i].Data) {
			return false
		}
	}
	return true
}

// ledger is what has been acknowledged, by number.
type ledger struct {
	acked map[uint64][]Item
	last  []Item // what was being written when the run ended, if anything
	wrote int

	rewrites int               // one in so many steps rewrites frames; 0 for never
	may      map[uint64][]Item // what frames hold instead, if their rewriting was cut short
	tips     map[uint64]Tip    // the journal's end after each frame
	gone     [][]byte          // sealed bytes that were replaced
}

func newLedger() *ledger {
	return &ledger{acked: map[uint64][]Item{}, may: map[uint64][]Item{}, tips: map[uint64]Tip{}}
}

// work appends, marks, and closes and opens again, in an order told by rng,
// and enters what is acknowledged. It returns the first error. A power cut
// ends it with cut set.
func (l *ledger) work(fsys *shadowFS, rng *rand.Rand, steps int) (cut bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(powerCut); !ok {
				panic(r)
			}
			cut = true
		}
	}()
	j, err := l.open(fsys)
	if err != nil {
		return false, err
	}
	for range steps {
		if l.rewrites > 0 && rng.IntN(l.rewrites) == 0 {
			if err := l.rewrite(j, fsys, rng.IntN(5), 2+rng.IntN(4)); err != nil {
				return false, l.refusesAll(j, err)
			}
			continue
		}
		switch rng.IntN(12) {
		case 0:
			if err := j.Mark(bg); err != nil {
				return false, l.refusesAll(j, err)
			}
		case 1:
			if err := j.Close(); err != nil {
				return false, l.refusesAll(j, err)
			}
			if j, err = l.open(fsys); err != nil {
				return false, err
			}
		default:
			l.wrote++
			l.last = batch(l.wrote, rng)
			seq, err := j.Append(bg, l.last)
			if err != nil {
				return false, l.refusesAll(j, err)
			}
			l.acked[seq], l.last = l.last, nil
			l.tips[seq] = j.Tip()
		}
	}
	return false, j.Close()
}

// errHarness marks a broken promise, as against an error of the journal.
var errHarness = errors.New("promise broken")

// refusesAll checks that after a failure nothing is acknowledged.
func (l *ledger) refusesAll(j *Journal, cause error) error {
	for range 3 {
		if _, err := j.Append(bg, batch(0, rand.New(rand.NewPCG(0, 0)))); !errors.Is(err, ErrFailed) && !errors.Is(err, ErrClosed) {
			return fmt.Errorf("%w: append after failure gave %v", errHarness, err)
		}
		if err := j.Mark(bg); !errors.Is(err, ErrFailed) && !errors.Is(err, ErrClosed) {
			return fmt.Errorf("%w: mark after failure gave %v", errHarness, err)
		}
	}
	j.Close()
	return cause
}

// open opens the journal and holds it against the ledger. A frame that was
// being written may be there or not; what is there from now on must stay.
func (l *ledger) open(fsys FS) (*Journal, error) {
	j, report, err := Open(testDir, testKey, testOptions(fsys))
	if err != nil {
		return nil, err
	}
	if len(report.Damaged) > 0 {
		return nil, fmt.Errorf("%w: damage reported: %+v", errHarness, report.Damaged)
	}
	seen := map[uint64]bool{}
	err = j.Replay(bg, 0, func(f Frame) error {
		seen[f.Seq] = true
		want, ok := l.acked[f.Seq]
		if instead, ok := l.may[f.Seq]; ok && sameItems(f.Items, instead) {
			l.acked[f.Seq], want = instead, instead
		}
		if !ok && l.last != nil {
			l.acked[f.Seq], want, l.last = l.last, l.last, nil
		}
		if !sameItems(f.Items, want) {
			return fmt.Errorf("%w: frame %d is not as it was written", errHarness, f.Seq)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for seq := range l.acked {
		if !seen[seq] {
			return nil, fmt.Errorf("%w: acknowledged frame %d is lost", errHarness, seq)
		}
	}
	for seq, tip := range l.tips {
		if !j.HoldsTip(tip) {
			return nil, fmt.Errorf("%w: the chain does not hold frame %d", errHarness, seq)
		}
	}
	l.last = nil
	if report.ReadOnly != nil {
		return nil, report.ReadOnly
	}
	clear(l.may)
	return j, nil
}

// powerCuts runs the work once for every act of it, with the power cut at that
// act, again during what follows, and holds what is left against the ledger.
// It returns the first broken promise, and how many cuts there were.
func powerCuts(seed uint64, steps int, plant func(*shadowFS)) (cuts int, err error) {
	for at := 1; ; at++ {
		rng := rand.New(rand.NewPCG(seed, uint64(at)))
		l, fsys := newLedger(), newShadow()
		plant(fsys)
		fsys.cutAt = at
		cut, err := l.work(fsys, rand.New(rand.NewPCG(seed, 0)), steps)
		if err != nil {
			return cuts, fmt.Errorf("act %d: %w", at, err)
		}
		if !cut {
			return cuts, nil
		}
		cuts++
		// Twice more, with a cut somewhere in the recovery or the work after it.
		for range 2 {
			fsys = fsys.cut(rng)
			fsys.cutAt = 1 + rng.IntN(30)
			if cut, err = l.work(fsys, rng, 8); err != nil {
				return cuts, fmt.Errorf("after act %d: %w", at, err)
			}
			cuts++
		}
		fsys = fsys.cut(rng)
		if _, err := l.open(fsys); err != nil {
			return cuts, fmt.Errorf("after act %d, at last: %w", at, err)
		}
	}
}

func TestPowerCutLosesNothingAcknowledged(t *testing.T) {
	for seed := uint64(1); seed <= 4; seed++ {
		cuts, err := powerCuts(seed, 50, func(*shadowFS) {})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if cuts < 200 {
			t.Fatalf("seed %d: only %d power cuts; the test has lost its load", seed, cuts)
		}
	}
}

// A harness that cannot fail proves nothing: with syncing planted out, it must
// report a lost or broken frame.
func TestHarnessCatchesMissingSync(t *testing.T) {
	_, err := powerCuts(1, 50, func(s *shadowFS) { s.noSync = true })
	if !errors.Is(err, errHarness) {
		t.Fatalf("the harness did not notice that nothing is synced: %v", err)
	}
}

// Every write, sync, rename and so on fails once. What was acknowledged before
// stays, nothing is acknowledged after, and not even the system's forgetting
// of unsynced bytes brings a later loss.
func TestEveryActMayFail(t *testing.T) {
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC} {
		for at := 1; ; at++ {
			rng := rand.New(rand.NewPCG(7, uint64(at)))
			l, fsys := newLedger(), newShadow()
			fsys.failAt, fsys.fault = at, fault
			_, err := l.work(fsys, rand.New(rand.NewPCG(3, 0)), 50)
			if errors.Is(err, errHarness) {
				t.Fatalf("act %d (%s): %v", at, fsys.trace[at-1], err)
			}
			if fsys.acts < at {
				if at < 100 {
					t.Fatalf("only %d acts; the test has lost its load", at)
				}
				break
			}
			name := fsys.trace[at-1]
			if rng.IntN(2) == 0 {
				fsys = fsys.cut(rng)
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
