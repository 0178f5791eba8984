package desktop

import (
	"os"
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
	// settled waits for the tasks given to Go and returns a Runner that does
	// everything at once, for what is left when the window's loop has ended.
	settled() Runner
}

// runner is the Runner of a real window.
type runner struct{ queue chan func() }

func newRunner() *runner {
	r := &runner{queue: make(chan func(), 256)}
	go func() {
		defer stopOnFault()
		for task := range r.queue {
			task()
		}
	}()
	return r
}

// Go waits only when 256 tasks are waiting already.
func (r *runner) Go(task func()) { r.queue <- task }

func (r *runner) Aside(task func()) {
	go func() {
		defer stopOnFault()
		task()
	}()
}

func (r *runner) Do(task func()) { fyne.Do(task) }

// stopOnFault ends the program after a panic. The panic's own words may hold
// pieces of the record; the window's goroutine is guarded by main.
func stopOnFault() {
	if recover() != nil {
		_, _ = os.Stderr.WriteString("Wherry met a fault of its own and stopped. What was saved is safe.\n") // nowhere left to say that it failed
		os.Exit(exitFault)
	}
}

// exitFault is the exit code of a fault of our own (docs/commands.md).
const exitFault = 70

func (r *runner) settled() Runner {
	done := make(chan struct{})
	r.queue <- func() { close(done) }
	<-done
	return atOnce{}
}

// atOnce is a Runner without a loop: timers never run.
type atOnce struct{}

func (atOnce) Go(task func())                            { task() }
func (atOnce) Aside(task func())                         { task() }
func (atOnce) Do(task func())                            { task() }
func (atOnce) After(time.Duration, func()) (stop func()) { return func() {} }
func (a atOnce) settled() Runner                         { return a }

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
