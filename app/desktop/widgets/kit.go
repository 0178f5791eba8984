package widgets

import "fyne.io/fyne/v2"

// Kit is what every widget of one window shares. The zero Kit works.
type Kit struct {
	// Active is called whenever the person does something: a key, a click, a
	// turn of the wheel. It feeds the idle lock and must be cheap.
	Active func()
	// Key sees every key pressed in any widget before the widget does, and
	// says whether it was used up. It is where F1 lives, which the toolkit does
	// not allow as a menu shortcut.
	Key func(*fyne.KeyEvent) bool
	// Focused is told of every widget that takes the focus, so that the page
	// can scroll it into view.
	Focused func(fyne.CanvasObject)
}

func (k *Kit) active() {
	if k != nil && k.Active != nil {
		k.Active()
	}
}

func (k *Kit) focusGained(o fyne.CanvasObject) {
	if k != nil && k.Focused != nil {
		k.Focused(o)
	}
}

// key notes the activity and lets the window, then an open dialog, use the key.
func (k *Kit) key(o fyne.CanvasObject, ev *fyne.KeyEvent) bool {
	k.active()
	if k != nil && k.Key != nil && k.Key(ev) {
		return true
	}
	if ev.Name != fyne.KeyEscape {
		return false
	}
	d := openDialog(o)
	if d == nil {
		return false
	}
	d.Cancel()
	return true
}

func isReturn(ev *fyne.KeyEvent) bool {
	return ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter
}

// focus moves the focus to o on whatever canvas it is on.
func focus(o fyne.Focusable) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o.(fyne.CanvasObject)); c != nil {
		c.Focus(o)
	}
}
