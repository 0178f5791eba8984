package desktop

import (
	"context"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// openConflict shows the values of one field side by side, with who gave each
// and when. No clock picks a winner: a person does, and both stay in the
// history.
func openConflict(w *Window, r route) page {
	p := &simplePage{object: stackOf(w.waiting())}
	nb := w.nb
	ask(w, func(ctx context.Context) (*ChildPage, error) { return nb.Child(ctx, r.id) }, func(d *ChildPage) {
		f := d.File.Field(r.entry)
		if !f.Conflict() {
			w.show(route{screen: "child", id: r.id})
			return
		}
		var cells []fyne.CanvasObject
		for _, v := range f.Values {
			keep := w.kit.Button(w.t("Keep this one"), widgets.Primary, func() { w.settle(r.id, f, v.Value) })
			if p.focus == nil {
				p.focus = keep
			}
			source := w.t("Written by hand")
			if v.Source == "import" {
				source = w.t("From an imported file")
			}
			received := w.t("Not yet at the council")
			if !v.Received.IsZero() {
				received = w.t("Received by the council %s", casework.TimeWords(v.Received))
			}
			if !w.status.Enrolled {
				received = ""
			}
			cells = append(cells, card("",
				widgets.NewText(display(f.Def, v.Value), widgets.SubHeading),
				widgets.Stack(2,
					widgets.NewText(v.Author, widgets.Body),
					widgets.NewText(w.t("Written %s", casework.TimeWords(v.Written)), widgets.Small),
					widgets.NewText(source, widgets.Small),
					widgets.NewText(received, widgets.Small)),
				buttons(keep)))
		}
		back := w.kit.Button(w.t("Decide later"), widgets.Secondary, w.goBack)
		exchange(p.object, w.scrolled(
			w.header(f.Def.Label+": "+d.File.Title(), w.t("Two people wrote different things. Both are kept until one of you chooses; both stay in the history.")),
			widgets.Stack(20, widgets.Columns(20, 260, cells...), buttons(back))))
		if w.page == page(p) {
			w.focusFirst()
		}
	})
	return p
}

// simplePage is simple for a page whose content comes later.
type simplePage struct {
	object *fyne.Container
	focus  fyne.Focusable
}

func (p *simplePage) content() fyne.CanvasObject { return p.object }
func (p *simplePage) first() fyne.Focusable      { return p.focus }
func (p *simplePage) scroller() *widgets.Scroll {
	if len(p.object.Objects) == 0 {
		return nil
	}
	s, _ := p.object.Objects[0].(*widgets.Scroll)
	return s
}

func (w *Window) settle(caseID string, f casework.Field, value string) {
	nb := w.nb
	act(w, func(ctx context.Context) error {
		return nb.Choose(ctx, caseID, f.Def.Key, value, f.Replaces())
	}, func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		w.show(route{screen: "child", id: caseID})
		w.done(w.t("Settled. Saved on this laptop."))
	})
}
