package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Text is words on the screen, wrapped to the width they are given, with no
// space of their own around them. It is for labels and headings: what a person
// may want to copy is a Reading.
type Text struct {
	widget.BaseWidget
	Content string
	Style   TextStyle
	NoWrap  bool // one line, cut with an ellipsis when there is no room
	Whole   bool // one line that asks for all the room it needs
	// Bold marks parts of a NoWrap line, in characters from its beginning.
	Bold [][2]int
}

// TextStyle is how a Text looks. Zero fields mean body text.
type TextStyle struct {
	Size   fyne.ThemeSizeName
	Colour fyne.ThemeColorName
	Bold   bool
	Italic bool
	Mono   bool
	Struck bool
	Align  fyne.TextAlign
}

// The styles in use.
var (
	Heading    = TextStyle{Size: theme.SizeNameHeadingText, Bold: true}
	SubHeading = TextStyle{Size: theme.SizeNameSubHeadingText, Bold: true}
	Body       = TextStyle{}
	Strong     = TextStyle{Bold: true}
	Muted      = TextStyle{Colour: ColorMuted}
	Small      = TextStyle{Size: theme.SizeNameCaptionText, Colour: ColorMuted}
	SmallInk   = TextStyle{Size: theme.SizeNameCaptionText}
)

// NewText makes wrapped words.
func NewText(s string, style TextStyle) *Text {
	t := &Text{Content: s, Style: style}
	t.ExtendBaseWidget(t)
	return t
}

// NewLine makes one line that is cut when there is no room.
func NewLine(s string, style TextStyle) *Text {
	t := &Text{Content: s, Style: style, NoWrap: true}
	t.ExtendBaseWidget(t)
	return t
}

// NewLabel makes one line that asks for the room it needs, for use in a Row.
func NewLabel(s string, style TextStyle) *Text {
	t := &Text{Content: s, Style: style, NoWrap: true, Whole: true}
	t.ExtendBaseWidget(t)
	return t
}

// Set changes the words.
func (t *Text) Set(s string) {
	if t.Content != s {
		t.Content = s
		t.Refresh()
	}
}

// SetStyle changes words and style.
func (t *Text) SetStyle(s string, style TextStyle) {
	t.Content, t.Style = s, style
	t.Refresh()
}

// AccessibilityLabel is the words.
func (t *Text) AccessibilityLabel() string { return t.Content }

// AccessibilityRole is text.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (t *Text) sizeName() fyne.ThemeSizeName {
	if t.Style.Size == "" {
		return theme.SizeNameText
	}
	return t.Style.Size
}

func (t *Text) fyneStyle() fyne.TextStyle {
	return fyne.TextStyle{Bold: t.Style.Bold, Italic: t.Style.Italic, Monospace: t.Style.Mono}
}

func (t *Text) measure(s string) float32 {
	return fyne.MeasureText(s, size(t.sizeName()), t.fyneStyle()).Width
}

// lines breaks the words for a width.
func (t *Text) lines(width float32) []string {
	if t.NoWrap {
		return []string{t.cut(t.Content, width)}
	}
	var out []string
	for _, para := range strings.Split(t.Content, "\n") {
		out = append(out, t.wrap(para, width)...)
	}
	return out
}

func (t *Text) wrap(para string, width float32) []string {
	if width <= 0 || t.measure(para) <= width {
		return []string{para}
	}
	var out []string
	line := ""
	for _, word := range strings.Fields(para) {
		next := word
		if line != "" {
			next = line + " " + word
		}
		if line != "" && t.measure(next) > width {
			out = append(out, line)
			next = word
		}
		line = next
		for t.measure(line) > width && len([]rune(line)) > 1 { // a word longer than the line
			head := t.fit(line, width)
			out = append(out, head)
			line = line[len(head):]
		}
	}
	return append(out, line)
}

// fit is the longest beginning of s that is no wider than width, at least one
// character.
func (t *Text) fit(s string, width float32) string {
	runes := []rune(s)
	lo, hi := 1, len(runes)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if t.measure(string(runes[:mid])) <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return string(runes[:lo])
}

func (t *Text) cut(s string, width float32) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if width <= 0 || t.Whole || t.measure(s) <= width {
		return s
	}
	return strings.TrimRight(t.fit(s, width-t.measure("…")), " ") + "…"
}
