package desk_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/app/notebook"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/seal"
)

// wrongClock is a clock that a trial sets as it likes.
type wrongClock struct{ off time.Duration }

func (c *wrongClock) now() time.Time { return time.Now().Add(c.off) }

// jump puts the clock somewhere else: years, an hour of summer time, or right.
func (c *wrongClock) jump(rng *rand.Rand) {
	const year = 365 * 24 * time.Hour
	switch rng.IntN(6) {
	case 0:
		c.off = time.Duration(rng.Int64N(int64(10 * year)))
	case 1:
		c.off = -time.Duration(rng.Int64N(int64(10 * year)))
	case 2:
		c.off += time.Hour // summer time by hand
	case 3:
		c.off -= time.Hour
	case 4:
		c.off = 0
	default:
		c.off += time.Duration(rng.Int64N(int64(20*time.Minute))) - 10*time.Minute
	}
}

// TestWrongClocks is DT-08: a notebook is written under clocks that are up to
// ten years wrong and jump in the middle of a run. Each case's entries stand in
// the order in which they were written, none is lost or hidden, and a clock
// behind what was written is said to be wrong.
func TestWrongClocks(t *testing.T) {
	n, _ := seed(t)
	kit, err := os.ReadFile(filepath.Join(filepath.Dir(n.Dir), "kit"))
	if err != nil {
		t.Fatal(err)
	}
	code, err := notebook.CodeInKit(string(kit))
	if err != nil {
		t.Fatal(err)
	}
	rng := rig.Seed(t)
	root := t.TempDir()
	trials := rig.Count(20, 200)
	saves, warned := 0, 0
	done, findings := rig.Parallel(t, rng, trials, 1, func(i int, rng *rand.Rand) []string {
		c, _ := copied(t, root, i)
		defer gone(c)
		found, s, w := clockTrial(t, c.Dir, code, rng)
		saves, warned = saves+s, warned+w
		return found
	})
	f := rig.NewFigures("DT-08 wrong clocks")
	f.Add("saves", "%d", saves)
	f.Add("times that a wrong clock was said", "%d", warned)
	if saves < 20*done || warned < done/4 {
		t.Errorf("too little to prove anything: %d saves, %d warnings in %d trials", saves, warned, done)
	}
	report(t, f, trials, done, findings)
}

// clockTrial writes under a jumping clock and looks again and again.
func clockTrial(t testing.TB, dir string, code seal.RecoveryCode, rng *rand.Rand) (findings []string, saves, warned int) {
	ctx := context.Background()
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	c := &wrongClock{}
	c.jump(rng)
	open := func() *notebook.Notebook {
		n, err := notebook.OpenWithCode(ctx, dir, code, notebook.Config{Clock: c.now})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := open()
	order := map[string][]string{} // by child: ids in the order of writing
	newest := time.Now()           // the seed was written now
	for step := range 24 {
		if rng.IntN(3) == 0 {
			c.jump(rng)
		}
		child := rig.Others[rng.IntN(2)]
		var ack *notebook.Ack
		var err error
		if ids := order[child]; len(ids) > 0 && rng.IntN(3) == 0 {
			ack, err = n.Amend(ctx, ids[0], fmt.Sprintf("Amendment %d.", step), "")
		} else {
			line := fmt.Sprintf(`{"kind":"note","children":[%q],"shared":"Quarterly words %d.","occurred":"2011-05-06T10:00:00Z"}`, child, step)
			ack, err = n.Record(ctx, []byte(line), "note")
		}
		if err != nil {
			find("a save under a wrong clock: %v", err)
			break
		}
		saves++
		for _, e := range ack.Entries {
			order[child] = append(order[child], e.ID.String())
		}
		newest = later(newest, c.now())
		if rng.IntN(6) == 0 {
			if err := n.Close(); err != nil {
				find("close: %v", err)
			}
			c.jump(rng)
			n = open()
		}
		// Behind by more than the slack: said. Well within: not said.
		behind := newest.Sub(c.now())
		switch wrong := n.ClockWrong(); {
		case wrong && behind < 4*time.Minute:
			find("a clock %v behind is called wrong", behind)
		case !wrong && behind > 6*time.Minute:
			find("a clock %v behind is not called wrong", behind)
		case wrong:
			warned++
		}
	}
	for child, want := range order {
		rows, err := n.Entries(ctx, child, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			if id := r.ID.String(); slices.Contains(want, id) {
				got = append(got, id)
			}
		}
		if !slices.Equal(got, want) {
			find("%s: %d entries in another order, or lost: %d were written", child, len(got), len(want))
		}
		_, file, err := n.CaseFile(ctx, child)
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, e := range file.Entries {
			if slices.Contains(want, e.ID) {
				shown++
			}
			for _, a := range e.Amendments {
				if slices.Contains(want, a.ID) {
					shown++
				}
			}
		}
		if shown != len(want) {
			find("%s: %d of %d are on the child's page", child, shown, len(want))
		}
	}
	if hits, err := n.Search(ctx, "quarterly", "", 100, false); err != nil || len(hits) == 0 {
		find("search: %d hits, %v", len(hits), err)
	}
	if err := n.Close(); err != nil {
		find("close: %v", err)
	}
	rep, err := notebook.Verify(ctx, dir, []byte(rig.Passphrase), notebook.Config{Clock: c.now})
	if err != nil || !rep.OK {
		find("verify: %+v %v", rep, err)
	}
	return findings, saves, warned
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// TestWrongClockOfTheSystem runs the real program under another date. What
// changes the date of other programs does not reach Go's, so the processor is
// simulated too.
func TestWrongClockOfTheSystem(t *testing.T) {
	rig.Need(t, false, "faketime", "qemu-x86_64")
	n, _ := seed(t)
	for i := range rig.Count(1, 20) {
		c, _ := copied(t, t.TempDir(), i)
		for _, finding := range wrongDates(t, c) {
			t.Error(finding)
		}
	}
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	c, _ := copied(t, t.TempDir(), 0)
	bad := c.With(plant.Build(t, plant.TrustsClock))
	if found := wrongDates(t, bad); !strings.Contains(strings.Join(found, "\n"), "not called wrong") {
		t.Errorf("the planted bug %q went unseen in %s: %q", plant.TrustsClock.Name, n.Dir, found)
	}
}

// wrongDates writes ten years ahead, then ten years behind, and looks now.
func wrongDates(t testing.TB, n *rig.Notebook) (findings []string) {
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	var want []string
	for i, years := range []int{10, -10} {
		date := time.Now().AddDate(years, 0, 0).Format("2006-01-02 15:04:05")
		line := []byte(fmt.Sprintf(`{"kind":"note","ref":"date-%d","children":[%q],"shared":"Words under a wrong date.","occurred":"2011-05-06T10:00:00Z"}`, i, rig.Others[0]))
		r := n.With(n.Program, "faketime", date, "qemu-x86_64").Feed(t, line, "record")
		if r.Fault() != "" || r.Exit != 0 {
			find("record %d years off: exit %d %s%s", years, r.Exit, r.Out, r.Err)
			return findings
		}
		id, _ := r.Lines(t)[0]["entries"].([]any)[0].(map[string]any)["id"].(string)
		want = append(want, id)
	}
	r := n.Must(t, 0, "list", "--entries", "--case", rig.Others[0])
	first, second := bytes.Index(r.Out, []byte(want[0])), bytes.Index(r.Out, []byte(want[1]))
	if first < 0 || second < first {
		find("two notes are not in the order in which they were written: %d, %d", first, second)
	}
	for _, id := range want {
		n.Must(t, 0, "show", id)
	}
	if r := n.Run(t, "status"); !bytes.Contains(r.Out, []byte(`"warnings":["clock"]`)) {
		find("a note from ten years ahead: the clock is not called wrong: %s", r.Out)
	}
	return findings
}
