package crash_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// family is twenty children who are only ever visited together: one save of
// theirs is twenty entries under twenty keys.
var family = func() []string {
	out := make([]string, 20)
	for i := range out {
		out[i] = fmt.Sprintf("KB-%04d", 3001+i)
	}
	return out
}()

// TestWholeOrNothing is ST-06: visits to twenty children are broken off by
// kill -9, and by power cuts. Each is there for all of them or for none.
func TestWholeOrNothing(t *testing.T) {
	program := binaries.Build(t).Wherryctl
	rng := rig.Seed(t)
	dir := t.TempDir()
	seed := rig.SeededWith(t, program, dir, family)
	before, r := seed.Entries(t)
	r.Want(t, 0)
	kills, cuts := rig.Count(40, 350), rig.Count(10, 150)

	var all killed
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	for i := range kills {
		own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			to := filepath.Join(dir, fmt.Sprint("kill", i))
			rig.Copy(t, seed.Dir, to)
			k := breakOff(t, seed.At(to), before, own, nil)
			mu.Lock()
			defer mu.Unlock()
			all.add(k)
		})
	}
	wg.Wait()
	v := rig.NewVolume(t, "ext4")
	for range cuts {
		all.add(breakOff(t, onVolume(t, v, seed), before, rng, v))
	}
	for _, x := range all.findings {
		t.Error(x)
	}
	if all.kills != kills+cuts || all.acks < 3*all.kills {
		t.Errorf("only %d acknowledgements before %d stops", all.acks, all.kills)
	}
	f := rig.NewFigures("ST-06 twenty entries or none")
	f.Add("kills and power cuts in such saves", "%d, %d", kills, cuts)
	f.Add("acknowledged before", "%d saves", all.acks)
	f.Add("entries checked", "%d", all.entries)
	f.Add("saves half there", "%d", len(all.findings))
	f.Sum(all.kills, len(all.findings))
	f.Print(t)
}

// TestWholeOrNothingHarnessCatches plants a save in two halves.
func TestWholeOrNothingHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	rng := rig.Seed(t)
	dir := t.TempDir()
	seed := rig.SeededWith(t, binaries.Build(t).Wherryctl, dir, family)
	before, r := seed.Entries(t)
	r.Want(t, 0)
	bad := seed.With(plant.Build(t, plant.TwoFrames))
	var found []string
	for i := 0; i < 12 && len(found) == 0; i++ {
		to := filepath.Join(dir, fmt.Sprint("bad", i))
		rig.Copy(t, seed.Dir, to)
		found = breakOff(t, bad.At(to), before, rng, nil).findings
	}
	if !strings.Contains(strings.Join(found, "\n"), "half there") {
		t.Errorf("the planted bug %q went unseen: %q", plant.TwoFrames.Name, found)
	}
}

// breakOff stops a stream of saves of twenty entries each, by a power cut of
// v or, without one, by kill -9, and looks at what is there.
func breakOff(t testing.TB, n *rig.Notebook, before map[string]rig.Entry, rng *rand.Rand, v *rig.Volume) (k killed) {
	book := rig.NewLedger(before)
	sent := make([]rig.Line, 1000)
	for i := range sent {
		sent[i] = rig.Visit(fmt.Sprintf("family-%03d", i), family, fmt.Sprintf("Visit %d. %s", i, strings.Repeat("All at the table. ", rng.IntN(60))))
		book.Sent(sent[i])
	}
	s := n.Stream(t, each(sent))
	if !s.Await(3 + rng.IntN(6)) {
		r := s.End()
		t.Fatalf("it ended by itself: exit %d\n%s\n%s", r.Exit, r.Out, r.Err)
	}
	time.Sleep(time.Duration(rng.IntN(20_000)) * time.Microsecond) // the random moment, not a wait for anything
	acks := s.Acks()
	if v != nil {
		v.Cut(t)
	}
	all := s.Kill(t)
	if v == nil {
		acks = all
	}
	k.kills, k.acks = 1, len(acks)
	for _, a := range acks {
		k.findings = append(k.findings, book.Take(a)...)
	}
	for _, a := range all[len(acks):] {
		book.Perhaps(a)
	}
	if v != nil {
		v.Restart(t)
	}
	k.findings = append(k.findings, survey(t, n, book, &k.entries)...)
	return k
}
