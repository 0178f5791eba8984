package desktop

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawCheck shows what is still missing, with a way to each, and who will be
// able to read what.
func drawCheck(p *recordPage) fyne.CanvasObject {
	w := p.w
	items := p.clean().Validate(w.now())
	blocking := casework.Blocking(items)
	parts := []fyne.CanvasObject{widgets.NewText(w.t("Check and finalise"), widgets.Heading)}
	stray := p.missingFiles()
	if n := len(blocking) + len(stray); n > 0 {
		parts = append(parts, widgets.NewPanel(widgets.Caution, 16, widgets.Stack(8,
			append(append([]fyne.CanvasObject{widgets.NewText(w.n("%d thing is missing", "%d things are missing", n), widgets.SubHeading)},
				p.itemRows(blocking)...), stray...)...)))
	} else {
		parts = append(parts, widgets.NewPanel(widgets.Good, 16, widgets.NewSign(widgets.Tick, w.t("Nothing is missing."), widgets.Strong)))
	}
	if warn := warnings(items); len(warn) > 0 {
		parts = append(parts, card(w.t("Worth a look"), p.itemRows(warn)...))
	}
	parts = append(parts, card(w.t("What goes where"), append(p.whereItGoes(), p.filesWhere()...)...))
	parts = append(parts, card(w.t("Who can read this once it is saved"), p.whoReads()))
	final := w.kit.Button(w.t("Finalise"), widgets.Primary, p.finalise)
	if len(blocking)+len(stray) > 0 {
		final.Disable()
	} else {
		p.focus = final
	}
	parts = append(parts, widgets.Row(12, widgets.Inset(0, 0, 0, -5, final),
		widgets.Fill(widgets.NewText(w.t("You have ten seconds to undo. After that it can be amended, not changed."), widgets.Muted))))
	return widgets.Measure(readable, widgets.Stack(18, parts...))
}

func warnings(items []casework.Item) []casework.Item {
	var out []casework.Item
	for _, it := range items {
		if it.Warn {
			out = append(out, it)
		}
	}
	return out
}

// itemRows say what is missing, each with a button that goes there.
func (p *recordPage) itemRows(items []casework.Item) []fyne.CanvasObject {
	w := p.w
	var out []fyne.CanvasObject
	for _, it := range items {
		words := w.t(it.Words())
		if it.Child != "" {
			words = p.name(it.Child) + ": " + words
		}
		to := p.sectionOf(it)
		b := w.kit.Button(w.t("Go there"), widgets.Quiet, func() { p.open(to) })
		if p.focus == nil {
			p.focus = b
		}
		out = append(out, widgets.Row(10, widgets.Fill(widgets.NewText(words, widgets.Body)), b))
	}
	return out
}

// whereItGoes says in words which record each part goes into.
func (p *recordPage) whereItGoes() []fyne.CanvasObject {
	w, s := p.w, p.sub
	var names []string
	for _, ref := range s.Children {
		names = append(names, p.name(ref))
	}
	if len(names) < 2 {
		return []fyne.CanvasObject{widgets.NewText(w.t("Everything goes into the record of %s.", strings.Join(names, "")), widgets.Body)}
	}
	all := strings.Join(names[:len(names)-1], ", ") + " " + w.t("and") + " " + names[len(names)-1]
	return []fyne.CanvasObject{
		widgets.NewText(w.t("The shared account, who was there and the actions go into the records of %s.", all), widgets.Body),
		widgets.NewText(w.t("Each child's own part goes into that child's record and no other."), widgets.Body),
	}
}

// whoReads says who holds the keys of the records that this goes into.
func (p *recordPage) whoReads() fyne.CanvasObject {
	w, nb, refs := p.w, p.w.nb, slices.Clone(p.sub.Children)
	place := stackOf(widgets.NewText(w.t("One moment."), widgets.Muted))
	try(w, func(ctx context.Context) ([]CaseReaders, error) { return nb.Readers(ctx, refs) }, func(all []CaseReaders, err error) {
		if err != nil {
			pr := w.deps.Explain(err)
			exchange(place, widgets.NewText(strings.TrimSpace(pr.Sentence+" "+pr.Next), widgets.Body))
		} else {
			exchange(place, widgets.Stack(6, w.readersWords(all, p.name)...))
		}
		if p.scroll != nil {
			p.scroll.Fit()
		}
	})
	return place
}

// finalise saves the draft, looks whether anything is missing, and starts the
// ten seconds.
func (p *recordPage) finalise() {
	w := p.w
	if p.saver == nil {
		return
	}
	sheet := p.clean()
	if len(casework.Blocking(sheet.Validate(w.now()))) > 0 {
		p.open("check")
		return
	}
	if !p.filesReady() {
		return
	}
	p.saver.dirty = true // the draft on the disk is what can be undone to
	p.keep(func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		after := route{screen: "child", id: p.row(sheet.Children[0]).ID}
		if after.id == "" {
			after = route{screen: "today"}
		}
		w.finaliseSoon(p.saver.known, sheet, after)
	})
}
