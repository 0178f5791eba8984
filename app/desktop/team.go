package desktop

import (
	"cmp"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// openTeam is the lead's view: each worker with their children, and who has
// not synced for how long.
func openTeam(w *Window, _ route) page {
	p := &simplePage{object: stackOf(w.waiting())}
	ask(w, w.nb.Caseload, func(c Caseload) {
		exchange(p.object, w.drawTeam(p, c))
		if w.page == page(p) {
			w.focusFirst()
		}
	})
	return p
}

// workerLine is one worker's share of the team's cases.
type workerLine struct {
	name  string
	rows  []CaseRow
	new   int
	last  time.Time // of the laptop
	quiet bool      // not synced of late
}

func workersOf(c Caseload) []workerLine {
	by := map[string]*workerLine{}
	get := func(name string) *workerLine {
		if by[name] == nil {
			by[name] = &workerLine{name: name}
		}
		return by[name]
	}
	for _, r := range c.Rows {
		l := get(r.Worker)
		l.rows = append(l.rows, r)
		l.new += r.New
	}
	for _, u := range c.Complete.Unsynced {
		l := get(u.Person)
		l.last, l.quiet = u.Last, true
	}
	var out []workerLine
	for _, l := range by {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b workerLine) int { return cmp.Compare(fold(a.name), fold(b.name)) })
	return out
}

func (w *Window) drawTeam(p *simplePage, c Caseload) fyne.CanvasObject {
	lines := workersOf(c)
	kept := w.kit.Button(w.t("Retention"), widgets.Secondary, w.openRetention)
	head := w.header(w.t("Team"), w.completeness(c.Complete), kept)
	if len(lines) == 0 {
		return w.fixed(head, w.empty(w.t("Nobody yet"), w.t("The workers of your team appear here once their cases have arrived.")))
	}
	var cards []fyne.CanvasObject
	for _, l := range lines {
		name := l.name
		if name == "" {
			name = w.t("No worker named")
		}
		sign := widgets.NewSign(widgets.Tick, w.t("Synced lately"), widgets.SmallInk)
		if l.quiet {
			words := w.t("Has not synced yet")
			if !l.last.IsZero() {
				words = w.t("Not synced since %s", casework.TimeWords(l.last))
			}
			sign = widgets.NewSign(widgets.Alert, words, widgets.SmallInk)
		}
		parts := []fyne.CanvasObject{widgets.Row(16, widgets.Fill(widgets.NewText(w.n("%d child", "%d children", len(l.rows)), widgets.Muted)), sign)}
		if len(l.rows) > 0 {
			var rows []widgets.RowData
			for _, r := range l.rows {
				rows = append(rows, w.caseRow(r))
			}
			list := w.listOf(rows, 4, func(i int) { w.visit(route{screen: "child", id: l.rows[i].ID}) })
			if p.focus == nil {
				p.focus = list.list
			}
			parts = append(parts, list.object)
		}
		cards = append(cards, card(name, parts...))
	}
	return w.kit.Scroll(widgets.Inset(24, 36, 36, 36, widgets.Stack(20, head, widgets.Stack(16, cards...))))
}
