package notebook

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wherry/app/casework"
)

func keptRefs(t *testing.T, n *Notebook) []string {
	t.Helper()
	list, err := n.KeptCases(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, k := range list {
		out = append(out, k.Ref)
	}
	return out
}

// A case is listed from the moment that it is held, closed or proposed, and no
// longer; also after the notebook was opened anew.
func TestKeptCases(t *testing.T) {
	ctx := context.Background()
	n, dir := twoChildren(t)
	if got := keptRefs(t, n); len(got) != 0 {
		t.Fatalf("open cases are listed: %v", got)
	}
	hold, err := n.Hold(ctx, "B-1", "Inquest", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := keptRefs(t, n); !slices.Equal(got, []string{"B-1"}) {
		t.Fatalf("held: %v", got)
	}
	k, err := n.KeptCase(ctx, "B-1")
	if err != nil || !slices.Equal(k.Releasable, []string{hold.ID.String()}) || k.Brief.Name != "Ben Other" {
		t.Fatalf("%+v, %v", k, err)
	}
	if _, err := n.SetFields(ctx, "A-1", []casework.FieldSet{{Key: "status", Value: "Closed"}}); err != nil {
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	if got := keptRefs(t, n); !slices.Equal(got, []string{"A-1", "B-1"}) {
		t.Fatalf("closed and held, after an opening: %v", got)
	}
	if _, err := n.Release(ctx, "B-1", hold.ID.String(), "Over"); err != nil {
		t.Fatal(err)
	}
	approve(t, n, "A-1")
	if got := keptRefs(t, n); !slices.Equal(got, []string{"A-1"}) {
		t.Fatalf("released: %v", got)
	}
	if k, err := n.KeptCase(ctx, "A-1"); err != nil || k.Ready == nil || k.MayApprove {
		t.Fatalf("approved: %+v, %v", k, err)
	}
	if _, err := n.CarryOut(ctx, "A-1"); err != nil {
		t.Fatal(err)
	}
	if got := keptRefs(t, n); len(got) != 0 {
		t.Fatalf("after the disposal: %v", got)
	}
	if d, err := n.Disposals(ctx); err != nil || len(d) != 1 || n.PersonName(d[0].Carried) == "" || n.PersonName(ID{1}) != "" {
		t.Fatalf("%+v, %v", d, err)
	}
}

// What would be destroyed is what is destroyed: every entry, the drafts about
// the child and none about others.
func TestWouldDestroy(t *testing.T) {
	ctx := context.Background()
	n, dir := twoChildren(t)
	for _, children := range []string{`["A-1"]`, `["A-1","B-1"]`, `["B-1"]`} {
		if _, err := n.SaveDraft(ctx, &casework.Draft{Kind: casework.KindNote, Submission: []byte(`{"children":` + children + `,"shared":"Words."}`)}); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := n.WouldDestroy(ctx, "A-1"); err != nil || !d.BackupsUntil.IsZero() {
		t.Fatalf("%+v, %v", d, err)
	}
	if _, err := n.Backup(ctx, filepath.Join(filepath.Dir(dir), "b.wherry"), 48*time.Hour); err != nil {
		t.Fatal(err)
	}
	d, err := n.WouldDestroy(ctx, "A-1")
	if err != nil || d.Entries != len(idsOf(t, n, "A-1")) || d.Drafts != 2 || d.Attachments != 0 || d.BackupsUntil.IsZero() {
		t.Fatalf("%+v, %v; %d entries are listed", d, err, len(idsOf(t, n, "A-1")))
	}
	approve(t, n, "A-1")
	out, err := n.CarryOut(ctx, "A-1")
	if err != nil || !out.Complete.Equal(d.BackupsUntil) {
		t.Fatalf("%+v, %v", out, err)
	}
	if drafts, _, err := n.Drafts(ctx); err != nil || len(drafts) != 2 { // the shared one lost a part
		t.Fatalf("%d drafts left, %v", len(drafts), err)
	}
	if _, err := n.WouldDestroy(ctx, "A-1"); err == nil {
		t.Fatal("what is gone can be counted")
	}
}

// An opening that ends a disposal says so, and the next does not.
func TestResumedIsSaidOnce(t *testing.T) {
	ctx := context.Background()
	n, dir := twoChildren(t)
	approve(t, n, "A-1")
	c, err := n.lookup("A-1")
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := n.sentence(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.beginDisposal(ctx, c, d); err != nil {
		t.Fatal(err)
	}
	if n = reopen(t, n, dir); n.Resumed() != 1 {
		t.Errorf("resumed %d", n.Resumed())
	}
	if n = reopen(t, n, dir); n.Resumed() != 0 {
		t.Errorf("resumed %d at an ordinary opening", n.Resumed())
	}
}
