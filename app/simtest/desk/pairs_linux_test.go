package desk_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestTwoWindows is DT-01: two programs start on one notebook at the same
// moment, by the same path, by a symbolic link or by a bind mount of it, every
// other time over the lock that a killed program left. One saves; the other
// says "in use" and ends with exit 3, while the first is still at work.
func TestTwoWindows(t *testing.T) {
	rig.Need(t, true, "mount", "umount")
	seed(t)
	rng := rig.Seed(t)
	root := t.TempDir()
	trials := rig.Count(50, 500)
	var acks, stale atomic.Int64
	done, findings := rig.Parallel(t, rng, trials, 2, func(i int, rng *rand.Rand) []string {
		n, book := copied(t, root, i)
		defer gone(n)
		return pair(t, n, book, i, rng, &acks, &stale)
	})
	f := rig.NewFigures("DT-01 two windows on one notebook")
	f.Add("by the same path, a symbolic link, a bind mount", "%d, %d, %d", (trials+2)/3, (trials+1)/3, trials/3)
	f.Add("over a killed program's lock", "%d", stale.Load())
	f.Add("saves of the winners", "%d", acks.Load())
	if acks.Load() < int64(2*done) {
		t.Errorf("only %d saves in %d trials", acks.Load(), done)
	}
	report(t, f, trials, done, findings)
}

// TestTwoWindowsHarnessCatches plants the lock that locks nothing.
func TestTwoWindowsHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	rig.Need(t, true, "mount", "umount")
	good, before := seed(t)
	bad := good.With(plant.Build(t, plant.NoLock))
	rng := rig.Seed(t)
	var acks, stale atomic.Int64
	n := bad.At(filepath.Join(t.TempDir(), "bad", "notebook"))
	rig.Copy(t, good.Dir, n.Dir)
	found := pair(t, n, rig.NewLedger(before), 0, rng, &acks, &stale)
	if !strings.Contains(strings.Join(found, "\n"), "both windows") {
		t.Errorf("the planted bug %q went unseen: %q", plant.NoLock.Name, found)
	}
}

// pair is one trial.
func pair(t testing.TB, n *rig.Notebook, book *rig.Ledger, i int, rng *rand.Rand, acks, stale *atomic.Int64) (findings []string) {
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	alias := n.Dir
	switch i % 3 {
	case 1:
		alias = filepath.Join(filepath.Dir(n.Dir), "link")
		if err := os.Symlink(n.Dir, alias); err != nil {
			t.Fatal(err)
		}
	case 2:
		alias = filepath.Join(filepath.Dir(n.Dir), "bound")
		if err := os.Mkdir(alias, 0o700); err != nil {
			t.Fatal(err)
		}
		if r := rig.Tool(t, "mount", "--bind", n.Dir, alias); r.Exit != 0 {
			rig.Lacking(t, "a bind mount: "+strings.TrimSpace(string(r.Err)))
		}
		defer rig.Tool(t, "umount", alias)
	}
	if i%2 == 1 {
		s := n.Stream(t, sent(book, rig.Lines("killed", 4000)))
		s.Await(2)
		all := s.Kill(t)
		findings = append(findings, take(book, all)...)
		stale.Add(1)
	}
	// Each keeps its input open until both have shown what they do, so that
	// they meet for certain.
	over := make(chan struct{})
	held := func(round string) func() (rig.Line, bool) {
		next := sent(book, rig.Lines(round, 2))
		return func() (rig.Line, bool) {
			l, ok := next()
			if !ok {
				<-over
			}
			return l, ok
		}
	}
	names := []string{n.Dir, alias}
	rng.Shuffle(2, func(a, b int) { names[a], names[b] = names[b], names[a] })
	streams := []*rig.Stream{n.At(names[0]).Stream(t, held("one")), n.At(names[1]).Stream(t, held("two"))}
	saved := []bool{streams[0].Await(1), streams[1].Await(1)}
	close(over)
	winners := 0
	for k, s := range streams {
		r := s.End()
		if f := r.Fault(); f != "" {
			find("%s", f)
		}
		answered := s.Acks()
		acks.Add(int64(len(answered)))
		findings = append(findings, take(book, answered)...)
		switch {
		case saved[k]:
			winners++
			if r.Exit != 0 || len(answered) != 2 {
				find("the winner: exit %d after %d answers: %s%s", r.Exit, len(answered), r.Out, r.Err)
			}
		case r.Exit != 3 || !bytes.Contains(r.Out, []byte(`"in_use"`)):
			find("the other: exit %d: %s%s", r.Exit, r.Out, r.Err)
		}
	}
	switch winners {
	case 0:
		find("no window could open the notebook")
	case 2:
		find("both windows opened the notebook")
	}
	now, r := n.Entries(t)
	if r.Fault() != "" || r.Exit != 0 {
		find("afterwards: list: exit %d %s%s", r.Exit, r.Out, r.Err)
	}
	findings = append(findings, book.Check(now)...)
	if i%5 == 0 {
		if _, r := n.Verify(t); r.Exit != 0 {
			find("afterwards: verify: exit %d %s%s", r.Exit, r.Out, r.Err)
		}
	}
	return findings
}
