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
	"wherry/storage/seal"
	"wherry/storage/vault"
)

// workbench is a copy of the intact notebook with its vault key, on which files
// are damaged and mended again.
type workbench struct {
	t    *testing.T
	dir  string
	key  seal.Key
	code seal.RecoveryCode
}

func newWorkbench(t *testing.T) *workbench {
	t.Helper()
	n := intact(t)
	w := &workbench{t: t, dir: filepath.Join(t.TempDir(), "notebook")}
	rig.Copy(t, n.Dir, w.dir)
	kit, err := os.ReadFile(filepath.Join(filepath.Dir(n.Dir), "kit"))
	if err != nil {
		t.Fatal(err)
	}
	if w.code, err = notebook.CodeInKit(string(kit)); err != nil {
		t.Fatal(err)
	}
	u, err := seal.ReadKeyFile(w.dir, []byte(rig.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	w.key = u.Key
	return w
}

// each flips bits in files of a class, calls judge after every flip, and puts
// the file back. judge says whether the flip was noticed.
func (w *workbench) each(c class, trials int, judge func(what, path string) (noticed bool)) {
	t := w.t
	t.Helper()
	rng := rig.Seed(t)
	files := c.files(t, w.dir)
	noticed := 0
	for i := range trials {
		path := files[i%len(files)]
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		what := flip(t, rng, path)
		if judge(what, path) {
			noticed++
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := rig.NewFigures("ST-05 bit flips in process: " + c.name)
	f.Add("flips", "%d in %d files", trials, len(files))
	f.Add("noticed", "%d", noticed)
	f.Print(t)
}

func trials() int { return rig.Count(200, 5000) }

func byName(name string) class {
	for _, c := range classes {
		if c.name == name {
			return c
		}
	}
	panic("no class " + name)
}

// TestFlipsKeyFile: one copy heals the other; with both damaged nothing opens
// to another key.
func TestFlipsKeyFile(t *testing.T) {
	w := newWorkbench(t)
	before := map[string]string{}
	for _, p := range byName("key file").files(t, w.dir) {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		before[p] = string(b)
	}
	passphrases := 0
	w.each(byName("key file"), trials(), func(what, path string) bool {
		var u *seal.Unlocked
		var err error
		if passphrases < rig.Count(20, 200) { // Argon2 is slow on purpose
			passphrases++
			u, err = seal.UnlockKeyFile(w.dir, []byte(rig.Passphrase))
		} else {
			u, err = seal.UnlockWithCode(w.dir, w.code)
		}
		if err != nil || !u.Key.Equal(w.key) {
			t.Errorf("%s: the twin did not open: %v", what, err)
			return false
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != before[path] || !u.Healed {
			t.Errorf("%s: not healed (Healed %v, %v)", what, u.Healed, err)
		}
		return u.Healed
	})
	rng := rig.Seed(t)
	for range trials() / 4 {
		var what string
		for p, whole := range before {
			if err := os.WriteFile(p, []byte(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			what += flip(t, rng, p) + "; "
		}
		u, err := seal.UnlockWithCode(w.dir, w.code)
		switch {
		case err == nil && !u.Key.Equal(w.key):
			t.Errorf("%s: opened to another key", what)
		case err != nil && !errors.Is(err, seal.ErrDamaged) && !errors.Is(err, seal.ErrWrongPassphrase) &&
			!errors.Is(err, seal.ErrNewerFormat) && !errors.Is(err, seal.ErrWeakKDF):
			t.Errorf("%s: %v", what, err)
		}
	}
}

// boxContent is everything that a key box says.
func (w *workbench) boxContent(b *seal.Box) map[string]any {
	out := map[string]any{"generation": b.Generation()}
	for _, c := range b.Cases() {
		for _, e := range b.Epochs(c) {
			k, _ := b.Case(c, e)
			out[c.String()+e.String()] = k
		}
	}
	for _, e := range b.Waiting() {
		out[e.String()] = b.Wraps(e)
	}
	for _, name := range []string{"solo/root", "solo/device", "person/sign", "person/kem", "pin"} {
		out[name], _ = b.Secret(name)
	}
	return out
}

func TestFlipsKeyBox(t *testing.T) {
	w := newWorkbench(t)
	whole, err := seal.ReadBox(w.dir, w.key)
	if err != nil {
		t.Fatal(err)
	}
	want := w.boxContent(whole)
	if len(want) < 8 {
		t.Fatalf("the box holds only %d things", len(want))
	}
	files := byName("key box").files(t, w.dir)
	original, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	w.each(byName("key box"), trials(), func(what, path string) bool {
		b, err := seal.OpenBox(w.dir, w.key)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return false
		}
		now, _ := os.ReadFile(path)
		if !reflect.DeepEqual(w.boxContent(b), want) || !b.Healed() || !bytes.Equal(now, original) {
			t.Errorf("%s: not healed, or another content", what)
		}
		return b.Healed()
	})
	rng := rig.Seed(t)
	for range trials() / 4 {
		var what string
		for _, p := range files {
			if err := os.WriteFile(p, original, 0o600); err != nil {
				t.Fatal(err)
			}
			what += flip(t, rng, p) + "; "
		}
		if b, err := seal.OpenBox(w.dir, w.key); err == nil && !reflect.DeepEqual(w.boxContent(b), want) {
			t.Errorf("%s: opened to another content", what)
		} else if err != nil && !errors.Is(err, seal.ErrDamaged) && !errors.Is(err, seal.ErrNewerFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

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
			_ = v.Close([32]byte{}) // of no use any more
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
	path, key := filepath.Join(w.dir, "index.sealed"), w.key.Derive("index")
	whole, tip, err := index.LoadSealed(context.Background(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	want := whole.Snapshot()
	w.each(byName("index"), trials(), func(what, _ string) bool {
		x, gotTip, err := index.LoadSealed(context.Background(), path, key)
		if err == nil && (!bytes.Equal(x.Snapshot(), want) || !bytes.Equal(gotTip, tip)) {
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
