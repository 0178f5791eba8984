package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// RowData is what one row of a List shows: two lines, a mark at the left and
// words at the right. Every row is equally high.
type RowData struct {
	Title  string
	Detail string
	Meta   string // at the right of the title
	Badge  string // a short word in a frame at the right of the detail: "2 new"
	Mark   Mark
	Struck bool
	Bold   [][2]int // parts of Detail to mark, in characters: what a search found
}

// Mark is a shape at the left edge that says what kind of row it is, beside
// the words and never instead of them.
type Mark int

// Marks.
const (
	NoMark    Mark = iota
	DotMark        // something new
	AlertMark      // dangerous or overdue
	RingMark       // unfinished
)

// List is rows of one height that can be gone through with the arrow keys and
// opened with Return or a click. It draws only the rows in view.
type List struct {
	widget.List
	// OnOpen is called with the row that was opened.
	OnOpen func(int)
	// OnMove is called when the arrow keys move to a row.
	OnMove func(int)

	kit      *Kit
	rows     []RowData
	at       int
	selected int
	focused  bool
}

// List makes a list.
func (k *Kit) List(open func(int)) *List {
	l := &List{kit: k, OnOpen: open, selected: -1}
	l.HideSeparators = true
	l.Length = func() int { return len(l.rows) }
	l.CreateItem = func() fyne.CanvasObject { return newListRow() }
	l.UpdateItem = func(i int, o fyne.CanvasObject) {
		if i < len(l.rows) {
			o.(*listRow).show(l.rows[i], l.focused && i == l.at, i == l.selected)
		}
	}
	l.OnSelected = func(i int) {
		l.UnselectAll()
		l.kit.active()
		l.at = i
		focus(l)
		l.open(i)
	}
	l.ExtendBaseWidget(l)
	return l
}

// Put shows rows.
func (l *List) Put(rows []RowData) {
	l.rows = rows
	l.at = max(0, min(l.at, len(rows)-1))
	l.Refresh()
}

// Rows are the rows shown.
func (l *List) Rows() []RowData { return l.rows }

// Mark shows one row as the one whose detail is open; -1 for none.
func (l *List) Mark(i int) {
	l.selected = i
	if i >= 0 && i < len(l.rows) {
		l.at = i
		l.ScrollTo(i)
	}
	l.Refresh()
}

// At is the row that the keys are on.
func (l *List) At() int { return l.at }

func (l *List) open(i int) {
	if i >= 0 && i < len(l.rows) && l.OnOpen != nil {
		l.OnOpen(i)
	}
}

// HeightOf is the height of a list that shows n rows.
func (l *List) HeightOf(n int) float32 {
	return float32(n)*(newListRow().MinSize().Height+size(theme.SizeNamePadding)) + 2
}

// FocusGained implements fyne.Focusable. The toolkit's own is left out: its
// focus colour cannot be seen.
func (l *List) FocusGained() { l.focused = true; l.Refresh(); l.kit.focusGained(l) }

// FocusLost implements fyne.Focusable.
func (l *List) FocusLost() { l.focused = false; l.Refresh() }

// TypedRune opens the row on a space (see Options.TypedRune).
func (l *List) TypedRune(r rune) {
	if l.kit.active(); r == ' ' && len(l.rows) > 0 {
		l.open(l.at)
	}
}

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(ev *fyne.KeyEvent) {
	if l.kit.key(l, ev) || len(l.rows) == 0 {
		return
	}
	to := l.at
	switch ev.Name {
	case fyne.KeyDown:
		to++
	case fyne.KeyUp:
		to--
	case fyne.KeyPageDown:
		to += 8
	case fyne.KeyPageUp:
		to -= 8
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = len(l.rows) - 1
	case fyne.KeyReturn, fyne.KeyEnter:
		l.open(l.at)
		return
	default:
		return
	}
	to = max(0, min(to, len(l.rows)-1))
	if to == l.at {
		return
	}
	l.at = to
	l.ScrollTo(to)
	l.Refresh()
	if l.OnMove != nil {
		l.OnMove(to)
	}
}

// listRow is one row. The tree under it is fixed; only words and colours change.
type listRow struct {
	widget.BaseWidget
	ring, back, badge   *canvas.Rectangle
	line                *canvas.Line
	dot                 *canvas.Circle
	alert               *canvas.Text
	title, detail       *Text
	meta, badgeText     *Text
	data                RowData
	isFocused, isOpened bool
}

var _ desktop.Cursorable = (*listRow)(nil)

func newListRow() *listRow {
	r := &listRow{ring: newRing(), back: canvas.NewRectangle(nil), badge: canvas.NewRectangle(nil), line: canvas.NewLine(nil),
		dot: canvas.NewCircle(nil), alert: canvas.NewText("!", nil), title: NewLine("", Strong), detail: NewLine("", Muted),
		meta: NewLabel("", Small), badgeText: NewLabel("", TextStyle{Size: theme.SizeNameCaptionText, Bold: true})}
	r.ExtendBaseWidget(r)
	return r
}

// Cursor implements desktop.Cursorable.
func (r *listRow) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (r *listRow) show(d RowData, focused, opened bool) {
	r.data, r.isFocused, r.isOpened = d, focused, opened
	r.title.SetStyle(d.Title, TextStyle{Bold: true, Struck: d.Struck})
	r.detail.Content, r.detail.Bold = d.Detail, d.Bold
	r.detail.Refresh()
	r.meta.Set(d.Meta)
	r.badgeText.Set(d.Badge)
	r.Refresh()
}

// AccessibilityLabel is all that the row says.
func (r *listRow) AccessibilityLabel() string {
	return r.data.Title + ". " + r.data.Detail + ". " + r.data.Meta + " " + r.data.Badge
}

// AccessibilityRole is link.
func (r *listRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleLink }

// CreateRenderer implements fyne.Widget.
func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	lr := &listRowRenderer{r: r}
	lr.update()
	return lr
}
