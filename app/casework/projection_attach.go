package casework

import (
	"cmp"
	"slices"
	"strings"
)

// attach puts amendments, comments, attachments and openings with the entries they belong
// to. Amendments made at the same time by two people are both shown.
func (p *projection) attach() {
	at := map[string]*Entry{}
	for i := range p.cf.Entries {
		at[p.cf.Entries[i].ID] = &p.cf.Entries[i]
	}
	for _, f := range p.facts {
		t, points := target(p.bodies[f.ID])
		if !points {
			continue
		}
		id, here := p.root(t)
		if !here {
			continue
		}
		e := at[id]
		switch b := p.bodies[f.ID].(type) {
		case *Amend:
			e.Amendments = append(e.Amendments, Amendment{
				ID: f.ID, Text: b.Text, Reason: b.Reason, Author: f.Author, AuthorID: f.AuthorID,
				Written: f.Written, Received: f.Received, State: f.State, Struck: p.struck[f.ID],
			})
		case *Comment:
			e.Comments = append(e.Comments, Remark{
				ID: f.ID, Text: b.Text, Author: f.Author, AuthorID: f.AuthorID,
				Written: f.Written, Received: f.Received, State: f.State, Struck: p.struck[f.ID],
			})
		case *Attachment:
			e.Attachments = append(e.Attachments, p.attached(f, b))
		}
	}
	p.openings(at)
}

// openings counts only people other than the writer: nobody proves to
// themselves that the council read what they wrote.
func (p *projection) openings(at map[string]*Entry) {
	for _, f := range p.facts {
		b, ok := p.bodies[f.ID].(*Opened)
		if !ok {
			continue
		}
		for _, id := range b.Entries {
			e := at[id]
			who := cmp.Or(f.AuthorID, f.Author)
			if e == nil || who == cmp.Or(e.SignerID, e.Signer) {
				continue
			}
			known := slices.ContainsFunc(e.OpenedBy, func(o Opening) bool { return cmp.Or(o.PersonID, o.Person) == who })
			if !known {
				e.OpenedBy = append(e.OpenedBy, Opening{Person: f.Author, PersonID: f.AuthorID, At: f.Written})
			}
		}
	}
	for _, e := range at {
		slices.SortFunc(e.OpenedBy, func(a, b Opening) int {
			return cmp.Or(a.At.Compare(b.At), strings.Compare(a.PersonID, b.PersonID), strings.Compare(a.Person, b.Person))
		})
		if e.State == StateCouncil && len(e.OpenedBy) > 0 {
			e.State = StateOpened
		}
	}
}

// clocks finds when the child was last seen. An unsuccessful visit, a struck
// one and one by video reset nothing.
func (p *projection) clocks() {
	cf := p.cf
	for _, e := range cf.Entries {
		if e.Visit == nil || e.IsStruck() || e.Occurred.IsZero() {
			continue
		}
		part := e.Part()
		seen := part.Seen == Yes && !e.Unsuccessful() && e.Kind != KindNote
		s := Sighting{At: e.Occurred, Entry: e.ID, Place: e.Visit.Place, By: cmp.Or(e.RecordedFor, e.Signer)}
		switch {
		case seen && (e.Kind == KindCall || same(e.Visit.Mode, ModeVirtual)):
			later(&cf.LastVirtual, s)
		case seen && e.Kind == KindVisit:
			later(&cf.LastSeen, s)
			if part.SeenAlone == Yes {
				later(&cf.LastSeenAlone, s)
			}
		}
	}
	for _, e := range cf.Entries {
		if e.Kind != KindVisit || e.Visit == nil || e.IsStruck() || !e.Occurred.After(cf.LastSeen.At) {
			continue
		}
		if part := e.Part(); e.Unsuccessful() || part.Seen == No {
			cf.Attempts = append(cf.Attempts, Attempt{At: e.Occurred, Entry: e.ID, Reason: cmp.Or(e.Visit.Reason, part.NotSeenReason)})
		}
	}
	if !cf.LastVirtual.At.After(cf.LastSeen.At) {
		cf.LastVirtual = Sighting{}
	}
}

// later keeps the later sighting; at the same moment the one with the smaller
// id, so that the order of facts does not matter.
func later(held *Sighting, s Sighting) {
	if held.IsZero() || s.At.After(held.At) || (s.At.Equal(held.At) && s.Entry < held.Entry) {
		*held = s
	}
}
