package desktop

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// childPage is one child's record: who they are and what is dangerous at the
// top, then the timeline, the details and what is to be done.
type childPage struct {
	w      *Window
	object *fyne.Container
	id     string
	data   *ChildPage
	kept   *Kept           // how long it is kept; nil if that is not known
	back   *widgets.Button // leads away when the record is gone

	tabs   *widgets.Options
	body   *fyne.Container
	list   *widgets.List
	detail *fyne.Container
	scroll *widgets.Scroll // of the entry shown
	open   string          // the entry shown
	files  childFiles
	plain  bool // the confidential values are shown
	looked bool
}

func openChild(w *Window, r route) page {
	p := &childPage{w: w, id: r.id, open: r.entry, object: stackOf(w.waiting())}
	p.refresh()
	return p
}

// refresh reads the record anew and keeps the entry that is open.
func (p *childPage) refresh() {
	w, nb := p.w, p.w.nb
	var files map[string]File
	ask(w, func(ctx context.Context) (childData, error) {
		d, err := readChild(ctx, nb, p.id)
		if err == nil && d.page != nil {
			files, err = readFiles(ctx, nb, d.page)
		}
		return d, err
	}, func(d childData) {
		if w.page != nil && w.page != page(p) {
			return
		}
		if p.data, p.kept = d.page, d.kept; d.gone != nil {
			p.drawGone(d.gone)
			return
		}
		p.files.byID = files
		p.draw()
		w.setMenu()
		if !p.looked {
			p.looked = true
			act(w, func(ctx context.Context) error { return nb.Looked(ctx, p.id) }, func(error) {})
		}
	})
}

func (p *childPage) content() fyne.CanvasObject { return p.object }

func (p *childPage) first() fyne.Focusable {
	if p.back != nil {
		return p.back
	}
	if p.list == nil {
		return nil
	}
	return p.list
}

func (p *childPage) leave() { p.data, p.kept, p.files = nil, nil, childFiles{} }

func (p *childPage) draw() {
	w, f := p.w, &p.data.File
	choice := "timeline"
	if p.tabs != nil {
		choice = p.tabs.Value()
	}
	details := w.t("Details")
	if n := len(f.Conflicts); n > 0 {
		details = w.n("Details (%d to settle)", "Details (%d to settle)", n)
	}
	p.tabs = w.kit.Tabs([]widgets.Option{{Value: "timeline", Label: w.t("Timeline")}, {Value: "details", Label: details},
		{Value: "todo", Label: w.t("To do")}}, p.showTab)
	p.tabs.Set(choice)
	p.body = container.NewStack()
	top := []fyne.CanvasObject{w.header(f.Title(), p.idLine(), p.actions()...)}
	if len(f.Alerts) > 0 {
		top = append(top, widgets.NewPanel(widgets.Alarm, 12, widgets.NewSign(widgets.Alert, upper(strings.Join(f.Alerts, "; ")),
			widgets.TextStyle{Bold: true, Colour: widgets.ColorDangerText})))
	}
	if notes := p.attention(); notes != "" {
		top = append(top, widgets.NewPanel(widgets.Caution, 10, widgets.NewText(notes, widgets.TextStyle{Colour: widgets.ColorWarningText})))
	}
	if line := w.keptLineOf(p.kept); line != nil {
		top = append(top, line)
	}
	top = append(top, widgets.Between(28, widgets.Inset(0, 0, 0, -5, widgets.Wide(p.tabs)), p.seenLine()))
	exchange(p.object, widgets.Inset(24, 36, 12, 36, widgets.StackGrow(12, len(top), append(top, p.body)...)))
	p.showTab()
	if w.page == page(p) {
		w.focusFirst()
	}
}

// idLine is who the child is, on one line.
func (p *childPage) idLine() string {
	f := &p.data.File
	var out []string
	add := func(s string) {
		if s != "" {
			out = append(out, s)
		}
	}
	if f.KnownAs != "" && f.KnownAs != f.Name {
		add(p.w.t("Known as %s", f.KnownAs))
	}
	add(f.Age)
	add(f.Ref)
	add(upper(f.Status))
	line := strings.Join(out, "  ·  ")
	if c := p.w.completeness(f.Completeness); c != "" {
		line += "\n" + c
	}
	return line
}

func (p *childPage) actions() []fyne.CanvasObject {
	w := p.w
	out := []fyne.CanvasObject{
		w.kit.Button(w.t("Phone call"), widgets.Secondary, func() { w.visit(route{screen: "record", id: p.id, kind: casework.KindCall}) }),
		w.kit.Button(w.t("No answer"), widgets.Secondary, func() { w.visit(route{screen: "record", id: p.id, kind: kindNoAnswer}) }),
	}
	if w.who.CanExport {
		out = append(out, w.kit.Button(w.t("Export"), widgets.Secondary, func() { w.visit(route{screen: "export", id: p.id}) }))
	}
	return out
}

// attention is what the record itself says must be looked at.
func (p *childPage) attention() string {
	var out []string
	for _, a := range p.data.File.Attention {
		if len(out) == 3 {
			break
		}
		if !slices.Contains(out, a.Words) {
			out = append(out, a.Words)
		}
	}
	return strings.Join(out, "\n")
}

// seenLine is when the child was last seen, and last seen alone.
func (p *childPage) seenLine() fyne.CanvasObject {
	w, f := p.w, &p.data.File
	pair := func(label, value string) fyne.CanvasObject {
		return widgets.Stack(0, widgets.NewLabel(label, widgets.Small), widgets.NewLabel(value, widgets.Strong))
	}
	open := w.t("Nothing open")
	if n := len(p.data.Due); n > 0 {
		open = w.n("%d open action", "%d open actions", n)
	}
	return widgets.Row(28,
		pair(w.t("Last seen"), f.LastSeenWords()),
		pair(w.t("Last seen alone"), f.LastSeenAloneWords()),
		pair(w.t("To do"), open))
}

func (p *childPage) showTab() {
	switch p.tabs.Value() {
	case "details":
		exchange(p.body, p.drawDetails())
	case "todo":
		exchange(p.body, p.drawToDo())
	default:
		exchange(p.body, p.drawTimeline())
	}
}

// drawTimeline is the list of entries at the left and one of them in full at
// the right.
func (p *childPage) drawTimeline() fyne.CanvasObject {
	w, f := p.w, &p.data.File
	if len(f.Entries) == 0 {
		p.list = nil
		return w.empty(w.t("Nothing recorded yet"), w.t("Visits, calls and notes about this child appear here, the newest first."),
			w.kit.Button(w.t("Record a visit"), widgets.Primary, w.newVisit))
	}
	p.detail = container.NewStack()
	p.list = w.kit.List(func(i int) { p.showEntry(i) })
	p.list.OnMove = p.showEntry
	var rows []widgets.RowData
	for i := range f.Entries {
		rows = append(rows, p.rowOf(&f.Entries[i]))
	}
	p.list.Put(rows)
	p.showEntry(p.start())
	left := widgets.NewPanel(widgets.Plain, 1, p.list)
	return widgets.Side(396, widgets.Inset(0, 20, 0, 0, left), p.detail)
}

// start is the entry that is open first: the one asked for, else the latest
// visit, call or note, else the latest of all.
func (p *childPage) start() int {
	list := p.data.File.Entries
	if i := slices.IndexFunc(list, func(e casework.Entry) bool { return e.ID == p.open || holdsFile(&e, p.open) }); i >= 0 {
		return i
	}
	return max(0, slices.IndexFunc(list, func(e casework.Entry) bool { return e.Narrative() }))
}

func (p *childPage) rowOf(e *casework.Entry) widgets.RowData {
	w := p.w
	r := widgets.RowData{Title: e.Title, Detail: casework.DateWords(e.When()), Struck: e.IsStruck()}
	if r.Title == "" {
		r.Title = e.Label
	}
	if e.Narrative() {
		r.Detail = w.dayWords(e.When()) + ", " + casework.ClockWords(e.When())
	}
	if p.data.New[e.ID] {
		r.Mark, r.Badge = widgets.DotMark, w.t("New")
	}
	switch n := len(e.Amendments) + len(e.Comments); {
	case e.Damaged:
		r.Mark, r.Badge = widgets.AlertMark, w.t("Damaged")
	case r.Badge == "" && n == 0 && len(e.Attachments) > 0:
		r.Badge = w.n("%d file", "%d files", len(e.Attachments))
	case r.Badge == "" && n > 0:
		r.Badge = w.n("%d added", "%d added", n)
	}
	return r
}

func (p *childPage) showEntry(i int) {
	e := &p.data.File.Entries[i]
	p.open = e.ID
	p.list.Mark(i)
	p.w.setMenu() // a file can be added to some entries only
	p.scroll = p.w.kit.Scroll(widgets.Inset(18, 22, 22, 22, p.drawEntry(e)))
	exchange(p.detail, widgets.NewPanel(widgets.Plain, 1, p.scroll))
}
