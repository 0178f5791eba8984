package casework

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// DefaultProposalDays is how long a proposal to dispose may wait for its second
// approval: not law, but so that an approval is never of something long
// forgotten. Not verified: set by your council.
const DefaultProposalDays = 30

// DisposalRules are what a disposal is judged by, beside the entries.
type DisposalRules struct {
	Schedule     Schedule
	ProposalDays int // 0: DefaultProposalDays
	// Alone says that the notebook belongs to one person in no council: the
	// recovery kit, held by somebody else, then stands for a second person.
	Alone bool
	// Entitled tells records officers and team leads; nil: nobody is.
	Entitled func(personID string) bool
}

// HoldState is a hold and what became of it.
type HoldState struct {
	ID       string
	Reason   string
	Until    Date
	Author   string
	AuthorID string
	Written  time.Time
	Released bool
}

// InForce reports whether the hold stops a disposal on a day.
func (h HoldState) InForce(on Date) bool {
	return !h.Released && (h.Until.IsZero() || !on.After(h.Until))
}

// Approval is one person's word for a proposal.
type Approval struct {
	Entry    string
	Person   string
	PersonID string
	Kit      bool // given by the recovery kit
	Written  time.Time
}

// Proposal is a proposal to dispose and who stands behind it: its writer first.
type Proposal struct {
	ID        string
	Basis     string
	Reason    string
	Written   time.Time
	Approvals []Approval // each person once
	Refused   bool
}

// RetentionState is everything about keeping and disposing of one case.
type RetentionState struct {
	Classes   []Retention // those that nobody replaced; more than one: the longest counts
	Marks     []string    // their entries
	Closed    Date        // the latest closing day that they name
	Due       Date
	DueReason string
	DueKnown  bool // the schedule may be relied on for Due
	Holds     []HoldState
	Proposals []Proposal

	rules DisposalRules
}

// RetentionOf adds up what the entries of a case say about keeping it. Like
// Project it depends on the set of facts only. What stops a disposal counts
// wherever it stands; what permits one does not count if it was struck, or if
// the council refused it or holds it for a decision.
func RetentionOf(cf *CaseFile, facts []Fact, rules DisposalRules) *RetentionState {
	if rules.ProposalDays == 0 {
		rules.ProposalDays = DefaultProposalDays
	}
	if rules.Schedule == nil {
		rules.Schedule = DefaultSchedule()
	}
	p := newProjection(cf.Ref, facts, time.Time{})
	p.readBodies()
	p.strikes()
	s := &RetentionState{rules: rules}
	s.classes(p, births(cf))
	s.holds(p)
	s.proposals(p)
	return s
}

// births are the standing dates of birth; one that is no date is zero.
func births(cf *CaseFile) []Date {
	var out []Date
	for _, v := range cf.Field("dob").Values {
		d, _ := ParseDate(v.Value)
		out = append(out, d)
	}
	return out
}

func (s *RetentionState) classes(p *projection, births []Date) {
	replaced := map[string]bool{}
	for _, f := range p.facts {
		if r, ok := p.bodies[f.ID].(*Retention); ok {
			for _, id := range r.Replaces {
				replaced[id] = replaced[id] || id != f.ID
			}
		}
	}
	if len(births) == 0 {
		births = []Date{{}}
	}
	s.DueReason, s.DueKnown = "no class is set", false
	for _, f := range p.facts {
		r, ok := p.bodies[f.ID].(*Retention)
		if !ok || replaced[f.ID] {
			continue
		}
		closed, _ := parseISO(r.Closed)
		if closed.After(s.Closed) {
			s.Closed = closed
		}
		first := len(s.Classes) == 0
		s.Classes, s.Marks = append(s.Classes, *r), append(s.Marks, f.ID)
		for _, b := range births {
			event, _ := parseISO(r.Event)
			review, _ := parseISO(r.Review)
			due, why, known := RetentionDue(RetentionFacts{Class: r.Class, Birth: b, Closed: closed, Event: event, Review: review}, s.rules.Schedule)
			if first {
				s.Due, s.DueReason, s.DueKnown, first = due, why, known, false
				continue
			}
			// One that cannot be told makes the whole unknown; else the longest.
			switch {
			case s.DueKnown && !known:
				s.Due, s.DueReason, s.DueKnown = due, why, false
			case s.DueKnown == known && (due.After(s.Due) || due == s.Due && why < s.DueReason):
				s.Due, s.DueReason = due, why
			}
		}
	}
}

func (s *RetentionState) holds(p *projection) {
	for _, f := range p.facts {
		h, ok := p.bodies[f.ID].(*Hold)
		if !ok {
			continue
		}
		until, _ := parseISO(h.Until)
		s.Holds = append(s.Holds, HoldState{ID: f.ID, Reason: h.Reason, Until: until, Author: f.Author, AuthorID: f.AuthorID, Written: f.Written})
	}
	for _, f := range p.facts {
		r, ok := p.bodies[f.ID].(*Release)
		if !ok || !s.counts(p, f) {
			continue
		}
		for i := range s.Holds {
			// A colleague's hold is released by a records officer or lead only.
			if h := &s.Holds[i]; h.ID == r.Hold && (f.AuthorID == h.AuthorID || s.entitled(f.AuthorID)) {
				h.Released = true
			}
		}
	}
}

func (s *RetentionState) proposals(p *projection) {
	for _, f := range p.facts {
		if d, ok := p.bodies[f.ID].(*Disposal); ok && d.Step == StepPropose && s.counts(p, f) {
			s.Proposals = append(s.Proposals, Proposal{ID: f.ID, Basis: d.Basis, Reason: d.Reason, Written: f.Written,
				Approvals: []Approval{{Entry: f.ID, Person: f.Author, PersonID: f.AuthorID, Written: f.Written}}})
		}
	}
	for _, f := range p.facts {
		d, ok := p.bodies[f.ID].(*Disposal)
		if !ok || d.Step == StepPropose {
			continue
		}
		i := slices.IndexFunc(s.Proposals, func(q Proposal) bool { return q.ID == d.Proposal })
		switch {
		case i < 0:
		case d.Step == StepRefuse:
			s.Proposals[i].Refused = true
		case d.Step == StepApprove && s.counts(p, f):
			s.Proposals[i].approve(Approval{Entry: f.ID, Person: f.Author, PersonID: f.AuthorID, Kit: d.By == ByKit, Written: f.Written}, s.rules.Alone)
		}
	}
}

// approve adds a word that is not there yet. The kit's word counts once, and
// only where there is no second person.
func (q *Proposal) approve(a Approval, alone bool) {
	if a.Kit && !alone {
		return
	}
	for _, have := range q.Approvals {
		if a.Kit && have.Kit || !a.Kit && !have.Kit && have.PersonID == a.PersonID {
			return
		}
	}
	q.Approvals = append(q.Approvals, a)
}

// counts reports whether an entry that permits something takes effect.
func (s *RetentionState) counts(p *projection, f Fact) bool {
	unknown := strings.Trim(f.AuthorID, "0") == ""
	return !unknown && len(p.struck[f.ID]) == 0 && f.State != StateRefused && f.State != StateHeld
}

func (s *RetentionState) entitled(person string) bool {
	return s.rules.Entitled != nil && s.rules.Entitled(person)
}

// AttentionDisposal is the code of what says that a disposal waits.
const AttentionDisposal = "disposal"

// Why a disposal may not be carried out. Part of the command contract.
const (
	WhyHold        = "hold"
	WhyNoProposal  = "no_proposal"
	WhyRefused     = "proposal_refused"
	WhyExpired     = "proposal_expired"
	WhyNotClosed   = "not_closed"
	WhyNotDue      = "not_due"
	WhyDueUnknown  = "due_unknown"
	WhyOneApproval = "one_approval"
	WhyNoLead      = "needs_records_or_lead"
)

// MayDispose reports whether a case may be disposed of, and if not why: a hold
// always stops it; else one proposal, not refused and not too old, must have
// two different people behind it, one of them a records officer or a lead, and
// the period must have ended unless the proposal overrides the schedule.
func MayDispose(s *RetentionState, now time.Time) (ok bool, why string) {
	_, why = s.Ready(now)
	return why == "", why
}

// Ready gives the proposal that may be carried out, or why none may.
func (s *RetentionState) Ready(now time.Time) (*Proposal, string) {
	today := DateOf(now)
	if slices.ContainsFunc(s.Holds, func(h HoldState) bool { return h.InForce(today) }) {
		return nil, WhyHold
	}
	best, rank := WhyNoProposal, 0
	for i := range s.Proposals {
		why := s.lacks(&s.Proposals[i], now)
		if why == "" {
			return &s.Proposals[i], ""
		}
		if r := whyRank[why]; r > rank {
			best, rank = why, r
		}
	}
	return nil, best
}

// whyRank orders what a proposal lacks by how far it has come.
var whyRank = map[string]int{WhyRefused: 1, WhyExpired: 2, WhyNotClosed: 3, WhyDueUnknown: 4, WhyNotDue: 5, WhyOneApproval: 6, WhyNoLead: 7}

func (s *RetentionState) lacks(q *Proposal, now time.Time) string {
	switch {
	case q.Refused:
		return WhyRefused
	case !s.Open(q, now):
		return WhyExpired
	}
	if q.Basis == BasisSchedule {
		if why := s.Unripe(now); why != "" {
			return why
		}
	}
	switch {
	case len(q.Approvals) < 2:
		return WhyOneApproval
	case !s.rules.Alone && !slices.ContainsFunc(q.Approvals, func(a Approval) bool { return s.entitled(a.PersonID) }):
		return WhyNoLead
	}
	return ""
}

// Unripe is why the schedule does not let the case be disposed of yet.
func (s *RetentionState) Unripe(now time.Time) string {
	today := DateOf(now)
	switch {
	case s.Closed.IsZero() || s.Closed.After(today):
		return WhyNotClosed
	case !s.DueKnown:
		return WhyDueUnknown
	case s.Due.After(today):
		return WhyNotDue
	}
	return ""
}

// Open reports whether a proposal still waits: neither refused nor too old. One
// that is dated in the future was written by a wrong clock and never counts.
func (s *RetentionState) Open(q *Proposal, now time.Time) bool {
	age := now.Sub(q.Written)
	return !q.Refused && age <= time.Duration(s.rules.ProposalDays)*24*time.Hour && age >= -24*time.Hour
}

// Standing is the newest proposal that waits; nil if there is none.
func (s *RetentionState) Standing(now time.Time) *Proposal {
	var out *Proposal
	for i := range s.Proposals {
		q := &s.Proposals[i]
		if s.Open(q, now) && (out == nil || cmp.Or(q.Written.Compare(out.Written), strings.Compare(q.ID, out.ID)) > 0) {
			out = q
		}
	}
	return out
}
