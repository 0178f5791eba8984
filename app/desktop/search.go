package desktop

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// searchPage looks through all notes. It searches on Return, and a moment after
// the last letter. What it is narrowed to stands in the query, and is shown and
// changed by the controls below it too.
type searchPage struct {
	w      *Window
	object fyne.CanvasObject
	box    *widgets.Entry
	field  *widgets.Field
	narrow *narrowing
	result *fyne.Container
	list   *widgets.List
	hits   []Hit
	asked  int // grows with each question: later answers win
	stop   func()

	helpButton *widgets.Button
	helping    bool
	under      fyne.CanvasObject // what was found, while the help covers it
	crowded    bool              // large text: the controls are shown when asked for
}

const (
	searchMost  = 100
	searchAfter = 350 * 1e6 // nanoseconds after the last letter
	crowdedAt   = 150       // per cent of the text's size
	searchBack  = "again"   // kind of the route that goes back to what was found
)

func openSearch(w *Window, r route) page {
	p := &searchPage{w: w, box: w.kit.Line(w.t("Words, \"exact words\" or the begin* of a word")),
		under: widgets.Stack(0)}
	p.result = stackOf(p.under)
	p.field = widgets.NewField(w.t("Words to look for"), "", p.box)
	p.narrow = newNarrowing(w, p.setFilter)
	p.box.OnEnter = p.search
	p.box.OnDown = func() {
		if p.list != nil {
			w.win.Canvas().Focus(p.list)
		}
	}
	p.box.OnEdit = func(string) {
		p.narrow.show(p.box.Text)
		p.soon()
	}
	p.helpButton = w.kit.Button(w.t("How to search"), widgets.Quiet, p.toggleHelp)
	lead, actions := w.t("Every visit, call, note, amendment and comment in this notebook."), []fyne.CanvasObject{p.helpButton}
	if p.crowded = w.settings.TextPercent >= crowdedAt; p.crowded {
		lead, actions = "", []fyne.CanvasObject{p.narrowButton(), p.helpButton}
	}
	head := w.header(w.t("Search"), lead, actions...)
	p.object = w.fixed(head, widgets.StackGrow(14, 2, p.field, p.narrow.object, p.result))
	nb := w.nb
	try(w, nb.SearchScope, func(s SearchScope, err error) {
		if err == nil { // else there is less to choose from; it can still be typed
			p.narrow.offer(s, p.box.Text)
		}
	})
	w.warmUp(nil)
	if r.kind == searchBack && w.find.query != "" {
		p.box.Put(w.find.query)
		p.box.CursorColumn = len([]rune(p.box.Text))
		p.narrow.show(p.box.Text)
		p.search()
	}
	return p
}

// narrowButton shows and hides the controls, which at first are hidden.
func (p *searchPage) narrowButton() *widgets.Button {
	w := p.w
	p.narrow.object.Hide()
	var b *widgets.Button
	b = w.kit.Button(w.t("Narrow"), widgets.Quiet, func() {
		if p.narrow.object.Visible() {
			p.narrow.object.Hide()
			b.SetText(w.t("Narrow"))
		} else {
			p.narrow.object.Show()
			b.SetText(w.t("Hide"))
		}
		p.object.Refresh()
	})
	return b
}

func (p *searchPage) content() fyne.CanvasObject { return p.object }
func (p *searchPage) first() fyne.Focusable      { return p.box }

func (p *searchPage) leave() {
	if p.stop != nil {
		p.stop()
	}
	for _, d := range []*dayBox{p.narrow.from, p.narrow.until} {
		d.halt()
	}
	p.asked++
	p.hits = nil
}

// soon searches a moment after the last change.
func (p *searchPage) soon() {
	if p.stop != nil {
		p.stop()
	}
	p.stop = p.w.run.After(searchAfter, p.search)
}

// setFilter writes into the query what the controls say, and searches anew.
func (p *searchPage) setFilter(name, value string) {
	p.box.Put(withFilter(p.box.Text, name, value))
	p.box.CursorColumn = len([]rune(p.box.Text))
	p.box.Refresh()
	p.narrow.show(p.box.Text)
	p.search()
}

func (p *searchPage) search() {
	w, nb, query := p.w, p.w.nb, strings.TrimSpace(p.box.Text)
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	p.asked++
	asked := p.asked
	p.field.Fail("")
	w.find.query = query
	switch {
	case query == "":
		p.put(widgets.Stack(0))
		return
	case wordsIn(query) == "":
		p.put(w.empty(w.t("Now write a word to look for"), w.t("What you chose narrows a search; it needs at least one word.")))
		return
	case backwards(query):
		p.fail(w.t("The first day comes after the last one, so nothing can be found."))
		return
	case !w.find.ready:
		p.put(widgets.NewText(w.t("Getting the search ready. You can go on typing; what is found appears here."), widgets.Muted))
		w.warmUp(func(err error) {
			switch {
			case asked != p.asked:
			case err != nil:
				p.explain(err)
			default:
				p.search()
			}
		})
		return
	}
	try(w, func(ctx context.Context) ([]Hit, error) { return nb.Search(ctx, query, searchMost) }, func(hits []Hit, err error) {
		switch {
		case asked != p.asked:
		case err != nil:
			p.explain(err)
		default:
			w.here.kind = searchBack
			p.show(hits, query)
		}
	})
}

func (p *searchPage) explain(err error) {
	pr := p.w.deps.Explain(err)
	p.fail(strings.TrimSpace(pr.Sentence + " " + pr.Next))
}

// fail says below the label what is wrong, and shows nothing that was found by
// another question.
func (p *searchPage) fail(sentence string) {
	p.put(widgets.Stack(0))
	p.field.Fail(sentence)
	p.object.Refresh()
}

// put shows something in the place of what was found.
func (p *searchPage) put(o fyne.CanvasObject) {
	p.hits, p.list, p.under = nil, nil, o
	if p.helping {
		p.toggleHelp()
		return
	}
	exchange(p.result, o)
	p.object.Refresh()
}

func (p *searchPage) show(hits []Hit, query string) {
	w := p.w
	if len(hits) == 0 {
		p.nothing(query)
		return
	}
	list := w.kit.List(func(i int) {
		w.visit(route{screen: "child", id: p.hits[i].Case, entry: p.hits[i].Entry})
	})
	var rows []widgets.RowData
	for _, h := range hits {
		rows = append(rows, widgets.RowData{Title: h.Child + "  ·  " + h.Label, Detail: h.Snippet, Bold: h.Marks,
			Meta: casework.DateWords(h.When), Badge: w.spelt(h)})
	}
	list.Put(rows)
	count := w.n("%d note, the best first", "%d notes, the best first", len(hits))
	if len(hits) == searchMost {
		count = w.t("The best %d notes. Add a word to see fewer.", searchMost)
	}
	p.put(widgets.StackGrow(8, 1, widgets.NewText(count, widgets.Small), widgets.NewPanel(widgets.Plain, 1, list)))
	p.hits, p.list = hits, list
}

// spelt says that a note was found by a name in another spelling.
func (w *Window) spelt(h Hit) string {
	switch {
	case !h.SoundsLike:
		return ""
	case len(h.Variants) == 0:
		return w.t("Spelt differently")
	}
	return w.t("Spelt differently: %s", casework.Shorten(strings.Join(h.Variants, ", "), 40))
}

// nothing says what was looked for, and offers to look further.
func (p *searchPage) nothing(query string) {
	w := p.w
	text := w.t("Looked for: %s.", casework.Shorten(wordsIn(query), 120))
	var further []fyne.CanvasObject
	if only := p.narrow.words(query); len(only) > 0 {
		text += "\n" + w.t("Only in: %s.", strings.Join(only, "; "))
		in := filtersIn(query)
		for _, name := range filterNames {
			if in[name] != "" {
				further = append(further, w.kit.Button(w.t(dropWords[name]), widgets.Secondary, func() { p.setFilter(name, "") }))
			}
		}
	}
	text += "\n" + w.t("Words are looked for together. Try fewer of them, or the beginning of one with a star: bruis*")
	p.put(w.empty(w.t("No note has these words"), text, further...))
}

// dropWords are the buttons that take a filter out, in English.
var dropWords = map[string]string{
	"child": "Look at all children", "kind": "Look at every kind", "author": "Look at everybody's",
	"from": "Look further back", "until": "Look at later days too",
}
