package desktop

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// onFiles is a sheet about one child, at its photos and files.
func onFiles(t *testing.T) (*stage, *recordPage) {
	t.Helper()
	s := openedStage(t)
	p := s.record(casework.KindVisit)
	p.open(filesSection)
	return s, p
}

func (s *stage) called(method string) int {
	n := 0
	for _, c := range s.book.calls {
		if c == method {
			n++
		}
	}
	return n
}

func TestAFileIsAddedToADraftAndBecomesPartOfTheRecord(t *testing.T) {
	s, p := onFiles(t)
	p.takeFile("/home/amina/Pictures/kitchen.jpg")
	if p.saver.known == "" || len(p.files.list) != 1 || p.files.list[0].Child != ruby {
		t.Fatalf("files %v of draft %q", p.files.list, p.saver.known)
	}
	for _, want := range []string{"kitchen.jpg", "Place removed, and what else the camera wrote into it"} {
		if !s.shows(want) {
			t.Errorf("the row does not say %q", want)
		}
	}
	s.key(fyne.KeyTab)
	s.key(fyne.KeyTab)
	s.typed("Kitchen, with the back door")
	if s.called("CaptionStaged") != 0 {
		t.Error("every keystroke is written")
	}
	s.clock.pass(time.Second)
	draft := p.saver.known
	if got := s.book.filed.staged[draft][0].Caption; got != "Kitchen, with the back door" {
		t.Errorf("caption %q", got)
	}
	s.command("Today")
	s.visit(route{screen: "record", id: draft})
	p = s.page.(*recordPage)
	if len(p.files.list) != 1 || p.files.list[0].Caption == "" {
		t.Fatal("the draft was opened again without its file")
	}
	p.sub.Shared, p.sub.Type = "Seen.", "CIN"
	p.part(ruby, func(c *casework.ChildPart) { c.Seen, c.SeenAlone = casework.Yes, casework.Yes })
	s.command("Finalise")
	s.clock.pass(11 * time.Second)
	c, ok := s.page.(*childPage)
	if !ok {
		t.Fatalf("after finalising: %T", s.page)
	}
	e, _ := c.data.File.Entry(c.open)
	if len(e.Attachments) != 1 || e.Attachments[0].Caption != "Kitchen, with the back door" || !s.shows("kitchen.jpg") {
		t.Error("the file is not with its visit")
	}
}

func TestSeveralChildrenAreAskedWhoseRecord(t *testing.T) {
	s, p := onFiles(t)
	p.takeFile("/home/amina/door.jpg") // while she is the only one
	p.open("what")
	p.setChildren([]string{ruby, alfie})
	s.command("Add a photo or file")
	if p.now != filesSection || !s.shows("Choose a child first.") || s.called("StageFile") != 1 {
		t.Fatal("a file was asked for before the child")
	}
	if _, ok := s.win.Canvas().Focused().(*widgets.Options); !ok {
		t.Errorf("the focus is on %T", s.win.Canvas().Focused())
	}
	s.key(fyne.KeyRight) // the first arrow chooses the first child
	s.key(fyne.KeyRight)
	p.takeFile("/home/amina/bed.jpg")
	if p.files.list[1].Child != alfie {
		t.Fatalf("it went to %q", p.files.list[1].Child)
	}
	p.moveFile(p.files.list[1].ID, ruby)
	if p.files.list[1].Child != ruby || s.book.filed.staged[p.saver.known][1].Child != ruby {
		t.Error("it was not moved")
	}
	p.open("check")
	if !s.shows("2 files go into the record of Ruby.") {
		t.Error("the check does not say whose record it goes into")
	}
}

// A file whose child was taken out of the sheet keeps the sheet from being
// finalised until somebody says where it belongs.
func TestAFileOfAChildWhoIsGoneFromTheSheet(t *testing.T) {
	s, p := onFiles(t)
	p.sub.Shared, p.sub.Type = "Seen.", "CIN"
	p.takeFile("/home/amina/bed.jpg")
	p.setChildren([]string{alfie})
	p.part(alfie, func(c *casework.ChildPart) { c.Seen, c.SeenAlone = casework.Yes, casework.Yes })
	p.open("check")
	if !s.shows("1 file is for a child who is not in this sheet any more") {
		t.Error("the check says nothing of the file")
	}
	s.command("Finalise")
	if s.pending != nil || p.now != filesSection {
		t.Fatal("finalised with a file that has no child")
	}
	p.moveFile(p.files.list[0].ID, alfie)
	s.command("Finalise")
	if s.pending == nil {
		t.Error("not finalised")
	}
}

func TestARemovedFileCanBePutBack(t *testing.T) {
	s, p := onFiles(t)
	for _, name := range []string{"one.jpg", "two.pdf"} {
		p.takeFile("/home/amina/" + name)
	}
	s.press("Remove")
	if len(p.files.list) != 1 || s.shows("one.jpg") {
		t.Fatal("not removed")
	}
	s.key(fyne.KeyReturn) // Undo has the focus
	if len(p.files.list) != 2 || p.files.list[0].Name != "one.jpg" || s.called("Unstage") != 0 {
		t.Fatal("not put back in its place")
	}
	s.press("Remove")
	s.clock.pass(undoFor + time.Second)
	if got := s.book.filed.staged[p.saver.known]; len(got) != 1 || got[0].Name != "two.pdf" {
		t.Error("not erased after ten seconds")
	}
	s.press("Remove")
	s.command("Lock") // what was removed stays removed
	if len(s.book.filed.staged[p.saver.known]) != 0 {
		t.Error("a lock brought it back")
	}
}

func TestARefusedFileIsExplained(t *testing.T) {
	s, p := onFiles(t)
	p.takeFile("/home/amina/large-film.mov")
	if len(p.files.list) != 0 || !s.shows("large-film.mov: The file is too large. Attach a smaller copy.") {
		t.Errorf("shown: %v", p.files.fault.Content)
	}
	p.takeFile("/home/amina/one.jpg")
	if !p.files.fault.Hidden {
		t.Error("the old refusal stays")
	}
	s.book.fail["StageFile"] = errDisk
	p.takeFile("/home/amina/two.jpg")
	if !s.shows("two.jpg: The disk is full. Free some space.") {
		t.Error("the full disk is not explained")
	}
}

// While a file is sealed the page says so, saving goes on, and the sheet cannot
// be finalised without it.
func TestTypingGoesOnWhileAFileIsSealed(t *testing.T) {
	s, p := onFiles(t)
	p.sub.Shared, p.sub.Type = "Seen.", "CIN"
	p.part(ruby, func(c *casework.ChildPart) { c.Seen, c.SeenAlone = casework.Yes, casework.Yes })
	ran := false
	s.book.filed.wait = func(read func(done, of int64)) {
		ran = true
		read(60<<20, 200<<20)
		if !s.shows("Adding recording.m4a: 30%.") {
			t.Errorf("shown: %q", p.files.coming.Content)
		}
		p.finalise()
		if s.pending != nil || !s.shows("A file is still being added to this draft.") {
			t.Error("finalised without the file")
		}
		s.key(fyne.KeyEscape)
		p.open("what")
		saves := s.called("SaveDraft")
		s.typed(" And more.")
		s.clock.pass(time.Second)
		if s.called("SaveDraft") != saves+1 {
			t.Error("the draft was not saved beside it")
		}
	}
	p.takeFile("/home/amina/recording.m4a")
	if !ran || len(p.files.list) != 1 || len(s.intake) != 0 {
		t.Error("the file did not arrive")
	}
}

// A lock while a file is sealed drops its answer.
func TestALockWhileAFileIsSealed(t *testing.T) {
	s, p := onFiles(t)
	s.book.filed.wait = func(func(done, of int64)) { s.command("Lock") }
	s.book.fail["StageFile"] = errors.New("ended")
	defer func() {
		if r := recover(); r == nil {
			return // the fake refuses calls after the lock, which is what a real one does
		}
		if s.nb != nil || len(p.files.list) != 0 || len(s.intake) != 0 {
			t.Error("something of the file stayed")
		}
	}()
	p.takeFile("/home/amina/recording.m4a")
}

func TestDiscardingFilesAsksFirst(t *testing.T) {
	s, p := onFiles(t)
	p.takeFile("/home/amina/one.jpg")
	s.press("Discard draft")
	if s.called("DiscardDraft") != 0 || !s.shows("Discard the draft and its files?") {
		t.Fatal("discarded without a word about the files")
	}
	s.press("Discard them")
	if s.called("DiscardDraft") != 1 {
		t.Error("not discarded")
	}
}

func TestFilesAreDroppedOntoTheWindow(t *testing.T) {
	s, p := onFiles(t)
	p.open("what")
	s.dropped(fyne.NewPos(9, 9), []fyne.URI{storage.NewFileURI("/home/amina/one.jpg"), storage.NewFileURI("/home/amina/two.pdf")})
	if len(p.files.list) != 2 {
		t.Errorf("%d files", len(p.files.list))
	}
	s.command("Jump to a child")
	s.dropped(fyne.NewPos(9, 9), []fyne.URI{storage.NewFileURI("/home/amina/three.jpg")})
	if len(p.files.list) != 2 {
		t.Error("a file was taken behind a dialog")
	}
	s.key(fyne.KeyEscape)
	s.command("Caseload")
	s.dropped(fyne.NewPos(9, 9), []fyne.URI{storage.NewFileURI("/home/amina/three.jpg")})
	if s.called("StageFile") != 2 {
		t.Error("a page without files took one")
	}
}

// filed is a child's page with two photos, a document and a recording.
func filed(s *stage) *childPage {
	for _, name := range []string{"kitchen.jpg", "bedroom.jpg", "letter from school.pdf", "interview.m4a"} {
		if err := s.book.AttachFile(s.ctx, "e004", NewFile{Path: name, Caption: map[string]string{"kitchen.jpg": "Kitchen, from the door"}[name]}); err != nil {
			panic(err)
		}
	}
	s.visit(route{screen: "child", id: "id-" + ruby, entry: "e004"})
	return s.page.(*childPage)
}

func TestPicturesOpenInsideTheWindow(t *testing.T) {
	s := openedStage(t)
	p := filed(s)
	files := p.filesAt(&p.data.File.Entries[p.start()])
	if len(files) != 4 {
		t.Fatalf("%d files", len(files))
	}
	s.press("Open")
	if !s.shows("1 of 2") || !s.shows("kitchen.jpg") {
		t.Error("the first picture is not shown")
	}
	s.key(fyne.KeyRight)
	if !s.shows("2 of 2") {
		t.Error("the arrow key does not go on")
	}
	s.key(fyne.KeyRight) // there is no third
	s.key(fyne.KeyLeft)
	if !s.shows("1 of 2") || s.called("Picture") != 3 {
		t.Error("the arrow key does not go back")
	}
	s.key(fyne.KeyEscape)
	if s.win.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not close it")
	}
	s.settle()
	for _, b := range s.buttons() { // below the end of what can be seen
		if b.Text == "Add a photo or file…" {
			s.win.Canvas().Focus(b)
		}
	}
	if p.scroll.Offset.Y == 0 {
		t.Error("what has the focus is not scrolled into view")
	}
	if !s.shows("Not shown inside Wherry.") {
		t.Error("nothing is said of the document")
	}
}

func TestADamagedPictureIsSaid(t *testing.T) {
	s := openedStage(t)
	p := filed(s)
	id := p.data.File.Entries[p.start()].Attachments[0].ID
	s.book.filed.away = map[string]string{id: "damaged"}
	p.refresh()
	s.press("Open")
	if !s.shows("The file of this attachment is damaged. Restore it from a backup.") {
		t.Error("the viewer does not say it")
	}
	s.key(fyne.KeyEscape)
	if !s.shows("Damaged: it cannot be opened") {
		t.Error("the row does not say it")
	}
	s.book.filed.away = map[string]string{id: "coming"}
	p.refresh()
	s.book.filed.away = map[string]string{p.data.File.Entries[p.start()].Attachments[1].ID: "gone"}
	p.refresh()
	if !s.shows("The file is not on this laptop") {
		t.Error("a missing file is not named")
	}
}

func TestAReadableCopyIsSavedOnPurpose(t *testing.T) {
	s := openedStage(t)
	filed(s)
	s.press("Save a readable copy…")
	if !s.shows("A readable copy is not encrypted: whoever has the file can open it, and that you made it is kept in the record for ever.") {
		t.Error("no warning")
	}
	s.key(fyne.KeyReturn)
	if got := s.book.filed.copies; len(got) != 1 || !strings.HasPrefix(got[0], "/home/amina/Documents/file-NCC-5301-2026-11-23-") || !strings.HasSuffix(got[0], ".jpg") {
		t.Fatalf("copies: %v", got)
	}
	s.press("Save a readable copy…")
	s.key(fyne.KeyReturn) // it is there already
	if !s.shows("That name is taken. Choose another.") {
		t.Error("the refusal is not shown")
	}
	if strings.Contains(copyName("NCC-1", File{Attached: casework.Attached{Name: "Ruby's letter.docx", ID: "abcdef123"}}), "Ruby") {
		t.Error("the copy's name holds a person's words")
	}
}

func TestWhoMayNotExportIsTold(t *testing.T) {
	s := openedStage(t)
	s.who.CanExport = false
	filed(s)
	if slices.Contains(s.buttonWords(), "Save a readable copy…") {
		t.Error("a copy is offered")
	}
	if !s.shows("In a council only team leads and records officers save readable copies.") {
		t.Error("nothing is said")
	}
}

func TestAFileIsAddedToAFinal(t *testing.T) {
	s := openedStage(t)
	p := filed(s)
	p.takeFile("/home/amina/garden.jpg")
	s.typed("The garden")
	if s.called("AttachFile") != 4 {
		t.Fatal("it was added before it was asked")
	}
	s.key(fyne.KeyReturn)
	p = s.page.(*childPage)
	e := &p.data.File.Entries[p.start()]
	if len(e.Attachments) != 5 || e.Attachments[4].Caption != "The garden" || p.open != "e004" {
		t.Errorf("%d files at %s", len(e.Attachments), p.open)
	}
	p.takeFile("/home/amina/large.jpg")
	s.key(fyne.KeyReturn)
	if !s.shows("The file is too large.") {
		t.Error("a refusal is not shown")
	}
	s.key(fyne.KeyEscape)
	s.visit(route{screen: "remark", id: p.id, entry: e.Attachments[4].ID, kind: casework.KindStrike})
	if !s.shows("garden.jpg") {
		t.Error("it is not shown what is struck")
	}
}
