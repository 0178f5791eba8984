package casework

import (
	"cmp"
	"slices"
	"strings"
)

// entries makes the timeline: visits, calls, notes, details, exports, and
// whatever cannot be read or waits for its target. What belongs to an entry is
// attached to it and has no line of its own.
func (p *projection) entries() {
	drafts := map[string][]string{}
	for _, f := range p.facts {
		if _, ok := p.bodies[f.ID]; ok && f.Draft != "" {
			drafts[f.Draft] = append(drafts[f.Draft], f.ID)
		}
	}
	for _, f := range p.facts {
		if f.Kind == KindOpened && p.bodies[f.ID] != nil {
			continue
		}
		t, points := target(p.bodies[f.ID])
		if points {
			if _, here := p.root(t); here {
				continue
			}
		}
		e := p.entry(f)
		e.Target, e.Pending = t, points
		for _, id := range drafts[f.Draft] {
			if id != f.ID {
				e.Duplicates = append(e.Duplicates, id)
			}
		}
		slices.Sort(e.Duplicates)
		p.cf.Entries = append(p.cf.Entries, e)
	}
	slices.SortFunc(p.cf.Entries, func(a, b Entry) int {
		return cmp.Or(b.When().Compare(a.When()), b.Written.Compare(a.Written), strings.Compare(a.ID, b.ID))
	})
}

func (p *projection) entry(f Fact) Entry {
	e := Entry{
		ID: f.ID, Case: f.Case, Kind: f.Kind, VisitID: f.VisitID, Ref: f.Ref, Lane: f.Lane, Seq: f.Seq,
		Written: f.Written, Received: f.Received, Signer: f.Author, SignerID: f.AuthorID, Device: f.Device,
		State: f.State, Struck: p.struck[f.ID],
	}
	if k, ok := LookupKind(f.Kind); ok {
		e.Label = k.Label
	}
	body := p.bodies[f.ID]
	if body == nil {
		switch e.Newer = p.newer[f.ID]; {
		case e.Newer && f.Kind == "":
			e.Title = "This entry cannot be opened on this laptop yet"
		case e.Newer:
			e.Title = "This entry needs a newer Wherry"
		default:
			e.Damaged = true
			e.Title = "This entry is damaged and cannot be read"
		}
		e.Line = e.Title
		e.Label = cmp.Or(e.Label, "Entry")
		return e
	}
	e.Title, e.Line = e.Label, body.Line()
	switch b := body.(type) {
	case *Visit:
		p.narrative(&e, b.Submission)
	case *Call:
		p.narrative(&e, b.Submission)
	case *Note:
		p.narrative(&e, b.Submission)
	case *FieldEntry:
		p.details(&e, b)
	case *Export:
		exportDetails(&e, b)
	case *Amend:
		e.Passages = []Passage{{Kind: PassageText, Label: "Amendment", Text: b.Text}}
	case *Comment:
		e.Passages = []Passage{{Kind: PassageText, Label: "Oversight comment", Text: b.Text}}
	case *Strike:
		e.Passages = []Passage{{Kind: PassageText, Label: "Reason", Text: b.Reason}}
	case detailed:
		e.Details = slices.DeleteFunc(b.details(), func(l Labelled) bool { return blank(l.Value) })
	}
	return e
}

// Labels of the parts of a record.
const (
	LabelShared      = "Shared narrative"
	LabelObservation = "Observation (fact), this child"
	LabelAnalysis    = "Analysis (opinion), this child"
	LabelWords       = "The child's words"
)

func (p *projection) narrative(e *Entry, s Submission) {
	e.Visit = &s
	e.Title = s.title()
	e.Occurred, e.Ended = s.OccurredTime(), s.EndedTime()
	e.RecordedFor = s.Author
	e.Present, e.Actions = s.Present, s.Actions
	part := e.Part()
	e.Details = visitDetails(&s, part)
	if !blank(s.Shared) {
		label := LabelShared
		if s.Kind == KindNote {
			label = "Note"
		}
		e.Passages = append(e.Passages, Passage{Kind: PassageShared, Label: label, Text: s.Shared})
	}
	for _, v := range part.Voice {
		e.Passages = append(e.Passages, Passage{Kind: PassageWords, Label: LabelWords, Text: v.Said, Asked: v.Asked, Heard: v.Heard})
	}
	if !blank(part.Observations) {
		e.Passages = append(e.Passages, Passage{Kind: PassageObservation, Label: LabelObservation, Text: part.Observations})
	}
	if !blank(part.Analysis) {
		e.Passages = append(e.Passages, Passage{Kind: PassageAnalysis, Label: LabelAnalysis, Text: part.Analysis})
	}
}

func visitDetails(s *Submission, part ChildPart) []Labelled {
	var out []Labelled
	put := func(label, value string) {
		if !blank(value) {
			out = append(out, Labelled{label, value})
		}
	}
	put("Type", s.Type)
	put("Place", sentence(s.Place))
	put("How", sentence(s.Mode))
	put("Reason unsuccessful", sentence(s.Reason))
	if s.Announced != nil {
		put("Announced", map[bool]string{true: "Announced", false: "Unannounced"}[*s.Announced])
	}
	if in := s.Interpreter; in != nil {
		words := []string{in.Language}
		if in.Independent != nil {
			words = append(words, map[bool]string{true: "independent", false: "not independent"}[*in.Independent])
		}
		words = append(words, in.Ref)
		put("Interpreter", strings.Join(slices.DeleteFunc(words, blank), ", "))
	}
	if s.Kind != KindVisit && part.Seen == Unanswered {
		return out
	}
	answer := func(label string, a Answer, reason string) {
		words := a.Words()
		if !blank(reason) {
			words += ": " + strings.TrimSpace(reason)
		}
		if a != Unanswered || !blank(reason) {
			put(label, words)
		}
	}
	answer("Seen", part.Seen, part.NotSeenReason)
	answer("Seen alone", part.SeenAlone, part.NotAloneReason)
	answer("Sleeping arrangements seen", part.BedroomSeen, "")
	return out
}

func (p *projection) details(e *Entry, b *FieldEntry) {
	for _, s := range b.Set {
		f := p.cf.Field(s.Key)
		if f.Def.Internal {
			continue
		}
		value := DisplayValue(s.Key, cleanOrRaw(s.Key, s.Value))
		switch {
		// A struck address may be another child's, confidential or not.
		case f.Def.Confidential && (p.confidential || e.IsStruck()):
			s.Value, value = "", withheld
		case s.Value == "":
			value = "none"
		}
		e.Fields = append(e.Fields, s)
		e.Details = append(e.Details, Labelled{f.Def.Label, value})
	}
	if b.Source == "import" {
		e.Title = "Details imported"
	} else {
		e.Title = "Details recorded"
	}
}

func exportDetails(e *Entry, b *Export) {
	e.Export = b
	e.Title = "Exported"
	if b.Outcome == ExportRefused {
		e.Title = "Export refused"
	}
	for _, l := range []Labelled{
		{"What", sentence(b.What)}, {"Format", strings.ToUpper(b.Format)}, {"For", b.Recipient}, {"Purpose", b.Purpose},
		{"Legal basis", b.Basis}, {"From", DisplayValue("dob", b.From)}, {"Until", DisplayValue("dob", b.Until)},
		{"Complete to", TimeWords(parseTime(b.CompleteTo))}, {"Why refused", b.Reason},
	} {
		if !blank(l.Value) {
			e.Details = append(e.Details, l)
		}
	}
}
