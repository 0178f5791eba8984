package desktop

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// lock shuts the notebook: what is typed is saved first, then every widget
// that holds words of the record is dropped, then the keys. The way back is
// kept as ids only.
func (w *Window) lock() {
	if w.nb == nil {
		return
	}
	k, typing := w.page.(keeper)
	if !typing {
		w.settlePending(func() { w.shut(w.here) })
		return
	}
	// The words leave the screen at once, whatever the disk says.
	w.cover(w.t("Locking"), nil)
	k.keep(func(err error) {
		if err != nil {
			w.notKept(k, err)
			return
		}
		w.settlePending(func() { w.shut(k.back()) })
	})
}

// notKept stands in front of a page whose last words could not be saved. It
// shows none of them.
func (w *Window) notKept(k keeper, err error) {
	p := w.deps.Explain(err)
	w.cover(w.t("Your last words could not be saved"), widgets.Stack(2*widgets.Gap,
		widgets.NewText(p.Sentence+" "+p.Next, widgets.Body),
		widgets.Wrap(widgets.Gap,
			w.kit.Button(w.t("Try again"), widgets.Primary, w.lock),
			w.kit.Button(w.t("Lock and lose the last words"), widgets.Danger, func() { w.shut(k.back()) })),
	))
}

// cover hides the page behind a plain screen.
func (w *Window) cover(title string, body fyne.CanvasObject) {
	for top := w.win.Canvas().Overlays().Top(); top != nil; top = w.win.Canvas().Overlays().Top() {
		w.win.Canvas().Overlays().Remove(top)
	}
	parts := []fyne.CanvasObject{widgets.NewText(title, widgets.Heading)}
	if body != nil {
		parts = append(parts, body)
	}
	w.setContent(w.doorFrame(widgets.Stack(2*widgets.Gap, parts...)))
}

// shut drops everything and asks the notebook to drop its keys; as a rule this
// process ends with it.
func (w *Window) shut(back route) {
	nb, process, size := w.nb, w.deps.Process, w.win.Canvas().Size()
	if w.backing != nil && back.screen == "backup" {
		back.kind = stoppedByLock
	}
	w.backing, w.backed, w.covered = nil, nil, false
	w.drop()
	w.cancel()
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.session++
	w.nb, w.frame, w.pending, w.intake = nil, nil, nil, nil
	w.status, w.who, w.history = Status{}, Who{}, nil
	w.health, w.next = Health{}, route{}
	w.syncing, w.saveBad, w.savedAt = false, "", time.Time{}
	w.idle, w.find = idle{}, finding{}
	w.resume = back
	w.setMenu()
	if process.Again == nil {
		w.show(route{screen: "unlock"})
	} else {
		w.cover(w.t("Locking"), nil)
		w.nameWindow("unlock")
	}
	session := w.session
	w.run.Go(func() {
		err := process.shutDown(nb, back, Size{int(size.Width), int(size.Height)})
		w.run.Do(func() {
			w.rested()
			if session != w.session {
				return
			}
			if process.Again != nil {
				w.show(route{screen: "unlock"})
			}
			if err != nil {
				w.problem(err)
			}
		})
	})
}

// endWithin bounds the farewell when the system ends the session: it kills
// what is still there after two seconds.
const endWithin = 1800 * time.Millisecond

// finish does, on the window's goroutine and after its loop has ended, what an
// end without a farewell left to do: the last words go to the disk and the
// notebook is closed.
func (w *Window) finish() {
	w.run = w.run.settled()
	w.stopTick()
	if n := w.newborn; n != nil {
		_ = n.nb.Lock(context.Background()) // ending: there is nowhere left to say it
	}
	nb := w.nb
	if nb == nil {
		return
	}
	if k, ok := w.page.(keeper); ok {
		k.keep(func(error) {})
	}
	if p := w.pending; p != nil {
		p.stop()
		w.pending = nil
		_, _ = nb.Record(context.Background(), p.draft, p.sheet) // it stays a draft
	}
	w.session++
	w.nb = nil
	_ = nb.Lock(context.Background())
}

// quit ends the program, unless a backup is being made that the person wants to
// wait for.
func (w *Window) quit() {
	if b := w.backing; b != nil && b.act == makingBackup && w.win.Canvas().Overlays().Top() == nil {
		w.sure(w.t("A backup is being made"), w.t("If you quit now, it is stopped and nothing is left of it."), w.t("Stop it and quit"), widgets.Secondary, w.end)
		return
	}
	w.end()
}

// end saves, locks and closes the window.
func (w *Window) end() {
	if w.nb == nil {
		w.drop() // which stops a restore
		if n := w.newborn; n != nil {
			w.run.Go(func() { _ = n.nb.Lock(context.Background()) })
		}
		w.stopTick()
		w.run.Go(func() { w.run.Do(w.win.Close) })
		return
	}
	w.leaveThen(func() {
		w.settlePending(func() {
			nb := w.nb
			w.drop()
			w.stopTick()
			w.cancel()
			w.nb = nil
			w.session++
			w.run.Go(func() {
				_ = nb.Lock(context.Background()) // closing: there is nowhere left to say it
				w.run.Do(w.win.Close)
			})
		})
	})
}

func (w *Window) stopTick() {
	if w.stop != nil {
		w.stop()
	}
}
