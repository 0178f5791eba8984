package desktop

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawChild is one child's own part. Nothing of it reaches another child's
// record.
func drawChild(p *recordPage, ref string) fyne.CanvasObject {
	w, name := p.w, p.name(ref)
	part := p.sub.Parts[ref]
	parts := []fyne.CanvasObject{widgets.Stack(2,
		widgets.NewText(name, widgets.Heading),
		widgets.NewText(w.t("Only in this child's record."), widgets.Muted))}
	if p.sub.Kind == casework.KindVisit || p.sub.Kind == "" {
		parts = append(parts, p.questions(ref, name, part)...)
	}
	parts = append(parts, p.voices(ref, name, part))
	fact := p.box("observations", w.kit.Area(6, ""), part.Observations, func(t string) {
		p.part(ref, func(c *casework.ChildPart) { c.Observations = t })
	})
	view := p.box("analysis", w.kit.Area(6, ""), part.Analysis, func(t string) {
		p.part(ref, func(c *casework.ChildPart) { c.Analysis = t })
	})
	parts = append(parts, widgets.Columns(24, 300,
		widgets.NewField(w.t("What I saw and heard"), w.t("Fact. Say what, not what it means."), fact),
		widgets.NewField(w.t("What I think it means"), w.t("Opinion. Kept apart from fact in every export."), view)),
		p.next())
	return widgets.StackGrow(18, len(parts)-2, parts...)
}

// questions are seen, seen alone and where the child sleeps, each with why not.
func (p *recordPage) questions(ref, name string, part casework.ChildPart) []fyne.CanvasObject {
	w := p.w
	again := func() { p.redraw() }
	seen := p.answer(part.Seen, w.yesNo(), func(a casework.Answer) {
		p.part(ref, func(c *casework.ChildPart) {
			c.Seen = a
			if a == casework.No {
				c.SeenAlone, c.NotAloneReason = casework.Unanswered, ""
			}
		})
		again()
	})
	row := []fyne.CanvasObject{beside(w.t("Was %s seen?", name), seen)}
	if part.Seen == casework.Yes {
		alone := p.answer(part.SeenAlone, append(w.yesNo(), widgets.Option{Value: string(casework.Partly), Label: w.t("Partly")}), func(a casework.Answer) {
			p.part(ref, func(c *casework.ChildPart) {
				c.SeenAlone = a
				if a == casework.Yes {
					c.NotAloneReason = ""
				}
			})
			again()
		})
		row = append(row, beside(w.t("Seen alone?"), alone))
	}
	bed := p.answer(part.BedroomSeen, append(w.yesNo(), widgets.Option{Value: string(casework.NotDue), Label: w.t("Not due")}), func(a casework.Answer) {
		p.part(ref, func(c *casework.ChildPart) { c.BedroomSeen = a })
	})
	row = append(row, beside(w.t("Saw where %s sleeps?", name), bed))
	out := []fyne.CanvasObject{widgets.Wrap(20, row...)}
	switch {
	case part.Seen == casework.No:
		out = append(out, p.reason(w.t("Why was %s not seen?", name), casework.NotSeenReasons, part.NotSeenReason,
			func(v string) { p.part(ref, func(c *casework.ChildPart) { c.NotSeenReason = v }) }))
	case part.SeenAlone == casework.No || part.SeenAlone == casework.Partly:
		out = append(out, p.reason(w.t("Why was %s not seen alone?", name), casework.NotAloneReasons, part.NotAloneReason,
			func(v string) { p.part(ref, func(c *casework.ChildPart) { c.NotAloneReason = v }) }))
	}
	return out
}

// beside is a question whose answers stay on one line, so that several stand
// beside each other.
func beside(label string, o *widgets.Options) fyne.CanvasObject {
	return widgets.NewField(label, "", widgets.Inset(0, 0, 0, -5, widgets.Wide(o)))
}

// redraw shows the section anew and keeps the focus on the question that was
// answered.
func (p *recordPage) redraw() {
	focused := p.w.win.Canvas().Focused()
	at := -1
	for i, f := range p.stops() {
		if f == focused {
			at = i
		}
	}
	p.open(p.now)
	if stops := p.stops(); at >= 0 && at < len(stops) {
		p.w.win.Canvas().Focus(stops[at])
	}
}

// stops are the widgets of the section that Tab goes through, in its order.
func (p *recordPage) stops() []fyne.Focusable { return widgets.Stops(p.scroll.Content) }

func (p *recordPage) answer(now casework.Answer, choices []widgets.Option, set func(casework.Answer)) *widgets.Options {
	o := p.w.kit.Radios(choices, nil)
	o.Set(string(now))
	o.OnChanged = func() { set(casework.Answer(o.Value())) }
	if p.focus == nil {
		p.focus = o
	}
	return o
}

func (p *recordPage) reason(label string, set *casework.CodeSet, now string, put func(string)) fyne.CanvasObject {
	o := p.w.kit.Radios(options(set.Values()...), nil)
	o.Set(now)
	o.OnChanged = func() { put(o.Value()) }
	return widgets.NewField(label, "", o)
}

// voices are the child's words: the question and the exact reply.
func (p *recordPage) voices(ref, name string, part casework.ChildPart) fyne.CanvasObject {
	w := p.w
	list := append(slices.Clone(part.Voice), make([]casework.Voice, p.blanks[ref])...)
	if len(list) == 0 {
		list = []casework.Voice{{}}
	}
	rows := []fyne.CanvasObject{}
	for i, v := range list {
		set := func(change func(*casework.Voice)) {
			p.part(ref, func(c *casework.ChildPart) {
				for len(c.Voice) <= i {
					c.Voice = append(c.Voice, casework.Voice{})
				}
				change(&c.Voice[i])
				if c.Voice[i].Heard == "" && c.Voice[i].Said != "" {
					c.Voice[i].Heard = "verbatim"
				}
			})
		}
		asked := p.box(fmt.Sprintf("asked%d", i), w.kit.Line(w.t("What was asked, if anything")), v.Asked, func(t string) {
			set(func(v *casework.Voice) { v.Asked = t })
		})
		said := p.box(fmt.Sprintf("said%d", i), w.kit.Area(2, w.t("The exact reply, in the child's own words")), v.Said, func(t string) {
			set(func(v *casework.Voice) { v.Said = t })
		})
		heard := w.kit.Picker(w.t("How it was heard"), options(casework.HeardAs.Values()...), nil)
		heard.Put(v.Heard)
		heard.OnPick = func() { set(func(v *casework.Voice) { v.Heard = heard.Value() }) }
		rows = append(rows, widgets.Columns(12, 260, asked, heard), said)
	}
	more := w.kit.Button(w.t("More words"), widgets.Quiet, func() {
		p.blanks[ref] = max(1, len(list)+1-len(p.sub.Parts[ref].Voice))
		p.open(p.now)
	})
	rows = append(rows, widgets.Inset(0, 0, 0, -13, more))
	return widgets.NewPanel(widgets.Quote, 14, widgets.Stack(8,
		append([]fyne.CanvasObject{widgets.NewText(w.t("%s's words", name), widgets.Strong)}, rows...)...))
}
