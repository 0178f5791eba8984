//go:build !linux

package session

// watchDesktop has nobody to ask: the window notices sleep by its clocks.
func (w *Watcher) watchDesktop(chan<- Event) {}
