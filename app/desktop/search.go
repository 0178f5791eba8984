package desktop

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// searchPage looks through all notes. It searches on Return, and a moment after
// the last letter.
type searchPage struct {
	w      *Window
	object fyne.CanvasObject
	box    *widgets.Entry
	field  *widgets.Field
	result *fyne.Container
	list   *widgets.List
	hits   []Hit
	asked  int // grows with each question: later answers win
	stop   func()
}

const (
	searchMost  = 100
	searchAfter = 350 * 1e6 // nanoseconds after the last letter
)

func openSearch(w *Window, _ route) page {
	p := &searchPage{w: w, box: w.kit.Line(w.t("Words, \"exact words\" or the begin* of a word")), result: container.NewStack()}
	p.field = widgets.NewField(w.t("Words to look for"), "", p.box)
	p.box.OnEnter = p.search
	p.box.OnDown = func() {
		if p.list != nil {
			w.win.Canvas().Focus(p.list)
		}
	}
	p.box.OnEdit = func(string) {
		if p.stop != nil {
			p.stop()
		}
		p.stop = w.run.After(searchAfter, p.search)
	}
	head := w.header(w.t("Search"), w.t("Every visit, call, note, amendment and comment in this notebook."))
	p.object = w.fixed(head, widgets.StackGrow(16, 1, p.field, p.result))
	return p
}

func (p *searchPage) content() fyne.CanvasObject { return p.object }
func (p *searchPage) first() fyne.Focusable      { return p.box }

func (p *searchPage) leave() {
	if p.stop != nil {
		p.stop()
	}
	p.hits = nil
}

func (p *searchPage) search() {
	w, nb, query := p.w, p.w.nb, strings.TrimSpace(p.box.Text)
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	p.asked++
	asked := p.asked
	if query == "" {
		p.show(nil, "")
		return
	}
	try(w, func(ctx context.Context) ([]Hit, error) { return nb.Search(ctx, query, searchMost) }, func(hits []Hit, err error) {
		if asked != p.asked {
			return
		}
		p.field.Fail("")
		if err != nil {
			pr := w.deps.Explain(err)
			p.field.Fail(pr.Sentence + " " + pr.Next)
			return
		}
		p.show(hits, query)
	})
}

func (p *searchPage) show(hits []Hit, query string) {
	w := p.w
	p.hits, p.list = hits, nil
	switch {
	case query == "":
		exchange(p.result, widgets.Stack(0))
		return
	case len(hits) == 0:
		exchange(p.result, w.empty(w.t("No note has these words"),
			w.t("Words are looked for together. Try fewer of them, or the beginning of one with a star: bruis*")))
		return
	}
	p.list = w.kit.List(func(i int) {
		w.visit(route{screen: "child", id: p.hits[i].Case, entry: p.hits[i].Entry})
	})
	var rows []widgets.RowData
	for _, h := range hits {
		rows = append(rows, widgets.RowData{
			Title:  h.Child + "  ·  " + h.Label,
			Detail: "… " + strings.Join(strings.Fields(h.Snippet), " ") + " …",
			Meta:   casework.DateWords(h.When),
			Bold:   shiftMarks(h),
		})
	}
	p.list.Put(rows)
	count := w.n("%d note, the best first", "%d notes, the best first", len(hits))
	if len(hits) == searchMost {
		count = w.t("The best %d notes. Add a word to see fewer.", searchMost)
	}
	exchange(p.result, widgets.StackGrow(8, 1, widgets.NewText(count, widgets.Small), widgets.NewPanel(widgets.Plain, 1, p.list)))
	p.object.Refresh()
}

// shiftMarks moves the marks of a snippet to where its words stand in the row,
// with spaces joined and an ellipsis before.
func shiftMarks(h Hit) [][2]int {
	runes := []rune(h.Snippet)
	to := make([]int, len(runes)+1) // new place of each character
	at, space := 2, true
	for i, r := range runes {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			to[i] = at
			if !space {
				at++
			}
			space = true
			continue
		}
		to[i], space = at, false
		at++
	}
	to[len(runes)] = at
	var out [][2]int
	for _, m := range h.Marks {
		if m[0] >= 0 && m[0] < m[1] && m[1] <= len(runes) {
			out = append(out, [2]int{to[m[0]], to[m[1]]})
		}
	}
	return out
}
