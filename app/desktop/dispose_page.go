package desktop

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// disposalPage is the one sheet of a disposal: it proposes, approves or carries
// out, whatever comes next. What destroys never has the focus and cannot be
// pressed until the child's reference is typed; Escape leaves.
type disposalPage struct {
	simplePage
	w    *Window
	id   string
	busy bool       // it is being carried out
	form *formDraft // of a proposal; nil without one
}

func (p *disposalPage) keep(done func(error)) { p.form.keep(done) }
func (p *disposalPage) back() route           { return route{screen: "disposal", id: p.id} }
func (p *disposalPage) leave()                { p.form.leave() }

func (p *disposalPage) escape() {
	if !p.busy {
		p.w.goBack()
	}
}

type disposalData struct {
	kept     *Kept
	destroys Destroys
	siblings int
}

func openDisposal(w *Window, r route) page {
	p := &disposalPage{simplePage{object: stackOf(w.waiting())}, w, r.id, false, nil}
	p.refresh()
	return p
}

func (p *disposalPage) refresh() {
	w, nb := p.w, p.w.nb
	ask(w, func(ctx context.Context) (d disposalData, err error) {
		if d.kept, err = nb.Kept(ctx, p.id); err != nil {
			return d, err
		}
		if d.kept.Proposal == nil {
			return d, nil
		}
		if d.destroys, err = nb.Destroys(ctx, p.id); err != nil {
			return d, err
		}
		c, err := nb.Child(ctx, p.id)
		if err == nil {
			d.siblings = len(c.Siblings)
		}
		return d, err
	}, func(d disposalData) {
		if w.page != nil && w.page != page(p) || p.busy {
			return
		}
		if d.kept.Proposal == nil {
			if p.form != nil && !p.form.saver.ended {
				return // somebody is typing
			}
			p.drawPropose(d.kept)
		} else {
			p.drawSheet(d)
		}
		if w.page == page(p) {
			w.focusFirst()
		}
	})
}

func (p *disposalPage) put(k *Kept, title, lead string, body ...fyne.CanvasObject) {
	p.putWith(nil, k, title, lead, body...)
}

// putWith is put with actions beside the title.
func (p *disposalPage) putWith(actions []fyne.CanvasObject, k *Kept, title, lead string, body ...fyne.CanvasObject) {
	exchange(p.object, p.w.scrolled(p.w.header(title+": "+CaseRow{Brief: k.Brief}.Title(), lead, actions...), widgets.Stack(18, body...)))
}

// can says whether this sheet is to approve, to carry out, or only to be
// read.
func (p *disposalPage) can(k *Kept) (approve, carry bool) {
	carry = k.Lacks == ""
	approve = !carry && k.MayOK && k.Lacks == casework.WhyOneApproval
	return approve, carry || approve && p.w.alone()
}

// drawSheet shows what stands, what would be destroyed, what stays and what
// cannot be reached, and asks for the child's reference. The focus begins at
// the top, on what keeps the record.
func (p *disposalPage) drawSheet(d disposalData) {
	w, k := p.w, d.kept
	approve, carry := p.can(k)
	parts := []fyne.CanvasObject{w.keptProposal(k)}
	parts = append(parts, w.keptHolds(k)...)
	parts = append(parts, w.lossPanel(d), w.remainsCards(d))
	stay := w.kit.Button(w.t("Decide later"), widgets.Secondary, w.goBack)
	refuse := w.kit.Button(w.t("Refuse the disposal…"), widgets.Secondary, func() { w.visit(route{screen: "keep", id: k.ID, kind: keepRefuse}) })
	p.focus = stay
	top := []fyne.CanvasObject{stay}
	if !approve && !carry {
		p.putWith(top, k, w.t("Disposal proposed"), w.waitsFor(k), append(parts, buttons(refuse))...)
		return
	}
	var kit *widgets.Entry
	var kitField *widgets.Field
	if approve && w.alone() {
		kit = w.kit.Line("")
		kitField = widgets.NewField(w.t("Recovery code"), w.t("The second approval: whoever keeps your recovery kit types its code."), kit)
		parts = append(parts, kitField)
	}
	ref := w.kit.Line("")
	refField := widgets.NewField(w.t("Type the reference of the child"), w.t("%s, as it stands above. Until then the red button cannot be pressed.", k.Ref), ref)
	words := w.t("Destroy this record")
	if !carry {
		words = w.t("Approve the disposal")
	}
	var do *widgets.Button
	do = w.kit.Button(words, widgets.Danger, func() {
		if p.matches(ref, k) && !p.busy {
			p.decide(k, approve, carry, kit, kitField, refField, do, stay, refuse)
		}
	})
	do.Disable()
	ref.OnEdit = func(string) {
		if p.matches(ref, k) {
			do.Enable()
		} else {
			do.Disable()
		}
	}
	if kit != nil { // Return goes on to the reference, and from there nowhere
		kit.OnEnter = func() { w.win.Canvas().Focus(ref) }
	}
	lead := k.Ref + "  ·  " + w.t("This cannot be undone.")
	if !carry {
		lead = k.Ref + "  ·  " + w.t("Once it is approved, everybody who holds the case can destroy it on their laptop.")
	}
	parts = append(parts, refField, buttons(do, refuse))
	p.putWith(top, k, words, lead, parts...)
}

func (p *disposalPage) matches(e *widgets.Entry, k *Kept) bool {
	return strings.EqualFold(strings.TrimSpace(e.Text), k.Ref)
}

// decide says the second word, if that is what the sheet is for, and carries
// out. A sheet that was finalised a moment ago is written first.
func (p *disposalPage) decide(k *Kept, approve, carry bool, kit *widgets.Entry, kitField, refField *widgets.Field, all ...*widgets.Button) {
	w := p.w
	refField.Fail("")
	code := ""
	if kit != nil {
		kitField.Fail("")
		if code = strings.TrimSpace(kit.Text); code == "" {
			kitField.Fail(w.t("Type the recovery code."))
			w.win.Canvas().Focus(kit)
			return
		}
	}
	w.settlePending(func() {
		nb, session := w.nb, w.session
		var paper Paper
		words := all[0].Text
		p.working(true, words, all)
		var said bool // the approval is in the record
		act(w, func(ctx context.Context) (err error) {
			if approve {
				if err = nb.Approve(ctx, k.ID, code); err != nil {
					return err
				}
				said = true
			}
			if carry {
				paper, err = nb.Dispose(ctx, k.ID)
			}
			return err
		}, func(err error) {
			if session != w.session {
				return
			}
			p.working(false, words, all)
			switch {
			case err != nil && paper.Number == "":
				p.failed(err, said, kitField, kit, refField)
			case carry:
				w.disposed(paper)
			default:
				w.goBack()
				w.done(w.t("Approved. It can be carried out once the council has it."))
				w.syncSoon()
			}
		})
	})
}

// working shows that the record is being destroyed, which cannot be broken off.
func (p *disposalPage) working(on bool, words string, all []*widgets.Button) {
	p.busy = on
	for _, b := range all {
		if on {
			b.Disable()
		} else {
			b.Enable()
		}
	}
	if on {
		words = p.w.t("One moment.")
	}
	all[0].SetText(words)
}

// failed says what went wrong, at the box that it is about. An approval that
// was given stays given.
func (p *disposalPage) failed(err error, said bool, kitField *widgets.Field, kit *widgets.Entry, refField *widgets.Field) {
	w := p.w
	pr := w.deps.Explain(err)
	words := strings.TrimSpace(pr.Sentence + " " + pr.Next)
	if kit != nil && !said {
		kitField.Fail(words)
		w.win.Canvas().Focus(kit)
		return
	}
	if said {
		p.refresh()
		w.say(w.t("It is approved, and not carried out yet.")+" "+pr.Sentence, pr.Next)
		return
	}
	refField.Fail(words)
	if e, ok := refField.Input.(*widgets.Entry); ok {
		w.win.Canvas().Focus(e)
	}
}
