package desktop

import (
	"testing"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// restoring is the door of a laptop without a notebook, at the restore.
func restoring(t *testing.T) *stage {
	s := newStage(t)
	family(s.book)
	s.book.backed.code = "KIT"
	s.start()
	s.tabToButton("Restore from a backup")
	s.key(fyne.KeyReturn)
	if s.here.screen != "restore" {
		t.Fatalf("at %q", s.here.screen)
	}
	return s
}

func TestRestoreByKeyboard(t *testing.T) {
	s := restoring(t)
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyReturn)
	s.has("Say which file it is.")
	s.typed("/not/a/backup")
	s.key(fyne.KeyReturn)
	s.typed("secret")
	s.key(fyne.KeyReturn)
	s.has("That file is not a Wherry backup. Check the name.")
	s.win.Canvas().Focused().(*widgets.Entry).Put("")
	s.typed("/media/stick/b.whb")
	s.key(fyne.KeyReturn)
	s.win.Canvas().Focused().(*widgets.Entry).Put("")
	s.typed("wrong")
	s.key(fyne.KeyReturn)
	s.has("That does not open this backup. It opens with the passphrase or the recovery kit that the notebook had on the day it was made.")
	if s.door.exists {
		t.Fatal("a wrong passphrase made a notebook")
	}
	s.typed("secret")
	s.key(fyne.KeyReturn)
	if s.nb == nil || s.here.screen != "today" {
		t.Fatalf("at %q", s.here.screen)
	}
	s.has("Restored: 41 entries and 1 draft, as they stood on 20 November 2026, 5:04pm. What was written after that is not in it.")
	if got := s.traces("secret", "/media/stick"); len(got) > 0 {
		t.Errorf("the window still holds %v", got)
	}
}

func TestRestoreWithTheRecoveryCodeSetsAPassphrase(t *testing.T) {
	s := restoring(t)
	s.typed("/media/stick/b.whb")
	p := s.page.(*restorePage)
	s.win.Canvas().Focus(p.secret.with)
	s.key(fyne.KeyRight)
	s.key(fyne.KeyTab)
	s.typed("KIT")
	s.key(fyne.KeyReturn)
	s.typed("new words")
	s.key(fyne.KeyReturn)
	s.typed("other words")
	s.key(fyne.KeyReturn)
	s.has("The two passphrases differ.")
	if s.nb != nil {
		t.Fatal("restored with two different passphrases")
	}
	s.win.Canvas().Focused().(*widgets.Entry).Put("")
	s.typed("new words")
	s.key(fyne.KeyReturn)
	if s.nb == nil || s.book.passes != "new words" {
		t.Fatalf("at %q with %q", s.here.screen, s.book.passes)
	}
}

func TestARestoreCanBeStopped(t *testing.T) {
	s := restoring(t)
	s.typed("/media/stick/b.whb")
	s.key(fyne.KeyReturn)
	s.typed("secret")
	s.clock.hold = true
	s.key(fyne.KeyReturn)
	s.has("Checking the backup and building the notebook. A large one takes some minutes.")
	s.key(fyne.KeyReturn) // stop
	s.clock.release()
	s.has("Stopped. No notebook was made, and the backup is as it was.")
	if s.nb != nil || s.door.exists {
		t.Error("restored after it was stopped")
	}
	s.press("Back")
	if s.here.screen != "welcome" {
		t.Errorf("at %q", s.here.screen)
	}
}

func TestQuittingStopsARestore(t *testing.T) {
	s := restoring(t)
	s.typed("/media/stick/b.whb")
	s.key(fyne.KeyReturn)
	s.typed("secret")
	s.clock.hold = true
	s.key(fyne.KeyReturn)
	s.command("Quit")
	s.clock.release()
	if s.door.exists || !s.closed {
		t.Errorf("made %v, closed %v", s.door.exists, s.closed)
	}
}

// A restore that comes about and does not open leads to its own door.
func TestANotebookThatCameAboutIsNotHidden(t *testing.T) {
	s := restoring(t)
	s.typed("/media/stick/b.whb")
	s.key(fyne.KeyReturn)
	s.door.exists = true
	s.book.backed.err = errDisk
	s.typed("secret")
	s.key(fyne.KeyReturn)
	if s.here.screen != "unlock" {
		t.Errorf("at %q", s.here.screen)
	}
	s.has("The disk is full.")
}
