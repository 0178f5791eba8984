package desktop

import (
	"testing"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// The screens of photos and files look as they should, and Tab goes round.
func TestFileScreens(t *testing.T) {
	for _, sc := range []struct {
		name string
		act  func(*stage)
	}{
		{"files-none", func(s *stage) { s.record(casework.KindVisit).open(filesSection) }},
		{"files-siblings", siblingFiles},
		{"files-contrast", func(s *stage) {
			s.settings.Theme = string(widgets.Contrast)
			s.look()
			siblingFiles(s)
		}},
		{"files-large", func(s *stage) {
			s.settings.TextPercent = 200
			s.look()
			siblingFiles(s)
		}},
		{"files-refused", func(s *stage) {
			p := s.record(casework.KindVisit)
			p.open(filesSection)
			p.takeFile("kitchen.jpg")
			p.takeFile("large-film.mov")
		}},
		{"child-files", func(s *stage) {
			filed(s)
			s.settle()
			scrolls := s.scrolls()
			scrolls[len(scrolls)-1].ScrollToOffset(fyne.NewPos(0, 900))
		}},
		{"child-files-away", func(s *stage) {
			p := filed(s)
			at := p.data.File.Entries[p.start()].Attachments
			s.book.filed.away = map[string]string{at[0].ID: "coming", at[2].ID: "gone"}
			s.book.body(ruby, &casework.Strike{Target: at[1].ID, Reason: "It shows a neighbour's child."})
			p.refresh()
			s.settle()
			scrolls := s.scrolls()
			scrolls[len(scrolls)-1].ScrollToBottom()
		}},
		{"picture", func(s *stage) {
			filed(s)
			s.press("Open")
		}},
		{"copy", func(s *stage) {
			filed(s)
			s.press("Save a readable copy…")
		}},
		{"file-final", func(s *stage) { filed(s).takeFile("/home/amina/garden.jpg") }},
	} {
		t.Run(sc.name, func(t *testing.T) {
			s := openedStage(t)
			sc.act(s)
			s.shoot(sc.name)
			s.tabRound()
			s.lockAndLook()
		})
	}
}

func siblingFiles(s *stage) {
	p := s.written()
	p.open(filesSection)
	p.files.child = ruby
	p.takeFile("/home/amina/Pictures/IMG_2041.jpg")
	p.takeFile("/home/amina/Documents/school attendance letter.pdf")
	p.captioned(p.files.list[0].ID, "Ruby's bed, with the new mattress")
	p.files.child = alfie
	p.takeFile("/home/amina/interview.m4a")
	p.files.child = ""
	p.open(filesSection)
}
