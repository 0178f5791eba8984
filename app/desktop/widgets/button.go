package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Weight is how much a button asks to be pressed.
type Weight int

// Weights of buttons. A screen has one Primary at most.
const (
	Secondary Weight = iota
	Primary
	Quiet  // words only, like a link
	Danger // destroys something
)

// Button is a button that answers Return as well as Space, keeps the focus
// when pressed and shows it with a ring.
type Button struct {
	widget.DisableableWidget
	Text     string
	Weight   Weight
	OnTapped func()
	Small    bool // in the size of captions

	kit              *Kit
	hovered, focused bool
}

// Button makes a button.
func (k *Kit) Button(text string, weight Weight, tapped func()) *Button {
	b := &Button{Text: text, Weight: weight, OnTapped: tapped, kit: k}
	b.ExtendBaseWidget(b)
	return b
}

// SetText changes the words.
func (b *Button) SetText(s string) {
	if b.Text != s {
		b.Text = s
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	b.kit.active()
	if !b.Disabled() {
		focus(b)
		b.press()
	}
}

func (b *Button) press() {
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.focused = true; b.Refresh(); b.kit.focusGained(b) }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune presses the button on a space (see Options.TypedRune).
func (b *Button) TypedRune(r rune) {
	if b.kit.active(); r == ' ' {
		b.press()
	}
}

// TypedKey presses the button on Return.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	if b.kit.key(b, ev) {
		return
	}
	if isReturn(ev) {
		b.press()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) { b.kit.active(); b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) { b.kit.active() }

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() { b.hovered = false; b.Refresh() }

// Cursor implements desktop.Cursorable.
func (b *Button) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel is the words.
func (b *Button) AccessibilityLabel() string { return b.Text }

// AccessibilityRole is button.
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{b: b, ring: newRing(), back: canvas.NewRectangle(color.Transparent),
		tint: canvas.NewRectangle(color.Transparent), text: canvas.NewText("", color.Black)}
	r.line = canvas.NewLine(color.Transparent)
	r.update()
	return r
}

type buttonRenderer struct {
	b          *Button
	ring       *canvas.Rectangle
	back, tint *canvas.Rectangle
	text       *canvas.Text
	line       *canvas.Line // under the words of a quiet button
}

func (r *buttonRenderer) pad() fyne.Size {
	if r.b.Weight == Quiet {
		if r.b.Small {
			return fyne.NewSize(8, 5)
		}
		return fyne.NewSize(8, 9)
	}
	return fyne.NewSize(18, 9)
}

func (r *buttonRenderer) textSize() float32 {
	if r.b.Small {
		return size(theme.SizeNameCaptionText)
	}
	return size(theme.SizeNameText)
}

func (r *buttonRenderer) MinSize() fyne.Size {
	p := r.pad()
	m := fyne.MeasureText(r.b.Text, r.textSize(), fyne.TextStyle{Bold: r.b.Weight != Quiet})
	return fyne.NewSize(m.Width+2*p.Width+2*ringSpace, m.Height+2*p.Height+2*ringSpace)
}

func (r *buttonRenderer) Layout(s fyne.Size) {
	placeRing(r.ring, s)
	in := s.SubtractWidthHeight(2*ringSpace, 2*ringSpace)
	for _, o := range []*canvas.Rectangle{r.back, r.tint} {
		o.Move(fyne.NewPos(ringSpace, ringSpace))
		o.Resize(in)
	}
	m := r.text.MinSize()
	x := (s.Width - m.Width) / 2
	if r.b.Weight == Quiet {
		x = ringSpace + r.pad().Width
	}
	r.text.Move(fyne.NewPos(x, (s.Height-m.Height)/2))
	r.text.Resize(m)
	y := (s.Height+m.Height)/2 - 1
	r.line.Position1, r.line.Position2 = fyne.NewPos(x, y), fyne.NewPos(x+m.Width, y)
}

func (r *buttonRenderer) update() {
	b := r.b
	fore, back, border := theme.ColorNameForeground, theme.ColorNameButton, theme.ColorNameInputBorder
	switch b.Weight {
	case Primary:
		fore, back, border = theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, theme.ColorNamePrimary
	case Danger:
		fore, back, border = theme.ColorNameForegroundOnError, theme.ColorNameError, theme.ColorNameError
	case Quiet:
		fore, back, border = theme.ColorNameHyperlink, "", ""
	}
	if b.Disabled() {
		fore = theme.ColorNameDisabled
		if b.Weight != Quiet {
			back, border = theme.ColorNameDisabledButton, ColorLine
		}
	}
	r.back.FillColor, r.back.StrokeColor, r.back.StrokeWidth = color.Transparent, color.Transparent, 0
	if back != "" {
		r.back.FillColor, r.back.StrokeColor, r.back.StrokeWidth = colour(back), colour(border), 1.5
	}
	r.back.CornerRadius, r.tint.CornerRadius = size(theme.SizeNameButtonRadius), size(theme.SizeNameButtonRadius)
	r.tint.FillColor = color.Transparent
	if b.hovered && !b.Disabled() {
		r.tint.FillColor = colour(theme.ColorNameHover)
	}
	r.text.Text, r.text.Color = b.Text, colour(fore)
	r.text.TextSize, r.text.TextStyle = r.textSize(), fyne.TextStyle{Bold: b.Weight != Quiet}
	r.line.StrokeColor = color.Transparent
	if b.Weight == Quiet && !b.Disabled() {
		r.line.StrokeColor, r.line.StrokeWidth = colour(fore), 1
	}
	showRing(r.ring, b.focused)
}

func (r *buttonRenderer) Refresh() {
	r.update()
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.back, r.tint, r.text, r.line}
}

func (r *buttonRenderer) Destroy() {}
