package widgets

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The toolkit (v2.8.1) cannot put the caret behind a space that ends the text
// just where the line is full: the space belongs to no row, the caret falls
// before it, and the next letter typed goes before it too, so that "was clean"
// becomes "wasclean ". So we remember where the caret ought to be (owed, in
// characters from the beginning) and put it there before the next change.

const noDebt = -1

// beyond is a row that no text has. For such a row the toolkit takes the column
// as the place in the whole text.
const beyond = 1 << 30

// payDebt puts the caret where it ought to be.
func (e *Entry) payDebt() {
	e.later = nil
	if e.owed == noDebt || e.SelectedText() != "" {
		e.owed = noDebt
		return
	}
	e.CursorRow, e.CursorColumn = beyond, e.owed
	e.owed = noDebt
}

// noteDebt looks after a change whether the caret fell before a last space that
// was just added.
func (e *Entry) noteDebt(before string) {
	e.owed = noDebt
	if len(e.Text) <= len(before) || !strings.HasPrefix(e.Text, before) {
		return
	}
	last, _ := utf8.DecodeLastRuneInString(e.Text)
	if n := utf8.RuneCountInString(e.Text); unicode.IsSpace(last) && last != '\n' && e.CursorTextOffset() == n-1 {
		e.owed = n
	}
}

// touched notes that the person has taken the caret over.
func (e *Entry) touched() { e.later, e.owed = nil, noDebt }

// Caret is where the caret is: the line of the text, and the characters before
// it in that line. It does not depend on how the text is wrapped.
func (e *Entry) Caret() (line, col int) {
	runes := []rune(e.Text)
	offset := e.CursorTextOffset()
	if e.owed != noDebt {
		offset = e.owed
	}
	for _, r := range runes[:min(max(0, offset), len(runes))] {
		col++
		if r == '\n' {
			line, col = line+1, 0
		}
	}
	return line, col
}

// SetCaret puts the caret where Caret said it was, as far as the text goes.
// The rows of the toolkit change with the width, so it is done anew after every
// layout until the person does something.
func (e *Entry) SetCaret(line, col int) {
	e.later = &[2]int{line, col}
	e.placeCaret()
}

func (e *Entry) placeCaret() {
	if e.later == nil || e.Size().Width == 0 {
		return
	}
	line, col := e.later[0], e.later[1]
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
	e.owed = noDebt
	e.Refresh()
	if target == utf8.RuneCountInString(e.Text) && e.CursorTextOffset() == target-1 {
		e.owed = target
	}
}

func (e *Entry) rowStart(row int) int {
	e.CursorRow, e.CursorColumn = row, 0
	return e.CursorTextOffset()
}
