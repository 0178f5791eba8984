package desktop

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// Kinds of the page on which something is said about keeping a case.
const (
	keepSet     = "set"
	keepHold    = "hold"
	keepRelease = "release"
	keepRefuse  = "refuse"
)

// keepPage is one small form about keeping a case. Nothing of it destroys
// anything. Escape leaves it.
type keepPage struct {
	simplePage
	w    *Window
	from route
	form *formDraft // nil until the form is drawn, and where nothing is written
}

func (p *keepPage) keep(done func(error)) { p.form.keep(done) }
func (p *keepPage) back() route           { return p.from }
func (p *keepPage) leave()                { p.form.leave() }

func (p *keepPage) escape() { p.w.goBack() }

type keepData struct {
	kept     *Kept
	schedule casework.Schedule
}

func openKeep(w *Window, r route) page {
	p := &keepPage{simplePage{object: stackOf(w.waiting())}, w, r, nil}
	nb := w.nb
	ask(w, func(ctx context.Context) (d keepData, err error) {
		if d.kept, err = nb.Kept(ctx, r.id); err != nil {
			return d, err
		}
		d.schedule, err = nb.Schedule(ctx)
		return d, err
	}, func(d keepData) {
		switch r.kind {
		case keepSet:
			p.drawSet(d)
		case keepRelease:
			p.drawRelease(d.kept)
		case keepRefuse:
			p.drawRefuse(d.kept)
		default:
			p.drawHold(d.kept)
		}
		if w.page == page(p) {
			w.focusFirst()
		}
	})
	return p
}

// put puts a form on the page: what it is, its fields, one button.
func (p *keepPage) put(title, lead string, k *Kept, yes string, run func(), fields ...fyne.CanvasObject) {
	w := p.w
	body := append(fields, buttons(w.kit.Button(yes, widgets.Primary, run), w.kit.Button(w.t("Cancel"), widgets.Secondary, func() { p.form.done(); w.goBack() })))
	exchange(p.object, w.scrolled(w.header(title+": "+CaseRow{Brief: k.Brief}.Title(), lead), widgets.Stack(18, body...)))
}

// write does it, shows what went wrong beside a field, and goes back.
func (p *keepPage) write(f *widgets.Field, said string, do func(context.Context, Notebook) error) {
	w, nb := p.w, p.w.nb
	act(w, func(ctx context.Context) error { return do(ctx, nb) }, func(err error) {
		if err != nil {
			pr := w.deps.Explain(err)
			f.Fail(strings.TrimSpace(pr.Sentence + " " + pr.Next))
			return
		}
		p.form.done()
		w.goBack()
		w.done(said)
		w.syncSoon()
	})
}

// reason is a box for a reason that must not be empty.
func (p *keepPage) reason(label, hint string) (*widgets.Entry, *widgets.Field, func() bool) {
	w := p.w
	area := w.kit.Area(4, "")
	field := widgets.NewField(label, hint, area)
	return area, field, func() bool {
		field.Fail("")
		if widgets.Words(area.Text) > 0 {
			return true
		}
		field.Fail(w.t("Give the reason in a few words."))
		w.win.Canvas().Focus(area)
		return false
	}
}

func (p *keepPage) drawHold(k *Kept) {
	w := p.w
	why, whyField, given := p.reason(w.t("Why must it be kept?"), w.t("For example an inquest, a claim, an inquiry. It stands in the record."))
	until := w.kit.Line("")
	untilField := widgets.NewField(w.t("Until"), w.t("The last day of the hold. Empty: until somebody releases it."), until)
	p.focus = why
	run := func() {
		untilField.Fail("")
		if !given() {
			return
		}
		day, ok := w.day(until, untilField)
		if !ok {
			return
		}
		p.write(whyField, w.t("Held. Saved on this laptop."), func(ctx context.Context, nb Notebook) error { return nb.Hold(ctx, k.ID, why.Text, day) })
	}
	until.OnEnter = run
	p.form = w.keepForm(p.from, keepHold, k.Ref, nil, why, until)
	p.put(w.t("Place a hold"), w.t("A hold stops any disposal, whatever the schedule says. Whoever set it, or a team lead or records officer, can release it."),
		k, w.t("Place the hold"), run, whyField, widgets.Measure(300, untilField))
}

// day reads a day that may be left out, as ISO.
func (w *Window) day(e *widgets.Entry, f *widgets.Field) (iso string, ok bool) {
	f.Fail("")
	if strings.TrimSpace(e.Text) == "" {
		return "", true
	}
	d, ok := w.parseDay(e.Text)
	if !ok {
		f.Fail(w.t("Type a date like 23/11/2026."))
		w.win.Canvas().Focus(e)
		return "", false
	}
	return d.String(), true
}

func (p *keepPage) drawRelease(k *Kept) {
	w := p.w
	if len(k.MyHolds) == 0 {
		words := w.t("There is no hold in force.")
		if len(k.Holds) > 0 {
			words = w.t("Somebody else set this hold. They, a team lead or a records officer can release it.")
		}
		p.nothing(w.t("Release the hold"), k, words)
		return
	}
	var choice []widgets.Option
	var shown []fyne.CanvasObject
	for _, h := range k.Holds {
		for _, mine := range k.MyHolds {
			if h.ID == mine {
				choice = append(choice, widgets.Option{Value: h.ID, Label: casework.Shorten(h.Reason, 60)})
			}
		}
	}
	which := w.kit.Radios(choice, nil)
	which.Set(choice[0].Value)
	why, whyField, given := p.reason(w.t("Why is it not needed any more?"), "")
	p.focus = why
	shown = w.keptHolds(k)
	if len(choice) > 1 {
		shown = append(shown, widgets.NewField(w.t("Which hold?"), "", which))
		p.focus = which
	}
	p.form = w.keepForm(p.from, keepRelease, k.Ref, []chooser{which}, why)
	p.put(w.t("Release the hold"), w.t("After that the schedule counts again. Both stay in the record."), k, w.t("Release it"), func() {
		if given() {
			p.write(whyField, w.t("Released. Saved on this laptop."), func(ctx context.Context, nb Notebook) error {
				return nb.Release(ctx, k.ID, which.Value(), why.Text)
			})
		}
	}, append(shown, whyField)...)
}

// nothing says that there is nothing to do here.
func (p *keepPage) nothing(title string, k *Kept, words string) {
	w := p.w
	back := w.kit.Button(w.t("Back"), widgets.Secondary, w.goBack)
	p.focus = back
	exchange(p.object, w.scrolled(w.header(title+": "+CaseRow{Brief: k.Brief}.Title(), ""), card("", widgets.NewText(words, widgets.Body), buttons(back))))
}

func (p *keepPage) drawRefuse(k *Kept) {
	w := p.w
	if k.Proposal == nil {
		p.nothing(w.t("Refuse the disposal"), k, w.t("No disposal is proposed."))
		return
	}
	why, whyField, given := p.reason(w.t("Why should the record stay?"), "")
	p.focus = why
	p.form = w.keepForm(p.from, keepRefuse, k.Ref, nil, why)
	p.put(w.t("Refuse the disposal"), w.t("This ends the proposal for good. It can be proposed anew later."), k, w.t("Refuse it"), func() {
		if given() {
			p.write(whyField, w.t("Refused. The record stays."), func(ctx context.Context, nb Notebook) error { return nb.Refuse(ctx, k.ID, why.Text) })
		}
	}, w.keptProposal(k), whyField)
}
