package desktop

import (
	"context"
	"time"

	"wherry/app/casework"
)

// saveAfter is how long after the first unsaved keystroke the draft is written.
// With the time the disk takes it stays under the promised second.
const (
	saveAfter = 600 * time.Millisecond
	saveRetry = 5 * time.Second
)

// saver keeps one draft on the disk while somebody types. All its fields belong
// to the window's goroutine, but for id, which belongs to the runner's queue.
type saver struct {
	w     *Window
	take  func() *casework.Draft // what is typed, now
	saved func()                 // called after each proven save

	id    string // of the draft, once it has one
	known string // the same, for the window's goroutine
	dirty bool
	stop  func() // of the timer; nil while none runs
	ended bool
}

// changed notes that something was typed.
func (s *saver) changed() {
	s.dirty = true
	if s.stop == nil && !s.ended {
		s.stop = s.w.run.After(saveAfter, s.write)
	}
}

// write saves what is typed now.
func (s *saver) write() {
	s.halt()
	s.keep(func(err error) {
		if err != nil && !s.ended && s.stop == nil {
			s.stop = s.w.run.After(saveRetry, s.write)
		}
	})
}

// keep saves what is typed, if anything is unsaved, and calls done once all
// that was typed until now is on the disk or has failed to get there.
func (s *saver) keep(done func(error)) {
	s.halt()
	var draft *casework.Draft
	if s.dirty {
		draft = s.take()
		s.dirty = false
	}
	w, session, nb := s.w, s.w.session, s.w.nb
	w.run.Go(func() {
		var err error
		if draft != nil {
			draft.ID = s.id
			// A lock may follow at once; it must not break the saving off.
			var id string
			if id, err = nb.SaveDraft(context.Background(), draft); err == nil {
				s.id = id
			}
		}
		id, at := s.id, nb.SavedAt()
		w.run.Do(func() {
			if session != w.session {
				return
			}
			s.known, w.savedAt = id, later(w.savedAt, at)
			s.report(draft != nil, err)
			done(err)
		})
	})
}

func (s *saver) report(wrote bool, err error) {
	switch {
	case err != nil:
		s.dirty = true
		s.w.saveBad = s.w.deps.Explain(err).Sentence
	case wrote:
		s.w.saveBad = ""
		if s.saved != nil {
			s.saved()
		}
	}
	s.w.showStatus()
}

func (s *saver) halt() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// end stops the saving for good: the page goes.
func (s *saver) end() {
	s.halt()
	s.ended = true
}
