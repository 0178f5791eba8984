package desktop

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// caseloadPage is every child of this notebook, with a filter that takes any
// words of name, reference, status, worker or family.
type caseloadPage struct {
	w      *Window
	object *fyne.Container
	filter *widgets.Entry
	list   *widgets.List
	count  *widgets.Text
	focus  fyne.Focusable
	all    []CaseRow
	shown  []CaseRow
}

func openCaseload(w *Window, _ route) page {
	p := &caseloadPage{w: w, object: stackOf(w.waiting())}
	p.refresh()
	return p
}

func (p *caseloadPage) content() fyne.CanvasObject { return p.object }

func (p *caseloadPage) first() fyne.Focusable {
	return p.focus
}

func (p *caseloadPage) leave() { p.all, p.shown = nil, nil }

func (p *caseloadPage) refresh() {
	w := p.w
	ask(w, w.nb.Caseload, func(c Caseload) {
		p.all = c.Rows
		p.draw(c)
		if w.page == page(p) {
			w.focusFirst()
		}
	})
}

func (p *caseloadPage) draw(c Caseload) {
	w := p.w
	add := w.kit.Button(w.t("Add a child"), widgets.Secondary, func() { w.visit(route{screen: "addchild"}) })
	imp := w.kit.Button(w.t("Import"), widgets.Secondary, func() { w.visit(route{screen: "import"}) })
	if len(c.Rows) == 0 {
		p.focus = add
		exchange(p.object, w.fixed(w.header(w.t("Caseload"), ""), w.empty(w.t("No children yet"),
			w.t("The children you work with appear here. Add one by hand, or import the list that your case system exports."), add, imp)))
		return
	}
	kept := w.kit.Button(w.t("Retention"), widgets.Secondary, w.openRetention)
	head := w.header(w.t("Caseload"), w.completeness(c.Complete), add, imp, kept)
	words := ""
	if p.filter != nil {
		words = p.filter.Text
	}
	p.filter = w.kit.Line(w.t("Find a child: name, reference, status, worker"))
	p.filter.Put(words)
	p.focus = p.filter
	p.filter.OnEdit = func(string) { p.narrow() }
	p.filter.OnEnter = func() {
		if len(p.shown) > 0 {
			p.openRow(0)
		}
	}
	p.count = widgets.NewLabel("", widgets.Small)
	p.list = w.kit.List(p.openRow)
	p.narrow()
	exchange(p.object, w.fixed(head, widgets.StackGrow(12, 1,
		widgets.Row(16, widgets.Fill(p.filter), p.count), widgets.NewPanel(widgets.Plain, 1, p.list))))
}

func (p *caseloadPage) openRow(i int) { p.w.visit(route{screen: "child", id: p.shown[i].ID}) }

func (p *caseloadPage) narrow() {
	w := p.w
	p.shown = narrowed(p.all, p.filter.Text)
	var rows []widgets.RowData
	for _, r := range p.shown {
		rows = append(rows, w.caseRow(r))
	}
	p.list.Put(rows)
	p.count.Set(w.n("%d child", "%d children", len(p.shown)))
	p.object.Refresh()
}

// caseRow is a child's line in a list.
func (w *Window) caseRow(r CaseRow) widgets.RowData {
	var detail []string
	add := func(s string) {
		if s != "" {
			detail = append(detail, s)
		}
	}
	add(r.Ref)
	add(upper(r.Status))
	if w.who.SeesTeam && w.here.screen != "team" {
		add(r.Worker)
	}
	if len(r.Alerts) > 0 {
		add(upper(r.Alerts[0]))
	}
	row := widgets.RowData{Title: r.Title(), Detail: strings.Join(detail, "  ·  "), Meta: w.seenWords(r)}
	switch {
	case r.New > 0:
		row.Mark, row.Badge = widgets.DotMark, w.t("%d new", r.New)
	case r.Conflicts > 0:
		row.Badge = w.t("%d to settle", r.Conflicts)
	case r.Sample:
		row.Badge = w.t("Sample")
	}
	return row
}

func (w *Window) seenWords(r CaseRow) string {
	if r.LastSeen.IsZero() {
		return w.t("Not seen yet")
	}
	return w.t("Seen %s", strings.ToLower(w.dayWords(r.LastSeen)[:1])+w.dayWords(r.LastSeen)[1:])
}

// narrowed keeps the rows in which every word typed begins a word.
func narrowed(rows []CaseRow, typed string) []CaseRow {
	words := strings.Fields(fold(typed))
	return slices.DeleteFunc(slices.Clone(rows), func(r CaseRow) bool {
		text := " " + fold(strings.Join([]string{r.Name, r.KnownAs, r.Ref, r.Status, r.Worker, r.Siblings}, " "))
		for _, word := range words {
			if !strings.Contains(text, " "+word) {
				return true
			}
		}
		return false
	})
}
