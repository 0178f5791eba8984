package index

import (
	"slices"

	"wherry/storage/record"
)

// acceptor applies a filter within one segment. It asks about each case once.
type acceptor struct {
	s            *segment
	f            Filter
	onlyCase     uint32
	kind, author uint32
	none         bool    // nothing in the segment can pass
	all          bool    // all living notes pass
	asked        []uint8 // by case: 0 not yet, 1 allowed, 2 not
}

func newAcceptor(s *segment, f Filter) *acceptor {
	a := &acceptor{s: s, f: f}
	if f.Case != nil {
		n, ok := s.caseNumber(*f.Case)
		a.onlyCase, a.none = n, a.none || !ok
	}
	if f.Kind != "" {
		n, ok := slices.BinarySearch(s.kinds, f.Kind)
		a.kind, a.none = uint32(n), a.none || !ok
	}
	if f.Author != "" {
		n, ok := slices.BinarySearch(s.authors, f.Author)
		a.author, a.none = uint32(n), a.none || !ok
	}
	if f.Allowed != nil {
		a.asked = make([]uint8, len(s.cases))
	}
	a.all = f.Case == nil && f.Kind == "" && f.Author == "" && f.From == 0 && f.To == 0 && f.Allowed == nil && s.dead == 0
	return a
}

func (a *acceptor) ok(doc uint32) bool {
	if a.all {
		return true
	}
	s, f := a.s, &a.f
	if s.isDead(doc) ||
		f.Case != nil && s.caseOf[doc] != a.onlyCase ||
		f.Kind != "" && s.kindOf[doc] != a.kind ||
		f.Author != "" && s.authorOf[doc] != a.author ||
		f.From != 0 && s.times[doc] < f.From ||
		f.To != 0 && s.times[doc] >= f.To {
		return false
	}
	return f.Allowed == nil || a.allowed(s.caseOf[doc])
}

func (a *acceptor) allowed(c uint32) bool {
	if a.asked[c] == 0 {
		a.asked[c] = 2
		if a.f.Allowed(a.s.cases[c]) {
			a.asked[c] = 1
		}
	}
	return a.asked[c] == 1
}

// ofCase lists the notes of the only case that pass.
func (a *acceptor) ofCase() []uint32 {
	var out []uint32
	for doc, c := range a.s.caseOf {
		if c == a.onlyCase && a.ok(uint32(doc)) {
			out = append(out, uint32(doc))
		}
	}
	return out
}

// only reports whether a case is named, so that few notes can pass.
func (a *acceptor) only() *record.ID { return a.f.Case }
