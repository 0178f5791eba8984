package widgets

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Limits of one text box. Longer texts are slow to type in the toolkit, and are
// split over sections instead.
const (
	MaxWords = 2000
	maxRunes = 24000
)

// Entry is a text box of one line (Line, Secret) or more (Area).
type Entry struct {
	widget.Entry
	// OnEdit is called after every change by the person, not by Put.
	OnEdit func(string)
	// OnEnter is called on Return in a box of one line.
	OnEnter func()
	// OnDown is called on the arrow down in a box of one line.
	OnDown func()
	// OnFull is called when a change was refused because it would pass
	// MaxWords.
	OnFull func()

	kit     *Kit
	focused bool
	last    string
	putting bool
}

// Line is a text box of one line.
func (k *Kit) Line(placeholder string) *Entry { return k.entry(placeholder, false, false) }

// Secret is a text box of one line whose text is hidden.
func (k *Kit) Secret() *Entry { return k.entry("", false, true) }

// Area is a text box of several lines. Tab leaves it; it holds MaxWords words.
func (k *Kit) Area(rows int, placeholder string) *Entry {
	e := k.entry(placeholder, true, false)
	e.SetMinRowsVisible(rows)
	return e
}

func (k *Kit) entry(placeholder string, multi, secret bool) *Entry {
	e := &Entry{kit: k}
	e.PlaceHolder, e.MultiLine, e.Password = placeholder, multi, secret
	e.Wrapping = fyne.TextWrapOff
	if multi {
		e.Wrapping = fyne.TextWrapWord
	}
	e.ExtendBaseWidget(e)
	e.OnChanged = e.changed
	e.OnSubmitted = func(string) {
		if e.OnEnter != nil && !e.MultiLine {
			e.OnEnter()
		}
	}
	return e
}

func (e *Entry) changed(s string) {
	if e.putting {
		e.last = s
		return
	}
	e.kit.active()
	if tooLong(s) && len(s) > len(e.last) {
		e.Put(e.last)
		if e.OnFull != nil {
			e.OnFull()
		}
		return
	}
	e.last = s
	if e.OnEdit != nil {
		e.OnEdit(s)
	}
}

func tooLong(s string) bool {
	if len(s) <= MaxWords { // fewer bytes than words allowed
		return false
	}
	return utf8.RuneCountInString(s) > maxRunes || Words(s) > MaxWords
}

// Words counts the words of a text.
func Words(s string) int { return len(strings.Fields(s)) }

// Put sets the text without calling OnEdit.
func (e *Entry) Put(s string) {
	e.putting = true
	e.SetText(s)
	e.putting, e.last = false, s
}

// Caret is where the caret is: the line of the text, and the characters before
// it in that line. It does not depend on how the text is wrapped.
func (e *Entry) Caret() (line, col int) {
	runes := []rune(e.Text)
	for _, r := range runes[:min(max(0, e.CursorTextOffset()), len(runes))] {
		col++
		if r == '\n' {
			line, col = line+1, 0
		}
	}
	return line, col
}

// SetCaret puts the caret where Caret said it was, as far as the text goes.
func (e *Entry) SetCaret(line, col int) {
	target, lines := 0, strings.Split(e.Text, "\n")
	for i, l := range lines {
		n := utf8.RuneCountInString(l)
		if i == line || i == len(lines)-1 {
			target += min(max(0, col), n)
			break
		}
		target += n + 1
	}
	// The toolkit counts rows as wrapped. A row beyond the last is at offset 0.
	row := 0
	for start := e.rowStart(1); start > 0 && start <= target; start = e.rowStart(row + 1) {
		row++
	}
	col = target - e.rowStart(row)
	e.CursorRow, e.CursorColumn = row, col
	e.Refresh()
}

func (e *Entry) rowStart(row int) int {
	e.CursorRow, e.CursorColumn = row, 0
	return e.CursorTextOffset()
}

// AcceptsTab lets Tab go to the next widget, also out of several lines.
func (e *Entry) AcceptsTab() bool { return false }

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(ev *fyne.KeyEvent) {
	if e.kit.key(e, ev) {
		return
	}
	if ev.Name == fyne.KeyDown && !e.MultiLine && e.OnDown != nil {
		e.OnDown()
		return
	}
	e.Entry.TypedKey(ev)
}

// TypedRune implements fyne.Focusable.
func (e *Entry) TypedRune(r rune) {
	e.kit.active()
	e.Entry.TypedRune(r)
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.focused = true
	e.Entry.FocusGained()
	e.kit.focusGained(e)
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.focused = false
	e.Entry.FocusLost()
}

// CreateRenderer implements fyne.Widget.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(e.Entry.CreateRenderer(), func() bool { return e.focused })
}
