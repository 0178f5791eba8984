package widgets

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Thumb is a small picture in a frame that is always equally large, or a word
// in its place. A click does what the button beside it does; it takes no focus.
type Thumb struct {
	widget.BaseWidget
	OnTapped func()

	kit   *Kit
	label string
	img   image.Image
	word  string
}

// frame grows with the text, but not as fast.
func (t *Thumb) frame() fyne.Size {
	grow := 1 + (Scale()-1)*0.3
	return fyne.NewSize(104*grow, 78*grow)
}

// maxThumbSide bounds a small picture before it is decoded: it may have been
// made by somebody else's program.
const maxThumbSide = 1024

// Thumb makes one out of a small JPEG; without one, or if it cannot be decoded,
// word is shown. label is what it is called.
func (k *Kit) Thumb(small []byte, word, label string) *Thumb {
	t := &Thumb{kit: k, word: word, label: label}
	c, err := jpeg.DecodeConfig(bytes.NewReader(small))
	if err == nil && c.Width <= maxThumbSide && c.Height <= maxThumbSide {
		if img, err := jpeg.Decode(bytes.NewReader(small)); err == nil {
			t.img = img
		}
	}
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *Thumb) Tapped(*fyne.PointEvent) {
	if t.kit.active(); t.OnTapped != nil {
		t.OnTapped()
	}
}

// Cursor implements desktop.Cursorable.
func (t *Thumb) Cursor() desktop.Cursor {
	if t.OnTapped == nil {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel is what it is called.
func (t *Thumb) AccessibilityLabel() string { return t.label }

// AccessibilityRole is text.
func (t *Thumb) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (t *Thumb) CreateRenderer() fyne.WidgetRenderer {
	r := &pictureRenderer{back: canvas.NewRectangle(color.Transparent), pad: 1,
		words: NewText(t.word, TextStyle{Colour: ColorMuted, Bold: true, Align: fyne.TextAlignCenter}),
		min:   t.frame, self: t}
	r.put = func() {
		r.img.Image = t.img
		r.words.Hidden = t.img != nil
	}
	return r.begin()
}

// Picture shows one picture as large as the window lets it. It takes the focus:
// the arrow keys step to other pictures, Escape leaves the dialog it is in.
type Picture struct {
	widget.BaseWidget
	// OnStep is called with 1 and -1.
	OnStep func(by int)
	// Beside is the height that is left to what else is in the dialog.
	Beside float32

	kit     *Kit
	img     image.Image
	words   string
	focused bool
}

// Picture makes an empty one.
func (k *Kit) Picture(beside float32, step func(int)) *Picture {
	p := &Picture{kit: k, Beside: beside, OnStep: step}
	p.ExtendBaseWidget(p)
	return p
}

// Put shows a picture, or words in its place when img is nil. words is also
// what the picture is called.
func (p *Picture) Put(img image.Image, words string) {
	p.img, p.words = img, words
	p.Refresh()
}

// FocusGained implements fyne.Focusable.
func (p *Picture) FocusGained() { p.focused = true; p.Refresh(); p.kit.focusGained(p) }

// FocusLost implements fyne.Focusable.
func (p *Picture) FocusLost() { p.focused = false; p.Refresh() }

// TypedRune implements fyne.Focusable.
func (p *Picture) TypedRune(rune) { p.kit.active() }

// TypedKey steps from picture to picture.
func (p *Picture) TypedKey(ev *fyne.KeyEvent) {
	if p.kit.key(p, ev) || p.OnStep == nil {
		return
	}
	switch ev.Name {
	case fyne.KeyRight, fyne.KeyDown, fyne.KeyPageDown:
		p.OnStep(1)
	case fyne.KeyLeft, fyne.KeyUp, fyne.KeyPageUp:
		p.OnStep(-1)
	}
}

// Tapped takes the focus.
func (p *Picture) Tapped(*fyne.PointEvent) {
	p.kit.active()
	focus(p)
}

// AccessibilityLabel is what the picture is called.
func (p *Picture) AccessibilityLabel() string { return p.words }

// AccessibilityRole is text.
func (p *Picture) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// height is what the window has room for.
func (p *Picture) height() float32 {
	c := fyne.CurrentApp().Driver().CanvasForObject(p)
	if c == nil {
		return 240
	}
	return fyne.Max(160, c.Size().Height-p.Beside*Scale())
}

// CreateRenderer implements fyne.Widget.
func (p *Picture) CreateRenderer() fyne.WidgetRenderer {
	r := &pictureRenderer{back: canvas.NewRectangle(color.Transparent), ring: newRing(), pad: ringSpace + 1,
		words: NewText("", TextStyle{Colour: ColorMuted, Align: fyne.TextAlignCenter}),
		min:   func() fyne.Size { return fyne.NewSize(200, p.height()) }, self: p}
	r.put = func() {
		showRing(r.ring, p.focused)
		r.img.Image = p.img
		r.words.Hidden = p.img != nil
		r.words.Set(p.words)
	}
	return r.begin()
}

// pictureRenderer draws a frame with a picture in its middle, or words.
type pictureRenderer struct {
	back  *canvas.Rectangle
	ring  *canvas.Rectangle // nil for what takes no focus
	img   *canvas.Image
	words *Text
	pad   float32
	min   func() fyne.Size
	put   func()
	self  fyne.CanvasObject
}

func (r *pictureRenderer) begin() *pictureRenderer {
	r.img = &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth}
	r.update()
	return r
}

func (r *pictureRenderer) update() {
	r.back.FillColor, r.back.StrokeColor, r.back.StrokeWidth = colour(ColorNav), colour(ColorLine), 1
	r.put()
	r.img.Hidden = r.img.Image == nil
	r.img.Refresh()
}

func (r *pictureRenderer) MinSize() fyne.Size { return r.min() }

func (r *pictureRenderer) Layout(s fyne.Size) {
	inner := s.SubtractWidthHeight(2*r.pad, 2*r.pad)
	at := fyne.NewPos(r.pad, r.pad)
	if r.ring != nil {
		placeRing(r.ring, s)
	}
	frame := float32(0)
	if r.ring != nil {
		frame = ringSpace
	}
	r.back.Move(fyne.NewPos(frame, frame))
	r.back.Resize(s.SubtractWidthHeight(2*frame, 2*frame))
	r.img.Move(at)
	r.img.Resize(inner)
	h := heightFor(r.words, inner.Width)
	r.words.Move(fyne.NewPos(r.pad, r.pad+(inner.Height-h)/2))
	r.words.Resize(fyne.NewSize(inner.Width, h))
}

func (r *pictureRenderer) Refresh() {
	r.update()
	r.Layout(r.self.Size())
	canvas.Refresh(r.self)
}

func (r *pictureRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.back, r.img, r.words}
	if r.ring != nil {
		out = append(out, r.ring)
	}
	return out
}

func (r *pictureRenderer) Destroy() {}
