package desktop

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"wherry/app/desktop/widgets"
)

// traces lists everything on the window that holds one of the words.
func (s *stage) traces(words ...string) []string {
	var out []string
	look := func(o fyne.CanvasObject, text string) {
		for _, w := range words {
			if strings.Contains(text, w) {
				out = append(out, fmt.Sprintf("%T holds %q", o, w))
			}
		}
	}
	s.walk(func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *canvas.Text:
			look(o, x.Text)
		case *widget.Label:
			look(o, x.Text)
		case *widgets.Entry:
			look(o, x.Text)
		case *widgets.Text:
			look(o, x.Content)
		}
	})
	return out
}

func TestLockInMidSentence(t *testing.T) {
	s := openedStage(t)
	p := s.record("visit")
	s.typed("Kelly let me in. She looked tired and sa")
	for range 3 {
		s.key(fyne.KeyLeft) // the caret stands before "d sa"
	}
	s.key(fyne.KeyLeft)
	s.command("Lock")

	if s.nb != nil || !s.book.locked {
		t.Fatal("not locked")
	}
	saved, locked := slices.Index(s.book.calls, "SaveDraft"), slices.Index(s.book.calls, "Lock")
	if saved < 0 || locked < saved {
		t.Errorf("the draft was not saved before the lock: %v", s.book.calls)
	}
	if got := s.traces("Kelly", "tired", "Larter", "Ruby", "NCC-", "Amina"); len(got) > 0 {
		t.Errorf("after the lock: %v", got)
	}
	if s.page == page(p) || s.frame != nil || len(s.history) != 0 || p.sub.Shared != "" || p.boxes != nil {
		t.Error("the window still holds the page")
	}

	s.book.calls = nil
	s.unlock()
	p, ok := s.page.(*recordPage)
	if !ok {
		t.Fatalf("unlocking went to %T", s.page)
	}
	e, ok := s.win.Canvas().Focused().(*widgets.Entry)
	if !ok {
		t.Fatalf("the focus is on %T", s.win.Canvas().Focused())
	}
	line, col := e.Caret()
	if line != 0 || col != len("Kelly let me in. She looked tired an") {
		t.Errorf("the caret is at %d, %d", line, col)
	}
	s.typed("!")
	if p.sub.Shared != "Kelly let me in. She looked tired an!d sa" {
		t.Errorf("typing goes on as %q", p.sub.Shared)
	}
}

func TestLockBeforeTheFirstWordComesBackToANewSheet(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.command("Lock")
	if len(s.book.drafts) != 0 {
		t.Error("an empty draft was saved")
	}
	s.unlock()
	if p, ok := s.page.(*recordPage); !ok || p.sub.Children[0] != ruby {
		t.Errorf("unlocking went to %T", s.page)
	}
}

func TestIdleLock(t *testing.T) {
	s := openedStage(t)
	s.command("Caseload")
	s.clock.pass(4*time.Minute + 30*time.Second)
	if s.nb == nil {
		t.Fatal("locked too early")
	}
	if !strings.HasPrefix(s.frame.bar.Lock.Words, "Locks in 30 seconds") {
		t.Errorf("the status bar says %q", s.frame.bar.Lock.Words)
	}
	s.key(fyne.KeyDown)
	s.clock.pass(4 * time.Minute)
	if s.nb == nil {
		t.Fatal("a key did not put the lock off")
	}
	s.clock.pass(2 * time.Minute)
	if s.nb != nil {
		t.Fatal("not locked after five minutes alone")
	}
	s.unlock()
	if s.here.screen != "caseload" {
		t.Errorf("unlocking went to %q", s.here.screen)
	}
}

func TestALaptopThatSleptIsLockedWhenItWakes(t *testing.T) {
	s := openedStage(t)
	s.clock.at = s.clock.at.Add(3 * time.Hour) // no timer ran meanwhile
	s.key(fyne.KeyDown)                        // and a key does not revive it
	s.clock.pass(time.Second)
	if s.nb != nil {
		t.Error("still open after three hours of sleep")
	}
}

func TestLockMinutesAreASetting(t *testing.T) {
	s := openedStage(t)
	s.command("Settings and passphrase")
	s.tabToChoice("1", "3", "5", "10", "15")
	s.key(fyne.KeyRight)
	s.key(fyne.KeyRight)
	if s.book.settings.LockMinutes != 15 {
		t.Fatalf("saved %d minutes", s.book.settings.LockMinutes)
	}
	s.clock.pass(14 * time.Minute)
	if s.nb == nil {
		t.Fatal("locked before 15 minutes")
	}
	s.clock.pass(time.Minute)
	if s.nb != nil {
		t.Error("not locked after 15 minutes")
	}
}

func TestLockSettlesWhatWasFinalised(t *testing.T) {
	s := openedStage(t)
	s.finishedCall()
	n := len(s.book.facts[ruby])
	s.command("Finalise")
	s.clock.pass(3 * time.Second)
	s.command("Lock")
	if len(s.book.facts[ruby]) != n+1 || len(s.book.drafts) != 0 {
		t.Error("what was finalised was not written before the lock")
	}
	if s.nb != nil {
		t.Error("not locked")
	}
}

func TestLockWhenTheLastWordsCannotBeSaved(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.typed("Kelly said")
	s.book.fail["SaveDraft"] = errDisk
	s.command("Lock")
	if got := s.traces("Kelly", "Larter"); len(got) > 0 {
		t.Errorf("the words are still on the screen: %v", got)
	}
	if s.nb == nil {
		t.Fatal("locked, and the words are lost")
	}
	delete(s.book.fail, "SaveDraft")
	s.press("Try again")
	if s.nb != nil {
		t.Fatal("not locked once they could be saved")
	}
	if got, _ := s.book.draftText(); got.Shared != "Kelly said" {
		t.Errorf("saved %q", got.Shared)
	}
}

func TestAnswersOfTheLastSessionAreDropped(t *testing.T) {
	s := openedStage(t)
	s.clock.hold = true
	s.command("Caseload") // the answer is on its way
	s.lock()
	s.clock.release()
	if s.nb != nil {
		t.Fatal("not locked")
	}
	if got := s.traces("Larter"); len(got) > 0 {
		t.Errorf("a late answer is shown on the lock screen: %v", got)
	}
}
