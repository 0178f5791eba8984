package crash_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestPowerCuts is ST-02 by experiment: the file system under a notebook stops
// at a random moment while it saves, and loses all that was not synced. The
// first opening afterwards must do, without help and without another try.
func TestPowerCuts(t *testing.T) {
	program := binaries.Build(t).Wherryctl
	rng := rig.Seed(t)
	seed := seedNotebook(t, program, t.TempDir())
	cuts := rig.Count(60, 500)
	f := rig.NewFigures("ST-02 power cuts")
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, kind := range []string{"ext4", "xfs"} {
		v := rig.NewVolume(t, kind)
		own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
		wg.Go(func() {
			var k killed
			for left := cuts; left > 0 && len(k.findings) == 0 && !t.Failed(); left -= lifetime {
				k.add(cutAgain(t, v, onVolume(t, v, seed), own, min(left, lifetime)))
			}
			mu.Lock()
			defer mu.Unlock()
			for _, x := range k.findings {
				t.Errorf("%s: %s", kind, x)
			}
			if k.kills < cuts || k.acks < k.kills*minAcks {
				t.Errorf("%s: only %d acknowledgements before %d of %d cuts", kind, k.acks, k.kills, cuts)
			}
			f.Add(kind+": cuts", "%d", k.kills)
			f.Add(kind+": acknowledgements before a cut", "%d", k.acks)
			f.Add(kind+": acknowledged entries checked", "%d", k.entries)
			f.Add(kind+": longest first opening", "%v", k.longest.Round(time.Millisecond))
			f.Add(kind+": lost, changed or half there", "%d", len(k.findings))
			f.Sum(k.kills, len(k.findings))
		})
	}
	wg.Wait()
	f.Print(t)
}

// TestPowerCutHarnessCatches plants the missing fsync.
func TestPowerCutHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	v := rig.NewVolume(t, "ext4")
	rng := rig.Seed(t)
	n := onVolume(t, v, seedNotebook(t, binaries.Build(t).Wherryctl, t.TempDir()))
	k := cutAgain(t, v, n.With(plant.Build(t, plant.NoSync)), rng, 3)
	if !strings.Contains(strings.Join(k.findings, "\n"), "lost: acknowledged") {
		t.Errorf("the planted bug %q went unseen: %d cuts, %d acknowledgements, findings %q", plant.NoSync.Name, k.kills, k.acks, k.findings)
	}
}

// onVolume puts a fresh copy of a notebook on the volume.
func onVolume(t testing.TB, v *rig.Volume, seed *rig.Notebook) *rig.Notebook {
	t.Helper()
	n := seed.At(filepath.Join(v.At, "notebook"))
	if err := os.RemoveAll(n.Dir); err != nil {
		t.Fatal(err)
	}
	rig.Copy(t, seed.Dir, n.Dir)
	v.Flush(t)
	return n
}

// cutAgain cuts the power again and again, until something is found. Only what
// was read from the program before the cut counts as acknowledged.
func cutAgain(t testing.TB, v *rig.Volume, n *rig.Notebook, rng *rand.Rand, cuts int) killed {
	t.Helper()
	before, r := n.Entries(t)
	r.Want(t, 0)
	v.Flush(t)
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
		v.Cut(t)
		all := s.Kill(t)
		k.kills++
		k.acks += len(acks)
		for _, a := range acks {
			k.findings = append(k.findings, book.Take(a)...)
		}
		for _, a := range all[len(acks):] {
			book.Perhaps(a) // acknowledged while the power was going
		}
		v.Restart(t)
		k.findings = append(k.findings, survey(t, n, book, &k.entries)...)
		book.Adopt()
		k.longest = max(k.longest, book.Longest)
		if len(k.findings) > 0 || t.Failed() {
			return k
		}
	}
	return k
}
