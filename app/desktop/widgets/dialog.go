package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Dialog is a question or a small form over the window. Escape cancels it,
// Return in a one-line box or with nothing focused presses its first button,
// and the focus goes to First when it opens and back when it closes.
type Dialog struct {
	widget.BaseWidget
	// OnCancel is called when the dialog is left without one of its buttons.
	OnCancel func()

	kit     *Kit
	canvas  fyne.Canvas
	card    *fyne.Container
	width   float32
	accept  *Button
	back    fyne.Focusable // where the focus was
	closing bool
}

// Choice is a button of a dialog. The dialog closes before Run is called,
// unless Keep is set.
type Choice struct {
	Label  string
	Weight Weight
	Keep   bool
	Run    func()
}

// Dialog makes a dialog of the width and shows it. cancel is the words of the
// button that leaves it; "" leaves that button out. first takes the focus; nil
// means the first choice.
func (k *Kit) Dialog(c fyne.Canvas, width float32, title string, body fyne.CanvasObject, choices []Choice, cancel string, first fyne.Focusable) *Dialog {
	d := &Dialog{kit: k, canvas: c, width: width}
	var buttons []fyne.CanvasObject
	for _, ch := range choices {
		b := k.Button(ch.Label, ch.Weight, func() { d.chosen(ch) })
		if d.accept == nil {
			d.accept = b
		}
		buttons = append(buttons, b)
	}
	var leave *Button
	if cancel != "" {
		leave = k.Button(cancel, Secondary, d.Cancel)
		buttons = append(buttons, leave)
	}
	d.card = Stack(2*Gap, NewText(title, SubHeading), body, Inset(Gap, 0, 0, -ringSpace, Wrap(Gap, buttons...)))
	d.ExtendBaseWidget(d)
	d.back = c.Focused()
	c.Overlays().Add(d)
	switch {
	case first != nil:
		c.Focus(first)
	case d.accept != nil:
		c.Focus(d.accept)
	case leave != nil:
		c.Focus(leave)
	}
	return d
}

func (d *Dialog) chosen(ch Choice) {
	if !ch.Keep {
		d.Close()
	}
	if ch.Run != nil {
		ch.Run()
	}
}

// Accept presses the first button, as Return does.
func (d *Dialog) Accept() {
	if d.accept != nil {
		d.accept.press()
	}
}

// Cancel closes the dialog and calls OnCancel.
func (d *Dialog) Cancel() {
	if d.closing {
		return
	}
	d.Close()
	if d.OnCancel != nil {
		d.OnCancel()
	}
}

// Close takes the dialog away and gives the focus back.
func (d *Dialog) Close() {
	if d.closing {
		return
	}
	d.closing = true
	d.canvas.Overlays().Remove(d)
	if d.back != nil {
		d.canvas.Focus(d.back)
	}
	d.back = nil
}

// openDialog is the dialog on top of the canvas that o is on, or nil.
func openDialog(o fyne.CanvasObject) *Dialog {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil
	}
	d, _ := c.Overlays().Top().(*Dialog)
	return d
}

// TopDialog is the dialog on top of a canvas, or nil.
func TopDialog(c fyne.Canvas) *Dialog {
	d, _ := c.Overlays().Top().(*Dialog)
	return d
}

// Tapped swallows clicks beside the dialog's own widgets.
func (d *Dialog) Tapped(*fyne.PointEvent) { d.kit.active() }

// CreateRenderer implements fyne.Widget.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer {
	r := &dialogRenderer{d: d, scrim: canvas.NewRectangle(color.Transparent), back: canvas.NewRectangle(color.Transparent)}
	r.scroll = d.kit.Scroll(Inset(3*Gap, 3*Gap, 3*Gap, 3*Gap, d.card))
	r.update()
	return r
}

type dialogRenderer struct {
	d           *Dialog
	scrim, back *canvas.Rectangle
	scroll      *Scroll
}

func (r *dialogRenderer) update() {
	r.scrim.FillColor = colour(theme.ColorNameShadow)
	r.back.FillColor = colour(theme.ColorNameOverlayBackground)
	r.back.StrokeColor, r.back.StrokeWidth = colour(theme.ColorNameInputBorder), 1
	r.back.CornerRadius = 8
}

func (r *dialogRenderer) MinSize() fyne.Size { return fyne.NewSize(200, 100) }

func (r *dialogRenderer) Layout(s fyne.Size) {
	r.scrim.Resize(s)
	w := fyne.Min(r.d.width, s.Width-2*Gap)
	h := fyne.Min(heightFor(r.scroll.Content, w), s.Height-2*Gap)
	at := fyne.NewPos((s.Width-w)/2, (s.Height-h)/3)
	r.back.Move(at)
	r.back.Resize(fyne.NewSize(w, h))
	r.scroll.Move(at)
	r.scroll.Resize(fyne.NewSize(w, h))
}

func (r *dialogRenderer) Refresh() {
	r.update()
	r.Layout(r.d.Size())
	canvas.Refresh(r.d)
}

func (r *dialogRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.scrim, r.back, r.scroll}
}

func (r *dialogRenderer) Destroy() {}
