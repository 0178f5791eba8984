package desktop

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawPropose asks on what basis and why. A proposal destroys nothing.
func (p *disposalPage) drawPropose(k *Kept) {
	w := p.w
	title := w.t("Propose disposal")
	if len(k.Holds) > 0 {
		back := w.kit.Button(w.t("Back"), widgets.Secondary, w.goBack)
		p.focus = back
		p.put(k, title, w.t("A hold stops any disposal of this record."), append(w.keptHolds(k), buttons(back))...)
		return
	}
	var bases []widgets.Option
	for _, b := range casework.DisposalBases() {
		bases = append(bases, widgets.Option{Value: b.Label, Label: b.Value})
	}
	basis := w.kit.Radios(bases, nil)
	hint := w.t("Every basis but the first overrides the schedule, and needs the same two people.")
	if k.Ripe {
		basis.Set(casework.BasisSchedule)
	} else {
		hint += " " + w.t("By the schedule this record may not go yet.") + " " + w.keptLine(k)
	}
	basisField := widgets.NewField(w.t("On what basis?"), hint, basis)
	why := w.kit.Area(4, "")
	whyField := widgets.NewField(w.t("The reason in words"), w.t("It is destroyed with the record. Keep it on paper too."), why)
	p.focus = basis
	p.form = w.keepForm(p.back(), formPropose, k.Ref, []chooser{basis}, why)
	run := func() {
		basisField.Fail("")
		whyField.Fail("")
		switch {
		case basis.Value() == "":
			basisField.Fail(w.t("Choose a basis."))
			w.win.Canvas().Focus(basis)
			return
		case widgets.Words(why.Text) == 0:
			whyField.Fail(w.t("Give the reason in a few words."))
			w.win.Canvas().Focus(why)
			return
		}
		nb, b, text := w.nb, basis.Value(), why.Text
		act(w, func(ctx context.Context) error { return nb.Propose(ctx, k.ID, b, text) }, func(err error) {
			if err != nil {
				pr := w.deps.Explain(err)
				basisField.Fail(strings.TrimSpace(pr.Sentence + " " + pr.Next))
				w.win.Canvas().Focus(basis)
				return
			}
			p.form.done()
			w.goBack()
			w.done(w.t("Proposed. Nothing is destroyed."))
			w.syncSoon()
		})
	}
	who := w.t("Another person has to approve it within %s days, and one of you two has to be a team lead or records officer.", proposalDays())
	if w.alone() {
		who = w.t("Whoever keeps your recovery kit has to approve it within %s days: they are the second person.", proposalDays())
	}
	p.put(k, title, w.t("A proposal destroys nothing. It stands in the record, with your name."), basisField, whyField,
		widgets.NewText(who+" "+w.t("How long it waits is not law: set by your council."), widgets.Muted),
		buttons(w.kit.Button(w.t("Propose it"), widgets.Primary, run), w.kit.Button(w.t("Cancel"), widgets.Secondary, func() { p.form.done(); w.goBack() })))
}

// lossPanel names the child and counts what goes.
func (w *Window) lossPanel(d disposalData) fyne.CanvasObject {
	k := d.kept
	red := widgets.TextStyle{Colour: widgets.ColorDangerText}
	lines := []fyne.CanvasObject{
		widgets.NewText(w.t("What is destroyed on this laptop"), widgets.TextStyle{Bold: true, Colour: widgets.ColorDangerText}),
		widgets.NewText(CaseRow{Brief: k.Brief}.Title()+", "+k.Ref+": "+w.counted(d.destroys)+".", red),
		widgets.NewText(w.t("Its keys go first, then every text, picture, draft and word of the search. If the laptop stops half-way, the next opening of this notebook ends it."), red)}
	return widgets.NewPanel(widgets.Alarm, 12, widgets.Stack(4, lines...))
}

// remainsCards say what stays, and what this cannot reach.
func (w *Window) remainsCards(d disposalData) fyne.CanvasObject {
	stays := []fyne.CanvasObject{widgets.NewText(w.t("Random ids, times and signatures, who stood behind the disposal, and its basis. No name, no reference, no content."), widgets.Body)}
	if d.siblings > 0 {
		stays = append(stays, widgets.NewText(w.t("The records of brothers and sisters, with what was written about several children."), widgets.Body))
	}
	backups := w.t("Backups: this notebook knows of none.")
	if !d.destroys.BackupsUntil.IsZero() {
		backups = w.t("Backups: the last one known expires on %s. Until then the record can be read from it.", casework.DateWords(d.destroys.BackupsUntil))
	}
	beyond := []fyne.CanvasObject{widgets.NewText(backups, widgets.Body),
		widgets.NewText(w.t("Copies of the notebook's folder, exported documents and printouts."), widgets.Body)}
	if !w.alone() {
		beyond = append(beyond, widgets.NewText(w.t("The council's endpoint, which keeps its sealed copy, and colleagues' laptops, until each carries it out."), widgets.Body))
	}
	return widgets.Columns(16, 300, card(w.t("What stays"), stays...), card(w.t("What this cannot reach"), beyond...))
}
