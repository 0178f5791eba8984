package desk_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestPulledOut is DT-04: the volume under a notebook stops while it saves,
// and the program lives on. It must say so with exit 6 or 5, not die, and
// acknowledge nothing that came after; reading verbs then end with a sentence
// too. When the volume is back, all that was acknowledged is there.
func TestPulledOut(t *testing.T) {
	seed(t)
	rng := rig.Seed(t)
	trials := rig.Count(30, 300)
	volumes := make(chan *rig.Volume, 2)
	for range 2 {
		volumes <- rig.NewVolume(t, "ext4")
	}
	var acks atomic.Int64
	done, findings := rig.Parallel(t, rng, trials, 2, func(i int, rng *rand.Rand) []string {
		v := <-volumes
		defer func() { volumes <- v }()
		n, before := seed(t)
		return pullOut(t, onVolume(t, n, v), v, before, rng, &acks)
	})
	f := rig.NewFigures("DT-04 a volume pulled out in mid-save")
	f.Add("saves before it went", "%d", acks.Load())
	if acks.Load() < int64(10*done) {
		t.Errorf("only %d saves in %d trials", acks.Load(), done)
	}
	report(t, f, trials, done, findings)
}

// TestPulledOutHarnessCatches plants the ignored answers of the disk.
func TestPulledOutHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	v := rig.NewVolume(t, "ext4")
	n, before := seed(t)
	bad := onVolume(t, n, v).With(plant.Build(t, plant.DiskIgnored))
	var acks atomic.Int64
	found := pullOut(t, bad, v, before, rig.Seed(t), &acks)
	if !strings.Contains(strings.Join(found, "\n"), "acknowledged on a volume that was gone") {
		t.Errorf("the planted bug %q went unseen: %q", plant.DiskIgnored.Name, found)
	}
}

// onVolume puts a fresh copy of a notebook on a volume.
func onVolume(t testing.TB, n *rig.Notebook, v *rig.Volume) *rig.Notebook {
	t.Helper()
	c := n.At(filepath.Join(v.At, "notebook"))
	if err := os.RemoveAll(c.Dir); err != nil {
		t.Fatal(err)
	}
	rig.Copy(t, n.Dir, c.Dir)
	v.Flush(t)
	return c
}

func pullOut(t testing.TB, n *rig.Notebook, v *rig.Volume, before map[string]rig.Entry, rng *rand.Rand, acks *atomic.Int64) (findings []string) {
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	book := rig.NewLedger(before)
	s := n.InStep(t, sent(book, rig.Lines("pulled", 3000)))
	if !s.Await(10 + rng.IntN(30)) {
		r := s.End()
		return []string{fmt.Sprintf("it ended by itself: exit %d %s%s", r.Exit, r.Out, r.Err)}
	}
	time.Sleep(time.Duration(rng.IntN(6000)) * time.Microsecond) // the random moment, not a wait for anything
	early := s.Acks()
	v.Cut(t)
	given := s.Given()
	r := s.EndWithin(rig.Patience / 3)
	if f := r.Fault(); f != "" {
		find("%s", f)
	} else {
		findings = append(findings, sentence("record", r)...)
		if r.Exit != 5 && r.Exit != 6 {
			find("record: exit %d on a volume that is gone: %s", r.Exit, r.Err)
		}
	}
	all := s.Acks()
	// What was given to it after the cut cannot have become durable.
	if len(all) > given {
		find("%d lines were acknowledged on a volume that was gone", len(all)-given)
	}
	acks.Add(int64(len(early)))
	findings = append(findings, take(book, early)...)
	for _, a := range all[len(early):] {
		book.Perhaps(a)
	}
	for _, args := range [][]string{{"list"}, {"show", rig.Siblings[0]}} {
		r := n.Run(t, args...)
		if f := r.Fault(); f != "" {
			find("on a volume that is gone: %s", f)
		} else if r.Exit != 0 {
			findings = append(findings, sentence(args[0], r)...)
		}
	}
	v.Restart(t)
	entries := 0
	return append(findings, rig.Survey(t, n, book, &entries)...)
}
