package desktop

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

var keptScenes = []struct {
	name string
	make func(*testing.T) *stage
	act  func(*stage)
}{
	{"retention", proposedStage, func(s *stage) { s.command("Retention") }},
	{"retention-suggested", keptStage, func(s *stage) { s.visit(route{screen: "retention", id: "id-" + alfie}) }},
	{"retention-held", leadStage, func(s *stage) { s.visit(route{screen: "retention", id: "id-" + baby}) }},
	{"retention-empty", openedStage, func(s *stage) { s.command("Retention") }},
	{"retention-gone", keptStage, func(s *stage) {
		s.book.gone = []Gone{{ID: "x1", Short: "7f3a91c2", On: start.AddDate(0, 0, -2), By: []string{"Tom Garrod", "Grace Okafor"}, Carried: "Amina Yusuf",
			Basis: casework.BasisSchedule, Complete: start.AddDate(0, 2, 0)},
			{ID: "x2", Short: "03bd77e0", On: start.AddDate(0, -3, 0), By: []string{"Amina Yusuf", casework.ByKit}, Basis: "transferred", Done: true}}
		s.visit(route{screen: "retention", kind: tabGone})
	}},
	{"retention-schedule", openedStage, func(s *stage) { s.visit(route{screen: "schedule"}) }},
	{"retention-set", keptStage, func(s *stage) { s.visit(route{screen: "keep", id: "id-" + alfie, kind: keepSet}) }},
	{"retention-hold", keptStage, func(s *stage) { s.visit(route{screen: "keep", id: "id-" + ruby, kind: keepHold}) }},
	{"retention-release", keptStage, func(s *stage) { s.visit(route{screen: "keep", id: "id-" + baby, kind: keepRelease}) }},
	{"retention-child", keptStage, func(s *stage) { s.visit(route{screen: "child", id: "id-" + baby}) }},
	{"retention-details", proposedStage, func(s *stage) {
		s.visit(route{screen: "child", id: "id-" + ruby})
		p := s.page.(*childPage)
		p.tabs.Set("details")
		p.showTab()
		s.settle()
		scrolls := s.scrolls()
		scrolls[len(scrolls)-1].ScrollToBottom()
	}},
	{"disposal-propose", keptStage, func(s *stage) { s.visit(route{screen: "disposal", id: "id-" + ruby}) }},
	{"disposal-kit", proposedStage, func(s *stage) {
		s.book.backups = start.AddDate(0, 3, 0)
		s.written()
		s.clock.pass(time.Second)
		s.visit(route{screen: "disposal", id: "id-" + ruby})
	}},
	{"disposal-approve", leadStage, func(s *stage) {
		s.visit(route{screen: "disposal", id: "id-" + ruby})
		s.key(fyne.KeyTab)
		s.typed(ruby)
	}},
	{"disposal-waits", leadStage, func(s *stage) {
		s.book.body(alfie, &casework.Disposal{Step: casework.StepPropose, Basis: "duplicate", Reason: "The record under the other reference is the right one."})
		s.visit(route{screen: "disposal", id: "id-" + alfie})
	}},
	{"disposal-large", proposedStage, func(s *stage) {
		s.settings.TextPercent = 200
		s.look()
		s.visit(route{screen: "disposal", id: "id-" + ruby})
	}},
	{"disposal-dark", proposedStage, func(s *stage) {
		s.settings.Theme = string(widgets.Dark)
		s.look()
		s.visit(route{screen: "disposal", id: "id-" + ruby})
	}},
	{"disposal-done", proposedStage, func(s *stage) {
		s.visit(route{screen: "disposal", id: "id-" + ruby})
		s.key(fyne.KeyTab)
		s.typed("KIT")
		s.key(fyne.KeyReturn)
		s.typed(ruby)
		s.press("Destroy this record")
	}},
	{"disposal-resumed", proposedStage, func(s *stage) {
		s.book.resumed = 1
		s.command("Lock")
		s.unlock()
	}},
	{"disposal-gone", proposedStage, func(s *stage) {
		s.book.gone = []Gone{{ID: "id-gone", Short: "7f3a91c2", On: start, By: []string{"Amina Yusuf", casework.ByKit}, Carried: "Amina Yusuf", Basis: casework.BasisSchedule, Done: true}}
		s.visit(route{screen: "child", id: "id-gone"})
	}},
}

// TestRetentionScreens is TestScreens for keeping and disposal.
func TestRetentionScreens(t *testing.T) {
	for _, sc := range keptScenes {
		t.Run(sc.name, func(t *testing.T) {
			s := sc.make(t)
			sc.act(s)
			s.shoot(sc.name)
			s.tabRound()
			s.lockAndLook()
		})
	}
}

// Every stop of the sheets is scrolled into view, also in the largest text.
func TestTheFocusIsInViewOnTheSheets(t *testing.T) {
	for _, sc := range keptScenes {
		switch sc.name {
		case "disposal-large", "disposal-kit", "retention-set", "retention":
		default:
			continue
		}
		s := sc.make(t)
		sc.act(s)
		s.settle()
		for range 14 {
			s.win.Canvas().FocusNext()
			o := s.win.Canvas().Focused().(fyne.CanvasObject)
			at := s.app.Driver().AbsolutePositionForObject(o)
			if at.Y < 0 || at.Y+min(o.Size().Height, 200) > 800 {
				t.Errorf("%s: %T is at %v, %v high", sc.name, o, at.Y, o.Size().Height)
			}
		}
	}
}
