package widgets

import (
	"fyne.io/fyne/v2"
)

// The layouts give each child its width first and then ask how high it wants
// to be, so that wrapped text is right at the first pass. Children are kept in
// reading order, which is the order in which Tab goes.

// Stack puts things below each other, gap apart, at full width.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: stackLayout{gap: gap, grow: -1}, Objects: objects}
}

// StackGrow is Stack in which the child at index grow takes the height left over.
func StackGrow(gap float32, grow int, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: stackLayout{gap: gap, grow: grow}, Objects: objects}
}

type stackLayout struct {
	gap  float32
	grow int
}

func (l stackLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	heights := make([]float32, len(objects))
	var used float32
	shown := 0
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		heights[i] = heightFor(o, s.Width)
		used += heights[i]
		shown++
	}
	if shown > 1 {
		used += l.gap * float32(shown-1)
	}
	if l.grow >= 0 && l.grow < len(objects) && used != s.Height && objects[l.grow].Visible() {
		heights[l.grow] = fyne.Max(heights[l.grow]+s.Height-used, 0)
	}
	var y float32
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(s.Width, heights[i]))
		y += heights[i] + l.gap
	}
}

func (l stackLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	first := true
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		s.Width = fyne.Max(s.Width, m.Width)
		s.Height += m.Height
		if !first {
			s.Height += l.gap
		}
		first = false
	}
	return s
}

// heightFor is the height that o wants at a width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	if o.Size().Width != width {
		o.Resize(fyne.NewSize(width, fyne.Max(o.MinSize().Height, o.Size().Height)))
	}
	return o.MinSize().Height
}

// Row puts things beside each other, gap apart, each at its own width and
// centred on the line. A Spacer takes the width left over.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: rowLayout{gap: gap}, Objects: objects}
}

type rowLayout struct{ gap float32 }

func (l rowLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	var used float32
	shown, springs := 0, 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		shown++
		if isGreedy(o) {
			springs++
		}
		used += o.MinSize().Width
	}
	if shown > 1 {
		used += l.gap * float32(shown-1)
	}
	var extra float32
	if springs > 0 {
		extra = fyne.Max(0, s.Width-used) / float32(springs)
	}
	var x float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		w := o.MinSize().Width
		if isGreedy(o) {
			w += extra
		}
		h := fyne.Min(s.Height, heightFor(o, w))
		o.Move(fyne.NewPos(x, (s.Height-h)/2))
		o.Resize(fyne.NewSize(w, h))
		x += w + l.gap
	}
}

func (l rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	first := true
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		s.Height = fyne.Max(s.Height, m.Height)
		s.Width += m.Width
		if !first {
			s.Width += l.gap
		}
		first = false
	}
	return s
}

// Spacer takes the width left over in a Row.
func Spacer() fyne.CanvasObject { return Fill() }

// Fill is a child of a Row that takes the width left over and gives it to what
// is in it.
func Fill(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: fillLayout{stackLayout{grow: -1}}, Objects: objects}
}

type fillLayout struct{ stackLayout }

func isGreedy(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(fillLayout)
	return ok
}

// Inset keeps space around one thing.
func Inset(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: insetLayout{top, right, bottom, left}, Objects: []fyne.CanvasObject{o}}
}

type insetLayout struct{ top, right, bottom, left float32 }

func (l insetLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(l.left, l.top))
		o.Resize(fyne.NewSize(s.Width-l.left-l.right, s.Height-l.top-l.bottom))
	}
}

func (l insetLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if o.Visible() {
			s = s.Max(o.MinSize())
		}
	}
	return s.AddWidthHeight(l.left+l.right, l.top+l.bottom)
}
