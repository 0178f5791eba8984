package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// NewReading shows a text to be read, marked and copied. It is split into
// paragraphs, because the toolkit lays a long text out slowly in one piece.
func NewReading(text string) *fyne.Container {
	var paras []fyne.CanvasObject
	for _, p := range strings.Split(text, "\n") {
		if strings.TrimSpace(p) == "" {
			continue
		}
		l := widget.NewLabel(p)
		l.Wrapping = fyne.TextWrapWord
		l.Selectable = true
		paras = append(paras, container.NewThemeOverride(l, flush{fyne.CurrentApp().Settings().Theme()}))
	}
	return Stack(6, paras...)
}

// flush is a theme in which text has no space of its own around it.
type flush struct{ fyne.Theme }

func (f flush) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameInnerPadding:
		return 0
	case theme.SizeNameLineSpacing:
		return 7
	}
	return f.Theme.Size(n)
}
