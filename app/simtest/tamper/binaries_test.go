package tamper_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestFlipsThroughBinaries flips single bits in each class of file and looks
// at the notebook as a person does: with the real programs.
func TestFlipsThroughBinaries(t *testing.T) {
	n := intact(t)
	want := look(t, n)
	rng := rig.Seed(t)
	f := rig.NewFigures("ST-05 bit flips through the programs")
	for _, c := range classes {
		count := rig.Count(5, 0)
		if rig.Torture() {
			count = 200 * len(c.files(t, n.Dir))
		}
		if testing.Short() {
			count = 1
		}
		tried := parallel(count, rng, func(_ int, rng *rand.Rand) trial {
			return flipOne(t, n, want, c, rng.IntN(2) == 0, rng)
		})
		noticed, healed, absent := 0, 0, 0
		for _, x := range tried {
			for _, finding := range x.v.findings {
				t.Errorf("%s: %s: %s", c.name, x.what, finding)
			}
			if x.v.verify != 0 || x.noticed {
				noticed++
			}
			if x.v.healed {
				healed++
			}
			absent += x.v.absent + x.v.marked
		}
		f.Add(c.name, "%d flips, %d noticed, %d healed, %d entries lost to view", len(tried), noticed, healed, absent)
	}
	f.Print(t)
}

// trial is one damaged copy.
type trial struct {
	what    string
	v       verdict
	noticed bool // by what is not verify: a rebuilt view, a damaged draft
}

// parallel runs trials two at a time, each with a random source of its own.
func parallel(count int, rng *rand.Rand, do func(i int, rng *rand.Rand) trial) []trial {
	out := make([]trial, count)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	for i := range count {
		own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i] = do(i, own)
		})
	}
	wg.Wait()
	return out
}

func copyOf(t testing.TB, n *rig.Notebook) (c *rig.Notebook, done func()) {
	dir, err := os.MkdirTemp(t.TempDir(), "copy")
	if err != nil {
		t.Error(err)
		return n, func() {}
	}
	c = n.At(filepath.Join(dir, "notebook"))
	rig.Copy(t, n.Dir, c.Dir)
	return c, func() { _ = os.RemoveAll(dir) } // the test's folder goes anyway
}

// flipOne damages one copy and judges it by the rules of its class. A damaged
// journal is met with a sound view beside it, or with the view gone, as after
// an unclean stop: then all that is shown comes from the journal.
func flipOne(t testing.TB, n *rig.Notebook, want *shown, c class, viewGone bool, rng *rand.Rand) trial {
	d, done := copyOf(t, n)
	defer done()
	files := c.files(t, d.Dir)
	x := trial{what: flip(t, rng, files[rng.IntN(len(files))])}
	if c.name == "journal segment" && viewGone {
		x.what += ", with the view gone"
		dropView(t, d)
	}
	x.v = hold(t, d, want, children[rng.IntN(len(children))], c.name == "draft" || rng.IntN(5) == 0)
	switch {
	case c.twin:
		x.judgeTwin(t, d)
	case c.name == "journal segment":
		if x.v.verify == 0 {
			x.v.find("verify names no damage")
		}
	case c.name == "draft":
		x.noticed = true // judged by hold: it is missing from the list, with exit 5
	default:
		if x.v.verify != 0 || x.v.absent+x.v.marked > 0 {
			x.v.find("a disposable file: verify exit %d, %d entries missing", x.v.verify, x.v.absent)
		}
	}
	return x
}

// judgeTwin: nothing is lost, verify names the copy before it is mended, the
// first opening says that it mended it, and then all is well.
func (x *trial) judgeTwin(t testing.TB, d *rig.Notebook) {
	if x.v.verify != 5 && x.v.verify != 8 {
		x.v.find("verify: exit %d for a damaged copy", x.v.verify)
	}
	if x.v.absent+x.v.marked > 0 {
		x.v.find("%d entries are gone", x.v.absent+x.v.marked)
	}
	if !x.v.healed {
		x.v.find("it was not said that the copy was mended")
	}
	if _, r := d.Verify(t); r.Exit != 0 {
		x.v.find("verify after mending: exit %d %s", r.Exit, r.Out)
	}
}

func dropView(t testing.TB, n *rig.Notebook) {
	if err := os.RemoveAll(filepath.Join(n.Dir, "view")); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(filepath.Join(n.Dir, "index")); err != nil {
		t.Error(err)
	}
}

// TestTamperHarnessCatches plants three bugs: wrong bytes shown as true,
// damage that is not named, and mending that is not told.
func TestTamperHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	n := intact(t)
	want := look(t, n)
	rng := rig.Seed(t)
	for _, c := range []struct {
		bug    plant.Bug
		class  string
		want   string
		trials int
	}{
		{plant.Believing, "journal segment", "never written", 40},
		{plant.Unnamed, "journal segment", "verify names no damage", 5},
		{plant.HealsSilently, "key box", "verify: exit 0 for a damaged copy", 3},
	} {
		bad := n.With(plant.Build(t, c.bug))
		var found []string
		for i := 0; i < c.trials && !strings.Contains(strings.Join(found, "\n"), c.want); i++ {
			found = append(found, flipOne(t, bad, want, byName(c.class), true, rng).v.findings...)
		}
		if !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("the planted bug %q went unseen in %d flips: %q", c.bug.Name, c.trials, found)
		}
	}
}
