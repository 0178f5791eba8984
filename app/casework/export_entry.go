package casework

import (
	"slices"
	"strings"
)

// Export copies an entry as it may leave the notebook: a confidential address
// is taken out of every text, and a struck entry keeps only its times, who
// wrote it, and who struck it and why, because what was struck may be about
// another child.
func (cf *CaseFile) Export(e *Entry) *Entry {
	out := *e
	hide := cf.Withhold
	out.Title, out.Line = hide(e.Title), hide(e.Line)
	out.Struck = mapped(e.Struck, func(s Struck) Struck { s.Reason = hide(s.Reason); return s })
	if e.IsStruck() {
		out.Title = "Struck " + strings.ToLower(e.Label)
		out.Line = out.Title
		out.Ref, out.VisitID = "", ""
		out.Details, out.Passages, out.Present, out.Actions, out.Fields = nil, nil, nil, nil, nil
		out.Amendments, out.Comments, out.Attachments = nil, nil, nil
		if e.Visit != nil {
			out.Visit = &Submission{Kind: e.Visit.Kind, Children: e.Visit.Children, Occurred: e.Visit.Occurred, Ended: e.Visit.Ended}
		}
		return &out
	}
	out.Details = mapped(e.Details, func(l Labelled) Labelled { l.Value = hide(l.Value); return l })
	out.Passages = mapped(e.Passages, func(p Passage) Passage {
		p.Text, p.Asked, p.Heard = hide(p.Text), hide(p.Asked), hide(p.Heard)
		return p
	})
	out.Present = mapped(e.Present, func(p Person) Person { return Person{hide(p.Name), hide(p.Role)} })
	out.Actions = mapped(e.Actions, func(a Action) Action { a.What, a.Owner = hide(a.What), hide(a.Owner); return a })
	out.RecordedFor = hide(e.RecordedFor)
	out.Fields = mapped(e.Fields, func(f FieldSet) FieldSet { f.Value = hide(f.Value); return f })
	if e.Export != nil {
		x := *e.Export
		x.Recipient, x.Purpose, x.Basis, x.Reason = hide(x.Recipient), hide(x.Purpose), hide(x.Basis), hide(x.Reason)
		out.Export = &x
	}
	out.Amendments = nil
	for _, a := range e.Amendments {
		if len(a.Struck) > 0 {
			a.Text, a.Reason = "", ""
		}
		a.Text, a.Reason = hide(a.Text), hide(a.Reason)
		out.Amendments = append(out.Amendments, a)
	}
	out.Comments = nil
	for _, c := range e.Comments {
		if len(c.Struck) > 0 {
			c.Text = ""
		}
		c.Text = hide(c.Text)
		out.Comments = append(out.Comments, c)
	}
	out.Attachments = mapped(e.Attachments, func(a Attached) Attached {
		if len(a.Struck) > 0 {
			a.Name, a.Caption, a.Thumb = "", "", nil
		}
		a.Name, a.Caption = hide(a.Name), hide(a.Caption)
		return a
	})
	if e.Visit != nil {
		out.Visit = cf.exportVisit(e.Visit)
	}
	return &out
}

// exportVisit copies the payload with the address taken out.
func (cf *CaseFile) exportVisit(s *Submission) *Submission {
	out := *s
	hide := cf.Withhold
	out.Place, out.Shared, out.Type, out.Reason = hide(s.Place), hide(s.Shared), hide(s.Type), hide(s.Reason)
	out.Mode, out.Author = hide(s.Mode), hide(s.Author)
	if s.Interpreter != nil {
		in := *s.Interpreter
		in.Language, in.Ref = hide(in.Language), hide(in.Ref)
		out.Interpreter = &in
	}
	out.Present = mapped(s.Present, func(p Person) Person { return Person{hide(p.Name), hide(p.Role)} })
	out.Actions = mapped(s.Actions, func(a Action) Action { a.What, a.Owner = hide(a.What), hide(a.Owner); return a })
	out.Parts = nil
	for ref, p := range s.Parts {
		if out.Parts == nil {
			out.Parts = map[string]ChildPart{}
		}
		p.Observations, p.Analysis = hide(p.Observations), hide(p.Analysis)
		p.NotSeenReason, p.NotAloneReason = hide(p.NotSeenReason), hide(p.NotAloneReason)
		p.Voice = mapped(p.Voice, func(v Voice) Voice { return Voice{hide(v.Asked), hide(v.Said), hide(v.Heard)} })
		out.Parts[ref] = p
	}
	return &out
}

func mapped[T any](in []T, f func(T) T) []T {
	out := slices.Clone(in)
	for i := range out {
		out[i] = f(out[i])
	}
	return out
}
