package desktop

import (
	"context"

	"wherry/app/desktop/widgets"
)

// disposed forgets every place that the case was shown at, shows what is left,
// and the number that has to be kept on paper.
func (w *Window) disposed(paper Paper) {
	w.history, w.resume = nil, route{}
	w.show(route{screen: "retention", kind: tabGone, id: paper.ID})
	title, line := w.t("The record is destroyed"), w.goneLine(&paper.Gone)
	if !paper.Done {
		title, line = w.t("The disposal has begun and is not finished"), w.t("What is left is destroyed the next time this notebook is opened.")
	}
	d := w.kit.Dialog(w.win.Canvas(), 560, title, widgets.Stack(gap,
		widgets.NewText(line, widgets.Strong),
		widgets.NewText(w.t("Keep this number with the paper that gives the reason. It is shown now and never again: with it, and the words of the reason, it can be proved what the reason was."), widgets.Body),
		widgets.NewPanel(widgets.Quote, 12, widgets.NewReading(paper.Number)),
	), []widgets.Choice{
		{Label: w.t("Copy the number"), Keep: true, Run: func() { w.app.Clipboard().SetContent(paper.Number) }},
		{Label: w.t("I have kept it"), Weight: widgets.Primary, Run: w.focusFirst},
	}, "", nil)
	d.OnCancel = func() { w.disposed(paper) } // only the button says that it is kept
}

// resumedWords say that the opening ended what a stop had left of a disposal.
func (w *Window) resumedWords(n int) string {
	return w.n("%d disposal that had been stopped half-way was finished when this notebook was opened.",
		"%d disposals that had been stopped half-way were finished when this notebook was opened.", n)
}

// afterStop says so above the first page. Wrong passphrases are said first.
func (w *Window) afterStop(u unlocked) {
	if w.frame == nil || u.resumed == 0 || u.wrong > 0 {
		return
	}
	away := func() { w.frame.say(nil) }
	w.notice(w.resumedWords(u.resumed), w.kit.Button(w.t("See what is left"), widgets.Secondary, func() { away(); w.visit(route{screen: "retention", kind: tabGone}) }),
		w.kit.Button(w.t("Understood"), widgets.Quiet, away))
}

// drawGone is a child's page when nothing is left of the child.
func (p *childPage) drawGone(g *Gone) {
	w := p.w
	p.back = w.kit.Button(w.t("Go to Retention"), widgets.Primary, func() { w.show(route{screen: "retention", kind: tabGone, id: g.ID}) })
	p.list = nil
	exchange(p.object, w.scrolled(w.header(w.t("This record is gone"), ""), card("", append(w.goneParts(g), buttons(p.back))...)))
	if w.page == page(p) {
		w.focusFirst()
	}
}

// childData is what a child's page is drawn from, or what is left of the child.
type childData struct {
	page *ChildPage
	kept *Kept
	gone *Gone
}

func readChild(ctx context.Context, nb Notebook, id string) (d childData, err error) {
	if d.page, err = nb.Child(ctx, id); err != nil {
		if g, gerr := nb.Gone(ctx, id); gerr == nil && g != nil {
			return childData{gone: g}, nil
		}
		return d, err
	}
	d.kept, _ = nb.Kept(ctx, id) // the page is worth showing without it
	return d, nil
}
