package desktop

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// shoot compares the window with a picture in testdata/screens. When a screen
// changes on purpose, look at testdata/failed/screens and move the new picture
// in the place of the old.
func (s *stage) shoot(name string) {
	s.t.Helper()
	s.settle()
	file := filepath.Join("screens", name+".png")
	picture := s.win.Canvas().Capture()
	// The toolkit's painter lets go of shapes after a while, on a busy machine
	// also between drawing and showing them: it is then asked once more.
	for range 2 {
		if sameAs(filepath.Join("testdata", file), picture) {
			break
		}
		s.win.Content().Refresh()
		s.settle()
		picture = s.win.Canvas().Capture()
	}
	test.AssertImageMatches(s.t, file, picture)
}

func sameAs(path string, picture image.Image) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil || want.Bounds() != picture.Bounds() {
		return false
	}
	pixels := func(img image.Image) []byte {
		out := image.NewNRGBA(img.Bounds())
		draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
		return out.Pix
	}
	return bytes.Equal(pixels(want), pixels(picture))
}

func (s *stage) record(kind string) *recordPage {
	s.visit(route{screen: "record", id: "id-" + ruby, kind: kind})
	return s.page.(*recordPage)
}

// written is a visit to two siblings, half told.
func (s *stage) written() *recordPage {
	p := s.record(casework.KindVisit)
	p.setChildren([]string{ruby, alfie})
	s.typed("Announced visit after the school run. Kelly let me in at once and had the kettle on. The kitchen was clean, the back door locked. No sign of the man from last week: his boots were gone from the hall.")
	s.clock.pass(time.Second)
	return p
}

var scenes = []struct {
	name string
	make func(*testing.T) *stage
	act  func(*stage)
}{
	{"welcome", newStage, func(s *stage) { s.start() }},
	{"recovery-kit", newStage, func(s *stage) {
		s.start()
		s.create("Amina Yusuf", []byte("five quite ordinary garden words"), func() {})
	}},
	{"unlock", newStage, func(s *stage) {
		s.door.exists = true
		s.start()
		p := s.page.(*unlockPage)
		p.pass.SetText("wrong")
		p.unlock()
	}},
	{"locked-again", newStage, func(s *stage) {
		s.door.exists = true
		s.deps.Process.Relocked = true
		s.start()
	}},
	{"unlock-wait", newStage, func(s *stage) {
		s.door.exists, s.door.wait = true, 47*time.Second
		s.start()
	}},
	{"wrong-before", newStage, func(s *stage) {
		s.book.wrong = 3
		harmedUnlock(s)
	}},
	{"rehearse", openedStage, func(s *stage) { s.visit(route{screen: "rehearse"}) }},
	{"rehearse-done", openedStage, func(s *stage) {
		s.visit(route{screen: "rehearse"})
		s.typed(s.book.kit)
		s.key(fyne.KeyReturn)
	}},
	{"backup", openedStage, func(s *stage) {
		s.book.backed.size = 3_412_345
		s.command("Backup")
	}},
	{"backup-making", openedStage, makingBackupScene},
	{"backup-hidden", openedStage, func(s *stage) {
		makingBackupScene(s)
		s.clock.pass(6 * time.Minute)
	}},
	{"backup-made", openedStage, func(s *stage) {
		s.command("Backup")
		s.key(fyne.KeyReturn)
		s.laidOut()
	}},
	{"backup-tried", openedStage, func(s *stage) {
		triedScene(s, true)
		s.laidOut()
	}},
	{"backup-damaged", openedStage, func(s *stage) {
		triedScene(s, false)
		s.laidOut()
	}},
	{"backup-told", openedStage, func(s *stage) {
		r := s.slow()
		s.command("Backup")
		s.key(fyne.KeyReturn)
		s.command("Caseload")
		r.go1()
	}},
	{"backup-due", openedStage, func(s *stage) {
		s.book.backed.facts = BackupFacts{Made: start.AddDate(0, 0, -21), Expires: start.AddDate(0, 0, 69), Days: 14, Due: true}
		s.command("Today")
	}},
	{"restore", newStage, func(s *stage) {
		s.start()
		s.show(route{screen: "restore"})
		p := s.page.(*restorePage)
		p.from.SetText("/media/stick/wherry-backup-2026-11-20-1704.whb")
		p.secret.pass.SetText("wrong")
		p.restore()
	}},
	{"restore-code", newStage, func(s *stage) {
		s.start()
		s.show(route{screen: "restore"})
		p := s.page.(*restorePage)
		s.win.Canvas().Focus(p.secret.with)
		s.key(fyne.KeyRight)
	}},
	{"restored", newStage, func(s *stage) {
		family(s.book)
		s.start()
		s.show(route{screen: "restore"})
		p := s.page.(*restorePage)
		p.from.SetText("/media/stick/wherry-backup-2026-11-20-1704.whb")
		p.secret.pass.SetText("secret")
		p.restore()
	}},
	{"recover", newStage, func(s *stage) {
		s.door.exists = true
		s.start()
		s.show(route{screen: "recover"})
	}},
	{"health", newStage, func(s *stage) {
		s.book.health = Health{MadeAnew: true, Places: 2, Kept: 3, Enrolled: true, Cases: []HarmedCase{
			{Title: "Ruby Larter, " + ruby, Count: 2, Council: true}, {Title: "Alfie Larter, " + alfie, Count: 1}}}
		harmedUnlock(s)
	}},
	{"health-mended", newStage, func(s *stage) {
		s.book.health = Health{MadeAnew: true, Kept: 1}
		harmedUnlock(s)
	}},
	{"today-first", emptyStage, func(s *stage) {}},
	{"today", openedStage, func(s *stage) {
		s.written()
		s.command("Today")
	}},
	{"today-lead", councilStage, func(s *stage) {}},
	{"caseload", openedStage, func(s *stage) { s.command("Caseload") }},
	{"caseload-empty", emptyStage, func(s *stage) { s.command("Caseload") }},
	{"team", councilStage, func(s *stage) { s.command("Team") }},
	{"search", openedStage, func(s *stage) {
		s.book.hits = foundHits()
		s.command("Search all notes")
		s.typed("sofa")
		s.key(fyne.KeyReturn)
	}},
	{"child", openedStage, func(s *stage) { s.visit(route{screen: "child", id: "id-" + ruby, entry: "e004"}) }},
	{"child-lead", councilStage, func(s *stage) { s.visit(route{screen: "child", id: "id-" + ruby, entry: "e004"}) }},
	{"child-remarks", councilStage, func(s *stage) {
		s.visit(route{screen: "child", id: "id-" + ruby, entry: "e004"})
		s.settle()
		scrolls := s.scrolls()
		scrolls[len(scrolls)-1].ScrollToBottom()
	}},
	{"child-details", councilStage, func(s *stage) {
		s.visit(route{screen: "child", id: "id-" + ruby})
		p := s.page.(*childPage)
		p.tabs.Set("details")
		p.showTab()
	}},
	{"conflict", councilStage, func(s *stage) { s.visit(route{screen: "conflict", id: "id-" + ruby, entry: "address"}) }},
	{"record-what", openedStage, func(s *stage) { s.written() }},
	{"record-child", openedStage, func(s *stage) {
		p := s.written()
		p.part(ruby, func(c *casework.ChildPart) {
			c.Seen, c.SeenAlone, c.NotAloneReason = casework.Yes, casework.No, "child declined"
			c.Voice = []casework.Voice{{Asked: "How is it at home now?", Said: "Quieter. Daz took his boots.", Heard: "verbatim"}}
			c.Observations = "Ruby ran to the door ahead of her mother. She had a plaster on her left thumb."
			c.Analysis = "She seems more at ease than on 19 November."
		})
		p.open("child:" + ruby)
	}},
	{"record-when", openedStage, func(s *stage) { s.written().open("when") }},
	{"record-actions", openedStage, func(s *stage) { s.written().open("actions") }},
	{"record-missing", openedStage, func(s *stage) {
		s.written()
		s.command("Finalise")
	}},
	{"record-call", openedStage, func(s *stage) { s.record(casework.KindCall) }},
	{"record-no-answer", openedStage, func(s *stage) { s.record(kindNoAnswer) }},
	{"finalising", openedStage, func(s *stage) {
		s.finishedCall()
		s.command("Finalise")
	}},
	{"remark", councilStage, func(s *stage) {
		s.visit(route{screen: "remark", id: "id-" + ruby, entry: "e004", kind: casework.KindComment})
	}},
	{"add-child", openedStage, func(s *stage) { s.command("Add a child") }},
	{"import", openedStage, func(s *stage) { s.command("Import a caseload") }},
	{"import-preview", openedStage, func(s *stage) {
		s.book.preview = oldSpreadsheet()
		s.command("Import a caseload")
		s.page.(*importPage).preview("/home/amina/Documents/caseload-old-spreadsheet.csv", nil)
	}},
	{"export", councilStage, func(s *stage) { s.visit(route{screen: "export", id: "id-" + ruby}) }},
	{"council-join", openedStage, func(s *stage) { s.command("Council and sync") }},
	{"council-invitation", openedStage, func(s *stage) {
		s.command("Council and sync")
		s.typed("/media/stick/amina.invite")
		s.key(fyne.KeyReturn)
	}},
	{"council", councilStage, func(s *stage) { s.command("Council and sync") }},
	{"settings", openedStage, func(s *stage) { s.command("Settings and passphrase") }},
	{"help", openedStage, func(s *stage) { s.help() }},
	{"about", openedStage, func(s *stage) { s.command("About Wherry") }},
	{"jump", openedStage, func(s *stage) {
		s.command("Jump to a child")
		s.typed("alf")
	}},
	{"strike", openedStage, func(s *stage) {
		s.visit(route{screen: "remark", id: "id-" + ruby, entry: "e004", kind: casework.KindStrike})
	}},
	{"child-dark", openedStage, func(s *stage) {
		s.settings.Theme = string(widgets.Dark)
		s.look()
		s.visit(route{screen: "child", id: "id-" + ruby, entry: "e004"})
	}},
	{"record-contrast", openedStage, func(s *stage) {
		s.settings.Theme = string(widgets.Contrast)
		s.look()
		s.written().open("child:" + ruby)
	}},
	{"record-large", openedStage, func(s *stage) {
		s.settings.TextPercent = 200
		s.look()
		s.written().open("child:" + ruby)
	}},
}

// Every screen looks as it should, takes the focus somewhere, lets Tab go
// through all that can be worked in reading order and come round again, and
// leaves nothing of the record behind when it is locked.
func TestScreens(t *testing.T) {
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			s := sc.make(t)
			sc.act(s)
			s.shoot(sc.name)
			s.tabRound()
			if s.nb != nil {
				s.lockAndLook()
			}
		})
	}
}

func (s *stage) tabRound() {
	c := s.win.Canvas()
	if c.Focused() == nil {
		s.t.Error("nothing has the focus when the screen opens")
	}
	root := c.Overlays().Top()
	if root == nil {
		root = c.Content()
	}
	want := stopsOf(root)
	c.Focus(nil)
	for i := range len(want) + 1 {
		c.FocusNext()
		if c.Focused() != want[i%len(want)] {
			s.t.Fatalf("stop %d of Tab is %T, want %T", i, c.Focused(), want[i%len(want)])
		}
	}
}

func (s *stage) lockAndLook() {
	s.command("Lock")
	if s.nb != nil || !s.book.locked {
		s.t.Fatal("not locked")
	}
	if got := s.traces("Kelly", "Larter", "Ruby", "Alfie", "NCC-", "Amina", "Grace", "Norfolk"); len(got) > 0 {
		s.t.Errorf("after the lock: %v", got)
	}
	if s.win.Canvas().Overlays().Top() != nil {
		s.t.Error("a dialog stayed")
	}
	s.unlock()
}

func emptyStage(t *testing.T) *stage {
	s := newStage(t)
	s.door.exists = true
	s.start()
	s.unlock()
	return s
}

// finishedCall is a phone call with nothing missing.
func (s *stage) finishedCall() *recordPage {
	p := s.record(casework.KindCall)
	s.typed("Kelly rang to say that the man has left.")
	s.clock.pass(time.Second)
	return p
}

func (s *stage) scrolls() []*widgets.Scroll {
	var out []*widgets.Scroll
	s.walk(func(o fyne.CanvasObject) {
		if sc, ok := o.(*widgets.Scroll); ok {
			out = append(out, sc)
		}
	})
	return out
}

func foundHits() []Hit {
	return []Hit{
		{Entry: "e004", Case: "id-" + ruby, Child: "Ruby Mae Larter", Ref: ruby, Kind: "visit", Label: "Visit", When: start.AddDate(0, 0, -4),
			Snippet: "Daz sleeps on the sofa. I don't like it when he shouts.", Marks: [][2]int{{18, 22}}},
		{Entry: "e005", Case: "id-" + alfie, Child: "Alfie James Larter", Ref: alfie, Kind: "visit", Label: "Visit", When: start.AddDate(0, 0, -4),
			Snippet: "Alfie stayed behind the sofa with a toy tractor.", Marks: [][2]int{{24, 28}}},
	}
}

func oldSpreadsheet() ImportPreview {
	return ImportPreview{
		File: "caseload-old-spreadsheet.csv", Encoding: "Windows-1252", Rows: 5, Created: 1, Changed: 1, Same: 1,
		Headers: []string{"Case ID", "Client name", "Date of birth", "NHS Number", "Worker", "Notes"},
		Mapping: []string{"ref", "name", "dob", "nhs", "worker", ""},
		Fields:  []ImportField{{"ref", "Child reference"}, {"name", "Full name"}, {"dob", "Date of birth"}, {"nhs", "NHS number"}, {"worker", "Allocated worker"}},
		Sample:  [][]string{{"NCC-5301", "Ruby Mae Larter", "02/05/2014", "999 003 4664", "Amina Yusuf", ""}},
		Issues: []ImportIssue{
			{3, 4, "conflict", "Allocated worker", "The file says Tom Garrod; the record says Amina Yusuf. Both are kept until somebody chooses."},
			{4, 5, "lossy", "Full name", "The older spreadsheet lost letters of this name. The name held is kept."},
			{5, 6, "refused", "Date of birth", "31/02/2012 is not a date."},
		},
	}
}

// harmedUnlock opens a notebook that has something to say about its health.
func harmedUnlock(s *stage) {
	s.door.exists = true
	family(s.book)
	s.start()
	s.unlock()
}
