package desktop

import (
	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// openSchedule shows the retention schedule: what stands in law, and what is
// only a suggestion until the council sets it.
func openSchedule(w *Window, _ route) page {
	p := &schedulePage{simplePage{object: stackOf(w.waiting())}, w}
	ask(w, w.nb.Schedule, func(s casework.Schedule) {
		back := w.kit.Button(w.t("Back"), widgets.Secondary, w.goBack)
		p.focus = back
		var settled, open []fyne.CanvasObject
		for _, c := range s {
			row := widgets.Columns(20, 220, widgets.NewText(ruleTitle(c), widgets.Strong),
				widgets.Stack(2, widgets.NewText(upper(w.yearsWords(c)), widgets.Body), widgets.NewText(upper(c.Source), widgets.Small)))
			if c.Settled() {
				settled = append(settled, row)
			} else {
				open = append(open, row)
			}
		}
		var cards []fyne.CanvasObject
		if len(settled) > 0 {
			cards = append(cards, card(w.t("From the source that each names"), settled...))
		}
		if len(open) > 0 {
			cards = append(cards, card(w.t("Set by your council"), append([]fyne.CanvasObject{w.notLaw()}, open...)...))
		}
		cards = append(cards, card(w.t("How it is used"),
			widgets.NewText(w.t("Each case is put into a kind of record on its own page, with the day on which it was closed. Where several periods apply the longest counts. A day that your council sets for one case never makes a period shorter that stands in law."), widgets.Body),
			widgets.NewText(w.t("Law and practice change. Check what stands here against your council's own schedule before you rely on it."), widgets.Body)))
		exchange(p.object, w.scrolled(w.header(w.t("Retention schedule"), w.t("How long each kind of record is kept."), back), widgets.Stack(18, cards...)))
		if w.page == page(p) {
			w.focusFirst()
		}
	})
	return p
}

// schedulePage is a page that Escape leaves.
type schedulePage struct {
	simplePage
	w *Window
}

func (p *schedulePage) escape() { p.w.goBack() }
