package desktop

import (
	"context"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/desktop/widgets"
)

// Window is the one window. All its fields belong to the window's goroutine.
type Window struct {
	app  fyne.App
	win  fyne.Window
	deps Deps
	run  Runner
	kit  *widgets.Kit
	words

	nb       Notebook // nil while the notebook is shut
	newborn  *newborn // just made; its kit is on the screen
	session  int      // grows at every lock: answers of an older one are dropped
	cancel   context.CancelFunc
	ctx      context.Context // ends at the lock; for what may be broken off
	who      Who
	settings Settings
	status   Status

	here    route
	history []route
	resume  route // where to go after the next unlock
	health  Health
	next    route // where to go on to from what health says
	page    page
	frame   *frame
	pending *pending
	idle    idle
	find    finding
	syncing bool
	intake  []*arrival  // files on their way into the notebook
	backing *backupWork // what is being done with a backup; nil for nothing
	backed  *backupSaid // what the last such work came to; nil for none yet
	covered bool        // hidden until a backup is done, then locked
	savedAt time.Time   // last proven save
	saveBad string      // why the last save failed; "" when it did not
	stop    func()      // of the tick

	menuState string // which commands apply, as the menu shows them
}

// Run shows the window and returns when it is closed.
func Run(a fyne.App, deps Deps) {
	w := newWindow(a, deps, newRunner())
	w.start()
	w.follow()
	w.win.ShowAndRun()
	time.AfterFunc(endWithin, func() { os.Exit(0) }) // the disk hangs; what is saved is safe
	w.finish()
}

// follow hands what happens around the window to its goroutine.
func (w *Window) follow() {
	events := w.deps.Process.Around
	if events == nil {
		return
	}
	w.run.Aside(func() {
		for a := range events {
			w.run.Do(func() { w.around(a) })
		}
	})
}

// newWindow makes the window without showing it.
func newWindow(a fyne.App, deps Deps, run Runner) *Window {
	w := &Window{app: a, deps: deps, run: run, words: newWords(deps.Language), settings: DefaultSettings}
	w.kit = &widgets.Kit{Active: w.active, Key: w.typedKey, Focused: w.focused}
	w.win = a.NewWindow("Wherry")
	w.win.SetPadded(false)
	w.win.SetMaster()
	w.win.Resize(fyne.NewSize(1200, 680))
	if s := deps.Process.Size; s.Width > 0 && s.Height > 0 {
		w.win.Resize(fyne.NewSize(float32(s.Width), float32(s.Height)))
	}
	w.win.SetCloseIntercept(w.quit)
	w.win.Canvas().SetOnTypedKey(w.looseKey)
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w
}

// start applies the look, sets the menu and shows the door.
func (w *Window) start() {
	w.look()
	w.setMenu()
	w.win.SetOnDropped(w.dropped)
	w.showDoor()
	w.tick()
}

// look applies theme and text size.
func (w *Window) look() {
	if t, ok := w.app.Settings().Theme().(*widgets.Theme); ok && t.Is(widgets.Look(w.settings.Theme), w.settings.TextPercent) {
		return
	}
	w.app.Settings().SetTheme(widgets.NewTheme(widgets.Look(w.settings.Theme), w.settings.TextPercent))
}

// now is the clock on the wall, without the monotonic reading that stands
// still while a laptop sleeps.
func (w *Window) now() time.Time { return w.deps.Now().Round(0) }

// showDoor looks whether there is a notebook and shows where to begin.
func (w *Window) showDoor() {
	ask(w, w.deps.Door.State, func(s DoorState) {
		if s.Exists {
			w.show(route{screen: "unlock"})
		} else {
			w.show(route{screen: "welcome"})
		}
	})
}

// opened takes an open notebook in and goes to where the person was.
func (w *Window) opened(nb Notebook, to route) {
	w.nb, w.find = nb, finding{}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	ask(w, func(ctx context.Context) (m me, err error) {
		m.who = nb.Who()
		if m.settings, err = nb.Settings(ctx); err != nil {
			m.settings = DefaultSettings // they are not worth a locked door
		}
		if m.health, err = nb.Health(ctx); err != nil {
			m.health = Health{} // the status bar still warns
		}
		return m, nil
	}, func(m me) {
		w.who, w.settings = m.who, m.settings
		w.look()
		w.active()
		w.setMenu()
		w.frame = newFrame(w)
		w.readStatus()
		if to.screen == "" {
			to = route{screen: "today"}
		}
		if w.health = m.health; !w.health.Well() {
			w.next, to = to, route{screen: "health"}
		}
		w.show(to)
		w.syncSoon()
	})
}

// me is what the window knows of its person.
type me struct {
	who      Who
	settings Settings
	health   Health
}

// show puts a screen in the place of the one there is.
func (w *Window) show(r route) {
	s, ok := findScreen(r.screen)
	if !ok || s.shut == (w.nb != nil) || w.covered {
		return
	}
	w.drop()
	w.here = r
	w.page = s.open(w, r)
	if s.shut {
		w.setContent(w.page.content())
	} else {
		w.frame.show(r.screen, w.page.content())
		w.setContent(w.frame.object)
	}
	w.nameWindow(r.screen)
	w.focusFirst()
	w.setMenu()
}

// visit is show that can be gone back from.
func (w *Window) visit(r route) {
	w.leaveThen(func() {
		from := w.here
		if k, ok := w.page.(keeper); ok {
			from = k.back() // the draft, once there is one
		}
		if from.screen != "" && from != r {
			w.history = append(w.history, from)
		}
		w.show(r)
	})
}

// goBack shows the screen before this one.
func (w *Window) goBack() {
	if w.nb == nil {
		return
	}
	to := route{screen: "today"}
	if n := len(w.history); n > 0 {
		to, w.history = w.history[n-1], w.history[:n-1]
	}
	w.leaveThen(func() { w.show(to) })
}

// leaveThen saves what is typed and goes on. When it cannot be saved it stays,
// unless the person decides to lose it.
func (w *Window) leaveThen(next func()) {
	k, ok := w.page.(keeper)
	if !ok {
		next()
		return
	}
	k.keep(func(err error) {
		if err == nil {
			next()
			return
		}
		p := w.deps.Explain(err)
		w.kit.Dialog(w.win.Canvas(), 560, w.t("Your last words could not be saved"), widgets.NewText(p.Sentence+" "+p.Next, widgets.Body),
			[]widgets.Choice{{Label: w.t("Stay here"), Weight: widgets.Primary}, {Label: w.t("Leave and lose the last words"), Weight: widgets.Danger, Run: next}}, "", nil)
	})
}

// again shows the present screen anew.
func (w *Window) again() {
	if r, ok := w.page.(refresher); ok {
		r.refresh()
		return
	}
	if _, ok := w.page.(keeper); !ok && w.nb != nil {
		w.show(w.here)
	}
}

// drop lets go of the page and all dialogs.
func (w *Window) drop() {
	if l, ok := w.page.(leaver); ok {
		l.leave()
	}
	for top := w.win.Canvas().Overlays().Top(); top != nil; top = w.win.Canvas().Overlays().Top() {
		w.win.Canvas().Overlays().Remove(top)
	}
	w.page = nil
}

func (w *Window) setContent(o fyne.CanvasObject) {
	w.win.SetContent(container.NewStack(w.kit.Watch(), o))
}

// focusFirst gives the focus to the page's first widget.
func (w *Window) focusFirst() {
	if w.page == nil || widgets.TopDialog(w.win.Canvas()) != nil {
		return
	}
	if f := w.page.first(); f != nil {
		w.win.Canvas().Focus(f)
	}
}
