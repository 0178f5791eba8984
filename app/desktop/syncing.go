package desktop

import (
	"context"
)

// syncNow makes one exchange beside everything else.
func (w *Window) syncNow() {
	w.sync(func(r SyncReport, err error) {
		if p, ok := w.page.(*councilPage); ok {
			p.last, p.lastEr = &r, ""
			if err != nil {
				pr := w.deps.Explain(err)
				p.lastEr = pr.Sentence + " " + pr.Next
			}
			p.refresh()
			return
		}
		if err != nil {
			w.problem(err)
			return
		}
		w.done(w.t("Sent %d, received %d.", r.Pushed, r.Pulled))
	})
}

// syncSoon makes an exchange when one is due: something waits to be sent and
// the council could be reached the last time, or the last try is long ago.
// Nobody is told of a failure but by the status bar.
func (w *Window) syncSoon() {
	if w.nb == nil || !w.status.Enrolled {
		return
	}
	since := w.now().Sub(w.status.LastTried)
	if since < syncEvery && (!w.status.Reachable || w.status.Local == 0 || since < statusEvery) {
		return
	}
	w.sync(func(r SyncReport, _ error) {
		if r.Pulled > 0 {
			w.again()
		}
	})
}

func (w *Window) sync(done func(SyncReport, error)) {
	if w.nb == nil || w.syncing {
		return
	}
	w.syncing = true
	w.showStatus()
	session, ctx, nb := w.session, w.ctx, w.nb
	w.run.Aside(func() {
		r, err := nb.Sync(ctx)
		w.run.Do(func() {
			if session != w.session {
				return
			}
			w.syncing = false
			w.readStatus()
			done(r, err)
		})
	})
}

func (w *Window) addSample() {
	nb := w.nb
	act(w, func(ctx context.Context) error { return nb.AddSample(ctx) }, func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		w.visit(route{screen: "caseload"})
		w.done(w.t("Three sample children are in your caseload."))
	})
}

func (w *Window) removeSample() {
	w.sure(w.t("Remove the sample cases?"), w.t("The invented children and everything written about them are taken away. Your own cases stay."),
		w.t("Remove them"), 0, func() {
			nb := w.nb
			act(w, func(ctx context.Context) error { return nb.RemoveSample(ctx) }, func(err error) {
				if err != nil {
					w.problem(err)
					return
				}
				w.history = nil
				w.show(route{screen: "caseload"})
				w.done(w.t("The sample cases are removed."))
			})
		})
}
