package desktop

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wherry/app/notebook"
	"wherry/storage/seal"
)

// atLaptop is a window over the real notebook in a folder of home, on a laptop
// of its own.
func atLaptop(t *testing.T, home string) *stage {
	t.Helper()
	app := test.NewTempApp(t)
	c := &clock{at: start}
	w := newWindow(app, Deps{Door: NewDoor(filepath.Join(home, "notebook"), notebook.Config{Clock: c.now, KDF: seal.FloorKDF}),
		Explain: Explain, Now: c.now, Documents: home}, c)
	s := &stage{Window: w, t: t, clock: c}
	w.win.SetOnClosed(func() { s.closed = true })
	w.start()
	return s
}

// A notebook is backed up in the window, the backup is checked and tried, the
// laptop is lost, and another one has the notebook again. (ST-10)
func TestALostLaptopComesBackFromItsBackup(t *testing.T) {
	const words = "five quite ordinary garden words"
	home, stick := t.TempDir(), t.TempDir()
	s := atLaptop(t, home)
	s.typed("Amina Yusuf")
	s.key(fyne.KeyReturn)
	s.typed(words)
	s.key(fyne.KeyReturn)
	s.typed(words)
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyReturn)
	s.command("Try with sample cases")
	s.command("New visit")
	s.typed("ruby")
	s.key(fyne.KeyReturn)
	s.typed("Kelly let me in.")
	s.clock.pass(time.Second)
	entries := s.status.Entries

	s.command("Backup")
	p := s.page.(*backupPage)
	p.to.Put(filepath.Join(home, "notebook", "b.whb"))
	s.key(fyne.KeyReturn)
	s.has("A backup inside the notebook's own folder would be lost with it.")
	file := filepath.Join(stick, "b.whb")
	p.to.Put(file)
	s.key(fyne.KeyReturn)
	s.has("The backup is made.", "and 1 draft", "It has not been checked yet.")
	s.key(fyne.KeyReturn) // check it now
	s.typed("not the passphrase")
	s.key(fyne.KeyReturn)
	s.has("That does not open this backup.")
	s.typed(words)
	s.key(fyne.KeyReturn)
	s.has("Every byte is as it was written.", "It was read on 23 November 2026")
	p.secret.pass.SetText(words)
	s.press("Try a restore")
	s.has("The restore works.", "A restore of it was tried on 23 November 2026, and worked.")
	s.command("Quit")
	if err := os.RemoveAll(filepath.Join(home, "notebook")); err != nil {
		t.Fatal(err)
	}

	s = atLaptop(t, t.TempDir())
	s.press("Restore from a backup")
	s.typed(file)
	s.key(fyne.KeyReturn)
	s.typed("not the passphrase")
	s.key(fyne.KeyReturn)
	s.has("That does not open this backup.")
	s.typed(words)
	s.key(fyne.KeyReturn)
	if s.nb == nil {
		t.Fatalf("not open: at %q", s.here.screen)
	}
	if s.status.Entries != entries || s.status.Drafts != 1 {
		t.Errorf("%d entries and %d drafts came back, of %d and 1", s.status.Entries, s.status.Drafts, entries)
	}
	s.has("Restored:", "Ruby")
	s.command("Backup")
	s.has("Made on 23 November 2026", "A restore of it was tried")
	s.command("Quit")
}
