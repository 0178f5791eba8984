package desktop

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// retentionPage is every case that keeping is a question for, with one of them
// in full at the right, and what was disposed of.
type retentionPage struct {
	w      *Window
	object *fyne.Container
	data   KeptCases
	from   route // id: the row to open; kind: the tab
	tabs   *widgets.Options
	body   *fyne.Container
	list   *widgets.List
	detail *fyne.Container
	focus  fyne.Focusable
	rows   []retentionRow
	shown  string // the case whose detail is open
}

// retentionRow is a case or what is left of one.
type retentionRow struct {
	kept *Kept
	gone *Gone
}

func (r retentionRow) id() string {
	if r.kept != nil {
		return r.kept.ID
	}
	return r.gone.ID
}

// Tabs of the page.
const (
	tabAll, tabDue, tabHeld, tabProposed, tabGone = "all", "due", "held", "proposed", "gone"
)

func openRetention(w *Window, r route) page {
	p := &retentionPage{w: w, from: r, shown: r.id, object: stackOf(w.waiting())}
	p.refresh()
	return p
}

func (p *retentionPage) content() fyne.CanvasObject { return p.object }
func (p *retentionPage) first() fyne.Focusable      { return p.focus }
func (p *retentionPage) leave()                     { p.data, p.rows = KeptCases{}, nil }
func (p *retentionPage) escape()                    { p.w.goBack() }

// about is the case that commands are about.
func (p *retentionPage) about() string {
	if i := p.at(); i >= 0 && p.rows[i].kept != nil {
		return p.rows[i].kept.ID
	}
	return ""
}

func (p *retentionPage) at() int {
	return slices.IndexFunc(p.rows, func(r retentionRow) bool { return r.id() == p.shown })
}

func (p *retentionPage) refresh() {
	w := p.w
	ask(w, w.nb.KeptCases, func(d KeptCases) {
		if w.page != nil && w.page != page(p) {
			return
		}
		p.data = d
		p.draw()
		if w.page == page(p) {
			w.focusFirst()
		}
		w.setMenu()
	})
}

func (p *retentionPage) draw() {
	w := p.w
	schedule := w.kit.Button(w.t("The schedule"), widgets.Secondary, func() { w.visit(route{screen: "schedule"}) })
	head := w.header(w.t("Retention"), w.t("Cases that are closed or held, and what is on its way out. Nothing is ever destroyed by itself."), schedule)
	if len(p.data.Cases)+len(p.data.Gone) == 0 {
		p.focus = schedule
		exchange(p.object, w.fixed(head, w.empty(w.t("No case is closed or held"),
			w.t("A case appears here when its status is closed, when somebody holds it, or when its disposal is proposed. How long it is kept is set on the child's page, under Details."))))
		return
	}
	count := func(words, tab string) widgets.Option {
		return widgets.Option{Value: tab, Label: w.t(words, len(p.of(tab)))}
	}
	choice := p.from.kind
	if p.tabs != nil {
		choice = p.tabs.Value()
	}
	p.tabs = w.kit.Tabs([]widgets.Option{count("All (%d)", tabAll), count("Due (%d)", tabDue), count("Held (%d)", tabHeld),
		count("Proposed (%d)", tabProposed), count("Disposed of (%d)", tabGone)}, p.showTab)
	if choice != "" {
		p.tabs.Set(choice)
	}
	p.body = container.NewStack()
	top := []fyne.CanvasObject{head}
	if s := p.stopped(); s != "" {
		top = append(top, widgets.NewPanel(widgets.Caution, 10, widgets.NewText(s, widgets.TextStyle{Colour: widgets.ColorWarningText})))
	}
	top = append(top, widgets.Inset(0, 0, 0, -5, widgets.Wide(p.tabs)))
	exchange(p.object, widgets.Inset(24, 36, 12, 36, widgets.StackGrow(12, len(top), append(top, p.body)...)))
	p.showTab()
}

// stopped says what became of a disposal that was cut off.
func (p *retentionPage) stopped() string {
	w := p.w
	if slices.ContainsFunc(p.data.Gone, func(g Gone) bool { return !g.Done }) {
		return w.t("A disposal was stopped half-way. What is left is destroyed the next time this notebook is opened.")
	}
	if n := p.data.Resumed; n > 0 {
		return w.resumedWords(n)
	}
	return ""
}

// of lists what a tab shows, in the order of urgency within the references.
func (p *retentionPage) of(tab string) []retentionRow {
	var out []retentionRow
	for i := range p.data.Cases {
		k := &p.data.Cases[i]
		if tab == tabAll || tab == tabDue && k.Ripe || tab == tabHeld && len(k.Holds) > 0 || tab == tabProposed && k.Proposal != nil {
			out = append(out, retentionRow{kept: k})
		}
	}
	if tab == tabGone {
		for i := range p.data.Gone {
			out = append(out, retentionRow{gone: &p.data.Gone[i]})
		}
	}
	return out
}

func (p *retentionPage) showTab() {
	w := p.w
	p.rows = p.of(p.tabs.Value())
	p.focus = p.tabs
	if len(p.rows) == 0 {
		words := map[string]string{tabAll: w.t("No case is closed or held."), tabDue: w.t("No period has ended."), tabHeld: w.t("Nothing is held."),
			tabProposed: w.t("No disposal is proposed."), tabGone: w.t("Nothing was disposed of.")}[p.tabs.Value()]
		exchange(p.body, widgets.Inset(8, 0, 0, 0, widgets.NewText(words, widgets.Muted)))
		return
	}
	p.detail = container.NewStack()
	p.list = w.kit.List(p.show)
	p.list.OnMove = p.show
	p.focus = p.list
	var rows []widgets.RowData
	for _, r := range p.rows {
		rows = append(rows, p.rowOf(r))
	}
	p.list.Put(rows)
	exchange(p.body, widgets.Side(396, widgets.Inset(0, 20, 0, 0, widgets.NewPanel(widgets.Plain, 1, p.list)), p.detail))
	p.show(max(0, p.at()))
}

func (p *retentionPage) rowOf(r retentionRow) widgets.RowData {
	w := p.w
	if g := r.gone; g != nil {
		row := widgets.RowData{Title: w.t("Disposed of on %s", casework.DateWords(g.On)), Detail: basisWords(g.Basis)}
		if !g.Done {
			row.Mark, row.Badge = widgets.AlertMark, w.t("Not finished")
		}
		return row
	}
	k := r.kept
	detail := []string{k.Ref}
	for _, c := range k.Rules {
		detail = append(detail, c.Name)
	}
	if len(k.Rules) == 0 {
		detail = append(detail, w.t("period not set"))
	}
	row := widgets.RowData{Title: CaseRow{Brief: k.Brief}.Title(), Detail: strings.Join(detail, "  ·  ")}
	if !k.Due.IsZero() {
		row.Meta = w.t("Until %s", k.Due.Words())
	}
	switch {
	case len(k.Holds) > 0:
		row.Badge = w.t("Held")
	case k.Proposal != nil && k.Lacks == "":
		row.Badge, row.Mark = w.t("Approved"), widgets.RingMark
	case k.Proposal != nil:
		row.Badge, row.Mark = w.t("Proposed"), widgets.RingMark
	case k.Ripe:
		row.Badge = w.t("Due")
	case !k.Due.IsZero() && !k.DueKnown:
		row.Badge = w.t("Suggested")
	}
	return row
}

func (p *retentionPage) show(i int) {
	w := p.w
	p.shown = p.rows[i].id()
	if w.here.screen == "retention" { // where to come back to
		w.here = route{screen: "retention", id: p.shown, kind: p.tabs.Value()}
	}
	p.list.Mark(i)
	var parts []fyne.CanvasObject
	if g := p.rows[i].gone; g != nil {
		parts = w.goneParts(g)
	} else {
		k := p.rows[i].kept
		line := k.Ref
		if k.Status != "" {
			line += "  ·  " + upper(k.Status)
		}
		parts = append(parts, widgets.Stack(0, widgets.NewText(CaseRow{Brief: k.Brief}.Title(), widgets.SubHeading), widgets.NewText(line, widgets.Small)))
		open := w.kit.Button(w.t("Open the child"), widgets.Secondary, func() { w.visit(route{screen: "child", id: k.ID}) })
		parts = append(parts, w.keptParts(k, open)...)
	}
	exchange(p.detail, widgets.NewPanel(widgets.Plain, 1, w.kit.Scroll(widgets.Inset(18, 22, 22, 22, widgets.Stack(14, parts...)))))
}

// tookFocus brings a button of the detail into view.
func (p *retentionPage) tookFocus(o fyne.CanvasObject) {
	if p.detail == nil || len(p.detail.Objects) == 0 {
		return
	}
	if panel, ok := p.detail.Objects[0].(*widgets.Panel); ok {
		if s, ok := panel.Content().(*widgets.Scroll); ok {
			s.Reveal(o)
		}
	}
}
