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
