package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"testing"
)

// testFile is a file of the simplest kind a pair can keep.
func testFile(gen uint64, text string) []byte {
	b := binary.BigEndian.AppendUint16([]byte("TST1"), 1)
	b = binary.BigEndian.AppendUint64(b, gen)
	return appendSum(append(b, text...))
}

func testPair(d disk) pair {
	return pair{disk: d, dir: "d", name: "t", limit: 1 << 10, check: func(b []byte) (uint64, error) {
		if err := checkFrame(b, "TST1", 1); err != nil {
			return 0, err
		}
		return binary.BigEndian.Uint64(b[6:]), nil
	}}
}

// inForce returns what the pair holds. Both copies must be whole: a stop may
// leave them unequal, never damaged.
func inForce(t *testing.T, d disk) string {
	t.Helper()
	copies, whole, err := testPair(d).read()
	if err != nil || len(whole) != 2 {
		t.Fatalf("%d whole copies: %v", len(whole), err)
	}
	b := copies[whole[0]].data
	return string(b[14 : len(b)-sumSize])
}

// started is a disk with content "old" in force, durably.
func started(t *testing.T) *simDisk {
	t.Helper()
	d := newSimDisk()
	if err := testPair(d).save(testFile(1, "old")); err != nil {
		t.Fatal(err)
	}
	d.step = 0
	return d
}

// stepsOf counts the acts of a whole run.
func stepsOf(t *testing.T, run func(*simDisk) error) int {
	t.Helper()
	d := started(t)
	if err := run(d); err != nil {
		t.Fatal(err)
	}
	return d.step
}

func saveNew(d *simDisk) error { return testPair(d).save(testFile(2, "new")) }

func mendPair(d *simDisk) error {
	p := testPair(d)
	copies, whole, err := p.read()
	if err != nil {
		return err
	}
	p.mend(copies, whole[0])
	if d.stopped {
		return errStopped
	}
	return nil
}

func TestPairSurvivesAStopAtEveryStep(t *testing.T) {
	steps := stepsOf(t, saveNew)
	sawOld, sawNew := false, false
	for at := 1; at <= steps+1; at++ {
		d := started(t)
		d.stopAt = at
		err := saveNew(d)
		if (err == nil) != (at > steps) {
			t.Fatalf("stop at %d of %d: %v", at, steps, err)
		}
		for _, f := range d.futures() {
			got := inForce(t, f)
			sawOld, sawNew = sawOld || got == "old", sawNew || got == "new"
			if got != "new" && (got != "old" || err == nil) {
				t.Fatalf("stop at %d: %q in force", at, got)
			}
			// Opening mends; a stop in the middle of that loses nothing either,
			// and the content does not go back.
			for again := 1; ; again++ {
				m := f.after(0, kept)
				m.stopAt = again
				done := mendPair(m) == nil
				for _, g := range m.futures() {
					if now := inForce(t, g); now != got {
						t.Fatalf("stop at %d, then at %d while mending: %q after %q", at, again, now, got)
					}
				}
				if done {
					checkTidy(t, m)
					break
				}
			}
		}
	}
	if !sawOld || !sawNew {
		t.Fatal("the test never saw one of the two outcomes")
	}
}

// The program is killed and started again, and only then the power fails:
// folder operations of the first run may still be on their way.
func TestPairSurvivesAKillAndThenAPowerCut(t *testing.T) {
	steps := stepsOf(t, saveNew)
	for at := 1; at <= steps; at++ {
		for again := 1; ; again++ {
			d := started(t)
			d.stopAt = at
			_ = saveNew(d)
			got := inForce(t, d.after(len(d.pending), kept))
			d.stopped, d.step, d.stopAt = false, 0, again
			done := mendPair(d) == nil
			for _, f := range d.futures() {
				if now := inForce(t, f); now != "new" && (now != "old" || done && got == "new") {
					t.Fatalf("kill at %d, power cut at %d: %q after %q", at, again, now, got)
				}
			}
			if done {
				break
			}
		}
	}
}

// checkTidy wants both copies equal and nothing beside them.
func checkTidy(t *testing.T, d *simDisk) {
	t.Helper()
	p := testPair(d)
	a, b := d.names[p.path(0)], d.names[p.path(1)]
	if a == nil || b == nil || !bytes.Equal(a.now, b.now) || len(d.names) != 2 {
		t.Fatalf("not tidy: %d names", len(d.names))
	}
}

func TestPairSurvivesAFailureAtEveryStep(t *testing.T) {
	steps := stepsOf(t, saveNew)
	for at := 1; at <= steps; at++ {
		d := started(t)
		d.failAt = at
		err := saveNew(d)
		got := inForce(t, d)
		switch {
		case err == nil || errors.Is(err, ErrOneCopy) || errors.Is(err, ErrNotErased):
			if got != "new" {
				t.Fatalf("failure at %d (%v): %q in force", at, err, got)
			}
		case got != "old" && got != "new":
			t.Fatalf("failure at %d: %q in force", at, got)
		}
		if err != nil && !errors.Is(err, errDisk) {
			t.Fatalf("failure at %d: reason lost: %v", at, err)
		}
		// Trying again works, and leaves nothing behind.
		if err := testPair(d).save(testFile(3, "newer")); err != nil {
			t.Fatal(err)
		}
		if inForce(t, d.after(0, lost)) != "newer" {
			t.Fatal("second attempt not durable")
		}
		checkTidy(t, d)
	}
}

func TestPairOverwritesWhatItReplaces(t *testing.T) {
	d := newSimDisk()
	if err := testPair(d).save(testFile(1, "a secret to forget")); err != nil {
		t.Fatal(err)
	}
	if err := saveNew(d); err != nil {
		t.Fatal(err)
	}
	if d.holds([]byte("to forget")) {
		t.Fatal("replaced content is still in a block")
	}
	// The same after a stop at any step followed by an opening.
	steps := stepsOf(t, saveNew)
	for at := 1; at <= steps; at++ {
		d := started(t)
		d.stopAt = at
		_ = saveNew(d)
		f := d.after(len(d.pending), kept)
		if err := mendPair(f); err != nil {
			t.Fatal(err)
		}
		// A rename is the moment from which the second name leads to the old copy.
		if inForce(t, f) == "new" && f.holds([]byte("old")) {
			t.Fatalf("stop at %d: replaced content is still in a block", at)
		}
	}
}

func TestPairWithoutSecondNames(t *testing.T) {
	d := started(t)
	if err := testPair(noLinks{d}).save(testFile(2, "new")); err != nil {
		t.Fatal(err)
	}
	if inForce(t, d.after(0, lost)) != "new" {
		t.Fatal("not durable")
	}
}

type noLinks struct{ *simDisk }

func (noLinks) Link(string, string) error { return errors.ErrUnsupported }

func TestPairReading(t *testing.T) {
	whole, later := testFile(1, "x"), testFile(2, "y")
	newer := bytes.Clone(whole)
	binary.BigEndian.PutUint16(newer[4:], 2)
	newer = appendSum(newer[:len(newer)-sumSize])
	bad := bytes.Clone(whole)
	bad[7] ^= 1
	for name, c := range map[string]struct {
		a, b []byte
		want error
		best int
	}{
		"both":               {whole, whole, nil, 0},
		"later generation":   {whole, later, nil, 1},
		"first missing":      {nil, whole, nil, 1},
		"first damaged":      {bad, whole, nil, 1},
		"second damaged":     {whole, bad, nil, 0},
		"both damaged":       {bad, bad, ErrDamaged, 0},
		"one damaged, alone": {nil, bad, ErrDamaged, 0},
		"one too long":       {make([]byte, 2<<10), whole, nil, 1},
		"both empty":         {[]byte{}, []byte{}, ErrDamaged, 0},
		"neither":            {nil, nil, fs.ErrNotExist, 0},
		"newer beside whole": {newer, whole, ErrNewerFormat, 0},
		"newer beside none":  {nil, newer, ErrNewerFormat, 0},
		"newer and damaged":  {bad, newer, ErrNewerFormat, 0},
	} {
		d := newSimDisk()
		p := testPair(d)
		for i, b := range [][]byte{c.a, c.b} {
			if b != nil {
				d.names[p.path(i)] = &simInode{now: b, synced: b}
			}
		}
		_, found, err := p.read()
		if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && found[0] != c.best {
			t.Errorf("%s: copy %d is taken", name, found[0])
		}
	}
}
