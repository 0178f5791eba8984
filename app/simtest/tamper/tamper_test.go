// Package tamper_test flips bits, cuts, swaps and takes away files of a
// notebook and of an endpoint. Nothing may then be shown as true that was not
// written, nothing may panic, damage must be named, and the rest must stay
// readable (ST-05).
package tamper_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wherry/app/casework"
	"wherry/app/notebook"
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

var bg = context.Background()

// made is the intact notebook that every test copies.
var made struct {
	once sync.Once
	dir  string
	n    *rig.Notebook
}

// children of the intact notebook. The first three are siblings.
var children = []string{"TM-1001", "TM-1002", "TM-1003", "TM-2001"}

// intact makes, once, a notebook with every kind of file in it: visits, a
// call, notes, an amendment, a comment, drafts and settings.
func intact(t testing.TB) *rig.Notebook {
	t.Helper()
	made.once.Do(func() {
		dir, err := os.MkdirTemp("", "wherry-tamper-")
		if err != nil {
			t.Fatal(err)
		}
		made.dir = dir
		n := rig.Create(t, binaries.Build(t).Wherryctl, dir)
		csv := "Child ref,Full name,DOB\n"
		for _, c := range children {
			csv += c + ",Child of " + c + ",2015-03-02\n"
		}
		rig.Write(t, filepath.Join(dir, "caseload.csv"), csv)
		n.Must(t, 0, "import", filepath.Join(dir, "caseload.csv"))
		rig.Copy(t, filepath.Join(n.Dir, "journal"), filepath.Join(dir, "journal-early"))
		var input []byte
		for i := range 12 {
			text := fmt.Sprintf("Entry %d. The kettle was on and the back door stood open.", i)
			line := rig.Visit(fmt.Sprint("v", i), children[:3], text)
			if i%3 == 2 {
				line = rig.Note(fmt.Sprint("n", i), children[3], text)
			}
			input = append(input, line.JSON...)
		}
		n.Feed(t, input, "record").Want(t, 0)
		entries, r := n.Entries(t)
		r.Want(t, 0)
		for id, e := range entries {
			if e.Kind == "note" {
				n.Feed(t, []byte("It was Tuesday.\n"), "amend", id, "--text-file", "-").Want(t, 0)
				n.Feed(t, []byte("Seen, thank you.\n"), "comment", id, "--text-file", "-").Want(t, 0)
				break
			}
		}
		keep(t, n.Dir)
		made.n = n
	})
	if made.n == nil {
		t.Fatal("the intact notebook could not be made")
	}
	return made.n
}

// early is the intact notebook's journal folder as it was before the first
// visit.
func early(t testing.TB) string {
	t.Helper()
	return filepath.Join(filepath.Dir(intact(t).Dir), "journal-early")
}

// settings and drafts are what the window writes; the notebook's door does it
// here.
var settings = notebook.Settings{LockMinutes: 7, TextPercent: 130, Theme: "dark"}

func keep(t testing.TB, dir string) {
	t.Helper()
	n, err := notebook.Open(bg, dir, []byte(rig.Passphrase), notebook.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = n.SaveSettings(bg, settings)
	for i := range 2 {
		s := &casework.Submission{Kind: casework.KindVisit, Children: children[:2], Shared: fmt.Sprintf("Draft %d, not yet done.", i)}
		_, derr := n.SaveDraft(bg, casework.NewDraft("", s, casework.Caret{Section: "shared", Col: 5}, time.Time{}))
		err = errors.Join(err, derr)
	}
	if err := errors.Join(err, n.Close()); err != nil {
		t.Fatal(err)
	}
}

// class is a kind of file that is damaged in the same way.
type class struct {
	name     string
	patterns []string
	twin     bool // each file has a twin that heals it
}

var classes = []class{
	{"key file", []string{"key.A", "key.B"}, true},
	{"key box", []string{"box.A", "box.B"}, true},
	{"journal segment", []string{"journal/*.wj"}, false},
	{"journal mark", []string{"journal/mark.A", "journal/mark.B"}, true},
	{"view file", []string{"view/db/*"}, false},
	{"view seal", []string{"view/view.seal"}, false},
	{"index", []string{"index/*"}, false},
	{"draft", []string{"drafts/*"}, false},
	{"settings", []string{"settings.sealed"}, false},
	{"reserve", []string{"journal/reserve"}, false},
}

// files lists the files of a class in a notebook, sorted.
func (c class) files(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	for _, p := range c.patterns {
		names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(p)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() && st.Size() > 0 {
				out = append(out, name)
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s: no such file in the intact notebook", c.name)
	}
	return out
}

// flip changes one random bit of a file and says which.
func flip(t testing.TB, rng *rand.Rand, path string) string {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	at, bit := rng.Int64N(st.Size()), rng.IntN(8)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	_, err = f.ReadAt(b, at)
	b[0] ^= 1 << bit
	_, werr := f.WriteAt(b, at)
	if err := errors.Join(err, werr, f.Close()); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("bit %d of byte %d of %d of %s", bit, at, st.Size(), filepath.Base(path))
}

// snapshot reads every file of a folder.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
