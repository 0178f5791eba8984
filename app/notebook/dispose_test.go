package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// twoChildren has one to be disposed of, A-1, and one to stay, B-1, with a
// visit to both.
func twoChildren(t *testing.T) (*Notebook, string) {
	t.Helper()
	n, dir := create(t)
	ctx := context.Background()
	if _, err := n.Import(ctx, []byte("Child ref,Full name,DOB\nA-1,Ann Zanzibar,1940-02-03\nB-1,Ben Other,2015-02-03\n"), nil, false); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`{"kind":"note","children":["A-1","B-1"],"occurred":"2026-11-01T09:00:00Z","shared":"Both were quokka.","ref":"r1"}`,
		`{"kind":"note","children":["A-1"],"occurred":"2026-11-01T09:00:00Z","shared":"Only she was axolotl.","ref":"ref-two-canary"}`,
		`{"kind":"note","children":["B-1"],"occurred":"2026-11-01T09:00:00Z","shared":"Only he was.","ref":"r3"}`,
	} {
		if _, err := n.Record(ctx, []byte(line), ""); err != nil {
			t.Fatal(err)
		}
	}
	return n, dir
}

func approve(t *testing.T, n *Notebook, ref string) {
	t.Helper()
	ctx := context.Background()
	if _, err := n.SetRetention(ctx, ref, casework.Retention{Class: "looked-after", Closed: "2026-10-01"}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.ProposeDisposal(ctx, ref, casework.BasisSchedule, "Period ended"); err != nil {
		t.Fatal(err)
	}
	if _, err := n.ApproveDisposal(ctx, ref, &testCode); err != nil {
		t.Fatal(err)
	}
}

func idsOf(t *testing.T, n *Notebook, ref string) []EntryRow {
	t.Helper()
	rows, err := n.Entries(context.Background(), ref, "")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// disposedOf wants nothing of A-1 and all of B-1.
func disposedOf(t *testing.T, n *Notebook, dir string, id record.ID, kept []EntryRow) {
	t.Helper()
	ctx := context.Background()
	if got := idsOf(t, n, ""); !reflect.DeepEqual(got, kept) {
		t.Fatalf("the other case changed:\n%v\n%v", got, kept)
	}
	d, err := n.DisposalOf(ctx, id.String())
	if err != nil || !d.Done || d.Basis != casework.BasisSchedule || len(d.By) != 2 || !d.By[1].IsZero() {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, q := range []string{"axolotl", "zanzibar"} {
		if hits, err := n.Search(ctx, q, "", 10, false); err != nil || len(hits) > 0 {
			t.Fatalf("%d hits, %v", len(hits), err)
		}
	}
	if _, err := n.CaseEntries(ctx, "A-1"); !errors.Is(err, ErrNotFound) {
		t.Fatalf("got %v", err)
	}
	if len(n.box.Epochs(id)) > 0 {
		t.Fatal("a key is left")
	}
	if _, ok := n.box.Secret(disposingPrefix + id.String()); ok {
		t.Fatal("the references are left in the key box")
	}
	err = n.j.Replay(ctx, 0, func(f journal.Frame) error {
		for _, it := range f.Items {
			entriesOf(it, func(b []byte) {
				if e, err := record.Parse(b); err == nil && e.Header().Case == id && sealedClass(e.Header().Class) && e.HasBody() {
					t.Fatal("a body is left")
				}
			})
			if bytes.Contains(it.Data, []byte("ref-two-canary")) {
				t.Fatal("a reference is left")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	rep, err := Verify(ctx, dir, testPass, testConfig())
	if err != nil || !rep.OK || len(rep.Disposed) != 1 || rep.Disposed[0].Case != id {
		t.Fatalf("%+v, %v", rep, err)
	}
}

// A stop after any step is made good at the next opening.
func TestDisposalResumesAfterAnyStep(t *testing.T) {
	ctx := context.Background()
	steps := []func(*Notebook, *caseRow, *disposedItem) error{
		func(n *Notebook, c *caseRow, d *disposedItem) error { return n.beginDisposal(ctx, c, d) },
		func(n *Notebook, c *caseRow, d *disposedItem) error {
			return n.destroyKeys(map[record.ID]*disposedItem{c.ID: d})
		},
		func(n *Notebook, c *caseRow, d *disposedItem) error {
			r, err := n.survey(ctx, map[record.ID]*disposedItem{c.ID: d})
			if err == nil {
				_, err = n.j.Rewrite(ctx, r.rewrite)
			}
			return err
		},
		func(n *Notebook, _ *caseRow, _ *disposedItem) error { return n.renewView(ctx) },
		func(n *Notebook, _ *caseRow, _ *disposedItem) error { return n.eraseWords() },
		func(n *Notebook, _ *caseRow, _ *disposedItem) error { return n.eraseCopies() },
	}
	n, dir := twoChildren(t)
	if err := n.Warm(ctx); err != nil {
		t.Fatal(err)
	}
	approve(t, n, "A-1")
	c, err := n.lookup("A-1")
	if err != nil {
		t.Fatal(err)
	}
	id, kept := c.ID, idsOf(t, n, "B-1")
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for stop := 1; stop <= len(steps); stop++ {
		t.Run(fmt.Sprint(stop), func(t *testing.T) {
			own := filepath.Join(t.TempDir(), "nb")
			if err := os.CopyFS(own, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			n, err := Open(ctx, own, testPass, testConfig())
			if err != nil {
				t.Fatal(err)
			}
			c, err := n.lookup("A-1")
			if err != nil {
				t.Fatal(err)
			}
			d, _, err := n.sentence(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range steps[:stop] {
				if err := step(n, c, d); err != nil {
					t.Fatal(err)
				}
			}
			if stop%2 == 0 {
				n.view.MarkDirty()
			}
			n = reopen(t, n, own)
			disposedOf(t, n, own, id, kept)
		})
	}
}

// What was destroyed stays destroyed when the journal loses the very frames
// that say so: the key box says it too.
func TestDisposalOutlivesItsFrames(t *testing.T) {
	ctx := context.Background()
	n, dir := twoChildren(t)
	approve(t, n, "A-1")
	c, err := n.lookup("A-1")
	if err != nil {
		t.Fatal(err)
	}
	id, kept := c.ID, idsOf(t, n, "B-1")
	if _, err := n.CarryOut(ctx, "A-1"); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	segment := filepath.Join(dir, "journal", "00000001.wj")
	raw, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw[len(raw)-1000:]) // both frames of item 14 end in there
	if err := errors.Join(os.WriteFile(segment, raw, 0o600), os.RemoveAll(viewDir(dir))); err != nil {
		t.Fatal(err)
	}
	n, err = Open(ctx, dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	if d, err := n.DisposalOf(ctx, id.String()); err != nil || !d.Done {
		t.Fatalf("%+v, %v", d, err)
	}
	if got := idsOf(t, n, ""); !reflect.DeepEqual(got, kept) {
		t.Fatalf("got %v", got)
	}
}

// The steps of one who is alone, and what stops each.
func TestDisposalAlone(t *testing.T) {
	ctx := context.Background()
	n, dir := twoChildren(t)
	wants := func(want error, what string, err error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Fatalf("%s: got %v, want %v", what, err, want)
		}
	}
	_, err := n.ProposeDisposal(ctx, "A-1", casework.BasisSchedule, "x")
	wants(ErrNotClosed, "not closed", err)
	_, err = n.SetRetention(ctx, "A-1", casework.Retention{Class: "shoes"})
	wants(ErrUnknownClass, "class", err)
	_, err = n.SetRetention(ctx, "A-1", casework.Retention{Class: "child-in-need", Closed: "2026-10-01"})
	wants(nil, "class", err)
	_, err = n.ProposeDisposal(ctx, "A-1", casework.BasisSchedule, "x")
	wants(ErrDueUnknown, "a suggestion is no law", err)
	_, err = n.SetRetention(ctx, "A-1", casework.Retention{Review: "2030-01-01"})
	wants(nil, "review", err)
	_, err = n.ProposeDisposal(ctx, "A-1", casework.BasisSchedule, "x")
	wants(ErrNotDue, "before the review", err)
	_, err = n.SetRetention(ctx, "A-1", casework.Retention{Class: "looked-after", Review: "2020-01-01"})
	wants(nil, "class", err)
	if r, err := n.Retention(ctx, "A-1"); err != nil || len(r.Classes) != 1 || r.Classes[0].Closed != "2026-10-01" {
		t.Fatalf("what was not given anew stays: %+v, %v", r, err)
	}
	hold, err := n.Hold(ctx, "A-1", "court", "")
	wants(nil, "hold", err)
	_, err = n.ProposeDisposal(ctx, "A-1", "court-order", "x")
	wants(ErrHold, "held", err)
	_, err = n.Release(ctx, "A-1", hold.ID.String(), "over")
	wants(nil, "release", err)
	_, err = n.Release(ctx, "A-1", hold.ID.String(), "over")
	wants(ErrReleased, "again", err)
	_, err = n.ApproveDisposal(ctx, "A-1", &testCode)
	wants(ErrNoProposal, "nothing to approve", err)
	_, err = n.ProposeDisposal(ctx, "A-1", casework.BasisSchedule, "period")
	wants(nil, "propose", err)
	_, err = n.ProposeDisposal(ctx, "A-1", casework.BasisSchedule, "period")
	wants(ErrProposed, "twice", err)
	_, err = n.CarryOut(ctx, "A-1")
	wants(ErrOneApproval, "one", err)
	_, err = n.ApproveDisposal(ctx, "A-1", nil)
	wants(ErrKitNeeded, "no kit", err)
	_, err = n.ApproveDisposal(ctx, "A-1", &seal.RecoveryCode{9})
	wants(ErrWrongPassphrase, "another kit", err)
	_, err = n.ApproveDisposal(ctx, "A-1", &testCode)
	wants(nil, "kit", err)
	if cf := caseFile(t, n, "A-1"); !slices.ContainsFunc(cf.Attention, func(a casework.Attention) bool { return a.Code == casework.AttentionDisposal }) {
		t.Error("the page of the case does not say that its disposal waits")
	}
	st, err := n.Status(ctx)
	if err != nil || st.CarryOut != 1 {
		t.Errorf("%d to carry out, %v", st.CarryOut, err)
	}
	c, _ := n.lookup("A-1")
	id, kept := c.ID, idsOf(t, n, "B-1")
	d, err := n.CarryOut(ctx, "A-1")
	wants(nil, "carry out", err)
	if d.ReasonHash != record.Hash("wherry-disposal-reason-1", d.Nonce[:], []byte("period")) {
		t.Error("the number on paper and the words do not make the hash of the register")
	}
	// The reference is free again: another child may have it.
	if _, err := n.AddChild(ctx, map[string]string{"ref": "A-1", "name": "Another"}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Record(ctx, []byte(`{"kind":"note","children":["A-1"],"occurred":"2026-11-01T09:00:00Z","shared":"New.","ref":"ref-two-canary"}`), ""); err != nil {
		t.Fatalf("the reference of a submission is free again: %v", err)
	}
	if got := idsOf(t, n, "B-1"); !reflect.DeepEqual(got, kept) {
		t.Error("the other case changed")
	}
	if _, err := n.DisposalOf(ctx, id.String()); err != nil {
		t.Error(err)
	}
	n = reopen(t, n, dir)
	if st, err := n.Status(ctx); err != nil || st.Entries != len(kept)+2 {
		t.Errorf("%d entries, %v", st.Entries, err)
	}
}

func caseFile(t *testing.T, n *Notebook, ref string) *casework.CaseFile {
	t.Helper()
	_, cf, err := n.CaseFile(context.Background(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return cf
}

// A draft that a stop kept from being erased to the end is erased at the next
// opening, and shows as no damage.
func TestHalfErasedDraftGoes(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	id, err := n.SaveDraft(ctx, &casework.Draft{Kind: casework.KindNote, Submission: []byte(`{"children":["A-1"],"shared":"Words."}`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "drafts", id+draftSuffix)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[:len(b)/2])
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err = Open(ctx, dir, testPass, testConfig()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	if drafts, damaged, err := n.Drafts(ctx); err != nil || damaged != 0 || len(drafts) != 0 {
		t.Fatalf("%d drafts, %d damaged, %v", len(drafts), damaged, err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("the file is still there")
	}
}
