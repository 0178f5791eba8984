package desktop

import (
	"context"
	"time"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// undoFor is how long a finalised sheet can be taken back before it is written
// for good. Until then it is a draft on the disk.
const undoFor = 10 * time.Second

// pending is a sheet that was finalised and can still be taken back.
type pending struct {
	draft string
	sheet *casework.Submission
	back  route // where undo goes
	after route // what to show anew once it is final
	until time.Time
	label *widgets.Text
	stop  func()
}

// finaliseSoon starts the ten seconds. The draft has been saved.
func (w *Window) finaliseSoon(draft string, sheet *casework.Submission, after route) {
	w.settlePending(func() {
		w.pending = &pending{draft: draft, sheet: sheet, back: route{screen: "record", id: draft}, after: after, until: w.now().Add(undoFor)}
		w.show(after)
		w.showPending()
	})
}

// showPending says above the page that something is about to be final.
func (w *Window) showPending() {
	p := w.pending
	p.label = widgets.NewLabel("", widgets.Strong)
	undo := w.kit.Button(w.t("Undo"), widgets.Secondary, w.undoPending)
	w.frame.say(widgets.NewPanel(widgets.Caution, 6, widgets.Inset(0, 12, 0, 16, widgets.Row(2*widgets.Gap, p.label,
		widgets.NewLabel(w.t("After that it can be amended, not changed."), widgets.Body),
		widgets.Spacer(), undo))))
	w.countDown()
	w.win.Canvas().Focus(undo)
}

func (w *Window) countDown() {
	p := w.pending
	if p == nil {
		return
	}
	left := p.until.Sub(w.now())
	if left <= 0 {
		w.settlePending(nil)
		return
	}
	p.stop = w.run.After(min(left, time.Second), w.countDown)
	p.label.Set(w.n("Finalising in %d second.", "Finalising in %d seconds.", int((left+time.Second-1)/time.Second)))
	w.frame.notice.Refresh()
}

// undoPending takes the sheet back to its draft.
func (w *Window) undoPending() {
	p := w.pending
	if p == nil {
		return
	}
	p.stop()
	w.pending = nil
	w.frame.say(nil)
	w.visit(p.back)
}

// settlePending writes a finalised sheet at once, if there is one, and goes on.
// When it cannot be written it stays a draft, and the person is told.
func (w *Window) settlePending(next func()) {
	p := w.pending
	if p == nil {
		if next != nil {
			next()
		}
		return
	}
	p.stop()
	w.pending = nil
	nb := w.nb
	var made []string
	act(w, func(ctx context.Context) (err error) {
		made, err = nb.Record(ctx, p.draft, p.sheet)
		return err
	}, func(err error) {
		w.frame.say(nil)
		if err != nil {
			w.show(p.back)
			w.problem(err)
			return
		}
		if next != nil {
			next()
			return
		}
		if w.here == p.after && len(made) > 0 {
			w.show(route{screen: p.after.screen, id: p.after.id, entry: made[0]})
		}
		w.done(w.t("Final. Saved on this laptop."))
		w.syncSoon()
	})
}

// done shows for a while that something went well.
func (w *Window) done(text string) {
	if w.frame == nil {
		return
	}
	o := widgets.NewPanel(widgets.Good, 8, widgets.Inset(4, 12, 4, 16, widgets.NewSign(widgets.Tick, text, widgets.Strong)))
	w.frame.say(o)
	frame := w.frame
	w.run.After(6*time.Second, func() {
		if w.frame == frame && w.pending == nil && len(frame.notice.Objects) == 1 && frame.notice.Objects[0] == o {
			frame.say(nil)
		}
	})
}
