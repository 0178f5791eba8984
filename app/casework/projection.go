package casework

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// projection is the work in hand while facts become a case file.
type projection struct {
	cf     *CaseFile
	facts  []Fact // each once, in one order
	byID   map[string]Fact
	bodies map[string]Body
	newer  map[string]bool // kept, needs a newer version
	struck map[string][]Struck
	now    time.Time

	confidential bool // the address is
}

func newProjection(ref string, facts []Fact, now time.Time) *projection {
	p := &projection{
		cf: &CaseFile{Ref: ref, now: now}, now: now,
		byID: map[string]Fact{}, bodies: map[string]Body{}, newer: map[string]bool{}, struck: map[string][]Struck{},
	}
	for _, f := range facts {
		if held, ok := p.byID[f.ID]; !ok || preferFact(f, held) < 0 {
			p.byID[f.ID] = f
		}
	}
	for _, f := range p.byID {
		p.facts = append(p.facts, f)
	}
	slices.SortFunc(p.facts, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.HLC, b.HLC), a.Written.Compare(b.Written), strings.Compare(a.ID, b.ID))
	})
	return p
}

// preferFact settles which of two accounts of the same entry counts: the whole
// one, then the one that came further.
func preferFact(a, b Fact) int {
	bit := func(v bool) int {
		if v {
			return 1
		}
		return 0
	}
	return cmp.Or(
		bit(a.Damaged)-bit(b.Damaged),
		stateRank[b.State]-stateRank[a.State],
		-a.Received.Compare(b.Received),
		strings.Compare(fmt.Sprint(a), fmt.Sprint(b)),
	)
}

// readBodies opens every payload. What cannot be read stays as an entry that
// says so.
func (p *projection) readBodies() {
	for _, f := range p.facts {
		switch {
		case f.Damaged:
			continue
		case f.Unknown:
			p.newer[f.ID] = true
			continue
		}
		body, err := DecodeBody(f.Kind, f.Schema, f.Payload)
		switch {
		case err == nil:
			p.bodies[f.ID] = body
		case errors.Is(err, ErrUnknownKind), errors.Is(err, ErrNewerSchema):
			p.newer[f.ID] = true
		}
	}
}

// strikes collects who struck what. A strike cannot itself be struck: what was
// struck wrongly is recorded again.
func (p *projection) strikes() {
	for _, f := range p.facts {
		if s, ok := p.bodies[f.ID].(*Strike); ok && s.Target != f.ID {
			p.struck[s.Target] = append(p.struck[s.Target], Struck{
				ID: f.ID, Reason: s.Reason, Author: f.Author, AuthorID: f.AuthorID, Written: f.Written,
			})
		}
	}
}

// target gives the entry that another one points at. An entry can point at
// itself only by a lie; that counts as nothing.
func target(b Body) (string, bool) {
	switch b := b.(type) {
	case *Amend:
		return b.Target, true
	case *Comment:
		return b.Target, true
	case *Strike:
		return b.Target, true
	case *Attachment:
		return b.Target, b.Target != ""
	}
	return "", false
}

// root follows targets to the entry that stands in the timeline: an amendment
// of an amendment belongs to the visit. ok is false while that is not here.
func (p *projection) root(id string) (string, bool) {
	for range 16 {
		f, here := p.byID[id]
		if !here || f.Kind == KindOpened {
			return "", false
		}
		next, points := target(p.bodies[id])
		if !points {
			return id, true
		}
		id = next
	}
	return "", false
}
