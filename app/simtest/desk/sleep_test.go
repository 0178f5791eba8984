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

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestSleep is DT-03: the program is stopped in mid-save for one to three
// seconds (release: up to a minute), as by a closed lid or a hanging disk, and
// then goes on. Meanwhile the notebook is in use; afterwards nothing is lost.
// Every fifth trial stops an exchange with the council instead.
func TestSleep(t *testing.T) {
	seed(t)
	rng := rig.Seed(t)
	root := t.TempDir()
	trials := rig.Count(30, 300)
	longest := 3 * time.Second
	if rig.Torture() {
		longest = time.Minute
	}
	council := rig.Found(t, binaries.Build(t).Endpoint, t.TempDir(), nil)
	invitations := make([]string, (trials+4)/5)
	for i := range invitations {
		invitations[i] = council.Invite(t, fmt.Sprintf("Worker %d", i), "worker", "Norwich 2")
	}
	council.Serve(t)
	var acks, slept atomic.Int64
	// A stopped program needs no processor: six at a time.
	done, findings := rig.Parallel(t, rng, trials, 6, func(i int, rng *rand.Rand) []string {
		d := time.Second + time.Duration(rng.Int64N(int64(longest-time.Second)))
		slept.Add(int64(d))
		if i%5 == 4 {
			// A copy has the keys of its original, so this one is a notebook of its own.
			n := rig.Seeded(t, binaries.Build(t).Wherryctl, t.TempDir())
			return sleepSyncing(t, n, council.Address, invitations[i/5], d, rng)
		}
		n, book := copied(t, root, i)
		defer gone(n)
		return sleepSaving(t, n, book, d, rng, &acks)
	})
	f := rig.NewFigures("DT-03 sleep in mid-save and mid-exchange")
	f.Add("of which in an exchange", "%d", trials/5)
	f.Add("seconds slept", "%d", int(time.Duration(slept.Load()).Seconds()))
	f.Add("saves around the sleep", "%d", acks.Load())
	if acks.Load() < int64(25*(done-trials/5)) {
		t.Errorf("only %d saves in %d trials", acks.Load(), done)
	}
	report(t, f, trials, done, findings)
}

// TestSleepHarnessCatches plants a program that takes a long pause for a fault.
func TestSleepHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	good, before := seed(t)
	bad := good.With(plant.Build(t, plant.Impatient))
	n := bad.At(filepath.Join(t.TempDir(), "bad", "notebook"))
	rig.Copy(t, good.Dir, n.Dir)
	var acks atomic.Int64
	found := sleepSaving(t, n, rig.NewLedger(before), 2*time.Second, rig.Seed(t), &acks)
	if !strings.Contains(strings.Join(found, "\n"), "did not go on") {
		t.Errorf("the planted bug %q went unseen: %q", plant.Impatient.Name, found)
	}
}

func sleepSaving(t testing.TB, n *rig.Notebook, book *rig.Ledger, d time.Duration, rng *rand.Rand, acks *atomic.Int64) (findings []string) {
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	lines := rig.Lines("sleep", 40+rng.IntN(40))
	at := 10 + rng.IntN(15)
	// The last lines are held back until it was stopped: it cannot end before.
	stopped, given, next := make(chan struct{}), 0, sent(book, lines)
	s := n.Stream(t, func() (rig.Line, bool) {
		if given++; given > len(lines)-5 {
			<-stopped
		}
		return next()
	})
	s.Await(at)
	time.Sleep(time.Duration(rng.IntN(4000)) * time.Microsecond) // the random moment, not a wait for anything
	s.Signal(t, syscall.SIGSTOP)
	close(stopped)
	begun := time.Now()
	if r := n.Run(t, "status"); r.Exit != 3 {
		find("another program beside the sleeping one: exit %d %s", r.Exit, r.Out)
	}
	time.Sleep(d - time.Since(begun)) // the sleep itself
	s.Signal(t, syscall.SIGCONT)
	r := s.End()
	all := s.Acks()
	acks.Add(int64(len(all)))
	if f := r.Fault(); f != "" {
		find("%s", f)
	} else if r.Exit != 0 || len(all) != len(lines) {
		find("it did not go on: exit %d after %d of %d answers: %s%s", r.Exit, len(all), len(lines), r.Out, r.Err)
	}
	findings = append(findings, take(book, all)...)
	entries := 0
	return append(findings, rig.Survey(t, n, book, &entries)...)
}

// sleepSyncing stops an exchange. It may then end as "offline", with all kept;
// the next exchange finishes.
func sleepSyncing(t testing.TB, n *rig.Notebook, address, invitation string, d time.Duration, rng *rand.Rand) (findings []string) {
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	url := "https://" + address
	r := n.Feed(t, rig.Input(rig.Lines("exchange", 40)), "record")
	r.Want(t, 0)
	now, _ := n.Entries(t)
	n.Must(t, 0, "enrol", "--invite", invitation, "--endpoint", url)
	c := n.Command(t.Context(), "sync", "--once", "--endpoint", url)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Duration(200+rng.IntN(400)) * time.Millisecond) // the random moment
	_ = c.Process.Signal(syscall.SIGSTOP)                           // it may have ended
	time.Sleep(d)
	_ = c.Process.Signal(syscall.SIGCONT)
	_ = c.Wait()
	if e := c.ProcessState.ExitCode(); e != 0 && e != 10 {
		find("an exchange that slept: exit %d", e)
	}
	if r := n.Run(t, "sync", "--once", "--endpoint", url); r.Exit != 0 {
		find("the exchange after it: exit %d %s%s", r.Exit, r.Out, r.Err)
	}
	after, r := n.Entries(t)
	if r.Exit != 0 {
		find("list: exit %d %s", r.Exit, r.Err)
	}
	for id, e := range now {
		switch a := after[id]; {
		case a.ID == "":
			find("lost in an exchange: %s", id)
		case a.SHA256 != e.SHA256:
			find("changed in an exchange: %s", id)
		case a.State != "council":
			find("after two exchanges still %q: %s", a.State, id)
		}
	}
	return findings
}
