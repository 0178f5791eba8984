// Package model_test runs random operations on a notebook and on a plain map,
// and wants them to agree (ST-08), whatever the order, through closings,
// repairs and stops without an end.
//
// The notebook is opened by its recovery code, which is not stretched, so that
// hundreds of openings cost no more than their disk work.
package model_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/app/notebook"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/seal"
)

var bg = context.Background()

const pass = "five random words go here"

// template is the folder of a new notebook that every seed copies.
type template struct {
	dir  string
	code seal.RecoveryCode
}

func newTemplate(t *testing.T) template {
	t.Helper()
	tp := template{dir: filepath.Join(t.TempDir(), "template")}
	for i := range tp.code {
		tp.code[i] = byte(7 * i)
	}
	n, err := notebook.Create(bg, tp.dir, "Amina Yusuf", []byte(pass), tp.code, notebook.Config{KDF: seal.FloorKDF})
	if err == nil {
		err = n.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return tp
}

// place is a folder in memory where there is one: what a sync is worth is
// tested elsewhere, and here it would only take time.
func place(t *testing.T) string {
	t.Helper()
	if st, err := os.Stat("/dev/shm"); err == nil && st.IsDir() {
		if dir, err := os.MkdirTemp("/dev/shm", "wherry-model-"); err == nil {
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			return dir
		}
	}
	return t.TempDir()
}

// run is one seed: the notebook, the model beside it, and the way there.
type run struct {
	tp    template
	root  string
	dir   string
	moves int
	rng   *rand.Rand
	n     *notebook.Notebook
	m     *model
	log   []string // the operations, for a divergence
	now   time.Time
	did   map[string]int
}

func (r *run) config() notebook.Config {
	return notebook.Config{KDF: seal.FloorKDF, Clock: func() time.Time {
		r.now = r.now.Add(time.Second)
		return r.now
	}}
}

// operations with how often each is drawn.
var operations = []struct {
	name string
	odds int
	do   func(*run) error
}{
	{"record", 30, (*run).record},
	{"amend", 10, (*run).amend},
	{"comment", 6, (*run).comment},
	{"strike", 4, (*run).strike},
	{"set field", 8, (*run).setField},
	{"add child", 5, (*run).addChild},
	{"import", 3, (*run).importChildren},
	{"save draft", 8, (*run).saveDraft},
	{"discard draft", 3, (*run).discardDraft},
	{"publish draft", 4, (*run).publishDraft},
	{"send again", 3, (*run).sendAgain},
	{"search", 6, (*run).search},
	{"close and open", 4, (*run).reopen},
	{"stop", 4, (*run).stop},
	{"look", 2, (*run).look},
}

// TestModel runs the seeds. A divergence prints the seed that repeats it.
func TestModel(t *testing.T) {
	tp := newTemplate(t)
	rng := rig.Seed(t)
	root := place(t)
	seeds := rig.Count(500, 20_000)
	first := rng.Uint64()
	done := map[string]int{}
	var entries int
	ran, findings := rig.Parallel(t, rng, seeds, 2, func(i int, _ *rand.Rand) []string {
		r := &run{tp: tp, root: filepath.Join(root, fmt.Sprint(i)), rng: rand.New(rand.NewPCG(first, uint64(i))), did: map[string]int{}}
		defer os.RemoveAll(r.root)
		err := r.play(i)
		total.Lock()
		defer total.Unlock()
		for k, v := range r.did {
			done[k] += v
		}
		if err != nil {
			return []string{fmt.Sprintf("seed %d of this run: %v\nafter %s", i, err, strings.Join(r.log, ", "))}
		}
		entries += len(r.m.entries)
		return nil
	})
	for _, f := range findings {
		t.Error(f)
	}
	f := rig.NewFigures("ST-08 a notebook against a map")
	f.Add("seeds", "%d", ran)
	f.Add("entries at the end", "%d", entries)
	for _, o := range operations {
		f.Add(o.name, "%d", done[o.name])
		if done[o.name] == 0 && !testing.Short() {
			t.Errorf("no seed came to %q", o.name)
		}
	}
	f.Add("repairs, passphrase changes", "%d, %d", done["repair"], done["passphrase"])
	f.Add("divergences", "%d", len(findings))
	f.Sum(ran, len(findings))
	f.Print(t)
	if ran < seeds && len(findings) == 0 || entries < 5*ran && len(findings) == 0 {
		t.Errorf("too little was done: %d seeds, %d entries", ran, entries)
	}
}

// TestModelReplays plays one seed twice: the same operations, the same end.
func TestModelReplays(t *testing.T) {
	tp := newTemplate(t)
	root := place(t)
	var logs, ends []string
	for i := range 2 {
		r := &run{tp: tp, root: filepath.Join(root, fmt.Sprint(i)), rng: rand.New(rand.NewPCG(1, 2)), did: map[string]int{}}
		if err := r.play(1); err != nil {
			t.Fatal(err)
		}
		logs, ends = append(logs, strings.Join(r.log, ", ")), append(ends, r.m.picture())
	}
	if logs[0] != logs[1] || ends[0] != ends[1] {
		t.Errorf("one seed went two ways:\n%s\n%s", logs[0], logs[1])
	}
}

// TestModelHarnessCatches loses, changes or adds something in the model and
// wants the comparison to say so.
func TestModelHarnessCatches(t *testing.T) {
	tp := newTemplate(t)
	for name, harm := range map[string]func(*model){
		"a lost note": func(m *model) {
			m.entries = append(m.entries, &note{child: m.children[0].ref, kind: "note", text: "never saved"})
		},
		"another text":        func(m *model) { m.first("note").text += "!" },
		"another order":       func(m *model) { m.entries[0], m.entries[1] = m.entries[1], m.entries[0] },
		"a lost amendment":    func(m *model) { n := m.first("note"); n.amendments = append(n.amendments, "more") },
		"a strike unseen":     func(m *model) { m.first("note").struck++ },
		"another field":       func(m *model) { m.children[0].fields["name"] = "Somebody Else" },
		"a draft that is not": func(m *model) { m.drafts["00"] = "x" },
	} {
		r := &run{tp: tp, root: filepath.Join(place(t), "x"), rng: rand.New(rand.NewPCG(3, 4)), did: map[string]int{}}
		err := r.begin()
		for range 3 {
			err = errors.Join(err, r.record())
		}
		if err = errors.Join(err, r.look()); err != nil {
			t.Fatal(err)
		}
		harm(r.m)
		if r.look() == nil {
			t.Errorf("%s went unseen", name)
		}
		_ = r.n.Close() // it was looked at
	}
}

// begin opens a copy of the template and adds a child.
func (r *run) begin() error {
	r.now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	r.m = newModel()
	r.dir = filepath.Join(r.root, "0", "notebook")
	if err := copyNotebook(r.tp.dir, r.dir); err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	return r.addChild()
}

// play runs one seed to its end.
func (r *run) play(i int) error {
	if err := r.begin(); err != nil {
		return err
	}
	odds := 0
	for _, o := range operations {
		odds += o.odds
	}
	for range 15 + r.rng.IntN(30) {
		x := r.rng.IntN(odds)
		for _, o := range operations {
			if x -= o.odds; x >= 0 {
				continue
			}
			r.log = append(r.log, o.name)
			r.did[o.name]++
			if err := o.do(r); err != nil {
				return fmt.Errorf("%s: %w", o.name, err)
			}
			break
		}
	}
	if err := r.reopen(); err != nil {
		return err
	}
	if err := r.look(); err != nil {
		return err
	}
	if err := r.n.Close(); err != nil {
		return err
	}
	// What derives a key takes its time, so few seeds do it.
	if i%25 == 7 {
		if err := r.repair(); err != nil {
			return err
		}
	}
	if i%25 == 14 {
		return r.changePassphrase()
	}
	return nil
}

func (r *run) open() (err error) {
	r.n, err = notebook.OpenWithCode(bg, r.dir, r.tp.code, r.config())
	return err
}

func (r *run) reopen() error {
	if err := r.n.Close(); err != nil {
		return err
	}
	return r.open()
}

// stop goes on with the folder as a kill would leave it at this moment. The
// process that was "killed" is closed afterwards, where nobody looks.
func (r *run) stop() error {
	r.moves++
	next := filepath.Join(r.root, fmt.Sprint(r.moves), "notebook")
	if err := copyNotebook(r.dir, next); err != nil {
		return err
	}
	old, was := r.n, r.dir
	r.dir = next
	_ = old.Close() // dead already, as far as this story goes
	_ = os.RemoveAll(filepath.Dir(was))
	if err := r.open(); err != nil {
		return err
	}
	return r.look()
}

func (r *run) repair() error {
	r.did["repair"]++
	rep, err := notebook.Repair(bg, r.dir, []byte(pass), r.config())
	if err != nil || !rep.Rebuilt || rep.Damaged != 0 {
		return fmt.Errorf("repair: %+v %w", rep, err)
	}
	if err := r.open(); err != nil {
		return err
	}
	return errors.Join(r.look(), r.n.Close())
}

func (r *run) changePassphrase() error {
	r.did["passphrase"]++
	if err := notebook.ChangePassphrase(r.dir, []byte(pass), []byte("another five words go here"), r.config()); err != nil {
		return err
	}
	if _, err := notebook.Open(bg, r.dir, []byte(pass), r.config()); !errors.Is(err, notebook.ErrWrongPassphrase) {
		return fmt.Errorf("the old passphrase: %w", err)
	}
	n, err := notebook.Open(bg, r.dir, []byte("another five words go here"), r.config())
	if err != nil {
		return err
	}
	r.n = n
	return errors.Join(r.look(), n.Close())
}

// copyNotebook copies a folder as it lies there, but for the view's files: an
// open view is marked as such and made anew.
func copyNotebook(from, to string) error {
	_, open := os.Stat(filepath.Join(from, "view", "DIRTY"))
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case open == nil && strings.HasPrefix(rel, filepath.Join("view", "db")), rel == filepath.Join("journal", "reserve"):
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, b, 0o600)
	})
}
