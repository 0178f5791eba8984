package desktop

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// replaced is a stage whose locks end the process, as far as the window knows.
func replaced(t *testing.T, works bool) (*stage, *[]Size) {
	s := openedStage(t)
	var asked []Size
	s.deps.Process.Again = func(size Size) error {
		asked = append(asked, size)
		if works {
			panic(gone{}) // a real one never comes back
		}
		return errors.New("it could not be started")
	}
	return s, &asked
}

type gone struct{}

// lockAway runs a lock to the end of the process.
func (s *stage) lockAway(lock func()) {
	s.t.Helper()
	defer func() {
		if r := recover(); r != (any(gone{})) {
			s.t.Errorf("the process did not end: %v", r)
		}
	}()
	lock()
}

func TestALockEndsTheProcess(t *testing.T) {
	s, asked := replaced(t, true)
	s.record("visit")
	s.typed("Kelly said")
	s.lockAway(func() { s.command("Lock") })
	calls := s.book.calls
	order := []int{slices.Index(calls, "SaveDraft"), slices.Index(calls, "KeepPlace"), slices.Index(calls, "Lock")}
	if order[0] < 0 || !slices.IsSorted(order) || !s.book.locked {
		t.Errorf("the end came in this order: %v", calls)
	}
	if len(*asked) != 1 || (*asked)[0].Width < 800 {
		t.Errorf("asked for %v", *asked)
	}
	if got := s.traces("Kelly", "Ruby", "Larter"); len(got) > 0 {
		t.Errorf("on the screen to the end: %v", got)
	}
	if p := string(s.book.place); strings.Contains(p, "Kelly") || !strings.Contains(p, `"screen":"record"`) {
		t.Errorf("the place is kept as %s", p)
	}

	// The new process: another window over the same notebook.
	next := newStage(t)
	next.deps.Process = Process{Relocked: true}
	next.deps.Door = s.door
	next.door, next.book = s.door, s.book
	next.book.locked = false
	next.start()
	if !next.shows("You will be back in the same place.") {
		t.Error("the lock window does not say what becomes of the words")
	}
	next.unlock()
	p, ok := next.page.(*recordPage)
	if !ok || p.sub.Shared != "Kelly said" {
		t.Fatalf("unlocking went to %T", next.page)
	}
}

func TestALockThatCannotEndTheProcess(t *testing.T) {
	s, asked := replaced(t, false)
	s.record("visit")
	s.typed("Kelly said")
	s.command("Lock")
	if s.nb != nil || !s.book.locked || len(*asked) != 1 {
		t.Fatal("not locked")
	}
	if got := s.traces("Kelly", "Ruby"); len(got) > 0 {
		t.Errorf("after the lock: %v", got)
	}
	s.unlock()
	if p, ok := s.page.(*recordPage); !ok || p.sub.Shared != "Kelly said" {
		t.Errorf("unlocking went to %T", s.page)
	}
}

func TestAPlaceFromElsewhereLeadsNowhere(t *testing.T) {
	for _, text := range []string{"", "x", `{"screen":"unlock"}`, `{"screen":"nowhere"}`, `[1]`} {
		if r := placeOf([]byte(text)); r != (route{}) {
			t.Errorf("%s leads to %+v", text, r)
		}
	}
	r := route{"child", "c", "e", "k"}
	if got := placeOf(r.bytes()); got != r {
		t.Errorf("%+v", got)
	}
}

// Time that the program did not see locks it: no tick for half a minute, or the
// two clocks apart.
func TestSleepIsNoticed(t *testing.T) {
	wall := start
	with := time.Now() // has a reading of the clock that stands still in sleep
	for name, c := range map[string]struct {
		seen, now time.Time
		want      bool
	}{
		"first tick":             {time.Time{}, wall, false},
		"a second":               {wall, wall.Add(time.Second), false},
		"half a minute":          {wall, wall.Add(30 * time.Second), false},
		"more":                   {wall, wall.Add(31 * time.Second), true},
		"clock put back an hour": {with, with.Add(time.Second).Round(0).Add(-time.Hour), false}, // no second clock to tell by
		"with both clocks":       {with, with.Add(2 * time.Second), false},
	} {
		i := idle{seen: c.seen}
		if got := i.slept(c.now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	s := openedStage(t)
	s.clock.pass(2 * time.Second)
	s.clock.at = s.clock.at.Add(40 * time.Second)
	s.around(Woke)
	if s.nb != nil {
		t.Error("open after a standstill of 40 seconds")
	}
}

func TestAKeyAfterSleepLocksAtOnce(t *testing.T) {
	s := openedStage(t)
	s.clock.pass(2 * time.Second)
	s.clock.at = s.clock.at.Add(40 * time.Second)
	s.key(fyne.KeyDown)
	if s.nb != nil {
		t.Error("a key was taken after sleep")
	}
}

func TestWhatHappensAround(t *testing.T) {
	rested := 0
	s := openedStage(t)
	s.deps.Process.Rested = func() { rested++ }
	s.around(Woke)
	if s.nb == nil {
		t.Fatal("locked without sleep")
	}
	s.around(Sleep)
	if s.nb != nil || rested != 1 {
		t.Fatalf("sleep: let go %d times", rested)
	}
	s.around(Sleep)
	if rested != 2 {
		t.Error("the system waits for a notebook that is locked")
	}
	s.unlock()
	s.around(LockNow)
	if s.nb != nil {
		t.Error("the session's lock did not lock")
	}
}

// An end without a farewell: what is typed reaches the disk, what was finalised
// is written, and the notebook is closed.
func TestFinish(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.typed("Kelly said")
	s.finish()
	if d, _ := s.book.draftText(); d.Shared != "Kelly said" || !s.book.locked {
		t.Errorf("kept %q, locked %v", d.Shared, s.book.locked)
	}

	s = openedStage(t)
	s.finishedCall()
	before := len(s.book.facts[ruby])
	s.command("Finalise")
	s.finish()
	if len(s.book.facts[ruby]) != before+1 || !s.book.locked {
		t.Error("what was finalised was not written")
	}

	s = newStage(t)
	s.start()
	s.create("Amina", []byte("words"), func() {})
	s.finish()
	if !s.book.locked {
		t.Error("a notebook just made stays open")
	}
}

func TestWrongPassphrasesAreTold(t *testing.T) {
	s := newStage(t)
	s.door.exists = true
	s.book.wrong = 3
	s.book.rehearsal.Due = true
	s.start()
	s.unlock()
	if !s.shows("3 wrong passphrases were tried since your last visit.") {
		t.Fatal("not told")
	}
	s.press("Understood")
	if s.shows("3 wrong passphrases") {
		t.Error("it does not go away")
	}
}

func TestRehearsal(t *testing.T) {
	s := newStage(t)
	s.door.exists = true
	s.book.rehearsal.Due = true
	s.start()
	s.unlock()
	s.press("Try it")
	if s.here.screen != "rehearse" {
		t.Fatalf("at %q", s.here.screen)
	}
	s.key(fyne.KeyReturn)
	if !s.shows("Type the recovery code.") {
		t.Error("an empty code is not answered")
	}
	s.typed("another")
	s.key(fyne.KeyReturn)
	if !s.shows("This recovery kit belongs to another notebook.") {
		t.Error("another kit is not answered")
	}
	s.win.Canvas().Focused().(*widgets.Entry).Put(s.book.kit)
	s.key(fyne.KeyReturn)
	if !s.shows("Tried on ") {
		t.Fatal("success is not said")
	}
	if got := s.traces(s.book.kit); len(got) > 0 {
		t.Errorf("the code is still on the screen: %v", got)
	}
	s.key(fyne.KeyReturn)
	if s.here.screen != "today" {
		t.Errorf("Done leads to %q", s.here.screen)
	}
	s.command("Settings and passphrase")
	s.tabToChoice("3 months", "6 months", "12 months", "Never")
	s.key(fyne.KeyRight)
	if s.book.rehearsal.Months != 12 {
		t.Errorf("reminds after %d months", s.book.rehearsal.Months)
	}
}

func TestTheSwapIsNamed(t *testing.T) {
	s := openedStage(t)
	answer := "open"
	s.deps.Process.Swap = func() string { return answer }
	s.command("Settings and passphrase")
	if !s.shows("unencrypted") {
		t.Error("no warning of open swap")
	}
	answer = "encrypted"
	s.show(route{screen: "settings"})
	if s.shows("unencrypted") {
		t.Error("a warning of encrypted swap")
	}
}
