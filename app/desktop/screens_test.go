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

func (s *stage) list() *widgets.List {
	s.t.Helper()
	var out *widgets.List
	s.walk(func(o fyne.CanvasObject) {
		if l, ok := o.(*widgets.List); ok {
			out = l
		}
	})
	if out == nil {
		s.t.Fatal("no list on the screen")
	}
	return out
}

func rowTitles(l *widgets.List) string {
	var out []string
	for _, r := range l.Rows() {
		out = append(out, r.Title)
	}
	return strings.Join(out, "; ")
}

func TestTheCaseloadIsNarrowedAsYouType(t *testing.T) {
	s := openedStage(t)
	s.book.body("NCC-4201", &casework.FieldEntry{Set: []casework.FieldSet{{Key: "ref", Value: "NCC-4201"}, {Key: "name", Value: "Đặng Thị Hà"}}})
	s.book.body("NCC-5401", &casework.FieldEntry{Set: []casework.FieldSet{{Key: "ref", Value: "NCC-5401"}, {Key: "name", Value: "Siân Ŵyn Hughes"}}})
	s.command("Caseload")
	for typed, want := range map[string]string{
		"dang": "Đặng Thị Hà", "wyn si": "Siân Ŵyn Hughes", "rub": "Ruby Mae Larter", "5302": "Alfie James Larter", "nobody": "",
		"larter": "Ruby Mae Larter; Alfie James Larter; Baby Larter",
	} {
		p := s.page.(*caseloadPage)
		p.filter.SetText(typed)
		if got := rowTitles(p.list); got != want {
			t.Errorf("%q shows %q, want %q", typed, got, want)
		}
	}
	s.page.(*caseloadPage).filter.SetText("alf")
	s.win.Canvas().Focus(s.page.(*caseloadPage).filter)
	s.key(fyne.KeyReturn)
	if s.here != (route{screen: "child", id: "id-" + alfie}) {
		t.Errorf("Return went to %+v", s.here)
	}
}

func TestLookingMakesItOld(t *testing.T) {
	s := councilStage(t)
	s.command("Caseload")
	if got := s.page.(*caseloadPage).list.Rows()[0].Badge; got != "3 new" {
		t.Fatalf("before: %q", got)
	}
	s.visit(route{screen: "child", id: "id-" + ruby})
	if !s.shows("Complete to 09:04; Tom Garrod not synced since Friday") {
		t.Error("the page does not say how complete it is")
	}
	s.command("Caseload")
	if got := s.page.(*caseloadPage).list.Rows()[0].Badge; got == "3 new" {
		t.Error("still new after it was looked at")
	}
}

func TestConcurrentAmendmentsBothShow(t *testing.T) {
	s := councilStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby, entry: "e004"})
	for _, words := range []string{"Amended by Tom Garrod", "Amended by Amina Yusuf", "Oversight by Grace Okafor", "Signed by Amina Yusuf"} {
		if !s.shows(words) {
			t.Errorf("%q is not shown", words)
		}
	}
}

func (s *stage) remarkOn(entry, button, text string) {
	s.t.Helper()
	s.visit(route{screen: "child", id: "id-" + ruby, entry: entry})
	s.press(button)
	s.typed(text)
	s.clock.pass(time.Second)
	if len(s.book.drafts) != 1 {
		s.t.Fatal("what is being written is not a draft")
	}
}

func TestAmendStrikeAndComment(t *testing.T) {
	s := councilStage(t)
	s.remarkOn("e007", "Amend", "The call was at 10:25.")
	s.press("Add the amendment")
	s.remarkOn("e007", "Add oversight", "Thank you.")
	s.press("Add the comment")
	s.remarkOn("e008", "Strike", "This was about another child.")
	s.command("Lock") // in mid-sentence too
	s.unlock()
	s.typed(" Sorry.")
	s.press("Strike the entry")
	f := s.book.file(ruby)
	call, _ := f.Entry("e007")
	if len(call.Amendments) != 1 || call.Amendments[0].Text != "The call was at 10:25." || len(call.Comments) != 1 {
		t.Errorf("the call: %+v %+v", call.Amendments, call.Comments)
	}
	struck, _ := f.Entry("e008")
	if !struck.IsStruck() || struck.Struck[0].Reason != "This was about another child. Sorry." {
		t.Errorf("the visit: %+v", struck.Struck)
	}
	if len(s.book.drafts) != 0 {
		t.Error("a draft stayed")
	}
	if !s.shows("Struck by") || !s.shows("Unsuccessful CP statutory visit") {
		t.Error("the struck entry is not shown with its strike")
	}
}

func TestAnEmptyAmendmentIsNotTaken(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "remark", id: "id-" + ruby, entry: "e004", kind: casework.KindAmend})
	s.press("Add the amendment")
	if slices.Contains(s.book.calls, "Amend") || !s.shows("Write a few words.") {
		t.Error("an empty amendment was added")
	}
}

func TestWorkersHaveNoOversight(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby, entry: "e004"})
	if slices.Contains(s.buttonWords(), "Add oversight") {
		t.Error("a worker is offered oversight")
	}
}

func TestChooseBetweenTwoValues(t *testing.T) {
	s := councilStage(t)
	s.visit(route{screen: "conflict", id: "id-" + ruby, entry: "address"})
	if !s.shows("7 Staithe Close") || !s.shows("11 Quay Street") || !s.shows("Tom Garrod") {
		t.Fatal("the two values are not both shown")
	}
	s.press("Keep this one")
	if v, one := s.book.file(ruby).Field("address").Value(); !one || v != "7 Staithe Close, Great Yarmouth, NR30 9ZZ" {
		t.Errorf("settled on %q, %v", v, one)
	}
}

func TestAConfidentialAddressShowsOnlyWhenAsked(t *testing.T) {
	s := openedStage(t)
	s.book.body(ruby, &casework.FieldEntry{Set: []casework.FieldSet{{Key: "address_confidential", Value: "yes"}}})
	s.visit(route{screen: "child", id: "id-" + ruby})
	p := s.page.(*childPage)
	p.tabs.Set("details")
	p.showTab()
	if got := s.traces("Staithe Close"); len(got) > 0 {
		t.Errorf("shown: %v", got)
	}
	s.press("Show")
	if got := s.traces("Staithe Close"); len(got) == 0 {
		t.Error("not shown when asked for")
	}
}
