package forensic_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wherry/app/casework"
	"wherry/app/notebook"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// model is what a notebook must hold: its living cases and those that are gone.
type model struct {
	t     *testing.T
	rng   *rand.Rand
	dir   string
	n     *notebook.Notebook
	code  notebook.RecoveryCode
	alive map[string]record.ID // by reference
	gone  map[record.ID]string // and the word that only its notes held
	notes int
	ran   int // notes ever written
}

func (m *model) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *model) open() {
	m.t.Helper()
	n, err := notebook.Open(m.t.Context(), m.dir, []byte(rig.Passphrase), notebook.Config{})
	m.must(err)
	m.n = n
}

func word(i int) string {
	return fmt.Sprintf("zq%cxk%cvj%c", 'a'+rune(i%26), 'a'+rune(i/26%26), 'a'+rune(i/676%26))
}

// begin makes a caseload, each child with notes that share a word of its own,
// many of them in one frame with those of others.
func begin(t *testing.T, rng *rand.Rand, cases, notes int) *model {
	m := &model{t: t, rng: rng, dir: filepath.Join(t.TempDir(), "notebook"), code: notebook.RecoveryCode{7}, alive: map[string]record.ID{}, gone: map[record.ID]string{}}
	n, err := notebook.Create(t.Context(), m.dir, "Amina Yusuf", []byte(rig.Passphrase), m.code, notebook.Config{KDF: seal.FloorKDF})
	m.must(err)
	m.n = n
	csv := "Child ref,Full name\n"
	for i := range cases {
		csv += fmt.Sprintf("R-%d,Child %s\n", i, word(i))
	}
	_, err = n.Import(t.Context(), []byte(csv), nil, false)
	m.must(err)
	i := 0
	_, err = n.ImportNotes(t.Context(), func() ([]byte, error) {
		if i == notes {
			return nil, io.EOF
		}
		i++
		c := rng.IntN(cases)
		return fmt.Appendf(nil, `{"kind":"note","children":["R-%d"],"occurred":"2026-11-01T09:00:00Z","shared":"Note %d of %s."}`, c, i, word(c)), nil
	}, "", false)
	m.must(err)
	rows, _, err := n.Cases(t.Context())
	m.must(err)
	for _, r := range rows {
		m.alive[r.Ref] = r.ID
		m.notes += r.Entries
	}
	return m
}

func (m *model) any() (ref string, i int) {
	refs := make([]string, 0, len(m.alive))
	for i := range 1000 {
		if _, ok := m.alive[fmt.Sprintf("R-%d", i)]; ok {
			refs = append(refs, fmt.Sprintf("R-%d", i))
		}
	}
	ref = refs[m.rng.IntN(len(refs))]
	_, err := fmt.Sscanf(ref, "R-%d", &i)
	m.must(err)
	return ref, i
}

func (m *model) dispose() {
	ctx := m.t.Context()
	ref, i := m.any()
	_, err := m.n.ProposeDisposal(ctx, ref, "duplicate", "Kept elsewhere")
	m.must(err)
	_, err = m.n.ApproveDisposal(ctx, ref, &m.code)
	m.must(err)
	_, err = m.n.CarryOut(ctx, ref)
	m.must(err)
	m.gone[m.alive[ref]] = word(i)
	delete(m.alive, ref)
}

// act does one thing of a day, or what befalls a laptop.
func (m *model) act() {
	ctx := m.t.Context()
	switch m.rng.IntN(6) {
	case 0, 1:
		m.dispose()
	case 2:
		m.must(m.n.Close())
		m.open()
	case 3: // the program is killed: what is on the disk now is all there is
		copied := filepath.Join(m.t.TempDir(), "notebook")
		m.must(os.CopyFS(copied, os.DirFS(m.dir)))
		m.must(m.n.Close())
		m.dir = copied
		m.open()
	case 4: // compacted and made anew
		m.must(m.n.Close())
		_, err := notebook.Repair(ctx, m.dir, []byte(rig.Passphrase), notebook.Config{})
		m.must(err)
		m.open()
	case 5:
		ref, i := m.any()
		_, err := m.n.Record(ctx, fmt.Appendf(nil, `{"kind":"note","children":[%q],"occurred":"2026-11-02T09:00:00Z","shared":"More of %s."}`, ref, word(i)), "")
		m.must(err)
		m.ran++
	}
}

// check wants nothing of what is gone, and the living as they are listed.
func (m *model) check() {
	m.t.Helper()
	ctx := m.t.Context()
	rows, _, err := m.n.Cases(ctx)
	m.must(err)
	if len(rows) != len(m.alive) {
		m.t.Fatalf("%d cases, want %d", len(rows), len(m.alive))
	}
	for _, r := range rows {
		if m.alive[r.Ref] != r.ID {
			m.t.Fatalf("case %s came back or moved", r.ID.Short())
		}
	}
	register, err := m.n.Disposals(ctx)
	m.must(err)
	if len(register) != len(m.gone) {
		m.t.Fatalf("%d in the register, want %d", len(register), len(m.gone))
	}
	for _, d := range register {
		hits, err := m.n.Search(ctx, m.gone[d.Case], "", 1, false)
		m.must(err)
		// A name of a child who is still here may sound like it, and is labelled.
		hits = slices.DeleteFunc(hits, func(h notebook.Hit) bool { return h.SoundsLike && h.Case != d.Case })
		if !d.Done || m.gone[d.Case] == "" || len(hits) > 0 {
			m.t.Fatalf("%+v: done %v, %d hits", d.Case.Short(), d.Done, len(hits))
		}
		if _, err := m.n.CaseEntries(ctx, d.Case.String()); err == nil {
			m.t.Fatal("a case that is gone is shown")
		}
	}
}

// TestDeletedStaysDeleted is ST-07 in the large: cases disposed of in random
// order, between saves, openings, kills and rebuilds, never come back.
func TestDeletedStaysDeleted(t *testing.T) {
	rng := rig.Seed(t)
	trials, acts := rig.Count(10, 200), 12
	keys, gone, ran := 0, 0, 0
	for range trials {
		m := begin(t, rng, 30, 1000)
		for range acts {
			m.act()
			m.check()
		}
		left := 0
		for ref := range m.alive {
			rows, err := m.n.Entries(t.Context(), ref, casework.KindNote)
			m.must(err)
			left += len(rows)
			if _, i := m.any(); i < 0 {
				t.Fatal("no case is left")
			}
		}
		m.must(m.n.Close())
		rep, err := notebook.Verify(t.Context(), m.dir, []byte(rig.Passphrase), notebook.Config{})
		m.must(err)
		if !rep.OK || len(rep.Disposed) != len(m.gone) || left == 0 {
			t.Fatalf("verify: %+v, %d notes left", rep, left)
		}
		keys, gone, ran = keys+m.notes+m.ran, gone+len(m.gone), ran+acts
	}
	f := rig.NewFigures("ST-07 deleted stays deleted")
	f.Add("notebooks, entries, acts", "%d, %d, %d", trials, keys, ran)
	f.Add("cases disposed of, and come back", "%d, 0", gone)
	f.Print(t)
	if gone < trials {
		t.Errorf("only %d disposals in %d notebooks", gone, trials)
	}
}
