package desktop

import (
	"strings"
	"testing"
	"time"

	"wherry/app/desktop/widgets"
)

// What is typed is on the disk at most one second after the keystroke.
func TestAutosaveIsAtMostASecondBehind(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	text := ""
	for i := range 40 { // ten letters a second, four seconds long
		s.typed("k")
		text += "k"
		s.clock.pass(100 * time.Millisecond)
		saved, d := s.book.draftText()
		if d == nil {
			if i >= 10 {
				t.Fatal("nothing saved after a second")
			}
			continue
		}
		if behind := len(text) - len(saved.Shared); behind > 10 {
			t.Fatalf("%d letters behind, a second is 10", behind)
		}
	}
	s.clock.pass(time.Second)
	if saved, _ := s.book.draftText(); saved.Shared != text {
		t.Errorf("saved %d letters of %d", len(saved.Shared), len(text))
	}
	if n := len(s.book.drafts); n != 1 {
		t.Errorf("%d drafts, want one", n)
	}
}

func TestNothingIsSavedWithoutAChange(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.typed("Kelly")
	s.clock.pass(5 * time.Second)
	n := count(s.book.calls, "SaveDraft")
	s.clock.pass(time.Minute)
	if got := count(s.book.calls, "SaveDraft"); n != 1 || got != n {
		t.Errorf("saved %d times, then %d", n, got)
	}
}

func TestTheStatusBarSaysOnlyWhatIsProven(t *testing.T) {
	s := openedStage(t)
	p := s.record("visit")
	s.typed("Kelly")
	if s.frame.bar.Saved.Shape != widgets.Laptop || strings.Contains(s.frame.bar.Saved.Words, "17:04") {
		t.Errorf("before the save: %q", s.frame.bar.Saved.Words)
	}
	s.clock.pass(time.Second)
	if s.frame.bar.Saved.Words != "Saved on this laptop 17:04" || p.saved.Words != "Saved on this laptop 17:04" {
		t.Errorf("after the save: %q, %q", s.frame.bar.Saved.Words, p.saved.Words)
	}
	s.book.fail["SaveDraft"] = errDisk
	s.typed(" said")
	s.clock.pass(time.Second)
	if s.frame.bar.Saved.Words != "Not saved: The disk is full." {
		t.Errorf("when the disk is full: %q", s.frame.bar.Saved.Words)
	}
	delete(s.book.fail, "SaveDraft")
	s.clock.pass(6 * time.Second) // it tries again by itself
	if got, _ := s.book.draftText(); got.Shared != "Kelly said" {
		t.Errorf("after the disk had room again: %q", got.Shared)
	}
	if s.frame.bar.Saved.Words != "Saved on this laptop 17:04" {
		t.Errorf("after the disk had room again: %q", s.frame.bar.Saved.Words)
	}
}

func TestASlowDiskMakesOneDraft(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.clock.hold = true
	for range 5 {
		s.typed("slow ")
		s.clock.pass(time.Second)
	}
	s.clock.release()
	s.clock.pass(2 * time.Second)
	if n := len(s.book.drafts); n != 1 {
		t.Errorf("%d drafts, want one", n)
	}
	if got, _ := s.book.draftText(); got.Shared != strings.Repeat("slow ", 5) {
		t.Errorf("saved %q", got.Shared)
	}
}

func TestLeavingAPageKeepsWhatWasTyped(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.typed("Kelly")
	s.command("Today")
	if got, _ := s.book.draftText(); got.Shared != "Kelly" {
		t.Fatalf("saved %q", got.Shared)
	}
	if s.here.screen != "today" {
		t.Errorf("at %q", s.here.screen)
	}
}

func count(list []string, what string) int {
	n := 0
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}

func TestLeavingWithUnsavedWordsAsksFirst(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.typed("Kelly")
	s.book.fail["SaveDraft"] = errDisk
	s.command("Today")
	if s.here.screen != "record" || !s.shows("Your last words could not be saved") {
		t.Fatalf("at %q", s.here.screen)
	}
	s.press("Stay here")
	if p, ok := s.page.(*recordPage); !ok || p.sub.Shared != "Kelly" {
		t.Fatal("the words are gone")
	}
	s.command("Today")
	s.press("Leave and lose the last words")
	if s.here.screen != "today" {
		t.Errorf("at %q", s.here.screen)
	}
}
