package desktop

import (
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// Parts about keeping a record that both the child's page and the screen of
// retention show.

// keptLineOf is the calm line on a child's page: how long it is kept, who holds
// it, and what can be done. Nil where there is nothing to say of an open case.
func (w *Window) keptLineOf(k *Kept) fyne.CanvasObject {
	if k == nil || !k.shut() && len(k.Rules) == 0 && len(k.Holds) == 0 && k.Proposal == nil {
		return nil
	}
	words := w.keptLine(k)
	if held := w.heldLine(k); held != "" {
		words = held + " " + words
	}
	if k.Proposal != nil {
		words += " " + w.t("Disposal is proposed.") + " " + w.waitsFor(k)
	}
	var acts []fyne.CanvasObject
	if len(k.Holds) == 0 {
		acts = append(acts, w.holdButton(k, widgets.Quiet))
	}
	acts = append(acts, w.releaseButton(k, widgets.Quiet)...)
	if k.shut() || k.Proposal != nil {
		acts = append(acts, w.disposalButton(k, widgets.Quiet)...)
	}
	return widgets.Stack(0, widgets.NewText(words, widgets.Muted), widgets.Inset(-4, 0, -6, -13, widgets.Wrap(4, acts...)))
}

// keptActions are all that can be done about keeping a case.
func (w *Window) keptActions(k *Kept) []fyne.CanvasObject {
	out := []fyne.CanvasObject{
		w.kit.Button(w.t("How long it is kept…"), widgets.Secondary, func() { w.visit(route{screen: "keep", id: k.ID, kind: keepSet}) }),
		w.holdButton(k, widgets.Secondary),
	}
	out = append(out, w.releaseButton(k, widgets.Secondary)...)
	return append(out, w.disposalButton(k, widgets.Secondary)...)
}

func (w *Window) holdButton(k *Kept, weight widgets.Weight) fyne.CanvasObject {
	return w.kit.Button(w.t("Place a hold…"), weight, func() { w.visit(route{screen: "keep", id: k.ID, kind: keepHold}) })
}

func (w *Window) releaseButton(k *Kept, weight widgets.Weight) []fyne.CanvasObject {
	if len(k.MyHolds) == 0 {
		return nil
	}
	return []fyne.CanvasObject{w.kit.Button(w.t("Release the hold…"), weight, func() { w.visit(route{screen: "keep", id: k.ID, kind: keepRelease}) })}
}

// disposalButton leads to the next step of a disposal; there is none while a
// hold stops a case of which nothing is proposed.
func (w *Window) disposalButton(k *Kept, weight widgets.Weight) []fyne.CanvasObject {
	words := w.t("Propose disposal…")
	switch {
	case k.Proposal == nil && len(k.Holds) > 0:
		return nil
	case k.Proposal == nil:
	case k.Lacks == "":
		words = w.t("Carry out disposal…")
	case k.MayOK:
		words = w.t("Approve disposal…")
	default:
		words = w.t("See the proposal…")
	}
	return []fyne.CanvasObject{w.kit.Button(words, weight, func() { w.visit(route{screen: "disposal", id: k.ID}) })}
}

// keptParts is how a case stands: holds, proposal, how long it is kept with the
// mark of what is not law, what can be done, and the schedule in full.
func (w *Window) keptParts(k *Kept, more ...fyne.CanvasObject) []fyne.CanvasObject {
	parts := w.keptHolds(k)
	if k.Proposal != nil {
		parts = append(parts, w.keptProposal(k))
	}
	parts = append(parts, widgets.NewText(w.keptLine(k), widgets.Strong))
	if unsettled(k) {
		parts = append(parts, w.notLaw())
	}
	return append(parts, buttons(append(w.keptActions(k), more...)...), w.keptFacts(k))
}

// keptFacts is the schedule of a case: rule, source, from which day.
func (w *Window) keptFacts(k *Kept) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, c := range k.Rules {
		parts = append(parts, widePairs([]casework.Labelled{{Label: w.t("Kind of record"), Value: ruleTitle(c)}, {Label: w.t("Kept"), Value: upper(w.yearsWords(c))}}),
			widgets.Stack(0, widgets.NewText(w.t("Source"), widgets.Small), widgets.NewText(upper(c.Source), widgets.Body)))
	}
	var days []casework.Labelled
	add := func(label, value string) {
		if value != "" {
			days = append(days, casework.Labelled{Label: label, Value: value})
		}
	}
	add(w.t("Counted from"), w.countedFrom(k))
	add(w.t("Closed"), isoWords(k.Set.Closed))
	add(w.t("Not before, set for this case"), isoWords(k.Set.Review))
	if len(days) > 0 {
		parts = append(parts, widePairs(days))
	}
	return widgets.Stack(12, parts...)
}

// widePairs are labels with values that hold a date or a name.
func widePairs(list []casework.Labelled) fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, l := range list {
		cells = append(cells, widgets.Stack(0, widgets.NewText(l.Label, widgets.Small), widgets.NewText(l.Value, widgets.Body)))
	}
	return widgets.Grid(20, 10, 215, cells...)
}

// notLaw marks a period that the council has to set.
func (w *Window) notLaw() fyne.CanvasObject {
	return widgets.NewPanel(widgets.Caution, 10, widgets.NewText(
		w.t("Not verified: set by your council. This period is a suggestion and not law; by itself it never makes a case due."),
		widgets.TextStyle{Colour: widgets.ColorWarningText}))
}

func isoWords(iso string) string {
	d, _ := casework.ParseDate(iso)
	return d.Words()
}

// keptHolds is every hold with its reason and by whom.
func (w *Window) keptHolds(k *Kept) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, h := range k.Holds {
		lines := []fyne.CanvasObject{
			widgets.NewSign(widgets.Pause, w.t("Held"), widgets.Strong),
			widgets.NewText(h.Reason, widgets.Body),
			widgets.NewText(w.t("By %s, %s", h.Author, casework.TimeWords(h.Written)), widgets.Small)}
		if !h.Until.IsZero() {
			lines = append(lines, widgets.NewText(w.t("Ends on %s", h.Until.Words()), widgets.Small))
		}
		out = append(out, widgets.NewPanel(widgets.Quote, 12, widgets.Stack(3, lines...)))
	}
	return out
}

// keptProposal is the proposal that stands, and what it waits for.
func (w *Window) keptProposal(k *Kept) fyne.CanvasObject {
	p := k.Proposal
	var by []string
	for _, a := range p.Approvals {
		name := a.Person
		if a.Kit {
			name = w.t("the recovery kit")
		}
		by = append(by, name)
	}
	return widgets.NewPanel(widgets.Quote, 12, widgets.Stack(3,
		widgets.NewSign(widgets.OpenRing, w.t("Disposal proposed"), widgets.Strong),
		widgets.NewText(basisWords(p.Basis)+".", widgets.Body),
		widgets.NewText(p.Reason, widgets.Body),
		widgets.NewText(w.t("By %s, %s", strings.Join(by, w.t(" and ")), casework.TimeWords(p.Written)), widgets.Small),
		widgets.NewText(w.waitsFor(k), widgets.Strong)))
}

// keptCard is retention as the Details of a child show it.
func (w *Window) keptCard(k *Kept) fyne.CanvasObject {
	return card(w.t("Retention"), w.keptParts(k)...)
}

// goneParts is all that is left of a case that was disposed of.
func (w *Window) goneParts(g *Gone) []fyne.CanvasObject {
	parts := []fyne.CanvasObject{widgets.NewText(w.goneLine(g), widgets.Strong)}
	if !g.Done {
		parts = append(parts, widgets.NewPanel(widgets.Caution, 10, widgets.NewText(
			w.t("It was stopped before all of it was destroyed. What is left is destroyed the next time this notebook is opened."),
			widgets.TextStyle{Colour: widgets.ColorWarningText})))
	}
	facts := []casework.Labelled{{Label: w.t("Basis"), Value: basisWords(g.Basis)}, {Label: w.t("Case id"), Value: g.Short}}
	if g.Carried != "" {
		facts = append(facts, casework.Labelled{Label: w.t("Carried out here by"), Value: g.Carried})
	}
	complete := w.t("This notebook knows of no backup that still holds it.")
	if !g.Complete.IsZero() {
		complete = w.t("Backups made before still hold it until %s, when the last of them expires. Only then is the disposal complete.", casework.DateWords(g.Complete))
	}
	parts = append(parts, widePairs(facts), widgets.NewText(complete, widgets.Body))
	if g.Done {
		parts = append(parts, widgets.NewText(w.t("Nothing of the child is left here: only random ids, times and signatures."), widgets.Muted))
	}
	return parts
}
