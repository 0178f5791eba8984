package desktop

import (
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

func TestCreateByKeyboard(t *testing.T) {
	s := newStage(t)
	s.start()
	s.typed("Amina Yusuf")
	s.key(fyne.KeyReturn)
	s.typed("short")
	if !s.shows("Too short to be safe.") {
		t.Error("no hint about a short passphrase")
	}
	s.key(fyne.KeyReturn)
	s.typed("other")
	s.key(fyne.KeyReturn)
	if !s.shows("The two passphrases differ.") || s.door.exists {
		t.Fatal("two different passphrases were taken")
	}
	s.win.Canvas().Focused().(*widgets.Entry).Put("")
	s.typed("short")
	s.key(fyne.KeyReturn)
	if !s.door.exists || s.here.screen != "kit" || !s.shows(s.door.code) {
		t.Fatalf("at %q", s.here.screen)
	}
	if s.nb != nil {
		t.Error("the notebook is open before the kit is put away")
	}

	s.door.kitErr = errors.New("exists")
	s.key(fyne.KeyReturn) // write the kit
	if !s.shows("That did not work.") {
		t.Error("nobody is told that the kit was not written")
	}
	s.door.kitErr = nil
	s.key(fyne.KeyReturn)
	if s.door.kitFile != "/home/amina/Documents/wherry-recovery-kit.txt" {
		t.Errorf("kit written to %q", s.door.kitFile)
	}
	s.key(fyne.KeyReturn) // continue
	if s.nb == nil || s.here.screen != "today" {
		t.Fatalf("at %q", s.here.screen)
	}
	if s.book.who.Name != "Amina Yusuf" || s.book.passes != "short" {
		t.Errorf("made for %q", s.book.who.Name)
	}
	if s.shows(s.door.code) || s.newborn != nil {
		t.Error("the window still holds the recovery code")
	}
}

func TestTheKitCanBePutAwayByHand(t *testing.T) {
	s := newStage(t)
	s.start()
	s.create("Amina", []byte("words"), func() {})
	s.tabTo("the check box", func(f fyne.Focusable) bool { _, ok := f.(*widgets.Options); return ok })
	s.key(fyne.KeySpace)
	s.tabToButton("Continue")
	s.key(fyne.KeyReturn)
	if s.nb == nil {
		t.Error("not open")
	}
}

func TestAWrongPassphraseWaits(t *testing.T) {
	s := newStage(t)
	s.door.exists = true
	s.start()
	s.typed("wrong")
	s.key(fyne.KeyReturn)
	if s.nb != nil || !s.shows("Try again in 2 seconds.") {
		t.Fatal("a wrong passphrase is not answered with a delay")
	}
	s.typed("secret")
	s.key(fyne.KeyReturn)
	if s.nb != nil {
		t.Fatal("tried before the delay was over")
	}
	s.clock.pass(time.Second)
	if !s.shows("Try again in 1 second.") {
		t.Error("the delay does not count down")
	}
	s.clock.pass(time.Second)
	s.key(fyne.KeyReturn)
	if s.nb == nil {
		t.Error("the right passphrase was refused after the delay")
	}
}

func TestADelayFromBeforeIsKept(t *testing.T) {
	s := newStage(t)
	s.door.exists, s.door.wait = true, 30*time.Second
	s.start()
	s.typed("secret")
	s.key(fyne.KeyReturn)
	if s.nb != nil {
		t.Error("starting the program again got round the delay")
	}
}

func TestRecoverWithTheKit(t *testing.T) {
	s := newStage(t)
	s.door.exists = true
	s.start()
	s.tabToButton("Forgotten it? Use recovery kit")
	s.key(fyne.KeyReturn)
	s.typed("not the code")
	s.key(fyne.KeyTab)
	s.typed("new words")
	s.key(fyne.KeyTab)
	s.typed("new words")
	s.key(fyne.KeyReturn)
	if s.nb != nil {
		t.Fatal("a wrong code opened the notebook")
	}
	s.win.Canvas().Focused().(*widgets.Entry).Put(s.door.code)
	s.tabToButton("Unlock and set the passphrase")
	s.key(fyne.KeyReturn)
	if s.nb == nil || s.book.passes != "new words" {
		t.Fatalf("passphrase is %q", s.book.passes)
	}
}

func TestChangeThePassphrase(t *testing.T) {
	s := openedStage(t)
	s.command("Settings and passphrase")
	change := func(old, one, two string) {
		var boxes []*widgets.Entry
		s.walk(func(o fyne.CanvasObject) {
			if e, ok := o.(*widgets.Entry); ok && e.Password {
				boxes = append(boxes, e)
			}
		})
		for i, text := range []string{old, one, two} {
			boxes[i].SetText(text)
		}
		s.press("Change the passphrase")
	}
	change("wrong", "new words", "new words")
	if s.book.passes != "secret" || !s.shows("The passphrase is wrong.") {
		t.Error("changed with a wrong passphrase")
	}
	change("secret", "new words", "other words")
	if s.book.passes != "secret" {
		t.Error("changed to one of two different passphrases")
	}
	change("secret", "new words", "new words")
	if s.book.passes != "new words" {
		t.Error("not changed")
	}
	if got := s.traces("secret", "new words"); len(got) > 0 {
		t.Errorf("the window still holds a passphrase: %v", got)
	}
}

func TestQuitSavesAndLocks(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.typed("Kelly")
	s.command("Quit")
	if got, _ := s.book.draftText(); got.Shared != "Kelly" || !s.book.locked || !s.closed {
		t.Errorf("saved %q, locked %v, closed %v", got.Shared, s.book.locked, s.closed)
	}
}
