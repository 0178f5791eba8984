package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Scroll is a vertical scroller that lays its content out for its width, feeds
// the idle lock, and can bring a focused widget into view.
type Scroll struct {
	container.Scroll
	kit *Kit
}

// Scroll makes a vertical scroller.
func (k *Kit) Scroll(content fyne.CanvasObject) *Scroll {
	s := &Scroll{kit: k}
	s.Content, s.Direction = content, container.ScrollVerticalOnly
	s.ExtendBaseWidget(s)
	return s
}

// Resize gives the content its width first, so that its height is right.
func (s *Scroll) Resize(sz fyne.Size) {
	s.fit(sz)
	s.Scroll.Resize(sz)
}

// Fit lays the content out anew after it changed its height.
func (s *Scroll) Fit() {
	s.fit(s.Size())
	s.Refresh()
}

func (s *Scroll) fit(sz fyne.Size) {
	if s.Content != nil {
		s.Content.Resize(fyne.NewSize(sz.Width, fyne.Max(sz.Height, heightFor(s.Content, sz.Width))))
	}
}

// Scrolled implements fyne.Scrollable.
func (s *Scroll) Scrolled(ev *fyne.ScrollEvent) {
	s.kit.active()
	s.Scroll.Scrolled(ev)
}

// Reveal scrolls as little as needed to show o, if it is inside.
func (s *Scroll) Reveal(o fyne.CanvasObject) {
	if !holds(s.Content, o) {
		return
	}
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(s.Content).Y
	bottom := top + o.Size().Height
	switch {
	case top < s.Offset.Y:
		s.ScrollToOffset(fyne.NewPos(0, fyne.Max(0, top-Gap)))
	case bottom > s.Offset.Y+s.Size().Height:
		s.ScrollToOffset(fyne.NewPos(0, bottom-s.Size().Height+Gap))
	}
}

func holds(in, o fyne.CanvasObject) bool {
	if in == o {
		return true
	}
	switch c := in.(type) {
	case *fyne.Container:
		for _, child := range c.Objects {
			if holds(child, o) {
				return true
			}
		}
	case *Field:
		return holds(c.box, o)
	case *Panel:
		return holds(c.content, o)
	}
	return false
}

// Watch lies behind everything else and notes that the mouse moves, for the
// idle lock.
type Watch struct {
	widget.BaseWidget
	kit *Kit
}

// Watch makes one.
func (k *Kit) Watch() *Watch {
	w := &Watch{kit: k}
	w.ExtendBaseWidget(w)
	return w
}

// MouseIn implements desktop.Hoverable.
func (w *Watch) MouseIn(*desktop.MouseEvent) { w.kit.active() }

// MouseMoved implements desktop.Hoverable.
func (w *Watch) MouseMoved(*desktop.MouseEvent) { w.kit.active() }

// MouseOut implements desktop.Hoverable.
func (w *Watch) MouseOut() {}

// CreateRenderer implements fyne.Widget.
func (w *Watch) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// Stops are the widgets under o that take the focus, in the order of Tab.
func Stops(o fyne.CanvasObject) []fyne.Focusable {
	if o == nil || !o.Visible() {
		return nil
	}
	var out []fyne.Focusable
	if d, ok := o.(fyne.Disableable); ok && d.Disabled() {
		return nil
	}
	if f, ok := o.(fyne.Focusable); ok {
		return []fyne.Focusable{f}
	}
	switch c := o.(type) {
	case *fyne.Container:
		for _, child := range c.Objects {
			out = append(out, Stops(child)...)
		}
	case *Field:
		return Stops(c.box)
	case *Panel:
		return Stops(c.content)
	case *Scroll:
		return Stops(c.Content)
	}
	return out
}
