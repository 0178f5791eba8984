package tamper_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"wherry/app/notebook"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/vault"
)

// frames reads all readable frames of the journal, changing nothing.
func (w *workbench) frames() (map[uint64]journal.Frame, *journal.Report, error) {
	j, r, err := journal.Open(filepath.Join(w.dir, "journal"), w.key.Derive("journal"), journal.Options{ReadOnly: true, MustExist: true})
	if err != nil {
		return nil, nil, err
	}
	out := map[uint64]journal.Frame{}
	err = j.Replay(bg, 0, func(f journal.Frame) error { out[f.Seq] = f; return nil })
	return out, r, errors.Join(err, j.Close())
}

func TestFlipsJournalSegment(t *testing.T) {
	w := newWorkbench(t)
	want, r, err := w.frames()
	if err != nil || !r.OK() || len(want) < 10 {
		t.Fatalf("the intact journal: %d frames, %v", len(want), err)
	}
	w.each(byName("journal segment"), trials(), func(what, _ string) bool {
		got, r, err := w.frames()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return false
		}
		for seq, f := range got {
			if !reflect.DeepEqual(f, want[seq]) {
				t.Errorf("%s: frame %d reads as something else", what, seq)
			}
		}
		if len(got) < len(want)-1 {
			t.Errorf("%s: %d of %d frames are readable", what, len(got), len(want))
		}
		if r.OK() {
			t.Errorf("%s: no damage is named", what)
		}
		return !r.OK()
	})
}

func TestFlipsJournalMark(t *testing.T) {
	w := newWorkbench(t)
	want, _, err := w.frames()
	if err != nil {
		t.Fatal(err)
	}
	w.each(byName("journal mark"), trials(), func(what, path string) bool {
		got, r, err := w.frames()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: another content, or %v", what, err)
			return false
		}
		if !r.OK() || !r.MarkHealed || r.MarkTwin != filepath.Base(path) {
			t.Errorf("%s: the twin is not named: %+v", what, r)
		}
		return r.MarkHealed
	})
}

func TestFlipsViewFile(t *testing.T) {
	w := newWorkbench(t)
	w.flipsInView(byName("view file"), "db/*")
}

func TestFlipsViewSeal(t *testing.T) {
	w := newWorkbench(t)
	w.flipsInView(byName("view seal"), "view.seal")
}

// flipsInView wants every flip to keep the view from being opened as it is.
func (w *workbench) flipsInView(c class, pattern string) {
	dir := filepath.Join(w.dir, "view")
	key := w.key.Derive("view")
	if s := vault.Inspect(dir, key); s != "ok" {
		w.t.Fatalf("the intact view is %s", s)
	}
	w.each(c, trials(), func(what, _ string) bool {
		s := vault.Inspect(dir, key)
		if s != "rebuildable" {
			w.t.Errorf("%s: the view is called %q", what, s)
		}
		return s == "rebuildable"
	})
	// And that opening it so comes to a rebuild, for some.
	rng := rig.Seed(w.t)
	for range rig.Count(20, 200) {
		copied := filepath.Join(w.t.TempDir(), "view")
		rig.Copy(w.t, dir, copied)
		files := class{c.name, []string{pattern}, false}.files(w.t, copied)
		what := flip(w.t, rng, files[rng.IntN(len(files))])
		v, state, err := vault.Open(copied, key, viewSchema(w.t, dir))
		if err != nil || state != vault.Rebuild {
			w.t.Errorf("%s: opened as %v, %v", what, state, err)
		}
		if v != nil {
			v.MarkDirty()
			_ = v.Close(0, [32]byte{}) // of no use any more
		}
	}
}

// viewSchema reads the schema out of view.seal, so that a refusal is for the
// flip and not for the number.
func viewSchema(t *testing.T, dir string) uint64 {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "view.seal"))
	if err != nil || len(b) < 16 {
		t.Fatal("no view.seal", err)
	}
	n := uint64(0)
	for _, c := range b[8:16] {
		n = n<<8 | uint64(c)
	}
	return n
}

func TestFlipsIndex(t *testing.T) {
	w := newWorkbench(t)
	path, key := filepath.Join(w.dir, "index"), w.key.Derive("index")
	whole, tip, err := index.LoadDir(context.Background(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	want := whole.Snapshot()
	w.each(byName("index"), trials(), func(what, _ string) bool {
		x, gotTip, err := index.LoadDir(context.Background(), path, key)
		if err == nil && (!bytes.Equal(x.Snapshot(), want) || gotTip != tip) {
			t.Errorf("%s: another index was loaded", what)
		}
		return err != nil
	})
}

// openNotebook opens the workbench's notebook once for tests that read small
// files again and again.
func (w *workbench) openNotebook() *notebook.Notebook {
	w.t.Helper()
	n, err := notebook.Open(bg, w.dir, []byte(rig.Passphrase), notebook.Config{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := n.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return n
}

func TestFlipsDraft(t *testing.T) {
	w := newWorkbench(t)
	n := w.openNotebook()
	all, damaged, err := n.Drafts(bg)
	if err != nil || damaged != 0 || len(all) != 2 {
		t.Fatalf("drafts: %d, %d damaged, %v", len(all), damaged, err)
	}
	want := map[string]string{}
	for _, d := range all {
		want[d.ID] = string(d.Submission)
	}
	w.each(byName("draft"), trials(), func(what, _ string) bool {
		got, damaged, err := n.Drafts(bg)
		if err != nil || len(got)+damaged != 2 || damaged > 1 {
			t.Errorf("%s: %d drafts, %d damaged, %v", what, len(got), damaged, err)
		}
		for _, d := range got {
			if want[d.ID] != string(d.Submission) {
				t.Errorf("%s: a draft reads as something else", what)
			}
		}
		return damaged == 1
	})
}

func TestFlipsSettings(t *testing.T) {
	w := newWorkbench(t)
	n := w.openNotebook()
	if s, err := n.Settings(bg); err != nil || s != settings {
		t.Fatalf("settings: %+v, %v", s, err)
	}
	w.each(byName("settings"), trials(), func(what, _ string) bool {
		s, err := n.Settings(bg)
		if err != nil || s != settings && s != notebook.DefaultSettings {
			t.Errorf("%s: settings %+v, %v", what, s, err)
		}
		return s != settings
	})
}
