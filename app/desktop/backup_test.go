package desktop

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// slowly is a clock whose works beside all others wait until the test lets
// them go on.
type slowly struct {
	*clock
	held []func()
}

func (r *slowly) Aside(task func()) { r.held = append(r.held, task) }
func (r *slowly) settled() Runner   { r.go1(); return r }

// go1 lets all that waits go on.
func (r *slowly) go1() {
	for len(r.held) > 0 {
		task := r.held[0]
		r.held = r.held[1:]
		task()
	}
}

// slow makes the works beside all others of a stage wait.
func (s *stage) slow() *slowly {
	r := &slowly{clock: s.clock}
	s.run = r
	return r
}

// making is a stage on which a backup is being made.
func making(t *testing.T) (*stage, *slowly) {
	s := openedStage(t)
	r := s.slow()
	s.command("Backup")
	s.key(fyne.KeyReturn)
	if s.backing == nil {
		t.Fatal("no backup is being made")
	}
	return s, r
}

func makingBackupScene(s *stage) {
	r := s.slow()
	s.book.backed.size, s.book.backed.soFar = 8_000_000, 2_000_000
	s.command("Backup")
	s.key(fyne.KeyReturn)
	s.clock.pass(time.Second)
	r.held[len(r.held)-1]()
}

// laidOut gives everything its place and lets the page scroll to what is new.
func (s *stage) laidOut() {
	s.settle()
	s.clock.pass(laidOut)
}

// triedScene is the end of a trial of a backup.
func triedScene(s *stage, whole bool) {
	s.book.backed.found = BackupFound{Whole: whole, Own: true, Damaged: 2, Entries: 41, Drafts: 1, Made: start.AddDate(0, 0, -7)}
	s.command("Backup")
	p := s.page.(*backupPage)
	p.from.SetText("/media/stick/wherry-backup-2026-11-16-1704.whb")
	p.secret.pass.SetText("secret")
	s.press("Try a restore")
}

func (s *stage) has(texts ...string) {
	s.t.Helper()
	for _, want := range texts {
		if !s.shows(want) {
			s.t.Errorf("%q is not shown", want)
		}
	}
}

func TestABackupIsMadeByKeyboard(t *testing.T) {
	s := openedStage(t)
	s.book.backed.size = 3_412_345
	s.command("Backup")
	s.has("No backup of this notebook is known.", "It will be about 3.4 MB.")
	s.key(fyne.KeyReturn)
	if len(s.book.backed.asked) != 1 {
		t.Fatal("no backup was made")
	}
	r := s.book.backed.asked[0]
	if r.Path != "/home/amina/Documents/wherry-backup-2026-11-23-1704.whb" || r.Keep != 90*24*time.Hour {
		t.Errorf("asked for %+v", r)
	}
	s.has("The backup is made.", "41 entries and 1 draft, 3.4 MB, 23 November 2026, 5:04pm. Destroy it by 21 February 2027.",
		"It has not been checked yet.", "Made on 23 November 2026, 5:04pm.")
	s.key(fyne.KeyReturn) // check it now
	if e, ok := s.win.Canvas().Focused().(*widgets.Entry); !ok || !e.Password {
		t.Fatalf("the focus went to %T", s.win.Canvas().Focused())
	}
	s.book.backed.found = BackupFound{Whole: true, Own: true, Entries: 41, Drafts: 1, Made: start}
	s.typed("secret")
	s.key(fyne.KeyReturn)
	s.has("Every byte is as it was written.", "It was read on 23 November 2026, and every byte is as it was written.")
	if got := s.traces("secret"); len(got) > 0 {
		t.Errorf("the page still holds the passphrase: %v", got)
	}
}

func TestADraftIsSavedWhileABackupIsMade(t *testing.T) {
	s, r := making(t)
	s.record("visit")
	s.typed("Kelly let me in.")
	s.clock.pass(time.Second)
	if got, _ := s.book.draftText(); got.Shared != "Kelly let me in." {
		t.Errorf("the disk has %q", got.Shared)
	}
	if len(s.book.backed.asked) != 0 {
		t.Fatal("the backup did not wait")
	}
	r.go1()
	if s.here.screen != "record" {
		t.Errorf("the page was left for %q", s.here.screen)
	}
	s.has("The backup is made. 41 entries and 1 draft, 3.4 MB, 23 November 2026, 5:04pm. Destroy it by 21 February 2027.")
	s.press("Show")
	s.has("It has not been read back yet. Check it before you rely on it.")
}

func TestProgressIsSaid(t *testing.T) {
	s, r := making(t)
	s.backing.size = 8_000_000
	s.has("Making the backup", "Begun at 5:04pm. You can go on working meanwhile.")
	s.book.backed.soFar = 2_000_000
	s.clock.pass(time.Second)
	look := r.held[len(r.held)-1] // the making itself waits before it
	look()
	s.has("2.0 MB of about 8.0 MB. You can go on working meanwhile.")
	s.press("Stop")
	r.go1()
	s.has("Stopped.", "No backup was made, and nothing is left of it.")
	if len(s.book.backed.asked) != 0 || !s.book.backed.facts.Made.IsZero() {
		t.Error("a backup was made after it was stopped")
	}
}

func TestARefusedBackupIsSaidBesideItsFile(t *testing.T) {
	s := openedStage(t)
	s.book.backed.err = errInside
	s.command("Backup")
	s.key(fyne.KeyReturn)
	s.has("A backup inside the notebook's own folder would be lost with it. Choose another folder, best on another disk.")
	if f := s.win.Canvas().Focused(); f != fyne.Focusable(s.page.(*backupPage).to) {
		t.Errorf("the focus went to %T", f)
	}
	s.book.backed.err = nil
	s.key(fyne.KeyReturn)
	s.has("The backup is made.")
	if s.shows("A backup inside the notebook's own folder would be lost with it. Choose another folder, best on another disk.") {
		t.Error("the refusal stayed")
	}
}

func TestWhatACheckFoundIsSaid(t *testing.T) {
	whole := BackupFound{Whole: true, Own: true, Entries: 41, Drafts: 0, Made: start.AddDate(0, 0, -7), Expires: start.AddDate(0, 0, 83)}
	other, expired := whole, whole
	other.Own, expired.Expired, expired.Expires = false, true, start.AddDate(0, 0, -1)
	for name, c := range map[string]struct {
		path, pass string
		found      BackupFound
		try        bool
		want       []string
	}{
		"whole":            {"/stick/b.whb", "secret", whole, false, []string{"Every byte is as it was written.", "41 entries and 0 drafts, as they stood on 16 November 2026, 5:04pm. Nothing was changed by checking."}},
		"restored":         {"/stick/b.whb", "secret", whole, true, []string{"The restore works."}},
		"another notebook": {"/stick/b.whb", "secret", other, false, []string{"It is a backup of another notebook than this one."}},
		"expired":          {"/stick/b.whb", "secret", expired, false, []string{"It was to be destroyed by 22 November 2026: what was disposed of since can still be read from it."}},
		"damaged":          {"/stick/b.whb", "secret", BackupFound{Damaged: 2}, true, []string{"This backup is damaged.", "2 places in it are not as they were written. A restore takes nothing from a damaged backup."}},
		"wrong":            {"/stick/b.whb", "wrong", whole, false, []string{"That does not open this backup. It opens with the passphrase or the recovery kit that the notebook had on the day it was made."}},
		"not a backup":     {"/not/a/backup", "secret", whole, false, []string{"That file is not a Wherry backup. Check the name."}},
		"no file":          {"", "secret", whole, false, []string{"Say which file it is."}},
		"no passphrase":    {"/stick/b.whb", "", whole, false, []string{"Type the passphrase."}},
	} {
		t.Run(name, func(t *testing.T) {
			s := openedStage(t)
			s.book.backed.found = c.found
			s.command("Backup")
			p := s.page.(*backupPage)
			p.from.SetText(c.path)
			p.secret.pass.SetText(c.pass)
			s.press(map[bool]string{true: "Try a restore", false: "Check it"}[c.try])
			s.has(c.want...)
			if f := s.win.Canvas().Focused(); f == nil {
				t.Error("nothing has the focus")
			}
			if got := s.traces("secret", "wrong"); c.pass != "" && c.path != "" && c.path != "/not/a/backup" && len(got) > 0 {
				t.Errorf("the passphrase is still held: %v", got)
			}
		})
	}
}

func TestACheckTakesTheRecoveryCode(t *testing.T) {
	s := openedStage(t)
	s.book.backed.code = "KIT"
	s.book.backed.found = BackupFound{Whole: true, Own: true, Made: start}
	s.command("Backup")
	p := s.page.(*backupPage)
	p.from.SetText("/stick/b.whb")
	s.win.Canvas().Focus(p.secret.with)
	s.key(fyne.KeyRight)
	s.key(fyne.KeyTab)
	s.typed("KIT")
	s.key(fyne.KeyReturn)
	s.has("Every byte is as it was written.")
}

func TestTodayRemindsOfABackup(t *testing.T) {
	s := newStage(t)
	s.door.exists = true
	family(s.book)
	s.book.backed.facts = BackupFacts{Made: start.AddDate(0, 0, -21), Days: 14, Due: true}
	s.start()
	s.unlock()
	line := "The last backup is 21 days old. What you wrote since is on this laptop and nowhere else."
	s.has(line)
	s.press("Make a backup")
	if s.here.screen != "backup" {
		t.Fatalf("at %q", s.here.screen)
	}
	p := s.page.(*backupPage)
	s.win.Canvas().Focus(p.to)
	s.key(fyne.KeyReturn)
	s.command("Today")
	if s.shows(line) {
		t.Error("still reminded after a backup")
	}
}

func TestTheReminderIsTheirsToChoose(t *testing.T) {
	s := openedStage(t)
	s.book.backed.facts = BackupFacts{Days: 14, Due: true}
	s.command("Today")
	s.has("No backup of this notebook is known. What you write is on this laptop and nowhere else.")
	s.command("Backup")
	var days *widgets.Options
	s.walk(func(o fyne.CanvasObject) {
		if r, ok := o.(*widgets.Options); ok {
			days = r
		}
	})
	s.win.Canvas().Focus(days)
	s.key(fyne.KeyRight)
	if s.book.backed.facts.Days != 30 {
		t.Errorf("%d days", s.book.backed.facts.Days)
	}
	s.key(fyne.KeyRight)
	if s.book.backed.facts.Days != 0 {
		t.Errorf("%d days, want none", s.book.backed.facts.Days)
	}
	if s := councilStage(t); true {
		s.book.backed.facts = BackupFacts{Days: 14, Due: true}
		s.command("Today")
		if s.shows("No backup of this notebook is known. What you write is on this laptop and nowhere else.") {
			t.Error("reminded in a council")
		}
	}
}

func TestALockStopsABackupAndSaysSo(t *testing.T) {
	s, r := making(t)
	s.command("Lock")
	r.go1()
	if s.nb != nil || len(s.book.backed.asked) != 0 {
		t.Fatal("the backup went on after the lock")
	}
	if got := s.traces("whb", "Documents"); len(got) > 0 {
		t.Errorf("after the lock: %v", got)
	}
	s.unlock()
	s.has("The lock stopped it.")
}

func TestAnAbandonedLaptopIsHiddenUntilTheBackupIsDone(t *testing.T) {
	s, r := making(t)
	s.record("visit")
	s.typed("Kelly let me in.")
	s.clock.pass(6 * time.Minute)
	if s.nb == nil || !s.covered {
		t.Fatal("the backup was broken off, or the page left open")
	}
	s.has("Finishing the backup, then locking")
	if got := s.traces("Kelly", "Larter", "Ruby"); len(got) > 0 {
		t.Errorf("while hidden: %v", got)
	}
	if got, _ := s.book.draftText(); got.Shared != "Kelly let me in." {
		t.Errorf("the disk has %q", got.Shared)
	}
	s.command("Caseload")
	s.key(fyne.KeyF1)
	s.again()
	s.has("Finishing the backup, then locking")
	r.go1()
	if s.nb != nil || len(s.book.backed.asked) != 1 {
		t.Fatal("not locked after the backup")
	}
	s.unlock()
	if p, ok := s.page.(*recordPage); !ok || p.sub.Shared != "Kelly let me in." {
		t.Errorf("back at %T", s.page)
	}
}

func TestAHiddenWindowLocksAtOnceWhenAsked(t *testing.T) {
	s, r := making(t)
	s.clock.pass(6 * time.Minute)
	s.key(fyne.KeyReturn) // lock now and stop the backup
	r.go1()
	if s.nb != nil || len(s.book.backed.asked) != 0 {
		t.Error("not locked, or the backup went on")
	}
}

func TestABackupHoldsTheLockOffForAnHourAtMost(t *testing.T) {
	s, _ := making(t)
	s.clock.pass(coverFor + time.Minute)
	if s.nb != nil {
		t.Error("a backup that hangs keeps the notebook open")
	}
}

func TestQuittingAsksWhileABackupIsMade(t *testing.T) {
	s, r := making(t)
	s.command("Quit")
	if s.closed || widgets.TopDialog(s.win.Canvas()) == nil {
		t.Fatal("not asked")
	}
	s.key(fyne.KeyEscape)
	s.command("Quit")
	s.press("Stop it and quit")
	r.go1()
	if !s.closed || len(s.book.backed.asked) != 0 {
		t.Error("not closed, or the backup went on")
	}
}

func TestTheBackupSpeaksAfterWhatCanBeUndone(t *testing.T) {
	s, r := making(t)
	s.finishedCall()
	s.command("Finalise")
	r.go1()
	if s.pending == nil || !slices.Contains(s.buttonWords(), "Undo") {
		t.Fatal("the backup took the place of Undo")
	}
	s.clock.pass(12 * time.Second)
	s.has("The backup is made.")
}

func TestSizesAreRounded(t *testing.T) {
	for n, want := range map[int64]string{50: "50 bytes", 12_345: "12 KB", 3_412_345: "3.4 MB", 123_456_789: "120 MB", 3_987_654_321: "4000 MB"} {
		if got := sizeAbout(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
