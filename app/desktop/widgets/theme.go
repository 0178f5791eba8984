package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme is our own look: the toolkit's own fails WCAG 1.4.3 and 1.4.11. It does
// not follow the system's light or dark, because the choice is a setting of the
// notebook.
type Theme struct {
	look    Look
	colours palette
	scale   float32
}

// NewTheme gives a look with its text at percent (100 to 200) of 16 px.
func NewTheme(look Look, percent int) *Theme {
	p, ok := palettes[look]
	if !ok {
		look, p = Light, palettes[Light]
	}
	return &Theme{look: look, colours: p, scale: float32(min(200, max(100, percent))) / 100}
}

// Is reports whether NewTheme would give the same again.
func (t *Theme) Is(look Look, percent int) bool {
	o := NewTheme(look, percent)
	return t.look == o.look && t.scale == o.scale
}

// Look says which of the looks it is.
func (t *Theme) Look() Look { return t.look }

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if c, ok := t.colours[name]; ok {
		return c
	}
	variant := theme.VariantLight
	if t.look != Light {
		variant = theme.VariantDark
	}
	return theme.DefaultTheme().Color(name, variant)
}

// Font implements fyne.Theme with the faces built into the program.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(s) }

// Icon implements fyne.Theme.
func (t *Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// sizes are in pixels at 100 %. Those in scaled grow with the text.
var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNamePadding:            4,
	theme.SizeNameInnerPadding:       10,
	theme.SizeNameLineSpacing:        5,
	theme.SizeNameText:               16,
	theme.SizeNameCaptionText:        14,
	theme.SizeNameSubHeadingText:     19,
	theme.SizeNameHeadingText:        28,
	theme.SizeNameInlineIcon:         20,
	theme.SizeNameInputBorder:        2,
	theme.SizeNameInputRadius:        4,
	theme.SizeNameButtonRadius:       4,
	theme.SizeNameSelectionRadius:    2,
	theme.SizeNameScrollBar:          12,
	theme.SizeNameScrollBarSmall:     6,
	theme.SizeNameScrollBarRadius:    3,
	theme.SizeNameSeparatorThickness: 1,
}

var scaled = map[fyne.ThemeSizeName]bool{
	theme.SizeNameText: true, theme.SizeNameCaptionText: true, theme.SizeNameSubHeadingText: true,
	theme.SizeNameHeadingText: true, theme.SizeNameInlineIcon: true, theme.SizeNameLineSpacing: true,
}

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	s, ok := sizes[name]
	if !ok {
		return theme.DefaultTheme().Size(name)
	}
	if scaled[name] {
		return s * t.scale
	}
	return s
}

// colour of the theme in use.
func colour(name fyne.ThemeColorName) color.Color {
	app := fyne.CurrentApp()
	return app.Settings().Theme().Color(name, app.Settings().ThemeVariant())
}

// size of the theme in use.
func size(name fyne.ThemeSizeName) float32 {
	return fyne.CurrentApp().Settings().Theme().Size(name)
}

// Scale is how much larger than usual the text is: 1 to 2.
func Scale() float32 { return size(theme.SizeNameText) / sizes[theme.SizeNameText] }

// Gap is the unit of space between things: the layout is on a grid of 8.
const Gap float32 = 8
