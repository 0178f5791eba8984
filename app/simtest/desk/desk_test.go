// Package desk_test puts the notebook through what happens to a laptop on a
// desk: two windows, a log-off, a closed lid, a stick that is pulled out, a
// folder that the cloud copies, a read-only place and a wrong clock. It drives
// the real programs (DT-01 to DT-08; DT-06 is with the failing disk in
// app/simtest/crash, DT-02's window in app/simtest/window).
package desk_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	if made.dir != "" {
		_ = os.RemoveAll(made.dir)
	}
	os.Exit(code)
}

// made is the notebook that every trial copies.
var made struct {
	once   sync.Once
	dir    string
	n      *rig.Notebook
	before map[string]rig.Entry
}

// seed makes, once, a notebook with five children and a few notes in it.
func seed(t testing.TB) (*rig.Notebook, map[string]rig.Entry) {
	t.Helper()
	made.once.Do(func() {
		dir, err := os.MkdirTemp("", "wherry-desk-")
		if err != nil {
			t.Fatal(err)
		}
		made.dir = dir
		n := rig.Seeded(t, binaries.Build(t).Wherryctl, dir)
		n.Feed(t, rig.Input(rig.Lines("before", 8)), "record").Want(t, 0)
		before, r := n.Entries(t)
		r.Want(t, 0)
		made.n, made.before = n, before
	})
	if made.n == nil {
		t.Fatal("the notebook to copy could not be made")
	}
	return made.n, made.before
}

// copied is a copy of the seed notebook in a folder of its own, with a ledger.
func copied(t testing.TB, root string, i int) (*rig.Notebook, *rig.Ledger) {
	n, before := seed(t)
	to := filepath.Join(root, fmt.Sprintf("trial%04d", i), "notebook")
	rig.Copy(t, n.Dir, to)
	return n.At(to), rig.NewLedger(before)
}

// gone removes a trial's folder, so that a long run needs no large disk.
func gone(n *rig.Notebook) { _ = os.RemoveAll(filepath.Dir(n.Dir)) }

// sentence is what must be there when something is refused: an error line with
// a code of its own. Empty if it is.
func sentence(what string, r *rig.Result) []string {
	switch {
	case r.Fault() != "":
		return []string{what + ": " + r.Fault()}
	case !bytes.Contains(r.Out, []byte(`"error":`)):
		return []string{fmt.Sprintf("%s: exit %d without an error line: %.300s", what, r.Exit, r.Err)}
	case bytes.Contains(r.Out, []byte(`"internal"`)):
		return []string{fmt.Sprintf("%s: exit %d with an error that has no sentence: %s%s", what, r.Exit, r.Out, r.Err)}
	}
	return nil
}

// report ends a harness: findings fail the test, and so does too little work.
func report(t *testing.T, f *rig.Figures, trials, done int, findings []string) {
	t.Helper()
	for _, x := range findings {
		t.Error(x)
	}
	if done < trials && len(findings) == 0 {
		t.Errorf("only %d of %d trials were run to their end", done, trials)
	}
	f.Add("trials", "%d", done)
	f.Add("findings", "%d", len(findings))
	f.Sum(done, len(findings))
	f.Print(t)
}

// take puts answers into the ledger.
func take(book *rig.Ledger, acks []rig.Ack) (findings []string) {
	for _, a := range acks {
		findings = append(findings, book.Take(a)...)
	}
	return findings
}

// sent notes lines in the ledger and gives them one by one.
func sent(book *rig.Ledger, lines []rig.Line) func() (rig.Line, bool) {
	for _, l := range lines {
		book.Sent(l)
	}
	return rig.Each(lines)
}
