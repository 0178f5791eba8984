package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Shape is a small sign beside words, so that a state can be told without
// colour.
type Shape int

// Shapes.
const (
	NoShape  Shape = iota
	Laptop         // a frame: on this laptop
	Arrow          // an arrow up: sending
	Tick           // a tick: the council has it
	TwoTicks       // two ticks: opened
	Pause          // two bars: held for a decision
	Alert          // a triangle: needs you
	Key            // a ring with a stem: lock
	OpenRing       // a ring: unfinished
)

// Sign is words with a shape before them, on one line.
type Sign struct {
	widget.BaseWidget
	Shape Shape
	Words string
	Style TextStyle
}

// NewSign makes one.
func NewSign(shape Shape, words string, style TextStyle) *Sign {
	s := &Sign{Shape: shape, Words: words, Style: style}
	s.ExtendBaseWidget(s)
	return s
}

// Set changes shape and words.
func (s *Sign) Set(shape Shape, words string) {
	if s.Shape != shape || s.Words != words {
		s.Shape, s.Words = shape, words
		s.Refresh()
	}
}

// AccessibilityLabel is the words.
func (s *Sign) AccessibilityLabel() string { return s.Words }

// AccessibilityRole is text.
func (s *Sign) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (s *Sign) CreateRenderer() fyne.WidgetRenderer {
	r := &signRenderer{s: s, text: NewLabel(s.Words, s.Style)}
	r.build()
	return r
}

type signRenderer struct {
	s    *Sign
	text *Text
	all  []fyne.CanvasObject
}

func (r *signRenderer) unit() float32 { return r.text.MinSize().Height * 0.62 }

func (r *signRenderer) build() {
	s := r.s
	r.text.SetStyle(s.Words, s.Style)
	r.all = append(r.all[:0], r.text)
	name := s.Style.Colour
	switch {
	case s.Shape == Alert:
		name = theme.ColorNameError
	case s.Shape == Tick, s.Shape == TwoTicks:
		name = theme.ColorNameSuccess
	case name == "":
		name = theme.ColorNameForeground
	}
	u := r.unit()
	y := (r.text.MinSize().Height - u) / 2
	line := func(x1, y1, x2, y2 float32) {
		l := canvas.NewLine(colour(name))
		l.StrokeWidth = 2
		l.Position1, l.Position2 = fyne.NewPos(x1*u, y+y1*u), fyne.NewPos(x2*u, y+y2*u)
		r.all = append(r.all, l)
	}
	frame := func(x, top, w, h, radius float32) {
		f := canvas.NewRectangle(color.Transparent)
		f.StrokeColor, f.StrokeWidth, f.CornerRadius = colour(name), 2, radius
		f.Move(fyne.NewPos(x*u, y+top*u))
		f.Resize(fyne.NewSize(w*u, h*u))
		r.all = append(r.all, f)
	}
	tick := func(dx float32) {
		line(dx+.05, .55, dx+.35, .9)
		line(dx+.35, .9, dx+.95, .1)
	}
	switch s.Shape {
	case Laptop:
		frame(.1, .08, .8, .6, 2)
		line(0, .94, 1, .94)
	case Arrow:
		line(.5, .05, .5, 1)
		line(.5, .05, .12, .45)
		line(.5, .05, .88, .45)
	case Tick:
		tick(0)
	case TwoTicks:
		tick(-.05)
		tick(.42)
	case Pause:
		line(.3, .05, .3, .95)
		line(.7, .05, .7, .95)
	case Alert:
		line(.5, 0, 0, .95)
		line(0, .95, 1, .95)
		line(1, .95, .5, 0)
		line(.5, .35, .5, .62)
		line(.5, .72, .5, .8)
	case Key:
		frame(.05, .05, .45, .45, .3*u)
		line(.45, .45, .95, .95)
		line(.7, .7, .85, .55)
	case OpenRing:
		frame(.1, .1, .8, .8, .4*u)
	}
	r.Layout(s.Size())
}

func (r *signRenderer) room() float32 {
	switch r.s.Shape {
	case NoShape:
		return 0
	case TwoTicks:
		return r.unit()*1.45 + 7
	}
	return r.unit() + 7
}

func (r *signRenderer) Layout(fyne.Size) {
	m := r.text.MinSize()
	r.text.Move(fyne.NewPos(r.room(), 0))
	r.text.Resize(m)
}

func (r *signRenderer) MinSize() fyne.Size {
	return r.text.MinSize().AddWidthHeight(r.room(), 0)
}

func (r *signRenderer) Refresh() {
	r.build()
	canvas.Refresh(r.s)
}

func (r *signRenderer) Objects() []fyne.CanvasObject { return r.all }
func (r *signRenderer) Destroy()                     {}
