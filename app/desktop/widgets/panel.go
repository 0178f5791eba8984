package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Tone is what a panel is about.
type Tone int

// Tones.
const (
	Plain   Tone = iota // a white card
	Paper               // no ground of its own
	Quote               // a child's own words
	Alarm               // what is dangerous
	Caution             // what needs attention
	Good                // what went well
	Column              // the left column
)

// Panel is a ground with something on it. Toned panels have a bar at the left,
// so that the tone does not rest on colour alone.
type Panel struct {
	widget.BaseWidget
	tone    Tone
	pad     float32
	content fyne.CanvasObject
}

// NewPanel puts content on a ground with space around it.
func NewPanel(tone Tone, pad float32, content fyne.CanvasObject) *Panel {
	p := &Panel{tone: tone, pad: pad, content: content}
	p.ExtendBaseWidget(p)
	return p
}

// Content is what is on the panel.
func (p *Panel) Content() fyne.CanvasObject { return p.content }

// CreateRenderer implements fyne.Widget.
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	r := &panelRenderer{p: p, back: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent)}
	r.update()
	return r
}

type panelRenderer struct {
	p         *Panel
	back, bar *canvas.Rectangle
}

func (r *panelRenderer) barWidth() float32 {
	switch r.p.tone {
	case Quote, Alarm, Caution, Good:
		return 5
	}
	return 0
}

func (r *panelRenderer) update() {
	ground, edge, bar := ColorSurface, ColorLine, fyne.ThemeColorName("")
	switch r.p.tone {
	case Paper:
		ground, edge = "", ""
	case Column:
		ground, edge = ColorNav, ""
	case Quote:
		ground, bar = ColorQuote, theme.ColorNamePrimary
	case Alarm:
		ground, bar = ColorDangerSurface, theme.ColorNameError
	case Caution:
		ground, bar = ColorWarningSurface, theme.ColorNameWarning
	case Good:
		ground, bar = ColorSuccessSurface, theme.ColorNameSuccess
	}
	set := func(o *canvas.Rectangle, name fyne.ThemeColorName) {
		o.FillColor = color.Transparent
		if name != "" {
			o.FillColor = colour(name)
		}
	}
	set(r.back, ground)
	set(r.bar, bar)
	r.back.StrokeWidth, r.back.StrokeColor, r.back.CornerRadius = 0, color.Transparent, 0
	if edge != "" && r.barWidth() == 0 {
		r.back.StrokeWidth, r.back.StrokeColor, r.back.CornerRadius = 1, colour(edge), 6
	}
}

func (r *panelRenderer) MinSize() fyne.Size {
	return r.p.content.MinSize().AddWidthHeight(2*r.p.pad+r.barWidth(), 2*r.p.pad)
}

func (r *panelRenderer) Layout(s fyne.Size) {
	b := r.barWidth()
	r.back.Resize(s)
	r.bar.Resize(fyne.NewSize(b, s.Height))
	r.p.content.Move(fyne.NewPos(b+r.p.pad, r.p.pad))
	r.p.content.Resize(fyne.NewSize(s.Width-b-2*r.p.pad, s.Height-2*r.p.pad))
}

func (r *panelRenderer) Refresh() {
	r.update()
	r.Layout(r.p.Size())
	r.p.content.Refresh()
	canvas.Refresh(r.p)
}

func (r *panelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.bar, r.p.content}
}

func (r *panelRenderer) Destroy() {}

// Rule is a thin line across.
func Rule() fyne.CanvasObject {
	r := &ruleWidget{}
	r.ExtendBaseWidget(r)
	return r
}

type ruleWidget struct{ widget.BaseWidget }

func (r *ruleWidget) CreateRenderer() fyne.WidgetRenderer {
	return &ruleRenderer{r: r, line: canvas.NewRectangle(colour(ColorLine))}
}

type ruleRenderer struct {
	r    *ruleWidget
	line *canvas.Rectangle
}

func (r *ruleRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }
func (r *ruleRenderer) Layout(s fyne.Size)           { r.line.Resize(fyne.NewSize(s.Width, 1)) }
func (r *ruleRenderer) Refresh()                     { r.line.FillColor = colour(ColorLine); r.line.Refresh() }
func (r *ruleRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *ruleRenderer) Destroy()                     {}
