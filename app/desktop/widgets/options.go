package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Option is one choice of an Options group.
type Option struct {
	Value string
	Label string
}

// Options is a group of choices shown side by side, wrapping: radio buttons, or
// check boxes when Many is set. The group is one stop of Tab; the arrow keys go
// along it, Space or Return chooses. With radio buttons an arrow chooses too.
// Nothing is chosen until somebody does.
type Options struct {
	widget.BaseWidget
	// OnChanged is called after the person changed the choice.
	OnChanged func()

	kit     *Kit
	many    bool
	plain   bool // without the circle or box: a row of tabs
	options []Option
	chosen  map[string]bool
	at      int // the option that the keys act on
	hover   int
	focused bool
}

// Radios makes a group of which one can be chosen.
func (k *Kit) Radios(options []Option, changed func()) *Options {
	return k.newOptions(options, false, changed)
}

// Checks makes a group of which any number can be chosen.
func (k *Kit) Checks(options []Option, changed func()) *Options {
	return k.newOptions(options, true, changed)
}

// Tabs makes a group of which exactly one is chosen, drawn as a row of tabs.
func (k *Kit) Tabs(options []Option, changed func()) *Options {
	o := k.newOptions(options, false, changed)
	o.plain = true
	if len(options) > 0 {
		o.chosen[options[0].Value] = true
	}
	return o
}

func (k *Kit) newOptions(options []Option, many bool, changed func()) *Options {
	o := &Options{kit: k, many: many, options: options, chosen: map[string]bool{}, hover: -1, OnChanged: changed}
	o.ExtendBaseWidget(o)
	return o
}

// Value is the choice of a group of radio buttons; "" if there is none.
func (o *Options) Value() string {
	for _, op := range o.options {
		if o.chosen[op.Value] {
			return op.Value
		}
	}
	return ""
}

// Values are the choices in their order.
func (o *Options) Values() []string {
	var out []string
	for _, op := range o.options {
		if o.chosen[op.Value] {
			out = append(out, op.Value)
		}
	}
	return out
}

// Set chooses without calling OnChanged. Values that are not there are ignored.
func (o *Options) Set(values ...string) {
	o.chosen = map[string]bool{}
	for _, v := range values {
		for i, op := range o.options {
			if op.Value == v && v != "" {
				o.chosen[v] = true
				o.at = i
			}
		}
	}
	o.Refresh()
}

// SetOptions replaces the options and keeps what is still there of the choice.
func (o *Options) SetOptions(options []Option) {
	o.options = options
	o.at = max(0, min(o.at, len(options)-1))
	keep := o.Values()
	o.chosen = map[string]bool{}
	for _, v := range keep {
		o.chosen[v] = true
	}
	o.Refresh()
}

// Options are the options as they stand.
func (o *Options) Options() []Option { return o.options }

func (o *Options) choose(i int) {
	if i < 0 || i >= len(o.options) {
		return
	}
	o.at = i
	v := o.options[i].Value
	if o.many {
		o.chosen[v] = !o.chosen[v]
	} else if o.chosen[v] {
		o.Refresh()
		return
	} else {
		o.chosen = map[string]bool{v: true}
	}
	o.Refresh()
	if o.OnChanged != nil {
		o.OnChanged()
	}
}

// Tapped implements fyne.Tappable.
func (o *Options) Tapped(ev *fyne.PointEvent) {
	o.kit.active()
	focus(o)
	o.choose(o.find(ev.Position))
}

func (o *Options) find(p fyne.Position) int {
	boxes, _ := o.boxes(o.Size().Width)
	for i, b := range boxes {
		if p.X >= b.x && p.X < b.x+b.w && p.Y >= b.y && p.Y < b.y+b.h {
			return i
		}
	}
	return -1
}

// FocusGained implements fyne.Focusable.
func (o *Options) FocusGained() { o.focused = true; o.Refresh(); o.kit.focusGained(o) }

// FocusLost implements fyne.Focusable.
func (o *Options) FocusLost() { o.focused = false; o.Refresh() }

// TypedRune implements fyne.Focusable.
func (o *Options) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (o *Options) TypedKey(ev *fyne.KeyEvent) {
	if o.kit.key(o, ev) || len(o.options) == 0 {
		return
	}
	step := 0
	switch {
	case ev.Name == fyne.KeyRight, ev.Name == fyne.KeyDown:
		step = 1
	case ev.Name == fyne.KeyLeft, ev.Name == fyne.KeyUp:
		step = -1
	case isReturn(ev), ev.Name == fyne.KeySpace:
		o.choose(o.at)
		return
	default:
		return
	}
	n := len(o.options)
	if !o.many && o.Value() == "" && !o.plain {
		step = 0 // the first arrow chooses where the ring already is
	}
	o.at = (o.at + step + n) % n
	if o.many {
		o.Refresh()
		return
	}
	o.choose(o.at)
}

// MouseIn implements desktop.Hoverable.
func (o *Options) MouseIn(ev *desktop.MouseEvent) { o.MouseMoved(ev) }

// MouseMoved implements desktop.Hoverable.
func (o *Options) MouseMoved(ev *desktop.MouseEvent) {
	o.kit.active()
	if i := o.find(ev.Position); i != o.hover {
		o.hover = i
		o.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (o *Options) MouseOut() { o.hover = -1; o.Refresh() }

type box struct{ x, y, w, h float32 }

// boxes places the options for a width and gives the height used.
func (o *Options) boxes(width float32) ([]box, float32) {
	const gap = 4
	var out []box
	var x, y, line float32
	for _, op := range o.options {
		m := fyne.MeasureText(op.Label, size(theme.SizeNameText), fyne.TextStyle{Bold: o.plain})
		b := box{w: m.Width + 2*ringSpace + 24, h: m.Height + 2*ringSpace + 14}
		if !o.plain {
			b.w += o.mark() + 8
		}
		if x > 0 && x+b.w > width {
			x, y, line = 0, y+line+gap, 0
		}
		b.x, b.y = x, y
		x += b.w + gap
		line = fyne.Max(line, b.h)
		out = append(out, b)
	}
	return out, y + line
}

func (o *Options) mark() float32 { return size(theme.SizeNameText) + 2 }

// CreateRenderer implements fyne.Widget.
func (o *Options) CreateRenderer() fyne.WidgetRenderer {
	r := &optionsRenderer{o: o}
	r.update()
	return r
}

type optionItem struct {
	ring, back, mark *canvas.Rectangle
	dot              *canvas.Circle
	tick             [2]*canvas.Line
	text             *canvas.Text
}

type optionsRenderer struct {
	o     *Options
	items []optionItem
	all   []fyne.CanvasObject
	width float32
}

func (r *optionsRenderer) MinSize() fyne.Size {
	boxes, h := r.o.boxes(r.o.Size().Width)
	if r.o.Size().Width == 0 {
		boxes, h = r.o.boxes(1 << 20)
	}
	var w float32
	for _, b := range boxes {
		w = fyne.Max(w, b.w)
	}
	return fyne.NewSize(w, h)
}

func (r *optionsRenderer) Layout(s fyne.Size) {
	boxes, _ := r.o.boxes(s.Width)
	m := r.o.mark()
	for i, b := range boxes {
		it := r.items[i]
		it.ring.Move(fyne.NewPos(b.x+ringWidth/2, b.y+ringWidth/2))
		it.ring.Resize(fyne.NewSize(b.w-ringWidth, b.h-ringWidth))
		it.back.Move(fyne.NewPos(b.x+ringSpace, b.y+ringSpace))
		it.back.Resize(fyne.NewSize(b.w-2*ringSpace, b.h-2*ringSpace))
		x, mid := b.x+ringSpace+12, b.y+b.h/2
		if !r.o.plain {
			it.mark.Move(fyne.NewPos(x, mid-m/2))
			it.mark.Resize(fyne.NewSize(m, m))
			inset := m * 0.27
			it.dot.Move(fyne.NewPos(x+inset, mid-m/2+inset))
			it.dot.Resize(fyne.NewSize(m-2*inset, m-2*inset))
			it.tick[0].Position1, it.tick[0].Position2 = fyne.NewPos(x+m*.22, mid), fyne.NewPos(x+m*.42, mid+m*.24)
			it.tick[1].Position1, it.tick[1].Position2 = fyne.NewPos(x+m*.42, mid+m*.24), fyne.NewPos(x+m*.8, mid-m*.26)
			x += m + 8
		}
		t := it.text.MinSize()
		it.text.Move(fyne.NewPos(x, mid-t.Height/2))
		it.text.Resize(t)
	}
}

func (r *optionsRenderer) grow() {
	for len(r.items) < len(r.o.options) {
		it := optionItem{ring: newRing(), back: canvas.NewRectangle(color.Transparent), mark: canvas.NewRectangle(color.Transparent),
			dot: canvas.NewCircle(color.Transparent), text: canvas.NewText("", color.Black)}
		it.tick[0], it.tick[1] = canvas.NewLine(color.Transparent), canvas.NewLine(color.Transparent)
		r.items = append(r.items, it)
	}
	r.items = r.items[:len(r.o.options)]
	r.all = nil
	for _, it := range r.items {
		r.all = append(r.all, it.ring, it.back, it.mark, it.dot, it.tick[0], it.tick[1], it.text)
	}
}

func (r *optionsRenderer) update() {
	o := r.o
	r.grow()
	for i, op := range o.options {
		it, on := r.items[i], o.chosen[op.Value]
		showRing(it.ring, o.focused && i == o.at)
		fore, back, border, width := theme.ColorNameForeground, theme.ColorNameButton, theme.ColorNameInputBorder, float32(1.5)
		if on {
			fore, border, width = theme.ColorNamePrimary, theme.ColorNamePrimary, 2.5
		}
		if o.plain && on {
			fore, back = theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary
		}
		it.back.FillColor, it.back.StrokeColor, it.back.StrokeWidth = colour(back), colour(border), width
		if i == o.hover && !(o.plain && on) {
			it.back.FillColor = colour(theme.ColorNameSelection)
		}
		it.back.CornerRadius = size(theme.SizeNameButtonRadius)
		it.mark.FillColor, it.mark.StrokeColor, it.mark.StrokeWidth = colour(theme.ColorNameInputBackground), colour(border), 2
		it.mark.CornerRadius = o.mark() / 2
		it.dot.FillColor = color.Transparent
		it.tick[0].StrokeColor, it.tick[1].StrokeColor = color.Transparent, color.Transparent
		switch {
		case o.plain:
			it.mark.FillColor, it.mark.StrokeColor = color.Transparent, color.Transparent
		case o.many:
			it.mark.CornerRadius = 3
			if on {
				it.mark.FillColor = colour(theme.ColorNamePrimary)
				for _, l := range it.tick {
					l.StrokeColor, l.StrokeWidth = colour(theme.ColorNameForegroundOnPrimary), 2.5
				}
			}
		case on:
			it.dot.FillColor = colour(theme.ColorNamePrimary)
		}
		it.text.Text, it.text.Color, it.text.TextSize = op.Label, colour(fore), size(theme.SizeNameText)
		it.text.TextStyle = fyne.TextStyle{Bold: on || o.plain}
	}
}

func (r *optionsRenderer) Refresh() {
	r.update()
	r.Layout(r.o.Size())
	canvas.Refresh(r.o)
}

func (r *optionsRenderer) Objects() []fyne.CanvasObject { return r.all }
func (r *optionsRenderer) Destroy()                     {}
