package widgets

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// luminance is the relative luminance of WCAG 2.2.
func luminance(c color.NRGBA) float64 {
	lin := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
}

func ratio(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

// over lays a half-transparent colour on a ground.
func over(top, ground color.NRGBA) color.NRGBA {
	mix := func(t, g uint8) uint8 {
		a := float64(top.A) / 255
		return uint8(math.Round(float64(t)*a + float64(g)*(1-a)))
	}
	return color.NRGBA{R: mix(top.R, ground.R), G: mix(top.G, ground.G), B: mix(top.B, ground.B), A: 0xff}
}

func TestContrastOfText(t *testing.T) {
	grounds := []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, ColorNav, ColorQuote,
		theme.ColorNameInputBackground, theme.ColorNameButton, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground}
	pairs := [][2]fyne.ThemeColorName{
		{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary},
		{theme.ColorNameForegroundOnError, theme.ColorNameError},
		{theme.ColorNameForegroundOnWarning, theme.ColorNameWarning},
		{theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess},
		{ColorDangerText, ColorDangerSurface},
		{ColorWarningText, ColorWarningSurface},
		{ColorSuccessText, ColorSuccessSurface},
		{theme.ColorNameForeground, theme.ColorNameSelection},
		{theme.ColorNameDisabled, theme.ColorNameDisabledButton},
	}
	for _, text := range []fyne.ThemeColorName{theme.ColorNameForeground, ColorMuted, theme.ColorNamePrimary} {
		for _, g := range grounds {
			pairs = append(pairs, [2]fyne.ThemeColorName{text, g})
		}
	}
	for _, text := range []fyne.ThemeColorName{theme.ColorNamePlaceHolder, theme.ColorNameDisabled, theme.ColorNameError,
		theme.ColorNameWarning, theme.ColorNameSuccess, theme.ColorNameHyperlink} {
		for _, g := range []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, theme.ColorNameInputBackground} {
			pairs = append(pairs, [2]fyne.ThemeColorName{text, g})
		}
	}
	for look, p := range palettes {
		for _, pair := range pairs {
			if r := ratio(p[pair[0]], p[pair[1]]); r < 4.5 {
				t.Errorf("%s: %s on %s is %.2f:1, want 4.5:1", look, pair[0], pair[1], r)
			}
		}
		hovered := over(p[theme.ColorNameHover], p[ColorSurface])
		if r := ratio(p[theme.ColorNameForeground], hovered); r < 4.5 {
			t.Errorf("%s: text under the pointer is %.2f:1", look, r)
		}
	}
}

func TestContrastOfBordersAndFocus(t *testing.T) {
	for look, p := range palettes {
		for _, line := range []fyne.ThemeColorName{theme.ColorNameInputBorder, theme.ColorNameFocus, theme.ColorNamePrimary, theme.ColorNameScrollBar} {
			for _, g := range []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, ColorNav, ColorQuote,
				theme.ColorNameInputBackground, ColorDangerSurface, ColorWarningSurface, ColorSuccessSurface} {
				if line == theme.ColorNameScrollBar && g != ColorSurface && g != theme.ColorNameBackground {
					continue
				}
				if r := ratio(p[line], p[g]); r < 3 {
					t.Errorf("%s: %s on %s is %.2f:1, want 3:1", look, line, g, r)
				}
			}
		}
	}
}

func TestEveryColourIsOurs(t *testing.T) {
	for look := range palettes {
		test.AssertAllColorNamesDefined(t, NewTheme(look, 100), fmt.Sprint(look))
		for name := range palettes[Light] {
			if _, ok := palettes[look][name]; !ok {
				t.Errorf("%s lacks %s", look, name)
			}
		}
	}
}

func TestTextGrowsTo200Percent(t *testing.T) {
	if got := NewTheme(Light, 200).Size(theme.SizeNameText); got != 32 {
		t.Errorf("text at 200 %% is %v px, want 32", got)
	}
	if got := NewTheme(Light, 500).Size(theme.SizeNameText); got != 32 {
		t.Errorf("text above 200 %% is %v px, want 32", got)
	}
	if got := NewTheme("no such look", 10); got.Look() != Light || got.Size(theme.SizeNameText) != 16 {
		t.Errorf("an unknown look gives %s at %v px", got.Look(), got.Size(theme.SizeNameText))
	}
}
