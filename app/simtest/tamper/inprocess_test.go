package tamper_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"wherry/app/notebook"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/seal"
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
	f.Sum(trials, 0)
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
