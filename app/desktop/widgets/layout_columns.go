package widgets

import (
	"fyne.io/fyne/v2"
)

// Columns puts things beside each other in columns of equal width, and below
// each other when a column would become narrower than least.
func Columns(gap, least float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &columnsLayout{gap: gap, least: least}, Objects: objects}
}

type columnsLayout struct {
	gap, least float32
	width      float32 // of the last layout
}

func (l *columnsLayout) count(n int, width float32) int {
	for c := n; c > 1; c-- {
		if (width-l.gap*float32(c-1))/float32(c) >= l.least*Scale() {
			return c
		}
	}
	return 1
}

func (l *columnsLayout) shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, o := range objects {
		if o.Visible() {
			out = append(out, o)
		}
	}
	return out
}

func (l *columnsLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	shown := l.shown(objects)
	if len(shown) == 0 {
		return
	}
	cols := l.count(len(shown), s.Width)
	w := (s.Width - l.gap*float32(cols-1)) / float32(cols)
	var y float32
	for i := 0; i < len(shown); i += cols {
		row := shown[i:min(i+cols, len(shown))]
		var h float32
		for _, o := range row {
			h = fyne.Max(h, heightFor(o, w))
		}
		if len(shown) <= cols {
			h = fyne.Max(h, s.Height)
		}
		for j, o := range row {
			o.Move(fyne.NewPos(float32(j)*(w+l.gap), y))
			o.Resize(fyne.NewSize(w, h))
		}
		y += h + l.gap
	}
}

func (l *columnsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	shown := l.shown(objects)
	if len(shown) == 0 {
		return fyne.Size{}
	}
	cols := l.count(len(shown), l.width)
	var s fyne.Size
	for i := 0; i < len(shown); i += cols {
		var h float32
		for _, o := range shown[i:min(i+cols, len(shown))] {
			m := o.MinSize()
			h = fyne.Max(h, m.Height)
			s.Width = fyne.Max(s.Width, m.Width)
		}
		if i > 0 {
			s.Height += l.gap
		}
		s.Height += h
	}
	return s
}

// Wrap puts things beside each other and goes on below when the line is full.
func Wrap(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &wrapLayout{gap: gap}, Objects: objects}
}

type wrapLayout struct{ gap, width float32 }

func (l *wrapLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	l.place(objects, s.Width, true)
}

func (l *wrapLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := l.width
	if width == 0 {
		width = 1 << 20
	}
	var widest float32
	for _, o := range objects {
		if o.Visible() {
			widest = fyne.Max(widest, o.MinSize().Width)
		}
	}
	return fyne.NewSize(widest, l.place(objects, width, false))
}

func (l *wrapLayout) place(objects []fyne.CanvasObject, width float32, move bool) float32 {
	var x, y, line float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		m.Width = fyne.Min(m.Width, width)
		if x > 0 && x+m.Width > width {
			x, y, line = 0, y+line+l.gap, 0
		}
		if move {
			o.Move(fyne.NewPos(x, y))
			o.Resize(m)
		}
		x += m.Width + l.gap
		line = fyne.Max(line, m.Height)
	}
	return y + line
}

// Grid puts things into equal cells that fall into as many columns of at least
// that width as fit, row after row.
func Grid(gap, rowGap, least float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &gridLayout{gap: gap, rowGap: rowGap, least: least}, Objects: objects}
}

type gridLayout struct {
	gap, rowGap, least float32
	width              float32
}

func (l *gridLayout) cols() int {
	return max(1, min(3, int((l.width+l.gap)/(l.least*Scale()+l.gap))))
}

func (l *gridLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	cols := l.cols()
	w := (s.Width - l.gap*float32(cols-1)) / float32(cols)
	var y float32
	for i := 0; i < len(objects); i += cols {
		var h float32
		for j, o := range objects[i:min(i+cols, len(objects))] {
			oh := heightFor(o, w)
			o.Move(fyne.NewPos(float32(j)*(w+l.gap), y))
			o.Resize(fyne.NewSize(w, oh))
			h = fyne.Max(h, oh)
		}
		y += h + l.rowGap
	}
}

func (l *gridLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	cols := l.cols()
	for i := 0; i < len(objects); i += cols {
		var h float32
		for _, o := range objects[i:min(i+cols, len(objects))] {
			m := o.MinSize()
			h = fyne.Max(h, m.Height)
			s.Width = fyne.Max(s.Width, m.Width)
		}
		if i > 0 {
			s.Height += l.rowGap
		}
		s.Height += h
	}
	return s
}
