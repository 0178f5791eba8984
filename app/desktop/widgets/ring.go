package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// The focus ring: three pixels of the focus colour around the widget with a
// gap between, so that it stands against the page and not against the widget.
const (
	ringWidth float32 = 3
	ringSpace float32 = 5 // from the widget's edge to what it draws
)

func newRing() *canvas.Rectangle {
	r := canvas.NewRectangle(color.Transparent)
	r.StrokeWidth = ringWidth
	return r
}

func placeRing(r *canvas.Rectangle, s fyne.Size) {
	r.Move(fyne.NewPos(ringWidth/2, ringWidth/2))
	r.Resize(s.SubtractWidthHeight(ringWidth, ringWidth))
}

func showRing(r *canvas.Rectangle, focused bool) {
	r.CornerRadius = size(theme.SizeNameButtonRadius) + 3
	r.StrokeColor = color.Transparent
	if focused {
		r.StrokeColor = colour(theme.ColorNameFocus)
	}
}

// ringed puts a focus ring around a widget of the toolkit.
type ringed struct {
	fyne.WidgetRenderer
	ring    *canvas.Rectangle
	border  *canvas.Rectangle // for widgets that the toolkit leaves without one
	focused func() bool
	after   func() // of each layout; may be nil
	objects []fyne.CanvasObject
}

func newRinged(inner fyne.WidgetRenderer, focused func() bool) *ringed {
	r := &ringed{WidgetRenderer: inner, ring: newRing(), focused: focused}
	r.show()
	return r
}

// bordered adds a border that can be seen on every ground.
func (r *ringed) bordered() *ringed {
	r.border = canvas.NewRectangle(color.Transparent)
	r.show()
	return r
}

func (r *ringed) show() {
	showRing(r.ring, r.focused())
	r.ring.CornerRadius = size(theme.SizeNameInputRadius)
	if r.border != nil {
		r.border.StrokeColor, r.border.StrokeWidth = colour(theme.ColorNameInputBorder), size(theme.SizeNameInputBorder)
		r.border.CornerRadius = size(theme.SizeNameInputRadius)
	}
}

func (r *ringed) Layout(s fyne.Size) {
	r.WidgetRenderer.Layout(s)
	placeRing(r.ring, s)
	if r.border != nil {
		w := size(theme.SizeNameInputBorder)
		r.border.Move(fyne.NewPos(w/2, w/2))
		r.border.Resize(s.SubtractWidthHeight(w, w))
	}
	if r.after != nil {
		r.after()
	}
}

func (r *ringed) Refresh() {
	r.show()
	r.WidgetRenderer.Refresh()
	r.ring.Refresh()
}

func (r *ringed) Objects() []fyne.CanvasObject {
	inner := r.WidgetRenderer.Objects()
	r.objects = append(r.objects[:0], inner...)
	if r.border != nil {
		r.objects = append(r.objects, r.border)
	}
	r.objects = append(r.objects, r.ring)
	return r.objects
}
