package desk_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// logoffTime is what a desktop leaves a program between asking it to go and
// killing it, at the shortest. Release runs hold it to that. An ordinary run
// shares its machine with anything, and only reports who was later.
const logoffTime = 2 * time.Second

// TestLogOff is DT-02 for wherryctl: a stream of saves is told to go by
// SIGTERM or SIGHUP and killed two seconds later (in an ordinary run, a minute).
// It must answer the line in hand, stop with exit 0, and lose nothing.
func TestLogOff(t *testing.T) {
	seed(t)
	rng := rig.Seed(t)
	root := t.TempDir()
	trials := rig.Count(50, 500)
	var acks, late atomic.Int64
	done, findings := rig.Parallel(t, rng, trials, 2, func(i int, rng *rand.Rand) []string {
		n, book := copied(t, root, i)
		defer gone(n)
		return logOff(t, n, book, i, rng, &acks, &late)
	})
	f := rig.NewFigures("DT-02 logging off in mid-save")
	f.Add("saves before the signal, and the one in hand", "%d", acks.Load())
	f.Add("ends later than a desktop waits", "%d", late.Load())
	if acks.Load() < int64(10*done) {
		t.Errorf("only %d saves in %d trials", acks.Load(), done)
	}
	report(t, f, trials, done, findings)
}

// TestLogOffHarnessCatches plants a program that does not listen.
func TestLogOffHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	good, before := seed(t)
	bad := good.With(plant.Build(t, plant.Deaf))
	n := bad.At(filepath.Join(t.TempDir(), "bad", "notebook"))
	rig.Copy(t, good.Dir, n.Dir)
	var acks, late atomic.Int64
	found := logOff(t, n, rig.NewLedger(before), 0, rig.Seed(t), &acks, &late)
	if !strings.Contains(strings.Join(found, "\n"), "ended by signal") {
		t.Errorf("the planted bug %q went unseen: %q", plant.Deaf.Name, found)
	}
}

func logOff(t testing.TB, n *rig.Notebook, book *rig.Ledger, i int, rng *rand.Rand, acks, late *atomic.Int64) (findings []string) {
	s := n.Stream(t, sent(book, rig.Lines("logoff", 3000)))
	if !s.Await(10 + rng.IntN(20)) {
		r := s.End()
		return []string{fmt.Sprintf("it ended by itself: exit %d %s%s", r.Exit, r.Out, r.Err)}
	}
	time.Sleep(time.Duration(rng.IntN(6000)) * time.Microsecond) // the random moment, not a wait for anything
	sig := []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP}[i%2]
	s.Signal(t, sig)
	within := time.Minute
	if rig.Torture() {
		within = logoffTime
	}
	r := s.EndWithin(within)
	if r.Took > logoffTime {
		late.Add(1)
	}
	if f := r.Fault(); f != "" {
		findings = append(findings, fmt.Sprintf("%v: %s", sig, f))
	} else if r.Exit != 0 {
		findings = append(findings, fmt.Sprintf("%v: exit %d %s%s", sig, r.Exit, r.Out, r.Err))
	}
	all := s.Acks()
	acks.Add(int64(len(all)))
	findings = append(findings, take(book, all)...)
	now, r := n.Entries(t)
	if r.Fault() != "" || r.Exit != 0 {
		findings = append(findings, fmt.Sprintf("afterwards: list: exit %d %s%s", r.Exit, r.Out, r.Err))
	}
	findings = append(findings, book.Check(now)...)
	if book.Strays() > 0 {
		findings = append(findings, "the line in hand was saved and not answered")
	}
	if i%5 == 0 {
		if _, r := n.Verify(t); r.Exit != 0 {
			findings = append(findings, fmt.Sprintf("afterwards: verify: exit %d %s%s", r.Exit, r.Out, r.Err))
		}
	}
	return findings
}
