package desktop

import (
	"time"

	"fyne.io/fyne/v2"
)

// Runner takes work off the window's goroutine and brings results back. It is
// the only place in this package where goroutines start and where fyne.Do is
// called; tests put a synchronous one in its place.
type Runner interface {
	// Go runs a task off the window's goroutine, one after another in the
	// order given.
	Go(task func())
	// Aside runs a task off the window's goroutine beside all others.
	Aside(task func())
	// Do runs a task on the window's goroutine.
	Do(task func())
	// After runs a task on the window's goroutine once d has passed, unless
	// stop is called before. It is called on the window's goroutine.
	After(d time.Duration, task func()) (stop func())
}

// runner is the Runner of a real window.
type runner struct{ queue chan func() }

func newRunner() *runner {
	r := &runner{queue: make(chan func(), 256)}
	go func() {
		for task := range r.queue {
			task()
		}
	}()
	return r
}

// Go waits only when 256 tasks are waiting already.
func (r *runner) Go(task func())    { r.queue <- task }
func (r *runner) Aside(task func()) { go task() }
func (r *runner) Do(task func())    { fyne.Do(task) }

func (r *runner) After(d time.Duration, task func()) func() {
	stopped := false // touched on the window's goroutine only
	timer := time.AfterFunc(d, func() {
		fyne.Do(func() {
			if !stopped {
				task()
			}
		})
	})
	return func() {
		stopped = true
		timer.Stop()
	}
}
