package crash_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// backedUp is what trials of backing up while another program records did.
type backedUp struct {
	trials, before, during, entries int
	findings                        []string
}

// TestBackupWhileRecording is ST-10: a backup is made by one program while
// another records, the recording one is killed, and the backup is restored
// elsewhere. What was acknowledged before the backup began is in it, whole; and
// nothing else is in it than what the notebook holds.
func TestBackupWhileRecording(t *testing.T) {
	program := binaries.Build(t).Wherryctl
	rng := rig.Seed(t)
	trials := rig.Count(5, 50)
	var all backedUp
	for all.trials < trials && len(all.findings) == 0 && !t.Failed() {
		dir := t.TempDir()
		n := seedNotebook(t, program, dir)
		for range min(10, trials-all.trials) { // then a fresh one: each kill costs a rebuild
			backUp(t, n, n, dir, rng, &all)
		}
	}
	for _, f := range all.findings {
		t.Error(f)
	}
	if all.trials < trials && len(all.findings) == 0 || all.before < 20*trials || all.during == 0 {
		t.Errorf("too little was done to prove anything: %+v", all)
	}
	f := rig.NewFigures("ST-10 backup while recording, restored elsewhere")
	f.Add("backups, each restored", "%d", all.trials)
	f.Add("acknowledged before a backup", "%d", all.before)
	f.Add("acknowledged while one was made", "%d", all.during)
	f.Add("restored entries compared", "%d", all.entries)
	f.Add("lost, changed or invented", "%d", len(all.findings))
	f.Sum(all.trials, len(all.findings))
	f.Print(t)
}

// TestBackupHarnessCatches plants a backup that is sound and too short.
func TestBackupHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	good := binaries.Build(t).Wherryctl
	bad := plant.Build(t, plant.BackupToMark)
	rng := rig.Seed(t)
	dir := t.TempDir()
	n := seedNotebook(t, good, dir)
	var all backedUp
	backUp(t, n, n.With(bad), dir, rng, &all)
	if !strings.Contains(strings.Join(all.findings, "\n"), "lost: acknowledged before the backup") {
		t.Errorf("the planted bug %q went unseen: %+v", plant.BackupToMark.Name, all)
	}
}

// backUp is one trial: keeper makes the backup while n records.
func backUp(t *testing.T, n, keeper *rig.Notebook, dir string, rng *rand.Rand, all *backedUp) {
	t.Helper()
	trial := fmt.Sprint(all.trials)
	all.trials++
	sent := 0
	s := n.Stream(t, func() (rig.Line, bool) {
		if sent++; sent > 100 {
			time.Sleep(5 * time.Millisecond) // a pace, so that the notebook stays small
		}
		return lineOf("backup"+trial, sent), sent < 20_000
	})
	if !s.Await(20 + rng.IntN(60)) {
		r := s.End()
		t.Fatalf("it ended by itself: exit %d\n%s\n%s", r.Exit, r.Out, r.Err)
	}
	before := s.Acks()
	file := filepath.Join(dir, "backup"+trial+".whb")
	made := keeper.Must(t, 0, "backup", "--to", file)
	after := s.Acks()
	keeper.Must(t, 0, "backup", "--check", file)
	answered := s.Kill(t)
	all.before, all.during = all.before+len(before), all.during+len(after)-len(before)
	fail := func(format string, args ...any) { all.findings = append(all.findings, fmt.Sprintf(format, args...)) }

	restored := n.At(filepath.Join(dir, "elsewhere"+trial))
	restored.Must(t, 0, "restore", "--from", file)
	held, r := restored.Entries(t)
	r.Want(t, 0)
	restored.Must(t, 0, "verify")
	source, r := n.Entries(t)
	r.Want(t, 0)
	for _, a := range before {
		for _, e := range a.Entries {
			if _, ok := held[e.ID]; !ok {
				fail("lost: acknowledged before the backup and not in it: %s", e.ID)
			}
		}
	}
	for _, a := range answered {
		there := 0
		for _, e := range a.Entries {
			if _, ok := held[e.ID]; ok {
				there++
			}
		}
		if there != 0 && there != len(a.Entries) {
			fail("half there: %d of %d entries of %s", there, len(a.Entries), a.Ref)
		}
	}
	for id, e := range held {
		if o, ok := source[id]; !ok || o.SHA256 != e.SHA256 || e.SHA256 == "" || e.Damaged {
			fail("changed or invented: %s", id)
		}
	}
	if told := made.Lines(t)[0]["entries"]; told != float64(len(held)) {
		fail("the backup said %v entries and held %d", told, len(held))
	}
	all.entries += len(held)
}
