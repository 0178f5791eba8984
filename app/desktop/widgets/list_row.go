package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

type listRowRenderer struct{ r *listRow }

const (
	rowLeft  float32 = 28 // room for the mark
	rowRight float32 = 20
	rowAbove float32 = 9
)

func (lr *listRowRenderer) MinSize() fyne.Size {
	r := lr.r
	return fyne.NewSize(rowLeft+rowRight+80, 2*rowAbove+r.title.MinSize().Height+r.detail.MinSize().Height)
}

func (lr *listRowRenderer) Layout(s fyne.Size) {
	r := lr.r
	placeRing(r.ring, s.SubtractWidthHeight(7, 0)) // beside the scroll bar
	r.back.Resize(s)
	r.line.Position1, r.line.Position2 = fyne.NewPos(0, s.Height+1), fyne.NewPos(s.Width, s.Height+1)
	th, dh := r.title.MinSize().Height, r.detail.MinSize().Height
	room := s.Width - rowLeft - rowRight
	mw := r.meta.MinSize().Width
	r.meta.Move(fyne.NewPos(s.Width-rowRight-mw, rowAbove+(th-r.meta.MinSize().Height)/2))
	r.meta.Resize(fyne.NewSize(mw, r.meta.MinSize().Height))
	r.title.Move(fyne.NewPos(rowLeft, rowAbove))
	r.title.Resize(fyne.NewSize(fyne.Max(40, room-gapAfter(mw)), th))
	bw := float32(0)
	if r.data.Badge != "" {
		m := r.badgeText.MinSize()
		bw = m.Width + 16
		y := rowAbove + th + (dh-m.Height)/2
		r.badge.Move(fyne.NewPos(s.Width-rowRight-bw, y))
		r.badge.Resize(fyne.NewSize(bw, m.Height))
		r.badgeText.Move(fyne.NewPos(s.Width-rowRight-bw+8, y))
		r.badgeText.Resize(m)
	}
	r.detail.Move(fyne.NewPos(rowLeft, rowAbove+th))
	r.detail.Resize(fyne.NewSize(fyne.Max(40, room-gapAfter(bw)), dh))
	r.dot.Move(fyne.NewPos(10, rowAbove+th/2-5))
	r.dot.Resize(fyne.NewSize(10, 10))
	m := r.alert.MinSize()
	r.alert.Move(fyne.NewPos(15-m.Width/2, rowAbove+th/2-m.Height/2))
	r.alert.Resize(m)
}

func gapAfter(w float32) float32 {
	if w == 0 {
		return 0
	}
	return w + 12
}

func (lr *listRowRenderer) update() {
	r := lr.r
	showRing(r.ring, r.isFocused)
	r.back.FillColor = color.Transparent
	if r.isOpened {
		r.back.FillColor = colour(theme.ColorNameSelection)
	}
	r.line.StrokeColor, r.line.StrokeWidth = colour(ColorLine), 1
	r.badge.FillColor, r.badge.StrokeColor, r.badge.StrokeWidth, r.badge.CornerRadius = color.Transparent, color.Transparent, 0, 4
	if r.data.Badge != "" {
		r.badge.FillColor, r.badge.StrokeColor, r.badge.StrokeWidth = colour(ColorSurface), colour(theme.ColorNameInputBorder), 1
	}
	r.dot.FillColor, r.dot.StrokeColor, r.dot.StrokeWidth = color.Transparent, color.Transparent, 0
	r.alert.Color, r.alert.Text = color.Transparent, ""
	switch r.data.Mark {
	case DotMark:
		r.dot.FillColor = colour(theme.ColorNamePrimary)
	case RingMark:
		r.dot.StrokeColor, r.dot.StrokeWidth = colour(theme.ColorNamePrimary), 2
	case AlertMark:
		r.alert.Text, r.alert.Color = "!", colour(theme.ColorNameError)
	}
	r.alert.TextSize, r.alert.TextStyle = size(theme.SizeNameSubHeadingText), fyne.TextStyle{Bold: true}
}

func (lr *listRowRenderer) Refresh() {
	lr.update()
	lr.Layout(lr.r.Size())
	canvas.Refresh(lr.r)
}

func (lr *listRowRenderer) Objects() []fyne.CanvasObject {
	r := lr.r
	return []fyne.CanvasObject{r.back, r.line, r.ring, r.dot, r.alert, r.title, r.meta, r.badge, r.detail, r.badgeText}
}

func (lr *listRowRenderer) Destroy() {}
