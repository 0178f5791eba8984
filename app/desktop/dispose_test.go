package desktop

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// Alone the recovery kit is the second person: code, reference, and only then
// the red button.
func TestDisposalAloneTakesTheKitAndTheReference(t *testing.T) {
	s := proposedStage(t)
	s.book.backups = start.AddDate(0, 3, 0)
	s.written() // a draft about Ruby and Alfie
	s.visit(route{screen: "child", id: "id-" + ruby})
	s.press("Approve disposal…")
	for _, words := range []string{"Ruby Mae Larter, NCC-5301: 7 entries and 1 draft.", "What stays", "brothers and sisters", "23 February 2027", "printouts"} {
		if !s.shows(words) {
			t.Errorf("the sheet does not show %q", words)
		}
	}
	if !s.button("Destroy this record").Disabled() {
		t.Fatal("the red button can be pressed before the reference is typed")
	}
	if f, ok := s.win.Canvas().Focused().(*widgets.Button); !ok || f.Text != "Decide later" {
		t.Fatalf("the focus begins on %T", s.win.Canvas().Focused())
	}
	s.key(fyne.KeyTab)
	s.typed("NOT-THIS")
	s.key(fyne.KeyReturn)
	s.typed("ncc-530")
	if !s.button("Destroy this record").Disabled() {
		t.Fatal("half a reference is enough")
	}
	s.typed("1")
	s.key(fyne.KeyReturn)
	if len(s.book.calls) == 0 || slices.Contains(s.book.calls, "Approve") || slices.Contains(s.book.calls, "Dispose") {
		t.Fatal("Return in the box destroys")
	}
	s.press("Destroy this record")
	if slices.Contains(s.book.calls, "Dispose") || !s.shows("This recovery kit belongs to another notebook.") {
		t.Fatal("another kit is taken")
	}
	s.win.Canvas().Focused().(*widgets.Entry).Put(s.book.kit)
	s.press("Destroy this record")
	if !slices.Contains(s.book.calls, "Approve") || !slices.Contains(s.book.calls, "Dispose") || s.book.facts[ruby] != nil {
		t.Fatal("not carried out")
	}
	if !s.shows("Disposed of on 23 November 2026 by Amina Yusuf and the recovery kit.") || len(s.history) != 0 || s.here.screen != "retention" {
		t.Errorf("afterwards at %+v, %d places to go back to", s.here, len(s.history))
	}
	if d := widgets.TopDialog(s.win.Canvas()); d == nil {
		t.Fatal("the number for the paper is not shown")
	}
	s.press("Copy the number")
	if s.app.Clipboard().Content() != "0f1e2d3c4b5a69788796a5b4c3d2e1f0" {
		t.Error("the number is not copied")
	}
	s.key(fyne.KeyEscape)
	if got := s.traces("Ruby", ruby); len(got) > 0 {
		t.Errorf("left on the screen: %v", got)
	}
	s.visit(route{screen: "child", id: "id-" + ruby})
	if !s.shows("Disposed of on 23 November 2026") || !s.shows("Backups made before still hold it until 23 February 2027") {
		t.Error("the page of the case does not say that it is gone")
	}
}

func TestEscapeLeavesTheSheet(t *testing.T) {
	s := proposedStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby})
	s.press("Approve disposal…")
	s.key(fyne.KeyTab)
	s.typed("KIT")
	s.key(fyne.KeyReturn)
	s.typed(ruby)
	s.key(fyne.KeyEscape)
	if s.here.screen != "child" || slices.Contains(s.book.calls, "Approve") {
		t.Errorf("at %+v", s.here)
	}
}

func TestALeadApprovesAndAWorkersOwnProposalWaits(t *testing.T) {
	s := leadStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby})
	s.press("Approve disposal…")
	if !s.shows("The council's endpoint, which keeps its sealed copy") || slices.Contains(s.buttonWords(), "Destroy this record") {
		t.Error("an approval in a council destroys at once")
	}
	s.key(fyne.KeyTab)
	s.typed(ruby)
	s.press("Approve the disposal")
	if !slices.Contains(s.book.calls, "Approve") || slices.Contains(s.book.calls, "Dispose") || !slices.Contains(s.buttonWords(), "Carry out disposal…") {
		t.Fatalf("%v", s.book.calls)
	}
	s.press("Carry out disposal…")
	s.key(fyne.KeyTab)
	s.typed(ruby)
	s.book.fail["Dispose"] = errDisk
	s.press("Destroy this record")
	if s.here.screen != "disposal" || !s.shows("The disk is full.") {
		t.Error("a failure is not explained")
	}
	delete(s.book.fail, "Dispose")
	s.press("Destroy this record")
	if !s.shows("by Tom Garrod and Grace Okafor.") {
		t.Error("who stood behind it is not shown")
	}
}

func TestNobodyCountsTwice(t *testing.T) {
	s := leadStage(t)
	s.book.body(alfie, &casework.Disposal{Step: casework.StepPropose, Basis: "duplicate", Reason: "Twice."})
	s.visit(route{screen: "disposal", id: "id-" + alfie})
	if got := s.buttonWords(); slices.Contains(got, "Approve the disposal") || slices.Contains(got, "Destroy this record") {
		t.Errorf("the proposer is offered %v", got)
	}
	s.press("Refuse the disposal…")
	s.typed("It is not the same record.")
	s.press("Refuse it")
	if k := s.book.keptOf(alfie); k.Proposal != nil {
		t.Error("it still waits")
	}
}

// An approval that was given stays given when carrying out fails after it.
func TestApprovedAndNotCarriedOut(t *testing.T) {
	s := proposedStage(t)
	s.visit(route{screen: "disposal", id: "id-" + ruby})
	s.book.fail["Dispose"] = errDisk
	s.key(fyne.KeyTab)
	s.typed("KIT")
	s.key(fyne.KeyReturn)
	s.typed(ruby)
	s.press("Destroy this record")
	if !s.shows("It is approved, and not carried out yet. The disk is full.") {
		t.Fatal("it is not said that it is approved")
	}
	s.key(fyne.KeyEscape)
	if s.shows("Recovery code") || s.book.keptOf(ruby).Lacks != "" {
		t.Error("the kit is asked for again")
	}
}

// A call that was finalised a moment ago is written before its case goes.
func TestASheetInItsTenSecondsIsWrittenFirst(t *testing.T) {
	s := proposedStage(t)
	s.book.body(ruby, &casework.Disposal{Step: casework.StepApprove, Proposal: s.book.keptOf(ruby).Proposal.ID, By: casework.ByKit})
	s.finishedCall()
	s.command("Finalise")
	s.visit(route{screen: "disposal", id: "id-" + ruby})
	s.win.Canvas().Focus(s.page.first())
	s.key(fyne.KeyTab)
	s.typed(ruby)
	s.press("Destroy this record")
	record, dispose := slices.Index(s.book.calls, "Record"), slices.Index(s.book.calls, "Dispose")
	if record < 0 || dispose < record {
		t.Errorf("called %v", s.book.calls)
	}
	s.clock.pass(20 * time.Second)
	if s.pending != nil || s.shows("Finalising") {
		t.Error("a sheet still waits")
	}
}

// The typed reference is compared as people write it.
func TestTheReferenceIsComparedWithoutCase(t *testing.T) {
	s := proposedStage(t)
	p := &disposalPage{w: s.Window}
	k := s.book.keptOf(ruby)
	for typed, want := range map[string]bool{ruby: true, strings.ToLower(ruby): true, "  " + ruby + " ": true, "": false, ruby + "1": false, alfie: false} {
		e := s.kit.Line("")
		e.Put(typed)
		if got := p.matches(e, &k); got != want {
			t.Errorf("%q: %v", typed, got)
		}
	}
}
