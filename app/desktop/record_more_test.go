package desktop

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

func TestFinaliseShowsWhatIsMissingAndGoesThere(t *testing.T) {
	s := openedStage(t)
	p := s.written()
	s.command("Finalise")
	if s.pending != nil || p.now != "check" {
		t.Fatal("finalised a visit with answers missing")
	}
	b, ok := s.win.Canvas().Focused().(*widgets.Button)
	if !ok || b.Text != "Go there" {
		t.Fatalf("the focus is on %T", s.win.Canvas().Focused())
	}
	s.key(fyne.KeyReturn)
	if p.now != "child:"+ruby {
		t.Errorf("went to %q", p.now)
	}
}

func TestTenSecondsToUndo(t *testing.T) {
	s := openedStage(t)
	s.finishedCall()
	n := len(s.book.facts[ruby])
	s.command("Finalise")
	s.clock.pass(9 * time.Second)
	if len(s.book.facts[ruby]) != n {
		t.Fatal("written before the ten seconds were over")
	}
	s.press("Undo")
	s.clock.pass(time.Minute)
	if len(s.book.facts[ruby]) != n {
		t.Fatal("written although it was taken back")
	}
	if p, ok := s.page.(*recordPage); !ok || p.sub.Shared != "Kelly rang to say that the man has left." {
		t.Fatal("undo did not go back to the draft")
	}
	s.command("Finalise")
	s.clock.pass(10 * time.Second)
	if len(s.book.facts[ruby]) != n+1 {
		t.Error("not written after the ten seconds")
	}
}

func TestAFailedFinaliseKeepsTheDraft(t *testing.T) {
	s := openedStage(t)
	s.finishedCall()
	s.book.fail["Record"] = errDisk
	s.command("Finalise")
	s.clock.pass(10 * time.Second)
	if len(s.book.drafts) != 1 {
		t.Fatal("the draft is gone")
	}
	if _, ok := s.page.(*recordPage); !ok {
		t.Error("the draft is not on the screen")
	}
	if d := widgets.TopDialog(s.win.Canvas()); d == nil || !s.shows("The disk is full.") {
		t.Error("nobody is told")
	}
}

func TestAVisitWithNoAnswerTakesTwoAnswers(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "child", id: "id-" + ruby})
	n := len(s.book.facts[ruby])
	s.command("Visit with no answer")
	s.tabTo("the reasons", func(f fyne.Focusable) bool {
		o, ok := f.(*widgets.Options)
		return ok && o.Options()[0].Label == "No access"
	})
	s.key(fyne.KeyRight)
	s.key(fyne.KeyRight)
	s.command("Finalise")
	s.clock.pass(10 * time.Second)
	if len(s.book.facts[ruby]) != n+1 {
		t.Fatalf("not recorded: %v", s.book.calls)
	}
	e := s.book.file(ruby).Entries[0]
	if !e.Unsuccessful() || e.Visit.Reason != "no reply" || e.Part().Seen != casework.No || e.Part().NotSeenReason != "no reply" {
		t.Errorf("recorded %+v, %+v", e.Visit, e.Part())
	}
}

func TestDiscardCanBeTakenBack(t *testing.T) {
	s := openedStage(t)
	s.finishedCall()
	s.press("Discard draft")
	if len(s.book.drafts) != 0 {
		t.Fatal("the draft is still there")
	}
	s.press("Undo")
	if got, d := s.book.draftText(); d == nil || got.Shared != "Kelly rang to say that the man has left." {
		t.Fatal("the draft did not come back")
	}
	if _, ok := s.page.(*recordPage); !ok {
		t.Error("the draft is not on the screen")
	}
}

func TestAChildTakenOffByMistakeLosesNothing(t *testing.T) {
	s := openedStage(t)
	p := s.written()
	p.part(alfie, func(c *casework.ChildPart) { c.Observations = "He showed me his bed." })
	p.setChildren([]string{ruby})
	if _, there := p.clean().Parts[alfie]; there {
		t.Error("what is finalised holds the part of a child who is not in it")
	}
	p.setChildren([]string{ruby, alfie})
	if p.sub.Parts[alfie].Observations != "He showed me his bed." {
		t.Error("the part was lost")
	}
}

func TestDateAndTimeAreReadAsTyped(t *testing.T) {
	s := openedStage(t)
	p := s.written()
	p.open("when")
	set := func(name, text string) {
		b := p.boxes["when/"+name]
		b.SetText(text)
	}
	set("day", "22/11/2026")
	set("from", "4:05pm")
	set("to", "5pm")
	if p.sub.Occurred != "2026-11-22T16:05:00Z" || p.sub.Ended != "2026-11-22T17:00:00Z" {
		t.Errorf("occurred %s to %s", p.sub.Occurred, p.sub.Ended)
	}
	set("day", "31/06/2026")
	if p.sub.Occurred != "" || !s.shows("Type a date like 23/11/2026.") {
		t.Errorf("a day that is not there gave %q", p.sub.Occurred)
	}
	set("day", "1 July 2026")
	if p.sub.Occurred != "2026-07-01T16:05:00+01:00" {
		t.Errorf("in summer: %s", p.sub.Occurred)
	}
}

// shows reports whether the words are somewhere on the screen.
func (s *stage) shows(words string) bool {
	found := false
	s.walk(func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widgets.Text:
			found = found || strings.Contains(x.Content, words)
		case *widgets.Sign:
			found = found || strings.Contains(x.Words, words)
		}
	})
	return found
}
