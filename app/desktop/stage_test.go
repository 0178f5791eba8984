package desktop

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

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
		if g := c.Focused(); name == fyne.KeySpace && g != nil {
			g.TypedRune(' ') // to whatever has the focus by now, as the real driver does
		}
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
