package notebook

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
	"wherry/storage/vault"
)

// killed is a copy of a notebook's folder as a kill at this moment leaves it.
func killed(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "nb")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func openPlain(t *testing.T, dir string) *Notebook {
	t.Helper()
	n, err := Open(context.Background(), dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// A search finds what became readable after the index was saved, also when a
// kill came between: the entry was folded in unread, its key came later.
func TestSearchFindsWhatWasUnreadWhenTheIndexWasSaved(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	ref := refOf(t, n)
	if _, err := n.Record(ctx, noteLine("r1", ref, "The zebra was seen."), "note"); err != nil {
		t.Fatal(err)
	}
	c, err := n.lookup(ref)
	if err != nil {
		t.Fatal(err)
	}
	id, epoch := c.ID, c.Epoch
	key, _ := n.box.Case(id, epoch)
	if err := n.box.Put(seal.Destroy{Case: id}); err != nil { // as before it came
		t.Fatal(err)
	}
	clear(n.facts)
	if hits, err := n.Search(ctx, "zebra", "", 5, false); err != nil || len(hits) != 0 {
		t.Fatal("it can be read without its key", hits, err)
	}
	n = reopen(t, n, dir)
	if err := n.box.Put(seal.CaseKey{Case: id, Epoch: epoch, Key: key}); err != nil {
		t.Fatal(err)
	}
	if err := n.append(ctx, item(itemLooked, lookedItem{Case: id})); err != nil { // the page that brought it
		t.Fatal(err)
	}
	m := openPlain(t, killed(t, dir))
	if hits, err := m.Search(ctx, "zebra", "", 5, false); err != nil || len(hits) != 1 {
		t.Errorf("after a kill: %d hits, %v", len(hits), err)
	}
	m = reopen(t, m, m.dir)
	if hits, err := m.Search(ctx, "zebra", "", 5, false); err != nil || len(hits) != 1 {
		t.Errorf("after a stop in order: %d hits, %v", len(hits), err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if !anyOf(indexDir(m.dir), keysFile) {
		t.Error("the index was saved without its keys")
	}
}

// After a view that failed in the middle of folding, everything acknowledged is
// listed in the same run, and what is saved next goes on without a conflict.
func TestViewFailsWhileFolding(t *testing.T) {
	ctx := context.Background()
	for name, harm := range map[string]func(*Notebook, *caseRow){
		"a row is too large": func(_ *Notebook, c *caseRow) { c.Team = strings.Repeat("x", vault.MaxValue) },
		"the view is gone":   func(n *Notebook, _ *caseRow) { _ = n.view.Abandon() },
	} {
		t.Run(name, func(t *testing.T) {
			n, dir := create(t)
			fill(t, n)
			ref := refOf(t, n)
			if _, err := n.Search(ctx, "kelly", "", 5, false); err != nil { // with an index in memory
				t.Fatal(err)
			}
			before := len(essence(t, n))
			c, err := n.lookup(ref)
			if err != nil {
				t.Fatal(err)
			}
			harm(n, c)
			line := []byte(`{"kind":"note","children":["` + ref + `"],"occurred":"2026-11-21T09:00:00Z","shared":"The zebra was seen."}`)
			ack, err := n.Record(ctx, line, "note")
			if err != nil {
				t.Fatal(err)
			}
			if rows := essence(t, n); len(rows) != before+1 {
				t.Errorf("%d entries are listed, of %d", len(rows), before+1)
			}
			if d, err := n.Entry(ctx, ack.Entries[0].ID.String()); err != nil || d.Damaged {
				t.Errorf("what was acknowledged: %v", err)
			}
			if hits, err := n.Search(ctx, "zebra", "", 5, false); err != nil || len(hits) != 1 {
				t.Errorf("it is not found: %d, %v", len(hits), err)
			}
			if _, err := n.Record(ctx, noteLine("r2", ref, "And once more."), "note"); err != nil {
				t.Fatal(err)
			}
			if err := n.Close(); err != nil {
				t.Fatal(err)
			}
			if r, err := Verify(ctx, dir, testPass, testConfig()); err != nil || !r.OK {
				t.Errorf("verify: %+v, %v", r, err)
			}
			if got := len(essence(t, openPlain(t, dir))); got != before+2 {
				t.Errorf("%d entries at the next opening, of %d", got, before+2)
			}
		})
	}
}

// A frame of which a part cannot be understood is named, its other parts are
// shown, and no lane is gone on with whose end nobody knows.
func TestFrameThatIsHalfUnderstood(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	ref := refOf(t, n)
	before := len(essence(t, n))
	p := n.newPen()
	s, err := casework.DecodeSubmission(noteLine("r1", ref, "The zebra was seen."), "note")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.compose(s, record.ID{9}); err != nil {
		t.Fatal(err)
	}
	good := item(itemOwn, ownItem{Ack: record.ID{9}, Entries: p.out})
	if err := n.append(ctx, journal.Item{Type: itemOwn, Data: []byte{0xff}}, good); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"in the same run", "after opening again"} {
		if got := len(essence(t, n)); got != before+1 {
			t.Errorf("%s: %d entries, of %d", when, got, before+1)
		}
		if st, err := n.Status(ctx); err != nil || st.Damaged != 1 {
			t.Errorf("%s: %+v, %v", when, st, err)
		}
		n = reopen(t, n, dir)
	}
	if _, err := n.Record(ctx, noteLine("r2", ref, "And once more."), "note"); err != nil {
		t.Fatal(err)
	}
	seen := map[[2]string]bool{}
	rows, err := n.Entries(ctx, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		at := [2]string{r.Lane, string(rune(r.Seq))}
		if seen[at] {
			t.Error("two entries have one place in a lane")
		}
		seen[at] = true
	}
}

// A whole view that cannot be understood any more is asked for what the journal
// lost before it is made anew.
func TestSalvageFromAViewThatDoesNotLoad(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	line := noteLine("r1", refOf(t, n), "The zebra was seen.")
	ack, err := n.Record(ctx, line, "note")
	if err != nil {
		t.Fatal(err)
	}
	want := essence(t, n)
	err = n.view.Update(ctx, func(tx *vault.Tx) error { return tx.Put(n.view.K(tableMeta), []byte{0xff}) })
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	damageLast(t, dir)
	n = openPlain(t, dir)
	if got := essence(t, n); !slices.Equal(got, want) {
		t.Errorf("%d entries, of %d", len(got), len(want))
	}
	if again, err := n.Record(ctx, line, "note"); err != nil || again.ID != ack.ID {
		t.Errorf("a line sent again after the salvage: %v", err)
	}
	n = reopen(t, n, dir)
	if got := essence(t, n); !slices.Equal(got, want) {
		t.Errorf("at the next opening: %d entries, of %d", len(got), len(want))
	}
}

// damageAt turns a bit in the journal at a part of its length.
func damageAt(t *testing.T, dir string, part, of int) {
	t.Helper()
	segment := filepath.Join(journalDir(dir), "00000001.wj")
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	end := len(strings.TrimRight(string(data), "\x00"))
	data[end*part/of] ^= 4
	if err := os.WriteFile(segment, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// damageLast turns a bit in the last frames of the journal.
func damageLast(t *testing.T, dir string) {
	t.Helper()
	segment := filepath.Join(journalDir(dir), "00000001.wj")
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	end := len(strings.TrimRight(string(data), "\x00"))
	data[end-200] ^= 4
	if err := os.WriteFile(segment, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A kill in the middle of a salvage costs nothing: the view is read where it
// lies, and the next opening reads it again.
func TestSalvageIsNoWorseForAKill(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	want := essence(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	damageLast(t, dir)
	u, err := seal.ReadKeyFile(dir, testPass)
	if err != nil {
		t.Fatal(err)
	}
	m := blank(dir, u, testConfig().filled())
	if m.box, err = seal.OpenBox(dir, u.Key); err != nil {
		t.Fatal(err)
	}
	var r *journal.Report
	if m.j, r, err = journal.Open(journalDir(dir), u.Key.Derive("journal"), journal.Options{MustExist: true}); err != nil {
		t.Fatal(err)
	}
	before := m.j.Tip()
	m.saveFromView(ctx, r)
	if !m.salvaged || m.j.Tip() == before {
		t.Fatal("nothing was salvaged")
	}
	n = openPlain(t, killed(t, dir))
	if got := essence(t, n); !slices.Equal(got, want) {
		t.Errorf("%d entries, of %d", len(got), len(want))
	}
	if err := m.j.Close(); err != nil {
		t.Fatal(err)
	}
}

// A view that was in use when a kill came, beside a journal that lost something,
// is set aside once and not wiped.
func TestUnreadableViewIsSetAside(t *testing.T) {
	n, dir := create(t)
	fill(t, n)
	copied := killed(t, dir)
	damageAt(t, copied, 2, 3)
	for range 2 {
		m := openPlain(t, copied)
		aside, err := os.ReadDir(quarantineDir(copied))
		if err != nil || len(aside) != 1 || !anyOf(filepath.Join(quarantineDir(copied), aside[0].Name()), "db") {
			t.Fatalf("%v, %v", aside, err)
		}
		copied = killed(t, copied) // and once more, with the view in use again
		_ = m.Close()
	}
}

// What a killed drill or restore left is removed at the next opening; what is
// another's or in use is not.
func TestKilledDrillIsSwept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	n, dir := create(t)
	parent := filepath.Dir(dir)
	make := func(where, prefix string, key seal.Key, hold bool) string {
		s, err := newScratch(where, prefix, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.notebook(), "box.A"), []byte("keys"), 0o600); err != nil {
			t.Fatal(err)
		}
		if hold {
			t.Cleanup(func() { _ = s.held.Close() })
		} else if err := s.held.Close(); err != nil {
			t.Fatal(err)
		}
		return s.path
	}
	ours := []string{make(os.TempDir(), drillPrefix, n.vault, false), make(parent, newPrefix, n.vault, false)}
	kept := []string{make(os.TempDir(), drillPrefix, seal.Key{7}, false), make(os.TempDir(), drillPrefix, n.vault, true), make(parent, newPrefix, n.vault, true)}
	renamed := filepath.Join(os.TempDir(), drillPrefix+"renamed")
	if err := os.Rename(make(os.TempDir(), drillPrefix, n.vault, false), renamed); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(os.TempDir(), drillPrefix+"plain")
	if err := os.Mkdir(plain, 0o700); err != nil {
		t.Fatal(err)
	}
	kept = append(kept, renamed, plain)
	reopen(t, n, dir)
	for _, path := range ours {
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left", filepath.Base(path))
		}
	}
	for _, path := range kept {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s was taken: %v", filepath.Base(path), err)
		}
	}
}

// A drill never works in a folder that another program keeps in step.
func TestDrillKeepsOutOfSyncedFolders(t *testing.T) {
	synced := filepath.Join(t.TempDir(), "OneDrive")
	if err := os.Mkdir(synced, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", synced)
	t.Setenv("TMP", synced)
	if slices.Contains(drillParents(), synced) {
		t.Error("a drill would work in a folder that syncs")
	}
}

// Oversight remarks are for leads; alone, the record is one's own.
func TestWhoMayComment(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		role string
		may  bool
	}{{trust.RoleWorker, false}, {trust.RoleLead, true}} {
		n, _ := openFixture(t, "0.1.0-"+c.role, Config{})
		rows, err := n.Entries(ctx, "", "visit")
		if err != nil || len(rows) == 0 || n.role() != c.role {
			t.Fatalf("%s: %d visits, %v", c.role, len(rows), err)
		}
		entry := rows[0].ID.String()
		before := n.j.Tip()
		_, err = n.Comment(ctx, entry, "Seen.")
		if c.may != (err == nil) || !c.may && (!errors.Is(err, ErrOversight) || n.j.Tip() != before) {
			t.Errorf("%s: %v", c.role, err)
		}
		if _, err := n.Amend(ctx, entry, "It was Tuesday.", "wrong day"); err != nil {
			t.Errorf("%s cannot amend: %v", c.role, err)
		}
	}
	if p := Explain(ErrOversight); p.Code != "not_permitted" || p.Exit != ExitNotPermitted {
		t.Errorf("%+v", p)
	}
	n, _ := create(t)
	fill(t, n)
	rows, err := n.Entries(ctx, "", "visit")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Comment(ctx, rows[0].ID.String(), "Seen."); err != nil {
		t.Errorf("alone: %v", err)
	}
}
