package index

import (
	"cmp"
	"slices"
)

// slotRun is a slot within one segment.
type slotRun struct {
	spans []span
	df    uint64 // living notes, counted once for each word that fills the slot
	cost  int    // notes in the lists
	loose bool   // other words than the one typed fill it, and count one half
}

// altRun is an alternative within one segment.
type altRun struct {
	slots   []slotRun
	variant bool
	late    bool // freqs are only the most that there can be
	unread  bool // freqs are not known at all
	freqs   []uint32
}

// most is the number of notes the alternative can match at most.
func (a *altRun) most() int {
	n := a.slots[0].cost
	for _, s := range a.slots[1:] {
		n = min(n, s.cost)
	}
	return n
}

// segmentSearch is one query within one segment. The freqs of its alternatives
// are in half occurrences, by candidate.
type segmentSearch struct {
	s        *segment
	clauses  [][]*altRun
	alts     []*altRun // those of all clauses in order
	excluded []*altRun
	cands    []uint32 // notes that still match, ascending
	near     neighbours
}

func newSegmentSearch(s *segment, clauses []clause, excluded []alt) segmentSearch {
	q := segmentSearch{s: s}
	for _, c := range clauses {
		var runs []*altRun
		for _, a := range c {
			runs = append(runs, newAltRun(s, a))
		}
		q.clauses = append(q.clauses, runs)
		q.alts = append(q.alts, runs...)
	}
	for _, a := range excluded {
		q.excluded = append(q.excluded, newAltRun(s, a))
	}
	return q
}

func newAltRun(s *segment, a alt) *altRun {
	if a.names != nil {
		spans := s.wordSpans(a.names)
		return &altRun{variant: true, slots: []slotRun{{spans: spans, df: s.liveDF(spans), cost: s.postings(spans)}}}
	}
	run := &altRun{late: len(a.slots) > 1}
	for _, w := range a.slots {
		spans := s.spans(w)
		run.slots = append(run.slots, slotRun{spans, s.liveDF(spans), s.postings(spans), w.stem != "" || w.prefix})
	}
	return run
}

// run offers every match of the segment to top.
func (q *segmentSearch) run(accept *acceptor, r *ranker, sc *scratch, top *topHits) {
	if accept.none || q.s.live() == 0 {
		return
	}
	most := func(c []*altRun) (n int) {
		for _, a := range c {
			n += a.most()
		}
		return n
	}
	order := slices.Clone(q.clauses)
	// Rarest first: later words then need to look at few notes.
	slices.SortStableFunc(order, func(a, b []*altRun) int { return cmp.Compare(most(a), most(b)) })
	if most(order[0]) == 0 {
		return
	}
	rest := order
	switch {
	case accept.only() != nil:
		q.cands = accept.ofCase()
		if q.tied(r) {
			q.readTied(q.cands, top)
			return
		}
	case q.tied(r):
		q.runTied(accept, top)
		return
	default:
		q.generate(order[0], accept, sc)
		rest = order[1:]
	}
	for _, c := range rest {
		if len(q.cands) == 0 {
			return
		}
		if q.postpone(c, r) {
			continue
		}
		for _, a := range c {
			a.freqs = q.probe(a, q.cands, sc)
		}
		if len(c) == 1 {
			freqs := c[0].freqs
			q.keep(func(i int) bool { return freqs[i] > 0 })
			continue
		}
		q.keep(func(i int) bool {
			return slices.ContainsFunc(c, func(a *altRun) bool { return a.freqs[i] > 0 })
		})
	}
	for _, a := range q.excluded {
		if len(q.cands) == 0 {
			return
		}
		a.freqs = q.probe(a, q.cands, sc)
		if !a.late {
			q.keep(func(i int) bool { return a.freqs[i] == 0 })
			a.freqs = nil
		}
	}
	late := func(a *altRun) bool { return a.late || a.unread }
	if slices.ContainsFunc(q.alts, late) || slices.ContainsFunc(q.excluded, late) {
		q.bestFirst(r, sc, top)
		return
	}
	r.score(q, sc, top)
}

// postpone decides to leave a clause to the end, when it can change scores
// little and would cost much: one of many common words.
func (q *segmentSearch) postpone(c []*altRun, r *ranker) bool {
	cost := 0
	for _, a := range c {
		if a.late || r.weight(q, a) > 2e-5 {
			return false
		}
		cost += a.slots[0].cost
	}
	if cost < q.s.docCount() {
		return false
	}
	for _, a := range c {
		a.unread = true
	}
	return true
}

// keep drops the candidates for which ok is false.
func (q *segmentSearch) keep(ok func(i int) bool) {
	columns := []*[]uint32{}
	for _, a := range slices.Concat(q.alts, q.excluded) {
		if a.freqs != nil {
			columns = append(columns, &a.freqs)
		}
	}
	n := 0
	for i, doc := range q.cands {
		if !ok(i) {
			continue
		}
		q.cands[n] = doc
		for _, c := range columns {
			(*c)[n] = (*c)[i]
		}
		n++
	}
	q.cands = q.cands[:n]
	for _, c := range columns {
		*c = (*c)[:n]
	}
}
