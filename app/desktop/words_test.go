package desktop

import (
	"testing"
)

func TestAWelshWindow(t *testing.T) {
	s := newStage(t)
	s.Window.words = newWords("cy")
	s.door.exists = true
	family(s.book)
	s.start()
	s.unlock()
	if !s.shows("Heb gyngor") {
		t.Error("the status bar is not in Welsh")
	}
	s.command("Llwyth achosion")
	if s.here.screen != "caseload" {
		t.Errorf("at %q", s.here.screen)
	}
	if got := s.Window.words.t("a sentence that no table has"); got != "a sentence that no table has" {
		t.Errorf("what is missing shows as %q", got)
	}
	if got := newWords("xx").t("Today"); got != "Today" {
		t.Errorf("an unknown language shows %q", got)
	}
}
