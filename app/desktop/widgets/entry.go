package widgets

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
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
	owed    int     // see caret.go
	later   *[2]int // where SetCaret put the caret, until the person moves it
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
	e := &Entry{kit: k, owed: noDebt}
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
	e.putting, e.owed = true, noDebt
	e.SetText(s)
	e.putting, e.last = false, s
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
	switch ev.Name {
	case fyne.KeyBackspace, fyne.KeyReturn, fyne.KeyEnter:
		e.payDebt()
	}
	e.touched()
	e.Entry.TypedKey(ev)
}

// TypedRune implements fyne.Focusable.
func (e *Entry) TypedRune(r rune) {
	e.kit.active()
	before := e.Text
	e.payDebt()
	e.Entry.TypedRune(r)
	e.noteDebt(before)
}

// TypedShortcut implements fyne.Shortcutable: paste, undo and the like.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	e.kit.active()
	before := e.Text
	e.payDebt()
	e.Entry.TypedShortcut(s)
	e.noteDebt(before)
}

// Tapped implements fyne.Tappable.
func (e *Entry) Tapped(ev *fyne.PointEvent) {
	e.kit.active()
	e.touched()
	e.Entry.Tapped(ev)
}

// MouseDown implements desktop.Mouseable.
func (e *Entry) MouseDown(ev *desktop.MouseEvent) {
	e.kit.active()
	e.touched()
	e.Entry.MouseDown(ev)
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
	r := newRinged(e.Entry.CreateRenderer(), func() bool { return e.focused })
	r.after = e.placeCaret
	return r
}
