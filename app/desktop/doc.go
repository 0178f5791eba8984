// Package desktop is the notebook's window: one window, every screen, the main
// menu that holds every command, and nothing that decides what a record means.
//
// It stands on the ports declared in ports.go, which the notebook fulfils, and
// on the domain words of casework. It starts no goroutine and touches no disk,
// key or network of its own: work leaves the window's goroutine through the
// Runner (runner.go) and results come back through it.
//
// The package never imports fyne.io/fyne/v2/app, so every screen is built,
// driven and drawn by tests without a display.
package desktop
