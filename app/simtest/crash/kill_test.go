package crash_test

import (
	"context"
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

const (
	minAcks = 50 // before each kill: a kill of nothing proves nothing
	// lifetime is how many kills one notebook survives before a fresh one is
	// taken, which keeps each check short.
	lifetime = 10
)

// killed is what a run of kills did.
type killed struct {
	kills, openings, acks, entries, texts int
	longest                               time.Duration // a first opening after a fault
	findings                              []string
}

func (k *killed) add(o killed) {
	k.kills, k.openings, k.acks = k.kills+o.kills, k.openings+o.openings, k.acks+o.acks
	k.entries, k.texts = k.entries+o.entries, k.texts+o.texts
	k.longest = max(k.longest, o.longest)
	k.findings = append(k.findings, o.findings...)
}

// TestKill is ST-01: `record --stream` is killed at random moments. No
// acknowledged entry may be lost or changed, and no visit may be half there.
func TestKill(t *testing.T) {
	set := binaries.Build(t)
	rng := rig.Seed(t)
	dir := t.TempDir()
	seed := seedNotebook(t, set.Wherryctl, dir)
	rounds := rig.Count(100, 1000)

	var all killed
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	for life := 0; life*lifetime < rounds; life++ {
		own := rand.New(rand.NewPCG(rng.Uint64(), uint64(life)))
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			k := live(t, seed, filepath.Join(dir, fmt.Sprint("life", life)), own, min(lifetime, rounds-life*lifetime))
			mu.Lock()
			defer mu.Unlock()
			all.add(k)
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for _, f := range all.findings {
		t.Error(f)
	}
	if all.kills != rounds || all.acks < rounds*minAcks {
		t.Errorf("only %d kills after %d acknowledgements", all.kills, all.acks)
	}
	if all.texts == 0 {
		t.Error("no narrative was compared")
	}
	f := rig.NewFigures("ST-01 kill -9 while recording")
	f.Add("kills while saving", "%d", all.kills)
	f.Add("kills while opening", "%d", all.openings)
	f.Add("acknowledgements before a kill", "%d", all.acks)
	f.Add("acknowledged entries checked", "%d", all.entries)
	f.Add("narratives compared word by word", "%d", all.texts)
	f.Add("lost, changed or half there", "%d", len(all.findings))
	f.Sum(all.kills, len(all.findings))
	f.Print(t)
}

// TestKillHarnessCatches plants the bug that this harness is for.
func TestKillHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	good := binaries.Build(t)
	bad := plant.Build(t, plant.AckEarly)
	rng := rig.Seed(t)
	dir := t.TempDir()
	seed := seedNotebook(t, good.Wherryctl, dir)
	k := live(t, seed.With(bad), filepath.Join(dir, "bad"), rng, 5)
	if !strings.Contains(strings.Join(k.findings, "\n"), "lost: acknowledged") {
		t.Errorf("the planted bug %q went unseen: %d kills, %d acknowledgements, findings %q", plant.AckEarly.Name, k.kills, k.acks, k.findings)
	}
}

// live copies the seed notebook and kills it again and again. It stops at the
// first finding.
func live(t testing.TB, seed *rig.Notebook, dir string, rng *rand.Rand, rounds int) killed {
	rig.Copy(t, seed.Dir, dir)
	n := seed.At(dir)
	before, r := n.Entries(t)
	r.Want(t, 0)
	book := rig.NewLedger(before)
	var k killed
	var pending *rig.Line // sent and not answered before the kill
	for round := range rounds {
		if rng.IntN(4) == 0 {
			killOpening(t, n, rng)
			k.openings++
		}
		pending = killSaving(t, n, book, rng, fmt.Sprintf("%s.%d", filepath.Base(dir), round), pending, &k)
		if len(k.findings) == 0 {
			k.findings = append(k.findings, survey(t, n, book, &k.entries)...)
		}
		if len(k.findings) > 0 || t.Failed() {
			return k
		}
	}
	for _, ref := range append([]string{siblings[rng.IntN(3)]}, others...) {
		shown := n.Must(t, 0, "show", ref)
		findings, compared := book.CheckText(t, shown)
		k.findings, k.texts = append(k.findings, findings...), k.texts+compared
	}
	return k
}

// killSaving kills a stream of saves once at least minAcks were acknowledged.
// The line that was in hand at the kill before is sent again first, as a
// careful sender does.
func killSaving(t testing.TB, n *rig.Notebook, book *rig.Ledger, rng *rand.Rand, round string, pending *rig.Line, k *killed) *rig.Line {
	var sent []rig.Line
	if pending != nil {
		sent = append(sent, *pending)
	}
	for i := range 4000 {
		sent = append(sent, lineOf(round, i))
	}
	for _, l := range sent {
		book.Sent(l)
	}
	s := n.Stream(t, each(sent))
	want := minAcks + rng.IntN(40)
	if !s.Await(want) {
		r := s.End()
		t.Errorf("it ended by itself: exit %d\n%s\n%s", r.Exit, r.Out, r.Err)
		return nil
	}
	time.Sleep(time.Duration(rng.IntN(8000)) * time.Microsecond) // the random moment, not a wait for anything
	acks := s.Kill(t)
	k.kills++
	k.acks += len(acks)
	for i, a := range acks {
		if a.Line != i+1 {
			k.findings = append(k.findings, fmt.Sprintf("answer %d is for line %d", i+1, a.Line))
		}
		k.findings = append(k.findings, book.Take(a)...)
	}
	if len(acks) == len(sent) {
		return nil
	}
	return &sent[len(acks)]
}

// killOpening kills a program while it opens the notebook and rebuilds what
// the last kill left.
func killOpening(t testing.TB, n *rig.Notebook, rng *rand.Rand) {
	c := n.Command(context.Background(), "status")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Duration(rng.IntN(400)) * time.Millisecond) // the random moment
	_ = c.Process.Kill()                                        // it may have ended
	_ = c.Wait()
}
