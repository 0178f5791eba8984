package crash_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestAntivirus is DT-06: another program holds files for a moment, so that
// removing, renaming or opening them is refused once, three times or always.
// Saving goes on or is refused cleanly; without that program the notebook
// opens the first time, with all that was acknowledged.
func TestAntivirus(t *testing.T) {
	rig.Need(t, false, "strace")
	program := binaries.Build(t).Wherryctl
	rng := rig.Seed(t)
	dir := t.TempDir()
	seed := seedNotebook(t, program, dir)
	before, r := seed.Entries(t)
	r.Want(t, 0)
	trials := rig.Count(40, 400)
	var hit, acks atomic.Int64
	done, findings := rig.Parallel(t, rng, trials, 2, func(i int, rng *rand.Rand) []string {
		f := refusedCall(i, rng)
		s := strike(t, seed, before, program, filepath.Join(dir, fmt.Sprint("held", i)), f)
		hit.Add(int64(s.hit))
		acks.Add(int64(s.acks))
		return append(s.findings, undisturbed(f, s)...)
	})
	for _, x := range findings {
		t.Error(x)
	}
	if len(findings) == 0 && (done < trials || hit.Load()*3 < int64(trials)) {
		t.Errorf("only %d of %d trials hit a call", hit.Load(), trials)
	}
	f := rig.NewFigures("DT-06 files held by another program")
	f.Add("runs", "%d", done)
	f.Add("of which a call was refused", "%d", hit.Load())
	f.Add("acknowledgements in those runs", "%d", acks.Load())
	f.Add("findings", "%d", len(findings))
	f.Sum(done, len(findings))
	f.Print(t)
}

// refusedCall is the i-th refusal: unlink, rename or open, once, three times or
// always, from a random call on.
func refusedCall(i int, rng *rand.Rand) fault {
	f := fault{err: "EACCES"}
	about := 0
	switch i % 3 {
	case 0:
		f.call, about = "unlinkat", 6
	case 1:
		f.call, about = "renameat", 5
	default:
		f.call, about = "openat", 40
	}
	f.nth = 1 + rng.IntN(about)
	switch i / 3 % 3 {
	case 0:
		f.times = 1
	case 1:
		f.times = 3
	default:
		f.ever = true
	}
	return f
}

// undisturbed: a file that cannot be removed is no reason not to save.
func undisturbed(f fault, s struck) []string {
	if f.call == "unlinkat" && s.hit > 0 && (s.acks != struckLines || s.exits[0] != 1) {
		return []string{fmt.Sprintf("%v: only %d of %d lines were saved, exits %v", f, s.acks, struckLines, s.exits)}
	}
	return nil
}

// TestAntivirusHarnessCatches plants a view that gives up where it should go
// into memory.
func TestAntivirusHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	rig.Need(t, false, "strace")
	dir := t.TempDir()
	seed := seedNotebook(t, binaries.Build(t).Wherryctl, dir)
	before, r := seed.Entries(t)
	r.Want(t, 0)
	bad := plant.Build(t, plant.StubbornView)
	var found []string
	for nth := 1; nth <= 6 && len(found) == 0; nth++ {
		f := fault{call: "unlinkat", err: "EACCES", nth: nth, ever: true}
		s := strike(t, seed, before, bad, filepath.Join(dir, fmt.Sprint("bad", nth)), f)
		found = append(s.findings, undisturbed(f, s)...)
	}
	if !strings.Contains(strings.Join(found, "\n"), "lines were saved") {
		t.Errorf("the planted bug %q went unseen: %q", plant.StubbornView.Name, found)
	}
}
