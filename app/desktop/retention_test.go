package desktop

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// closedCases puts four of the stages of keeping into a notebook: Ruby's period
// has ended, Alfie's is a suggestion, the baby's case is held.
func closedCases(b *fakeBook) {
	for _, c := range []struct {
		ref string
		set casework.Retention
	}{
		{ruby, casework.Retention{Class: "foster-carer", Closed: "2015-06-30", Event: "2015-06-01"}},
		{alfie, casework.Retention{Class: "child-in-need", Closed: "2026-10-01"}},
		{baby, casework.Retention{Class: "looked-after", Closed: "2026-10-01"}},
	} {
		b.body(c.ref, &casework.FieldEntry{Set: []casework.FieldSet{{Key: "status", Value: "closed", Replaces: b.file(c.ref).Field("status").Replaces()}}})
		b.body(c.ref, &c.set)
	}
	b.body(baby, &casework.Hold{Reason: "Inquest into the death of the grandmother", Until: "2027-06-30"})
	b.saved = start
}

func keptStage(t *testing.T) *stage {
	s := openedStage(t)
	closedCases(s.book)
	return s
}

// proposed is a stage in which Ruby's disposal is proposed.
func proposedStage(t *testing.T) *stage {
	s := keptStage(t)
	s.book.body(ruby, &casework.Disposal{Step: casework.StepPropose, Basis: casework.BasisSchedule, Reason: "Ten years since the approval ended."})
	return s
}

// leadStage is a lead's notebook in which a worker proposed Ruby's disposal.
func leadStage(t *testing.T) *stage {
	s := councilStage(t)
	closedCases(s.book)
	s.book.body(ruby, &casework.Disposal{Step: casework.StepPropose, Basis: casework.BasisSchedule, Reason: "Ten years since the approval ended."},
		func(f *casework.Fact) { f.Author, f.AuthorID = "Tom Garrod", "p3" })
	return s
}

func (s *stage) button(text string) *widgets.Button {
	s.t.Helper()
	for _, b := range s.buttons() {
		if b.Text == text {
			return b
		}
	}
	s.t.Fatalf("no button %q among %v", text, s.buttonWords())
	return nil
}

func TestRetentionListsWhatIsClosedHeldAndProposed(t *testing.T) {
	s := proposedStage(t)
	s.command("Retention")
	p := s.page.(*retentionPage)
	for _, c := range [][2]string{{tabAll, "Ruby Mae Larter; Alfie James Larter; Baby Larter"}, {tabDue, "Ruby Mae Larter"}, {tabHeld, "Baby Larter"},
		{tabProposed, "Ruby Mae Larter"}} {
		p.tabs.Set(c[0])
		p.showTab()
		if got := rowTitles(p.list); got != c[1] {
			t.Errorf("%s shows %q, want %q", c[0], got, c[1])
		}
	}
	p.tabs.Set(tabAll)
	p.showTab()
	s.win.Canvas().Focus(p.list)
	s.key(fyne.KeyDown) // the detail follows the keys
	for _, words := range []string{"Child in need, England", "not law", "Birth, 19 November 2017", "No statute; one council"} {
		if !s.shows(words) {
			t.Errorf("Alfie's detail does not show %q", words)
		}
	}
	s.key(fyne.KeyDown)
	for _, words := range []string{"Ends on 30 June 2027", "By Amina Yusuf", "Kept until 30 September 2101"} {
		if !s.shows(words) {
			t.Errorf("the baby's detail does not show %q", words)
		}
	}
	if !strings.Contains(p.list.Rows()[2].Badge, "Held") {
		t.Error("the row does not say that it is held")
	}
}

func TestOpenCasesSayNothingAboutRetention(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby})
	if s.shows("kept") || slices.Contains(s.buttonWords(), "Place a hold…") {
		t.Error("the timeline of an open case speaks of retention")
	}
	s.command("Retention")
	if !s.shows("No case is closed or held") {
		t.Error("an empty list is not explained")
	}
	s.key(fyne.KeyEscape)
	if s.here.screen != "child" {
		t.Errorf("Escape went to %q", s.here.screen)
	}
}

func TestAHoldNeedsAReasonAndIsReleased(t *testing.T) {
	s := keptStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby})
	if !s.shows("Its retention period ended on 1 June 2025.") {
		t.Fatal("the page does not say how long it is kept")
	}
	s.press("Place a hold…")
	s.press("Place the hold")
	if slices.Contains(s.book.calls, "Hold") || !s.shows("Give the reason in a few words.") {
		t.Fatal("a hold without a reason")
	}
	s.typed("A claim against the council")
	s.key(fyne.KeyTab)
	s.typed("31/2/2027")
	s.press("Place the hold")
	if slices.Contains(s.book.calls, "Hold") {
		t.Fatal("a hold until no day")
	}
	s.page.(*keepPage).w.win.Canvas().Focused().(*widgets.Entry).Put("")
	s.press("Place the hold")
	if s.here.screen != "child" || !s.shows("Held by Amina Yusuf since 23 November 2026: A claim against the council.") {
		t.Fatalf("at %+v after the hold", s.here)
	}
	if slices.Contains(s.buttonWords(), "Propose disposal…") {
		t.Error("a held record is offered for disposal")
	}
	s.press("Release the hold…")
	s.typed("Withdrawn")
	s.press("Release it")
	if s.shows("Held by") || s.here.screen != "child" {
		t.Error("still held")
	}
}

func TestTheKindOfRecordIsSet(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby})
	s.command("How long it is kept")
	s.press("Set it")
	if !s.shows("Choose the kind of record.") {
		t.Fatal("set without a kind")
	}
	var pick *widgets.Picker
	s.walk(func(o fyne.CanvasObject) {
		if p, ok := o.(*widgets.Picker); ok {
			pick = p
		}
	})
	pick.SetSelected("Child protection, not looked after, England")
	if !s.shows("Not verified: set by your council.") {
		t.Error("a suggestion is shown as if it were law")
	}
	pick.SetSelected("Looked after child, England")
	s.win.Canvas().FocusNext()
	s.typed("1/10/2026")
	s.press("Set it")
	if k := s.book.keptOf(ruby); k.Set.Class != "looked-after" || k.Set.Closed != "2026-10-01" || !s.shows("Kept until 2 May 2089.") {
		t.Errorf("%+v", k.Set)
	}
}

func TestProposingNeedsABasisAndDestroysNothing(t *testing.T) {
	s := keptStage(t)
	s.visit(route{screen: "child", id: "id-" + alfie})
	s.press("Propose disposal…")
	s.press("Propose it")
	if slices.Contains(s.book.calls, "Propose") || !s.shows("Choose a basis.") {
		t.Fatal("proposed on no basis")
	}
	if !s.shows("set by your council, not law") {
		t.Error("it is not said that the schedule does not let it go")
	}
	s.key(fyne.KeyRight)
	s.key(fyne.KeyRight) // to "transferred"
	s.key(fyne.KeyTab)
	s.typed("The case system has it all.")
	s.press("Propose it")
	k := s.book.keptOf(alfie)
	if k.Proposal == nil || k.Proposal.Basis != "transferred" || s.here.screen != "child" || !s.shows("It waits for whoever keeps your recovery kit.") {
		t.Errorf("%+v at %+v", k.Proposal, s.here)
	}
}

func TestTheScheduleMarksWhatIsNotLaw(t *testing.T) {
	s := openedStage(t)
	s.command("Retention")
	s.press("The schedule")
	for _, words := range []string{"Set by your council", "not law", "75 years from birth", "regulation 50", "The longer of 18 years from birth and 3 years from closing"} {
		if !s.shows(words) {
			t.Errorf("%q is not shown", words)
		}
	}
}

func TestAStoppedDisposalIsSaid(t *testing.T) {
	s := keptStage(t)
	s.book.resumed = 1
	s.book.gone = []Gone{{ID: "x", On: start, Basis: casework.BasisSchedule, Done: true}}
	s.command("Retention")
	if !s.shows("1 disposal that had been stopped half-way was finished when this notebook was opened.") {
		t.Error("it is not said that a disposal was ended")
	}
	s.command("Lock")
	s.unlock()
	if !s.shows("1 disposal that had been stopped half-way") {
		t.Error("it is not said after unlocking")
	}
	s.press("See what is left")
	if s.here.screen != "retention" || !s.shows("Disposed of on 23 November 2026.") {
		t.Errorf("at %+v", s.here)
	}
	s.book.gone[0].Done = false
	s.page.(*retentionPage).refresh()
	if !s.shows("A disposal was stopped half-way.") {
		t.Error("it is not said that one is not finished")
	}
}
