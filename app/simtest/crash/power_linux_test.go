package crash_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestPowerCuts is ST-02 by experiment: the file system under a notebook stops
// at a random moment while it saves, and loses all that was not synced.
func TestPowerCuts(t *testing.T) {
	program := binaries.Build(t).Wherryctl
	kinds := []string{"ext4"}
	if rig.Torture() {
		kinds = append(kinds, "xfs")
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			v := newVolume(t, kind)
			rng := rig.Seed(t)
			seed := seedNotebook(t, program, t.TempDir())
			var k killed
			for cuts := rig.Count(10, 500); cuts > 0 && len(k.findings) == 0; cuts -= lifetime {
				k.add(cutAgain(t, v, onVolume(t, v, seed), rng, min(cuts, lifetime)))
			}
			for _, f := range k.findings {
				t.Error(f)
			}
			if k.acks < k.kills*minAcks {
				t.Errorf("only %d acknowledgements before %d cuts", k.acks, k.kills)
			}
			f := rig.NewFigures("ST-02 power cuts, " + kind)
			f.Add("cuts", "%d", k.kills)
			f.Add("acknowledgements before a cut", "%d", k.acks)
			f.Add("acknowledged entries checked", "%d", k.entries)
			f.Add("lost, changed or half there", "%d", len(k.findings))
			f.Print(t)
		})
	}
}

// TestPowerCutHarnessCatches plants the missing fsync.
func TestPowerCutHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	v := newVolume(t, "ext4")
	rng := rig.Seed(t)
	n := onVolume(t, v, seedNotebook(t, binaries.Build(t).Wherryctl, t.TempDir()))
	k := cutAgain(t, v, n.With(plant.Build(t, plant.NoSync)), rng, 3)
	if !strings.Contains(strings.Join(k.findings, "\n"), "lost: acknowledged") {
		t.Errorf("the planted bug %q went unseen: %d cuts, %d acknowledgements, findings %q", plant.NoSync.Name, k.kills, k.acks, k.findings)
	}
}

// onVolume puts a fresh copy of a notebook on the volume.
func onVolume(t testing.TB, v *volume, seed *rig.Notebook) *rig.Notebook {
	t.Helper()
	n := seed.At(filepath.Join(v.at, "notebook"))
	if err := os.RemoveAll(n.Dir); err != nil {
		t.Fatal(err)
	}
	rig.Copy(t, seed.Dir, n.Dir)
	v.flush(t)
	return n
}

// cutAgain cuts the power again and again, until something is found. Only what
// was read from the program before the cut counts as acknowledged.
func cutAgain(t testing.TB, v *volume, n *rig.Notebook, rng *rand.Rand, cuts int) killed {
	t.Helper()
	before, r := n.Entries(t)
	r.Want(t, 0)
	v.flush(t)
	book := rig.NewLedger(before)
	var k killed
	for cut := range cuts {
		sent := make([]rig.Line, 4000)
		for i := range sent {
			sent[i] = lineOf(fmt.Sprint("cut", cut), i)
			book.Sent(sent[i])
		}
		s := n.Stream(t, each(sent))
		if !s.Await(minAcks + rng.IntN(40)) {
			r := s.End()
			t.Fatalf("it ended by itself: exit %d\n%s\n%s", r.Exit, r.Out, r.Err)
		}
		time.Sleep(time.Duration(rng.IntN(8000)) * time.Microsecond) // the random moment, not a wait for anything
		acks := s.Acks()
		v.cut(t)
		all := s.Kill(t)
		k.kills++
		k.acks += len(acks)
		for _, a := range acks {
			k.findings = append(k.findings, book.Take(a)...)
		}
		for _, a := range all[len(acks):] {
			book.Perhaps(a) // acknowledged while the power was going
		}
		v.restart(t)
		begun := time.Now()
		k.findings = append(k.findings, survey(t, n, book, &k.entries)...)
		book.Adopt()
		if d := time.Since(begun); d > time.Minute {
			k.findings = append(k.findings, fmt.Sprintf("verify and list took %v after a cut", d))
		}
		if len(k.findings) > 0 || t.Failed() {
			return k
		}
	}
	return k
}
