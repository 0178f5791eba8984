// Package session tells a window what happens around it: that the laptop goes
// to sleep or has woken, that the person's session is locked, or that it ends.
package session

import (
	"io"
	"os"
	"os/signal"
	"sync"
)

// Event is one such happening.
type Event int

const (
	// Lock asks for the notebook to be locked now.
	Lock Event = iota
	// Sleep is Lock, before the laptop sleeps; the system waits a moment.
	Sleep
	// Woke says that time may have passed without the program.
	Woke
	// End asks the program to finish in order, soon.
	End
)

// Watcher reports what happens around a window.
type Watcher struct {
	// Events holds what the receiver has not taken yet; of many alike some may
	// be left out.
	Events <-chan Event

	mu   sync.Mutex
	held io.Closer // while the system waits for us before it sleeps
}

// Watch begins to watch, for the rest of the program's life.
func Watch() *Watcher {
	out := make(chan Event, 8)
	w := &Watcher{Events: out}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, watched()...)
	go func() {
		for s := range signals {
			if e, ok := meaning(s); ok {
				send(out, e)
			}
		}
	}()
	w.watchDesktop(out)
	return w
}

// Rested lets the system sleep, after Sleep: the notebook is locked.
func (w *Watcher) Rested() { w.hold(nil) }

// hold keeps one reason to wait, in the place of the last one.
func (w *Watcher) hold(c io.Closer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held != nil {
		_ = w.held.Close() // the system waits five seconds at most in any case
	}
	w.held = c
}

func send(out chan<- Event, e Event) {
	select {
	case out <- e:
	default: // the receiver is behind and has the like of it already
	}
}
