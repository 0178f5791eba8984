package widgets

import "fyne.io/fyne/v2"

// StatusBar is the line at the foot of the window: what is saved, how far it
// has come, and when the window locks.
type StatusBar struct {
	Object            fyne.CanvasObject
	Saved, Sync, Lock *Sign
}

// StatusBar makes one. open is called when somebody asks for more about the
// state of sync.
func (k *Kit) StatusBar(more string, open func()) *StatusBar {
	b := &StatusBar{Saved: NewSign(NoShape, "", SmallInk), Sync: NewSign(NoShape, "", SmallInk), Lock: NewSign(NoShape, "", SmallInk)}
	button := k.Button(more, Quiet, open)
	button.Small = true
	row := Between(3*Gap, Row(3*Gap, b.Saved, b.Sync, button), b.Lock)
	b.Object = Stack(0, Rule(), NewPanel(Column, 0, Inset(1, 16, 1, 22, row)))
	return b
}
