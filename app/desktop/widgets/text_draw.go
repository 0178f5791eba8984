package widgets

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t}
	r.build(t.Size().Width)
	return r
}

type textRenderer struct {
	t       *Text
	texts   []fyne.CanvasObject
	width   float32
	content string
	style   TextStyle
	size    float32
}

func (r *textRenderer) lineHeight() float32 {
	return float32(int(size(r.t.sizeName())*1.45 + 0.5))
}

func (r *textRenderer) build(width float32) {
	t := r.t
	r.width, r.content, r.style, r.size = width, t.Content, t.Style, size(t.sizeName())
	name := t.Style.Colour
	if name == "" {
		name = theme.ColorNameForeground
	}
	r.texts = r.texts[:0]
	if len(t.Bold) > 0 && t.NoWrap {
		r.buildMarked(t.lines(width)[0], colour(name))
		return
	}
	for _, line := range t.lines(width) {
		c := canvas.NewText(line, colour(name))
		c.TextSize, c.TextStyle, c.Alignment = r.size, t.fyneStyle(), t.Style.Align
		r.texts = append(r.texts, c)
		if t.Style.Struck {
			rule := canvas.NewLine(colour(name))
			rule.StrokeWidth = 1.5
			r.texts = append(r.texts, rule)
		}
	}
	r.place()
}

// buildMarked draws one line with parts of it bold and underlined.
func (r *textRenderer) buildMarked(line string, ink color.Color) {
	runes := []rune(line)
	at, x, y := 0, float32(0), float32(0)
	add := func(to int, marked bool) {
		if to = min(to, len(runes)); to <= at {
			return
		}
		c := canvas.NewText(string(runes[at:to]), ink)
		c.TextSize, c.TextStyle = r.size, r.t.fyneStyle()
		if marked {
			c.Color, c.TextStyle.Bold = colour(theme.ColorNameForeground), true
		}
		m := c.MinSize()
		y = (r.lineHeight() - m.Height) / 2
		c.Move(fyne.NewPos(x, y))
		c.Resize(m)
		r.texts = append(r.texts, c)
		if marked {
			rule := canvas.NewLine(c.Color)
			rule.StrokeWidth = 1.5
			rule.Position1, rule.Position2 = fyne.NewPos(x, y+m.Height-1), fyne.NewPos(x+m.Width, y+m.Height-1)
			r.texts = append(r.texts, rule)
		}
		x += m.Width
		at = to
	}
	for _, b := range r.t.Bold {
		add(b[0], false)
		add(b[1], true)
	}
	add(len(runes), false)
}

func (r *textRenderer) place() {
	h, y := r.lineHeight(), float32(0)
	for i := 0; i < len(r.texts); i++ {
		c := r.texts[i].(*canvas.Text)
		m := c.MinSize()
		c.Move(fyne.NewPos(0, y+(h-m.Height)/2))
		c.Resize(fyne.NewSize(fyne.Max(r.width, m.Width), m.Height))
		if r.t.Style.Struck {
			i++
			rule := r.texts[i].(*canvas.Line)
			rule.Position1, rule.Position2 = fyne.NewPos(0, y+h*0.55), fyne.NewPos(m.Width, y+h*0.55)
		}
		y += h
	}
}

func (r *textRenderer) Layout(s fyne.Size) {
	if s.Width != r.width {
		r.build(s.Width)
	}
}

func (r *textRenderer) MinSize() fyne.Size {
	var w float32
	if r.t.Whole {
		w = r.t.measure(r.t.Content)
	} else if r.t.NoWrap {
		w = fyne.Min(r.t.measure(r.t.Content), 24)
	} else {
		for _, word := range strings.Fields(r.t.Content) {
			w = fyne.Max(w, r.t.measure(word))
		}
		w = fyne.Min(w, 160)
	}
	n := len(r.texts)
	if r.t.Style.Struck {
		n /= 2
	}
	if r.t.NoWrap {
		n = 1
	}
	return fyne.NewSize(w, float32(max(1, n))*r.lineHeight())
}

func (r *textRenderer) Refresh() {
	r.build(r.t.Size().Width)
	canvas.Refresh(r.t)
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.texts }
func (r *textRenderer) Destroy()                     {}
