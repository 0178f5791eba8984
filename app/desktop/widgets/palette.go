package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours of our own, beside those of the toolkit.
const (
	ColorSurface        fyne.ThemeColorName = "wherry-surface"         // cards and text boxes
	ColorMuted          fyne.ThemeColorName = "wherry-muted"           // secondary text
	ColorNav            fyne.ThemeColorName = "wherry-nav"             // the left column
	ColorLine           fyne.ThemeColorName = "wherry-line"            // decorative lines between things
	ColorDangerSurface  fyne.ThemeColorName = "wherry-danger-surface"  // behind what is dangerous
	ColorDangerText     fyne.ThemeColorName = "wherry-danger-text"     // words on it
	ColorWarningSurface fyne.ThemeColorName = "wherry-warning-surface" // behind what needs attention
	ColorWarningText    fyne.ThemeColorName = "wherry-warning-text"
	ColorSuccessSurface fyne.ThemeColorName = "wherry-success-surface"
	ColorSuccessText    fyne.ThemeColorName = "wherry-success-text"
	ColorQuote          fyne.ThemeColorName = "wherry-quote" // behind a child's own words
)

// Look is the name of one of our themes.
type Look string

// The three looks.
const (
	Light    Look = "light"
	Dark     Look = "dark"
	Contrast Look = "contrast"
)

type palette map[fyne.ThemeColorName]color.NRGBA

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func rgba(v uint32, a uint8) color.NRGBA {
	c := rgb(v)
	c.A = a
	return c
}

// palettes hold every colour that the kit and the toolkit ask for. Paper and
// ink for the day; slate for the evening; black, white and yellow for those who
// need the most contrast.
var palettes = map[Look]palette{
	Light: {
		theme.ColorNameBackground:          rgb(0xf6f4ee),
		ColorSurface:                       rgb(0xffffff),
		ColorNav:                           rgb(0xe8e4d9),
		ColorLine:                          rgb(0xd8d3c6),
		ColorQuote:                         rgb(0xeef4f5),
		theme.ColorNameForeground:          rgb(0x17212b),
		ColorMuted:                         rgb(0x4a5560),
		theme.ColorNamePlaceHolder:         rgb(0x5c6771),
		theme.ColorNameDisabled:            rgb(0x5c6771),
		theme.ColorNamePrimary:             rgb(0x0f4c5c),
		theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
		theme.ColorNameHyperlink:           rgb(0x0f4c5c),
		theme.ColorNameFocus:               rgb(0xb34700),
		theme.ColorNameInputBorder:         rgb(0x6d7882),
		theme.ColorNameButton:              rgb(0xffffff),
		theme.ColorNameDisabledButton:      rgb(0xeceae3),
		theme.ColorNameInputBackground:     rgb(0xffffff),
		theme.ColorNameError:               rgb(0xa1240f),
		theme.ColorNameForegroundOnError:   rgb(0xffffff),
		theme.ColorNameWarning:             rgb(0x7a4b00),
		theme.ColorNameForegroundOnWarning: rgb(0xffffff),
		theme.ColorNameSuccess:             rgb(0x1c6338),
		theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
		ColorDangerSurface:                 rgb(0xfbe9e4),
		ColorDangerText:                    rgb(0x7d1a0a),
		ColorWarningSurface:                rgb(0xfdf1d3),
		ColorWarningText:                   rgb(0x5e3a00),
		ColorSuccessSurface:                rgb(0xe3f1e7),
		ColorSuccessText:                   rgb(0x13502b),
		theme.ColorNameHover:               rgba(0x0f4c5c, 0x14),
		theme.ColorNamePressed:             rgba(0x0f4c5c, 0x28),
		theme.ColorNameSelection:           rgb(0xc6dfe4),
		theme.ColorNameSeparator:           rgb(0xd8d3c6),
		theme.ColorNameShadow:              rgba(0x17212b, 0x30),
		theme.ColorNameScrollBar:           rgb(0x6d7882),
		theme.ColorNameScrollBarBackground: rgba(0x17212b, 0x0c),
		theme.ColorNameHeaderBackground:    rgb(0xe8e4d9),
		theme.ColorNameMenuBackground:      rgb(0xffffff),
		theme.ColorNameOverlayBackground:   rgb(0xffffff),
	},
	Dark: {
		theme.ColorNameBackground:          rgb(0x12181d),
		ColorSurface:                       rgb(0x1b232a),
		ColorNav:                           rgb(0x0c1115),
		ColorLine:                          rgb(0x313b44),
		ColorQuote:                         rgb(0x1d2f35),
		theme.ColorNameForeground:          rgb(0xf1eee8),
		ColorMuted:                         rgb(0xb6bfc7),
		theme.ColorNamePlaceHolder:         rgb(0xa4aeb7),
		theme.ColorNameDisabled:            rgb(0x98a3ad),
		theme.ColorNamePrimary:             rgb(0x86cbda),
		theme.ColorNameForegroundOnPrimary: rgb(0x06222a),
		theme.ColorNameHyperlink:           rgb(0x86cbda),
		theme.ColorNameFocus:               rgb(0xffb454),
		theme.ColorNameInputBorder:         rgb(0x82909b),
		theme.ColorNameButton:              rgb(0x26313a),
		theme.ColorNameDisabledButton:      rgb(0x20282f),
		theme.ColorNameInputBackground:     rgb(0x161d23),
		theme.ColorNameError:               rgb(0xff9c86),
		theme.ColorNameForegroundOnError:   rgb(0x330a02),
		theme.ColorNameWarning:             rgb(0xffd08a),
		theme.ColorNameForegroundOnWarning: rgb(0x2c1b00),
		theme.ColorNameSuccess:             rgb(0x92d8a8),
		theme.ColorNameForegroundOnSuccess: rgb(0x05260f),
		ColorDangerSurface:                 rgb(0x3d1b14),
		ColorDangerText:                    rgb(0xffcfc4),
		ColorWarningSurface:                rgb(0x3a2b10),
		ColorWarningText:                   rgb(0xffe2b3),
		ColorSuccessSurface:                rgb(0x15311f),
		ColorSuccessText:                   rgb(0xc4efd0),
		theme.ColorNameHover:               rgba(0x86cbda, 0x20),
		theme.ColorNamePressed:             rgba(0x86cbda, 0x40),
		theme.ColorNameSelection:           rgb(0x24505a),
		theme.ColorNameSeparator:           rgb(0x313b44),
		theme.ColorNameShadow:              rgba(0x000000, 0x80),
		theme.ColorNameScrollBar:           rgb(0x82909b),
		theme.ColorNameScrollBarBackground: rgba(0xffffff, 0x0c),
		theme.ColorNameHeaderBackground:    rgb(0x0c1115),
		theme.ColorNameMenuBackground:      rgb(0x1b232a),
		theme.ColorNameOverlayBackground:   rgb(0x1b232a),
	},
	Contrast: {
		theme.ColorNameBackground:          rgb(0x000000),
		ColorSurface:                       rgb(0x000000),
		ColorNav:                           rgb(0x000000),
		ColorLine:                          rgb(0xffffff),
		ColorQuote:                         rgb(0x000000),
		theme.ColorNameForeground:          rgb(0xffffff),
		ColorMuted:                         rgb(0xffffff),
		theme.ColorNamePlaceHolder:         rgb(0xe6e6e6),
		theme.ColorNameDisabled:            rgb(0xc8c8c8),
		theme.ColorNamePrimary:             rgb(0xffe14d),
		theme.ColorNameForegroundOnPrimary: rgb(0x000000),
		theme.ColorNameHyperlink:           rgb(0xffe14d),
		theme.ColorNameFocus:               rgb(0x00e5ff),
		theme.ColorNameInputBorder:         rgb(0xffffff),
		theme.ColorNameButton:              rgb(0x000000),
		theme.ColorNameDisabledButton:      rgb(0x1a1a1a),
		theme.ColorNameInputBackground:     rgb(0x000000),
		theme.ColorNameError:               rgb(0xffa394),
		theme.ColorNameForegroundOnError:   rgb(0x000000),
		theme.ColorNameWarning:             rgb(0xffe14d),
		theme.ColorNameForegroundOnWarning: rgb(0x000000),
		theme.ColorNameSuccess:             rgb(0x8dffb0),
		theme.ColorNameForegroundOnSuccess: rgb(0x000000),
		ColorDangerSurface:                 rgb(0x2b0500),
		ColorDangerText:                    rgb(0xffffff),
		ColorWarningSurface:                rgb(0x2b2200),
		ColorWarningText:                   rgb(0xffffff),
		ColorSuccessSurface:                rgb(0x002b10),
		ColorSuccessText:                   rgb(0xffffff),
		theme.ColorNameHover:               rgba(0xffe14d, 0x30),
		theme.ColorNamePressed:             rgba(0xffe14d, 0x50),
		theme.ColorNameSelection:           rgb(0x0a4a8a),
		theme.ColorNameSeparator:           rgb(0xffffff),
		theme.ColorNameShadow:              rgba(0x000000, 0xff),
		theme.ColorNameScrollBar:           rgb(0xffffff),
		theme.ColorNameScrollBarBackground: rgb(0x333333),
		theme.ColorNameHeaderBackground:    rgb(0x000000),
		theme.ColorNameMenuBackground:      rgb(0x000000),
		theme.ColorNameOverlayBackground:   rgb(0x000000),
	},
}
