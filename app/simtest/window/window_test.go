package window_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wherry/app/casework"
	"wherry/app/notebook"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/window"
)

// binary is the window that `make window` built; building it here would cost
// minutes under other flags.
func binary(t *testing.T) string {
	t.Helper()
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	b := filepath.Join(root, "bin", "wherry")
	if _, err := os.Stat(b); err != nil {
		t.Fatal("bin/wherry is missing: run make window first")
	}
	return b
}

// desk starts a display, and keeps pictures of a failure where WHERRY_SHOTS
// says, or in the test's log folder.
func desk(t *testing.T) *window.Desk {
	t.Helper()
	d, err := window.NewDesk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d.Trace = func(act string) { t.Log(act) }
	t.Cleanup(func() {
		if t.Failed() {
			shot := filepath.Join(os.TempDir(), "wherry-window-"+filepath.Base(t.Name())+".png")
			if d.Shot(shot) == nil {
				t.Log("the screen at the end is in " + shot)
			}
			t.Log(d.Log())
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestVisitToThreeSiblings records a visit by keyboard alone, with a kill in
// the middle of it, and looks into the notebook afterwards.
func TestVisitToThreeSiblings(t *testing.T) {
	d := desk(t)
	dir := filepath.Join(d.Home, "notebook")
	must(t, d.Begin(binary(t), dir))
	must(t, d.RecordVisit())
	must(t, d.Wait("the draft", func() bool { return drafts(dir) == 1 }))
	must(t, d.Keys("ctrl+s"))

	must(t, d.Kill())
	must(t, d.Start(binary(t), dir))
	must(t, d.Unlock())
	must(t, d.Keys("Return")) // Today: go on writing
	must(t, d.At("Record"))
	must(t, d.Changes(func() error { return d.Keys("ctrl+Return") }))
	must(t, d.Changes(func() error { return d.Keys("ctrl+Return") }))
	must(t, d.Wait("the draft to be published", func() bool { return drafts(dir) == 0 }))
	must(t, d.Quit())

	ctx := context.Background()
	n, err := notebook.Open(ctx, dir, []byte(window.Passphrase), notebook.Config{})
	must(t, err)
	defer n.Close()
	for _, ref := range []string{"SAMPLE-1", "SAMPLE-2", "SAMPLE-3"} {
		_, cf, err := n.CaseFile(ctx, ref)
		must(t, err)
		i := slices.IndexFunc(cf.Entries, func(e casework.Entry) bool {
			return e.Visit != nil && e.Visit.Shared == window.Account+window.AccountTail
		})
		if i < 0 {
			t.Errorf("%s: the shared account did not arrive as typed", ref)
			for _, e := range cf.Entries {
				if e.Visit != nil {
					t.Logf("%s: %q", e.Kind, e.Visit.Shared)
				}
			}
			continue
		}
		e := cf.Entries[i]
		part := e.Part()
		if ref == "SAMPLE-1" && (len(part.Voice) != 1 || part.Voice[0].Said != window.Said || part.Voice[0].Asked != window.Asked) {
			t.Errorf("%s: the child's words did not arrive as typed", ref)
		}
		if ref != "SAMPLE-1" && (len(part.Voice) != 0 || part.NotAloneReason == "") {
			t.Errorf("%s: the part of another child, or no reason", ref)
		}
	}
}

func drafts(dir string) int {
	names, _ := filepath.Glob(filepath.Join(dir, "drafts", "*.wd"))
	return len(names)
}
