package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
	"wherry/app/notebook"
	"wherry/storage/seal"
)

// The window over the real notebook on a real disk: made, filled, locked in
// mid-sentence, opened again and finalised.
func TestTheWindowOverARealNotebook(t *testing.T) {
	app := test.NewTempApp(t)
	c := &clock{at: start}
	home := t.TempDir()
	w := newWindow(app, Deps{Door: NewDoor(filepath.Join(home, "notebook"), notebook.Config{Clock: c.now, KDF: seal.FloorKDF}),
		Explain: Explain, Now: c.now, Documents: home}, c)
	s := &stage{Window: w, t: t, clock: c}
	w.win.SetOnClosed(func() { s.closed = true })
	w.start()

	s.typed("Amina Yusuf")
	s.key(fyne.KeyReturn)
	s.typed("five quite ordinary garden words")
	s.key(fyne.KeyReturn)
	s.typed("five quite ordinary garden words")
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyReturn) // write the kit
	kit, err := os.ReadFile(filepath.Join(home, "wherry-recovery-kit.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if code, err := notebook.CodeInKit(string(kit)); err != nil || !s.shows(code.String()) {
		t.Fatalf("the kit in the file is not the one on the screen: %v", err)
	}
	s.key(fyne.KeyReturn)
	s.command("Try with sample cases")
	s.command("New visit")
	s.typed("ruby")
	s.key(fyne.KeyReturn)
	s.typed("Kelly let me in. She said tha")
	s.command("Lock")
	if s.nb != nil {
		t.Fatal("not locked")
	}
	if got := s.traces("Kelly", "Ruby", "Amina"); len(got) > 0 {
		t.Errorf("after the lock: %v", got)
	}
	s.typed("five quite ordinary garden words")
	s.key(fyne.KeyReturn)
	s.typed("t the man has left.")
	p, ok := s.page.(*recordPage)
	if !ok || p.sub.Shared != "Kelly let me in. She said that the man has left." {
		t.Fatalf("after unlocking: %T", s.page)
	}
	ref := p.sub.Children[0]
	p.part(ref, func(part *casework.ChildPart) { part.Seen, part.SeenAlone = casework.Yes, casework.Yes })
	s.command("Finalise")
	s.clock.pass(11 * time.Second)
	child, ok := s.page.(*childPage)
	if !ok || child.data.File.Entries[0].Visit == nil ||
		child.data.File.Entries[0].Visit.Shared != "Kelly let me in. She said that the man has left." {
		t.Fatalf("after finalising: %T", s.page)
	}
	if w.status.Drafts != 0 || !strings.HasPrefix(w.frame.bar.Saved.Words, "Saved on this laptop") {
		t.Errorf("status: %d drafts, %q", w.status.Drafts, w.frame.bar.Saved.Words)
	}

	s.press("Amend")
	s.typed("The man is called Darren.")
	s.press("Add the amendment")
	if !s.shows("Amended by Amina Yusuf") {
		t.Error("the amendment is not shown")
	}
	s.command("Search all notes")
	s.typed("darren")
	s.key(fyne.KeyReturn)
	if len(s.page.(*searchPage).hits) == 0 {
		t.Error("the amendment is not found")
	}
	s.visit(route{screen: "export", id: child.id})
	s.typed("Norwich Family Court")
	s.key(fyne.KeyTab)
	s.typed("Care proceedings")
	s.press("Write the PDF")
	s.key(fyne.KeyReturn)
	if files, _ := filepath.Glob(filepath.Join(home, "case-summary-*.pdf")); len(files) != 1 {
		t.Errorf("exported %v", files)
	}
	s.command("Remove the sample cases")
	s.key(fyne.KeyReturn)
	if d := widgets.TopDialog(s.win.Canvas()); d != nil || !s.shows("No children yet") {
		t.Error("the sample cases are still there")
	}
	s.command("Quit")
	if !s.closed {
		t.Error("the window did not close")
	}
}
