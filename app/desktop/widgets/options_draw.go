package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

type box struct{ x, y, w, h float32 }

// boxes places the options for a width and gives the height used.
func (o *Options) boxes(width float32) ([]box, float32) {
	const gap = 4
	var out []box
	var x, y, line float32
	for _, op := range o.options {
		m := fyne.MeasureText(op.Label, size(theme.SizeNameText), fyne.TextStyle{Bold: true}) // as wide as when it is chosen
		b := box{w: m.Width + 2*ringSpace + 20, h: m.Height + 2*ringSpace + 14}
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
		x, mid := b.x+ringSpace+10, b.y+b.h/2
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
