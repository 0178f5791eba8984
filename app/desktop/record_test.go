package desktop

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// tabTo presses Tab until the widget that fits has the focus.
func (s *stage) tabTo(what string, fits func(fyne.Focusable) bool) {
	s.t.Helper()
	for range 80 {
		if f := s.win.Canvas().Focused(); f != nil && fits(f) {
			return
		}
		s.key(fyne.KeyTab)
	}
	s.t.Fatalf("Tab never reaches %s", what)
}

func (s *stage) tabToButton(text string) {
	s.t.Helper()
	s.tabTo("the button "+text, func(f fyne.Focusable) bool {
		b, ok := f.(*widgets.Button)
		return ok && b.Text == text
	})
}

// tabToChoice goes to the group of options that has all these labels.
func (s *stage) tabToChoice(labels ...string) {
	s.t.Helper()
	s.tabTo(strings.Join(labels, "/"), func(f fyne.Focusable) bool {
		o, ok := f.(*widgets.Options)
		if !ok || len(o.Options()) != len(labels) {
			return false
		}
		for i, op := range o.Options() {
			if op.Label != labels[i] {
				return false
			}
		}
		return true
	})
}

func (s *stage) tabToBox(name string) {
	s.t.Helper()
	p := s.page.(*recordPage)
	s.tabTo("the box "+name, func(f fyne.Focusable) bool { return f == fyne.Focusable(p.boxes[p.now+"/"+name]) })
}

// The main job: a visit to three siblings, recorded in one pass and finalised
// without the mouse.
func TestAVisitToThreeSiblingsByKeyboardAlone(t *testing.T) {
	s := openedStage(t)
	before := len(s.book.facts[ruby])

	s.command("New visit") // Ctrl+N, three letters, Return: typing in three acts
	s.typed("rub")
	s.key(fyne.KeyReturn)
	s.typed("Kelly let me in. The kitchen was warm.")

	s.tabToChoice("Ruby", "Alfie", "Baby Larter")
	for range 2 {
		s.key(fyne.KeyRight)
		s.key(fyne.KeySpace)
		s.tabToChoice("Ruby", "Alfie", "Baby Larter")
	}
	p := s.page.(*recordPage)
	if got := strings.Join(p.sub.Children, " "); got != ruby+" "+alfie+" "+baby {
		t.Fatalf("children: %s", got)
	}

	s.command("Next section") // Ruby: seen, alone
	s.key(fyne.KeyRight)
	s.tabToChoice("Yes", "No", "Partly")
	s.key(fyne.KeyRight)
	s.tabToChoice("Yes", "No", "Not due")
	s.key(fyne.KeyRight)
	s.tabToBox("asked0")
	s.typed("How is school?")
	s.tabToBox("said0")
	s.typed("I like Miss Boyce. Mum shouts less.")
	s.tabToBox("observations")
	s.typed("Ruby's canary observation.")
	s.tabToBox("analysis")
	s.typed("Ruby's canary analysis.")

	s.command("Next section") // Alfie: seen, not alone, declined
	s.key(fyne.KeyRight)
	s.tabToChoice("Yes", "No", "Partly")
	s.key(fyne.KeyRight)
	s.key(fyne.KeyRight)
	if got := p.sub.Parts[alfie].SeenAlone; got != casework.No {
		t.Fatalf("Alfie alone: %q", got)
	}
	s.tabTo("the reasons", func(f fyne.Focusable) bool {
		o, ok := f.(*widgets.Options)
		return ok && len(o.Options()) > 0 && o.Options()[0].Label == "Too young"
	})
	s.key(fyne.KeyRight)
	s.key(fyne.KeyRight)

	s.command("Next section") // Baby: not seen, asleep
	s.key(fyne.KeyRight)
	s.key(fyne.KeyRight)
	s.tabTo("the reasons", func(f fyne.Focusable) bool {
		o, ok := f.(*widgets.Options)
		return ok && len(o.Options()) > 0 && o.Options()[0].Label == "No access"
	})
	s.key(fyne.KeyRight)

	s.command("Next section") // when, where and who: a known person and a new one
	s.tabTo("the people", func(f fyne.Focusable) bool {
		o, ok := f.(*widgets.Options)
		return ok && len(o.Options()) > 0 && strings.HasPrefix(o.Options()[0].Label, "Mrs Boyce")
	})
	s.key(fyne.KeyRight)
	s.key(fyne.KeySpace)
	s.tabTo("the name of another person", func(f fyne.Focusable) bool {
		e, ok := f.(*widgets.Entry)
		return ok && strings.HasPrefix(e.PlaceHolder, "Name, or")
	})
	s.typed("woman, about 60, red coat")
	s.key(fyne.KeyReturn)

	s.command("Next section") // actions
	s.tabToBox("do0")
	s.typed("Ring the school")
	s.tabToBox("due0")
	s.typed("24/11/2026")

	s.command("Finalise") // Ctrl+Enter
	if s.pending == nil {
		t.Fatalf("not finalised; missing: %v", casework.Blocking(p.clean().Validate(s.now())))
	}
	s.clock.pass(11 * time.Second)

	if len(s.book.drafts) != 0 {
		t.Error("the draft is still there")
	}
	if got := len(s.book.facts[ruby]); got != before+1 {
		t.Fatalf("Ruby has %d entries, want %d", got, before+1)
	}
	e := s.book.file(ruby).Entries[0]
	if e.Visit == nil || e.Visit.Shared != "Kelly let me in. The kitchen was warm." || e.Part().SeenAlone != casework.Yes {
		t.Fatalf("Ruby's entry: %+v", e.Visit)
	}
	v := e.Part().Voice
	if len(v) != 1 || v[0] != (casework.Voice{Asked: "How is school?", Said: "I like Miss Boyce. Mum shouts less.", Heard: "verbatim"}) {
		t.Errorf("Ruby's words: %+v", v)
	}
	if len(e.Present) != 2 || e.Present[0].Name != "Kelly Larter" || e.Present[1].Name != "woman, about 60, red coat" {
		t.Errorf("present: %+v", e.Present)
	}
	if len(e.Actions) != 1 || e.Actions[0] != (casework.Action{What: "Ring the school", Owner: "Amina Yusuf", Due: "2026-11-24"}) {
		t.Errorf("actions: %+v", e.Actions)
	}
	for _, ref := range []string{alfie, baby} {
		last := s.book.facts[ref][len(s.book.facts[ref])-1]
		if strings.Contains(string(last.Payload), "canary") || strings.Contains(string(last.Payload), "Boyce") {
			t.Errorf("%s holds something of Ruby's own part", ref)
		}
	}
	if p := s.book.file(alfie).Entries[0].Part(); p.NotAloneReason != "child declined" {
		t.Errorf("Alfie: %+v", p)
	}
	if p := s.book.file(baby).Entries[0].Part(); p.Seen != casework.No || p.NotSeenReason != "no access" {
		t.Errorf("Baby: %+v", p)
	}
	if s.here.screen != "child" || s.here.id != "id-"+ruby {
		t.Errorf("after finalising we are at %+v", s.here)
	}
}

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
