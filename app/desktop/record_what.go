package desktop

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawWhat is the section that a sheet opens with: whom it is about and the
// narrative that all of them share.
func drawWhat(p *recordPage) fyne.CanvasObject {
	w, s := p.w, p.sub
	parts := []fyne.CanvasObject{
		widgets.Stack(2, widgets.NewText(w.t("What happened"), widgets.Heading), widgets.NewText(p.summary(), widgets.Muted)),
		p.childrenField(),
	}
	if s.Unsuccessful() {
		why := w.kit.Radios(options(casework.FailedReasons.Values()...), nil)
		why.Set(s.Reason)
		why.OnChanged = func() {
			s.Reason = why.Value()
			p.notSeen()
			p.changed()
		}
		parts = append(parts, widgets.NewField(w.t("Why was nobody met?"), "", why))
	}
	hint := w.t("What you saw and heard, in the order it happened.")
	if len(s.Children) > 1 {
		hint = w.t("This goes into the record of every child above. What belongs to one child only goes into that child's part.")
	}
	rows := 13
	if s.Unsuccessful() {
		rows = 5
	}
	area := p.box("shared", w.kit.Area(rows, ""), s.Shared, func(t string) { s.Shared = t })
	label := w.t("The account shared by all")
	if len(s.Children) < 2 {
		label = w.t("Your account")
	}
	parts = append(parts, widgets.NewField(label, hint, area), p.next())
	return widgets.Measure(readable+60, widgets.StackGrow(18, len(parts)-2, parts...))
}

// summary is when and where, so that it can be seen without going there.
func (p *recordPage) summary() string {
	w, s := p.w, p.sub
	var parts []string
	if t := s.OccurredTime(); !t.IsZero() {
		parts = append(parts, w.dayWords(t)+", "+casework.ClockWords(t))
	}
	if s.Type != "" && s.Kind == casework.KindVisit {
		parts = append(parts, upper(s.Type))
	}
	if s.Place != "" {
		parts = append(parts, upper(s.Place))
	}
	return strings.Join(parts, "  ·  ")
}

// childrenField offers the siblings and any other child.
func (p *recordPage) childrenField() fyne.CanvasObject {
	w := p.w
	box := w.kit.Checks(p.family(), nil)
	box.Set(p.sub.Children...)
	box.OnChanged = func() {
		chosen := box.Values()
		if len(chosen) == 0 && len(p.sub.Children) > 0 {
			chosen = p.sub.Children[:1] // a sheet is always about somebody
		}
		p.setChildren(chosen)
	}
	other := w.kit.Button(w.t("Another child"), widgets.Quiet, func() {
		w.pickChild(w.t("Another child"), func(r CaseRow) {
			if !slices.Contains(p.sub.Children, r.Ref) {
				p.setChildren(append(slices.Clone(p.sub.Children), r.Ref))
			}
		})
	})
	label := map[string]string{
		casework.KindCall: w.t("Children this call is about"),
		casework.KindNote: w.t("Children this note is about"),
	}[p.sub.Kind]
	if label == "" {
		label = w.t("Children on this visit")
	}
	return widgets.NewField(label, "", widgets.Stack(2, widgets.Inset(0, 0, 0, -5, box), widgets.Inset(0, 0, 0, -13, other)))
}

// family is the choice of children: those of the sheet and their siblings.
func (p *recordPage) family() []widgets.Option {
	groups := map[string]bool{}
	for _, ref := range p.sub.Children {
		if g := p.row(ref).Siblings; g != "" {
			groups[g] = true
		}
	}
	var out []widgets.Option
	for _, r := range p.rows {
		if slices.Contains(p.sub.Children, r.Ref) || groups[r.Siblings] {
			out = append(out, widgets.Option{Value: r.Ref, Label: called(r.Brief)})
		}
	}
	return out
}

// setChildren changes whom the sheet is about. What was written in the part of
// a child that is taken away stays until the draft is finalised, so that a slip
// of the hand loses nothing.
func (p *recordPage) setChildren(refs []string) {
	p.sub.Children = refs
	p.notSeen()
	p.changed()
	p.open(p.now)
}

// notSeen answers for every child of an unsuccessful visit what the reason says
// already.
func (p *recordPage) notSeen() {
	s := p.sub
	if !s.Unsuccessful() {
		return
	}
	for _, ref := range s.Children {
		part := s.Parts[ref]
		part.Seen, part.NotSeenReason = casework.No, "other"
		if _, known := casework.NotSeenReasons.Lookup(s.Reason); known {
			part.NotSeenReason = s.Reason
		}
		s.Parts[ref] = part
	}
}
