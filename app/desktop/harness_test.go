package desktop

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// clock is the time of a test and its Runner: everything runs at once, on one
// goroutine, and timers run when the test lets time pass.
type clock struct {
	at     time.Time
	timers []*timer
	held   []func() // tasks of Go that wait, while hold is set
	hold   bool
}

type timer struct {
	at   time.Time
	task func()
	off  bool
}

func (c *clock) now() time.Time { return c.at }

func (c *clock) Go(task func()) {
	if c.hold {
		c.held = append(c.held, task)
		return
	}
	task()
}

func (c *clock) release() {
	c.hold = false
	for len(c.held) > 0 {
		task := c.held[0]
		c.held = c.held[1:]
		task()
	}
}

func (c *clock) Aside(task func()) { task() }
func (c *clock) Do(task func())    { task() }

func (c *clock) After(d time.Duration, task func()) func() {
	t := &timer{at: c.at.Add(d), task: task}
	c.timers = append(c.timers, t)
	return func() { t.off = true }
}

// pass lets time go by, running what becomes due on the way.
func (c *clock) pass(d time.Duration) {
	end := c.at.Add(d)
	for {
		c.timers = slices.DeleteFunc(c.timers, func(t *timer) bool { return t.off })
		slices.SortStableFunc(c.timers, func(a, b *timer) int { return a.at.Compare(b.at) })
		if len(c.timers) == 0 || c.timers[0].at.After(end) {
			c.at = end
			return
		}
		t := c.timers[0]
		c.timers = c.timers[1:]
		c.at = t.at
		t.task()
	}
}

// fakeDoor is the door to a fakeBook.
type fakeDoor struct {
	book    *fakeBook
	exists  bool
	code    string
	kitFile string
	wait    time.Duration
	kitErr  error
}

func (d *fakeDoor) State(context.Context) (DoorState, error) {
	return DoorState{Exists: d.exists, Wait: d.wait}, nil
}

func (d *fakeDoor) Strength(p []byte) Strength {
	if len(p) < 12 {
		return Strength{0, "Too short to be safe."}
	}
	return Strength{3, "Good."}
}

func (d *fakeDoor) Create(_ context.Context, name string, pass []byte) (Notebook, RecoveryKit, error) {
	d.exists, d.book.passes, d.book.who.Name = true, string(pass), name
	return d.book, RecoveryKit{Code: d.code, Text: "kit " + d.code}, nil
}

func (d *fakeDoor) SaveKit(_ context.Context, _ RecoveryKit, path string) error {
	if d.kitErr == nil {
		d.kitFile = path
	}
	return d.kitErr
}

func (d *fakeDoor) Unlock(_ context.Context, pass []byte) (Notebook, error) {
	if string(pass) != d.book.passes {
		return nil, errWrong
	}
	d.book.locked = false
	return d.book, nil
}

func (d *fakeDoor) UnlockWithCode(_ context.Context, code string, pass []byte) (Notebook, error) {
	if code != d.code {
		return nil, errors.New("bad code")
	}
	d.book.locked, d.book.passes = false, string(pass)
	return d.book, nil
}

func explain(err error) Problem {
	switch {
	case errors.Is(err, errWrong):
		return Problem{CodeWrongPassphrase, "The passphrase is wrong.", "Check Caps Lock.", 2 * time.Second}
	case errors.Is(err, errDisk):
		return Problem{CodeReadOnly, "The disk is full.", "Free some space.", 0}
	case errors.Is(err, errQuery):
		return Problem{"query", "A quotation mark is missing.", "Close the words in quotation marks.", 0}
	}
	return Problem{"other", "That did not work.", "Try again.", 0}
}

// stage is a window with its clock, door and notebook.
type stage struct {
	*Window
	t     *testing.T
	clock *clock
	door  *fakeDoor
	book  *fakeBook

	closed bool
}

// start is Monday 23 November 2026, 5:04pm.
var start = time.Date(2026, 11, 23, 17, 4, 0, 0, time.UTC)

func newStage(t *testing.T) *stage {
	t.Helper()
	app := test.NewTempApp(t)
	c := &clock{at: start}
	book := newFakeBook(c.now)
	door := &fakeDoor{book: book, code: "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789-7"}
	w := newWindow(app, Deps{Door: door, Explain: explain, Now: c.now, Documents: "/home/amina/Documents",
		Version: Version{"0.1.0", "94bcaee", "go1.26.8", "linux/amd64", "entry 1, journal 1, wire 1"}}, c)
	s := &stage{Window: w, t: t, clock: c, door: door, book: book}
	w.win.SetOnClosed(func() { s.closed = true })
	t.Cleanup(func() {
		if !s.closed {
			w.win.Close()
		}
	})
	return s
}

// opened is a stage with an open notebook that holds the sample family.
func openedStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.door.exists = true
	family(s.book)
	s.start()
	s.unlock()
	return s
}

// councilStage is a team lead's notebook in a council.
func councilStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.door.exists = true
	b := s.book
	family(b)
	others(b)
	b.who = Who{ID: "p2", Name: "Grace Okafor", Council: "Norfolk County Council", Role: "lead", Team: "Norwich Family Support 2", CanExport: true, CanComment: true, SeesTeam: true}
	b.complete = casework.Completeness{CompleteTo: start.Add(-8 * time.Hour), Unsynced: []casework.WorkerLag{{Person: "Tom Garrod", Last: start.AddDate(0, 0, -3)}}}
	b.status = func(st *Status) {
		st.State, st.Local, st.CouncilHas, st.Reachable, st.LastTried = casework.StateCouncil, 0, 41, true, start.Add(-8*time.Minute/2)
	}
	s.start()
	s.unlock()
	return s
}

func (s *stage) unlock() {
	s.t.Helper()
	p, ok := s.page.(*unlockPage)
	if !ok {
		s.t.Fatalf("not the lock screen: %T", s.page)
	}
	p.pass.SetText("secret")
	p.unlock()
	if s.nb == nil {
		s.t.Fatal("did not unlock")
	}
}

// settle lays everything out until nothing moves, as the real driver does
// before it paints.
func (s *stage) settle() {
	for range 3 {
		s.win.Canvas().Content().Refresh()
		s.win.Resize(fyne.NewSize(1280, 800))
	}
}

// key types a key into what has the focus, as the driver would.
func (s *stage) key(name fyne.KeyName) {
	c := s.win.Canvas()
	if f := c.Focused(); f != nil {
		if name == fyne.KeyTab {
			c.FocusNext()
			return
		}
		f.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	if name == fyne.KeyTab {
		c.FocusNext()
		return
	}
	c.OnTypedKey()(&fyne.KeyEvent{Name: name})
}

// typed types words into what has the focus.
func (s *stage) typed(text string) {
	s.t.Helper()
	f := s.win.Canvas().Focused()
	if f == nil {
		s.t.Fatal("nothing has the focus to be typed into")
	}
	for _, r := range text {
		if r == '\n' {
			f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			continue
		}
		f.TypedRune(r)
	}
}

// command runs a line of the main menu, as its shortcut would.
func (s *stage) command(label string) {
	s.t.Helper()
	for _, m := range s.win.MainMenu().Items {
		for _, it := range m.Items {
			if it.Label == label {
				if it.Disabled {
					s.t.Fatalf("%q is dimmed", label)
				}
				it.Action()
				return
			}
		}
	}
	s.t.Fatalf("no command %q", label)
}

// press finds a button by its words and presses it.
func (s *stage) press(text string) {
	s.t.Helper()
	for _, b := range s.buttons() {
		if b.Text == text {
			if b.Disabled() {
				s.t.Fatalf("%q is dimmed", text)
			}
			b.Tapped(nil)
			return
		}
	}
	s.t.Fatalf("no button %q among %v", text, s.buttonWords())
}

func (s *stage) buttons() []*widgets.Button {
	var out []*widgets.Button
	s.walk(func(o fyne.CanvasObject) {
		if b, ok := o.(*widgets.Button); ok {
			out = append(out, b)
		}
	})
	return out
}

func (s *stage) buttonWords() []string {
	var out []string
	for _, b := range s.buttons() {
		out = append(out, b.Text)
	}
	return out
}

// walk visits every visible object of the window, dialogs last.
func (s *stage) walk(visit func(fyne.CanvasObject)) {
	roots := append([]fyne.CanvasObject{s.win.Canvas().Content()}, s.win.Canvas().Overlays().List()...)
	for _, r := range roots {
		walkObject(r, visit)
	}
}

func walkObject(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch c := o.(type) {
	case *fyne.Container:
		for _, child := range c.Objects {
			walkObject(child, visit)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(c).Objects() {
			walkObject(child, visit)
		}
	}
}
