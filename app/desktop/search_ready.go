package desktop

import "time"

// The words of all notes are loaded behind the first screen, once the person
// pauses, so that the first search answers at once. Nothing waits for it.

const (
	warmAfter = 2 * time.Second  // without a key or a click, before the search is loaded
	warmAgain = time.Minute      // until it is tried again after it failed
	restAfter = 30 * time.Second // without a key or a click, before what can wait is done
)

// finding is how far the loading of the search has come, and what was looked
// for last. It ends with the session.
type finding struct {
	loading, ready bool
	notBefore      time.Time
	waiting        []func(error)
	rested         time.Time // the save after which the notebook rested last
	query          string    // looked for last: the way back from a hit
}

// whenIdle does what waits for a pause. It runs once a second.
func (w *Window) whenIdle() {
	quiet := w.now().Sub(w.idle.last)
	if f := &w.find; quiet >= warmAfter && !f.ready && !f.loading && !w.now().Before(f.notBefore) {
		w.warmUp(nil)
	}
	if quiet >= restAfter && w.savedAt.After(w.find.rested) {
		w.find.rested = w.savedAt
		nb, ctx := w.nb, w.ctx
		w.run.Go(func() { _ = nb.Rest(ctx) }) // it only saves time later
	}
}

// warmUp loads the search beside everything else and calls done, on the
// window's goroutine, when it is ready or could not be made so.
func (w *Window) warmUp(done func(error)) {
	f := &w.find
	if w.nb == nil {
		return // locked meanwhile
	}
	if f.ready {
		if done != nil {
			done(nil)
		}
		return
	}
	if done != nil {
		f.waiting = append(f.waiting, done)
	}
	if f.loading {
		return
	}
	f.loading = true
	nb, ctx, session := w.nb, w.ctx, w.session
	w.run.Aside(func() {
		err := nb.Warm(ctx)
		w.run.Do(func() {
			if session != w.session {
				return
			}
			waiting := w.find.waiting
			w.find.loading, w.find.ready, w.find.waiting = false, err == nil, nil
			w.find.notBefore = w.now().Add(warmAgain)
			for _, done := range waiting {
				done(err)
			}
		})
	})
}
