package desktop

import (
	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// searchSyntax is what a query can hold: as it is written, and what it finds.
var searchSyntax = [][2]string{
	{"kettle boots", "notes with both words; bruise also finds bruises and bruised"},
	{"kettle OR teapot", "notes with either; OR in capitals"},
	{`"in the hall"`, "exactly these words, side by side"},
	{"-school", "not the notes with this word"},
	{"bruis*", "words that begin so; the last word counts so while you type"},
	{"child:ruby", "about one child, by reference or name"},
	{"kind:visit", "of one kind: visit, call, note, amend, comment"},
	{`author:"Amina Yusuf"`, "written by one person"},
	{"from:1/11/2026", "of this day or later; until: for this day or earlier"},
}

const syntaxWidth = 220 // of the left column

// searchHelp lists how a search is written.
func (w *Window) searchHelp() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, s := range searchSyntax {
		rows = append(rows, widgets.Side(syntaxWidth, widgets.NewText(s[0], widgets.TextStyle{Mono: true}), widgets.NewText(w.t(s[1]), widgets.Body)))
	}
	return widgets.Stack(12, widgets.Stack(4, rows...),
		widgets.NewText(w.t("Accents and capitals do not matter. Names are found in other spellings too, Mohammed and Muhammad; those come last and say so."), widgets.Muted))
}

// helper is a page with help of its own.
type helper interface{ showHelp() bool }

// showHelp shows how a search is written, in the place of what was found; a second time, and
// where large text leaves no room for it, it leaves the help to the window.
func (p *searchPage) showHelp() bool {
	if p.helping || p.crowded {
		return false
	}
	p.toggleHelp()
	return true
}

func (p *searchPage) toggleHelp() {
	w := p.w
	if p.crowded {
		w.help()
		return
	}
	if p.helping = !p.helping; p.helping {
		p.helpButton.SetText(w.t("Hide the help"))
		exchange(p.result, w.kit.Scroll(widgets.NewPanel(widgets.Plain, 16, w.searchHelp())))
	} else {
		p.helpButton.SetText(w.t("How to search"))
		exchange(p.result, p.under)
	}
	p.object.Refresh()
}
