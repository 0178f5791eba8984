package widgets

import (
	"fyne.io/fyne/v2"
)

// Side puts a column of fixed width beside what takes the rest. The column
// comes first in the order of Tab, unlike in the toolkit's border layout.
func Side(width float32, side, rest fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: sideLayout{width: width}, Objects: []fyne.CanvasObject{side, rest}}
}

type sideLayout struct{ width float32 }

// at is the width of the column. It grows with the text, but not as fast.
func (l sideLayout) at() float32 { return l.width * (1 + (Scale()-1)*0.62) }

func (l sideLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	side, rest, width := objects[0], objects[1], l.at()
	side.Move(fyne.NewPos(0, 0))
	side.Resize(fyne.NewSize(width, s.Height))
	rest.Move(fyne.NewPos(width, 0))
	rest.Resize(fyne.NewSize(s.Width-width, s.Height))
}

func (l sideLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(l.at()+b.Width, fyne.Max(a.Height, b.Height))
}

// Measure keeps one thing to a width that is good to read, at the left.
func Measure(most float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: measureLayout{most: most}, Objects: []fyne.CanvasObject{o}}
}

// Middle keeps one thing to a width and in the middle of the window.
func Middle(most float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: measureLayout{most: most, middle: true}, Objects: []fyne.CanvasObject{o}}
}

type measureLayout struct {
	most   float32
	middle bool
}

func (l measureLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	w := fyne.Min(l.most, s.Width)
	for _, o := range objects {
		h, x, y := s.Height, float32(0), float32(0)
		if l.middle {
			h = fyne.Min(s.Height, heightFor(o, w))
			x, y = (s.Width-w)/2, (s.Height-h)/2.6 // a little above the middle
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
}

func (l measureLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := objects[0].MinSize()
	m.Width = fyne.Min(m.Width, l.most)
	return m
}

// Tall gives one thing a fixed height.
func Tall(height float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: tallLayout{height}, Objects: []fyne.CanvasObject{o}}
}

type tallLayout struct{ height float32 }

func (l tallLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objects {
		o.Resize(s)
	}
}

func (l tallLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, l.height)
}

// Between puts one thing at the left and one at the right of a line, or below
// each other when the line is too short for both.
func Between(gap float32, left, right fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &betweenLayout{gap: gap}, Objects: []fyne.CanvasObject{left, right}}
}

type betweenLayout struct{ gap, width float32 }

func (l *betweenLayout) fits(a, b fyne.Size) bool {
	return l.width == 0 || a.Width+l.gap+b.Width <= l.width
}

func (l *betweenLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	a, b := objects[0].MinSize(), objects[1].MinSize()
	if l.fits(a, b) {
		objects[0].Move(fyne.NewPos(0, (s.Height-a.Height)/2))
		objects[1].Move(fyne.NewPos(s.Width-b.Width, (s.Height-b.Height)/2))
	} else {
		objects[0].Move(fyne.NewPos(0, 0))
		objects[1].Move(fyne.NewPos(0, a.Height+4))
	}
	objects[0].Resize(a)
	objects[1].Resize(b)
}

func (l *betweenLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	if l.fits(a, b) {
		return fyne.NewSize(fyne.Min(a.Width, 200), fyne.Max(a.Height, b.Height))
	}
	return fyne.NewSize(200, a.Height+b.Height+4)
}

// Wide lets a group of options ask for one line of its own.
func Wide(o *Options) *fyne.Container {
	return &fyne.Container{Layout: wideLayout{}, Objects: []fyne.CanvasObject{o}}
}

type wideLayout struct{}

func (wideLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) { objects[0].Resize(s) }

func (wideLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	boxes, h := objects[0].(*Options).boxes(1 << 20)
	var w float32
	for _, b := range boxes {
		w = fyne.Max(w, b.x+b.w)
	}
	return fyne.NewSize(w, h)
}

// Narrow gives one thing exactly the width that there is, however much it asks
// for, so that a Scroll around it never becomes wider than its column.
func Narrow(o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: narrowLayout{}, Objects: []fyne.CanvasObject{o}}
}

type narrowLayout struct{}

func (narrowLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) { objects[0].Resize(s) }

func (narrowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(1, objects[0].MinSize().Height)
}
