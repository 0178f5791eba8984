package notebook

import (
	"context"
	"testing"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
)

func typedDraft(ref string) *casework.Draft {
	return &casework.Draft{Kind: "note", Submission: noteLine("", ref, "typed only here")}
}

// A view that cannot be read does not say of a draft that it is published: a
// disposal leaves the drafts alone until it can be told.
func TestADisposalWithoutAViewErasesNoOtherDraft(t *testing.T) {
	ctx := context.Background()
	n, _ := create(t)
	fill(t, n)
	id, err := n.SaveDraft(ctx, typedDraft(refOf(t, n)))
	if err != nil {
		t.Fatal(err)
	}
	_ = n.view.Abandon()
	if err := n.eraseDraftsOf(&remains{cases: map[record.ID]*disposedItem{}, entries: map[record.ID]bool{}}, map[string]bool{"somebody-else": true}); err == nil {
		t.Error("it is taken for done")
	}
	if _, err := n.Draft(ctx, id); err != nil {
		t.Error("a draft about another child is gone:", err)
	}
}

// A view that closed in mid-run is made anew for the next words.
func TestTypingIsKeptWhenTheViewIsLost(t *testing.T) {
	n, _ := create(t)
	fill(t, n)
	ref := refOf(t, n)
	_ = n.view.Abandon()
	if _, err := n.SaveDraft(context.Background(), typedDraft(ref)); err != nil {
		t.Error(err)
	}
	if _, err := n.Record(context.Background(), noteLine("", ref, "and recorded"), "note"); err != nil {
		t.Error(err)
	}
}

// A page of the long form has the bytes of an own entry whose frame is lost.
func TestALongPageGivesBackWhatItsFrameLost(t *testing.T) {
	ctx := context.Background()
	n, _ := create(t)
	fill(t, n)
	ref := refOf(t, n)
	c, err := n.lookup(ref)
	if err != nil {
		t.Fatal(err)
	}
	s, err := casework.DecodeSubmission(noteLine("r1", ref, "The zebra was seen."), "note")
	if err != nil {
		t.Fatal(err)
	}
	p := n.newPen()
	if _, err := p.compose(s, record.ID{9}); err != nil {
		t.Fatal(err)
	}
	page := item(itemPulled, pulledItem{Case: c.ID, Gen: 1, From: 1, Records: []pulledRecord{{
		Log: record.LogRecord{Seq: 1, Entry: p.ids[0]}, Entry: p.out[0], Held: true, Receipt: record.SignedReceipt{Sig: []byte{}}}},
		Head: record.SignedHead{Sig: []byte{}}, Authority: []byte{}})
	if _, err := n.j.Append(ctx, []journal.Item{page}); err != nil {
		t.Fatal(err)
	}
	n.stored = map[record.ID]bool{} // as in a rebuild after damage
	n.fold(journal.Frame{Seq: n.j.Tip().Seq, Items: []journal.Item{page}})
	n.stored = nil
	if _, _, err := n.find(ctx, p.ids[0]); err != nil {
		t.Error("its bytes stand in the journal and are not shown:", err)
	}
}
