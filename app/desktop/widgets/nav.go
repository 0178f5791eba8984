package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// NavItem is one place in a Nav.
type NavItem struct {
	ID    string
	Label string
	Note  string // a few words below or a count at the right: "3", "2 to answer"
	Done  bool   // shown with a tick
}

// Nav is a list of places, below each other, of which one is where we are. It
// is one stop of Tab; the arrow keys go along it, Return goes there.
type Nav struct {
	widget.BaseWidget
	OnGo func(id string)

	kit     *Kit
	items   []NavItem
	here    string
	at      int
	hover   int
	focused bool
	ticks   bool // leave room for a tick at the left
}

// Nav makes one. With ticks it shows which places are done with.
func (k *Kit) Nav(items []NavItem, ticks bool, goTo func(string)) *Nav {
	n := &Nav{kit: k, items: items, ticks: ticks, OnGo: goTo, hover: -1}
	n.ExtendBaseWidget(n)
	return n
}

// Put replaces the items.
func (n *Nav) Put(items []NavItem) {
	n.items = items
	n.at = max(0, min(n.at, len(items)-1))
	n.Refresh()
}

// Items are the items as they stand.
func (n *Nav) Items() []NavItem { return n.items }

// Here says where we are.
func (n *Nav) Here(id string) {
	n.here = id
	for i, it := range n.items {
		if it.ID == id {
			n.at = i
		}
	}
	n.Refresh()
}

func (n *Nav) rowHeight() float32 { return float32(int(size(theme.SizeNameText)*1.45)) + 18 }

func (n *Nav) visit(i int) {
	if i >= 0 && i < len(n.items) {
		n.at = i
		if n.OnGo != nil {
			n.OnGo(n.items[i].ID)
		}
	}
}

// Tapped implements fyne.Tappable.
func (n *Nav) Tapped(ev *fyne.PointEvent) {
	n.kit.active()
	n.visit(int(ev.Position.Y / n.rowHeight()))
}

// FocusGained implements fyne.Focusable.
func (n *Nav) FocusGained() { n.focused = true; n.Refresh() }

// FocusLost implements fyne.Focusable.
func (n *Nav) FocusLost() { n.focused = false; n.Refresh() }

// TypedRune visits on a space (see Options.TypedRune).
func (n *Nav) TypedRune(r rune) {
	if n.kit.active(); r == ' ' && len(n.items) > 0 {
		n.visit(n.at)
	}
}

// TypedKey implements fyne.Focusable.
func (n *Nav) TypedKey(ev *fyne.KeyEvent) {
	if n.kit.key(n, ev) || len(n.items) == 0 {
		return
	}
	switch ev.Name {
	case fyne.KeyDown:
		n.at = min(n.at+1, len(n.items)-1)
	case fyne.KeyUp:
		n.at = max(n.at-1, 0)
	case fyne.KeyReturn, fyne.KeyEnter:
		n.visit(n.at)
		return
	default:
		return
	}
	n.Refresh()
}

// MouseIn implements desktop.Hoverable.
func (n *Nav) MouseIn(ev *desktop.MouseEvent) { n.MouseMoved(ev) }

// MouseMoved implements desktop.Hoverable.
func (n *Nav) MouseMoved(ev *desktop.MouseEvent) {
	n.kit.active()
	if i := int(ev.Position.Y / n.rowHeight()); i != n.hover {
		n.hover = i
		n.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (n *Nav) MouseOut() { n.hover = -1; n.Refresh() }

// CreateRenderer implements fyne.Widget.
func (n *Nav) CreateRenderer() fyne.WidgetRenderer {
	r := &navRenderer{n: n}
	r.build()
	return r
}

type navRow struct {
	back, bar, ring *canvas.Rectangle
	label, note     *canvas.Text
	full            string // of the label, which is cut when there is no room
	tick            [2]*canvas.Line
}

type navRenderer struct {
	n    *Nav
	rows []navRow
	all  []fyne.CanvasObject
}

func (r *navRenderer) build() {
	n := r.n
	r.rows, r.all = r.rows[:0], r.all[:0]
	for i, it := range n.items {
		row := navRow{back: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent), ring: newRing(),
			label: canvas.NewText(it.Label, colour(theme.ColorNameForeground)), note: canvas.NewText(it.Note, colour(ColorMuted))}
		row.label.TextSize, row.note.TextSize = size(theme.SizeNameText), size(theme.SizeNameCaptionText)
		row.full = it.Label
		for j := range row.tick {
			row.tick[j] = canvas.NewLine(color.Transparent)
			row.tick[j].StrokeWidth = 2.5
			if it.Done {
				row.tick[j].StrokeColor = colour(theme.ColorNameSuccess)
			}
		}
		if it.ID == n.here {
			row.back.FillColor, row.bar.FillColor = colour(ColorSurface), colour(theme.ColorNamePrimary)
			row.label.TextStyle = fyne.TextStyle{Bold: true}
		} else if i == n.hover {
			row.back.FillColor = colour(theme.ColorNameHover)
		}
		showRing(row.ring, n.focused && i == n.at)
		r.rows = append(r.rows, row)
		r.all = append(r.all, row.back, row.bar, row.ring, row.tick[0], row.tick[1], row.label, row.note)
	}
	r.Layout(n.Size())
}

func (r *navRenderer) left() float32 {
	if r.n.ticks {
		return 40
	}
	return 22
}

func (r *navRenderer) Layout(s fyne.Size) {
	h := r.n.rowHeight()
	for i, row := range r.rows {
		y := float32(i) * h
		row.back.Move(fyne.NewPos(0, y))
		row.back.Resize(fyne.NewSize(s.Width, h))
		row.bar.Move(fyne.NewPos(0, y))
		row.bar.Resize(fyne.NewSize(5, h))
		row.ring.Move(fyne.NewPos(ringWidth/2+2, y+ringWidth/2))
		row.ring.Resize(fyne.NewSize(s.Width-ringWidth-4, h-ringWidth))
		lm, nm := row.label.MinSize(), row.note.MinSize()
		room := s.Width - r.left() - 10
		if row.note.Text != "" {
			room -= nm.Width + 12
		}
		row.label.Text = cutTo(row.full, row.label, room)
		row.label.Move(fyne.NewPos(r.left(), y+(h-lm.Height)/2))
		row.label.Resize(lm)
		row.note.Move(fyne.NewPos(s.Width-nm.Width-14, y+(h-nm.Height)/2))
		row.note.Resize(nm)
		mid := y + h/2
		row.tick[0].Position1, row.tick[0].Position2 = fyne.NewPos(17, mid), fyne.NewPos(21, mid+5)
		row.tick[1].Position1, row.tick[1].Position2 = fyne.NewPos(21, mid+5), fyne.NewPos(29, mid-5)
	}
}

// cutTo is s, or as much of it as there is room for.
func cutTo(s string, like *canvas.Text, room float32) string {
	t := &Text{Content: s, NoWrap: true, Style: TextStyle{Bold: like.TextStyle.Bold}}
	return t.cut(s, room)
}

func (r *navRenderer) MinSize() fyne.Size {
	var w float32
	for _, row := range r.rows {
		w = fyne.Max(w, r.left()+row.note.MinSize().Width+60)
	}
	return fyne.NewSize(w, float32(len(r.rows))*r.n.rowHeight())
}

func (r *navRenderer) Refresh() {
	r.build()
	canvas.Refresh(r.n)
}

func (r *navRenderer) Objects() []fyne.CanvasObject { return r.all }
func (r *navRenderer) Destroy()                     {}
