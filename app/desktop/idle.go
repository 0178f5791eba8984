package desktop

import (
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// idle watches for a laptop left alone. It goes by the clock on the wall, so
// that a laptop that slept is found locked when it wakes.
type idle struct {
	seen     time.Time // last tick, with the clock that stands still in sleep
	last     time.Time // last sign of the person
	lastRead time.Time // last reading of the status
	warned   bool
}

const (
	tickEvery   = time.Second
	statusEvery = 10 * time.Second
	warnBefore  = time.Minute
	syncEvery   = 5 * time.Minute
	// sleepGap is how long the program may stand still, and how far the two
	// clocks may part between two ticks, before that counts as sleep.
	sleepGap = 30 * time.Second
)

// active is called by every widget when the person does something.
func (w *Window) active() {
	if w.lockIfSlept() || w.idle.expired(w) {
		return // too late: the next tick locks
	}
	w.idle.last = w.now()
	if w.idle.warned {
		w.idle.warned = false
		w.showStatus()
	}
}

func (i *idle) limit(w *Window) time.Duration {
	return time.Duration(min(15, max(1, w.settings.LockMinutes))) * time.Minute
}

func (i *idle) expired(w *Window) bool {
	return w.nb != nil && !i.last.IsZero() && w.now().Sub(i.last) >= i.limit(w)
}

// slept reports whether the laptop slept, or this program stood still, since the
// last tick: no tick for half a minute, or a clock on the wall that parted from
// the one that stands still in sleep.
func (i *idle) slept(now time.Time) bool {
	if i.seen.IsZero() {
		return false
	}
	wall := now.Round(0).Sub(i.seen.Round(0))
	parted := wall - now.Sub(i.seen)
	return wall > sleepGap || parted > sleepGap || parted < -sleepGap
}

// lockIfSlept locks at once after sleep, before anything is done.
func (w *Window) lockIfSlept() bool {
	if w.nb == nil || !w.idle.slept(w.deps.Now()) {
		return false
	}
	w.idle.seen = time.Time{} // once is enough
	w.lock()
	return true
}

// tick runs once a second while the window is open.
func (w *Window) tick() {
	w.stop = w.run.After(tickEvery, w.tick)
	if w.nb == nil || w.lockIfSlept() {
		return
	}
	w.idle.seen = w.deps.Now()
	if w.idle.expired(w) {
		if !w.hideForBackup() {
			w.lock()
		}
		return
	}
	if left := w.idle.limit(w) - w.now().Sub(w.idle.last); left <= warnBefore {
		w.idle.warned = true
	}
	if w.now().Sub(w.idle.lastRead) >= statusEvery {
		w.readStatus()
		w.syncSoon()
	} else if w.frame != nil {
		w.frame.bar.Lock.Set(widgets.Key, w.lockWords())
		if w.idle.warned {
			w.frame.bar.Object.Refresh()
		}
	}
	w.whenIdle()
}

// lockWords says when the window locks: in minutes, and in seconds when it is
// near.
func (w *Window) lockWords() string {
	left := w.idle.limit(w) - w.now().Sub(w.idle.last)
	if left > warnBefore {
		m := int((left + time.Minute - 1) / time.Minute)
		return w.n("Locks in %d minute", "Locks in %d minutes", m)
	}
	return w.n("Locks in %d second", "Locks in %d seconds", max(0, int(left/time.Second)))
}

// readStatus asks the notebook for its status and shows it.
func (w *Window) readStatus() {
	if w.nb == nil {
		return
	}
	w.idle.lastRead = w.now()
	try(w, w.nb.Status, func(s Status, err error) {
		if err == nil {
			w.status, w.savedAt = s, later(w.savedAt, s.SavedAt)
		}
		w.showStatus()
	})
}

// later is the later of two moments: an answer may be older than what we know.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// typedKey sees every key before the widget does.
func (w *Window) typedKey(ev *fyne.KeyEvent) bool {
	if ev.Name == fyne.KeyF1 {
		w.help()
		return true
	}
	if ev.Name == fyne.KeyEscape {
		return w.escapes()
	}
	return false
}

// looseKey gets the keys that no widget has.
func (w *Window) looseKey(ev *fyne.KeyEvent) {
	w.active()
	if w.typedKey(ev) {
		return
	}
	d := widgets.TopDialog(w.win.Canvas())
	switch {
	case d != nil && ev.Name == fyne.KeyEscape:
		d.Cancel()
	case d != nil && (ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter):
		d.Accept()
	}
}

// focused tells the page which widget took the focus and scrolls to it.
func (w *Window) focused(o fyne.CanvasObject) {
	if p, ok := w.page.(interface{ tookFocus(fyne.CanvasObject) }); ok {
		p.tookFocus(o)
	}
	if s, ok := w.page.(interface{ scroller() *widgets.Scroll }); ok {
		if sc := s.scroller(); sc != nil {
			sc.Reveal(o)
		}
	}
}
