package index

import (
	"cmp"
	"slices"
)

// Search returns the notes that match every part of q and pass f, best first,
// equal scores by id, at most limit of them.
func (x *Index) Search(q Query, f Filter, limit int) []Hit {
	if limit <= 0 || len(q.clauses) == 0 {
		return nil
	}
	x.ready()
	defer x.mu.RUnlock()

	clauses := q.effective()
	r := newRanker(x.segs)
	searches := make([]segmentSearch, len(x.segs))
	for i, s := range x.segs {
		searches[i] = newSegmentSearch(s, clauses)
	}
	r.weigh(clauses, searches)
	top := topHits{limit: limit}
	var scratch scratch
	for i := range searches {
		searches[i].run(f, r, &scratch, &top)
	}
	return top.hits()
}

// segmentSearch is one query within one segment.
type segmentSearch struct {
	s       *segment
	clauses []clause
	spans   [][]span // of every slot, clause after clause
	df      []uint64 // living notes of every slot, counted once for each word
}

func newSegmentSearch(s *segment, clauses []clause) segmentSearch {
	q := segmentSearch{s: s, clauses: clauses}
	for _, c := range clauses {
		for _, w := range c {
			spans := s.spans(w)
			var df uint64
			for _, r := range spans {
				df += s.liveDF(r)
			}
			q.spans = append(q.spans, spans)
			q.df = append(q.df, df)
		}
	}
	return q
}

// scratch is working memory, shared by the segments of one search.
type scratch struct {
	acc   []uint32 // by note; zero between uses
	cands []uint32 // notes that still match, ascending
}

func (sc *scratch) size(docs int) {
	if len(sc.acc) < docs {
		sc.acc = make([]uint32, docs)
	}
}

// run offers every match of the segment to top.
func (q *segmentSearch) run(f Filter, r *ranker, sc *scratch, top *topHits) {
	if slices.Contains(q.df, 0) {
		return
	}
	// Rarest first: later words then need to look at few notes.
	order := make([]int, len(q.spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(q.df[a], q.df[b]) })
	sc.size(q.s.docs())
	accept := newAcceptor(q.s, f)
	freqs := make([][]uint32, len(q.spans)) // in half occurrences, by slot and candidate
	for i, slot := range order {
		freqs[slot] = q.narrow(slot, i == 0, accept, freqs, order[:i], sc)
		if len(sc.cands) == 0 {
			return
		}
	}
	if len(q.spans) == len(q.clauses) {
		r.score(q.s, sc.cands, freqs, top)
		return
	}
	q.runPhrases(freqs, r, sc, top)
}

// narrow keeps the candidates in which a slot is filled, and returns how often
// in each. The first call makes the candidates instead. Frequencies already
// found, those of done, are kept in step.
func (q *segmentSearch) narrow(slot int, first bool, accept *acceptor, freqs [][]uint32, done []int, sc *scratch) []uint32 {
	var skip []uint32
	if !first {
		skip = sc.cands
	}
	for _, r := range q.spans[slot] {
		for t := r.from; t < r.to; t++ {
			accumulate(sc.acc, q.s.list(t), r.weight, skip)
		}
	}
	var out []uint32
	if first {
		sc.cands = sc.cands[:0]
		for doc, n := range sc.acc[:q.s.docs()] {
			if n > 0 && accept.ok(uint32(doc)) {
				sc.cands = append(sc.cands, uint32(doc))
				out = append(out, n)
			}
		}
	} else {
		kept := 0
		for i, doc := range sc.cands {
			if n := sc.acc[doc]; n > 0 {
				sc.cands[kept] = doc
				for _, d := range done {
					freqs[d][kept] = freqs[d][i]
				}
				out = append(out, n)
				kept++
			}
		}
		sc.cands = sc.cands[:kept]
		for _, d := range done {
			freqs[d] = freqs[d][:kept]
		}
	}
	clear(sc.acc[:q.s.docs()])
	return out
}

// accumulate adds the occurrences of a list to acc, by note. With skip given,
// blocks that hold none of those notes may be left out.
func accumulate(acc []uint32, b blocks, weight uint32, skip []uint32) {
	for b.next() {
		if skip != nil {
			if !b.skipTo(&skip) {
				return
			}
			if b.passed {
				continue
			}
		}
		doc, data := b.base, b.docs
		for i := 0; i < len(data); {
			code := uint32(data[i])
			i++
			if code >= 0x80 {
				code &= 0x7f
				for shift := 7; ; shift += 7 {
					c := uint32(data[i])
					i++
					code |= (c & 0x7f) << shift
					if c < 0x80 {
						break
					}
				}
			}
			doc += int64(code>>1) + 1
			tf := uint32(1)
			if code&1 != 0 {
				more, shift := uint32(0), 0
				for {
					c := uint32(data[i])
					i++
					more |= (c & 0x7f) << shift
					if c < 0x80 {
						break
					}
					shift += 7
				}
				tf = more + 2
			}
			acc[doc] += tf * weight
		}
	}
}

// acceptor applies a filter within one segment. It asks about each case once.
type acceptor struct {
	s            *segment
	f            Filter
	onlyCase     uint32
	kind, author uint32
	none         bool    // nothing in the segment can pass
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
	return a
}

func (a *acceptor) ok(doc uint32) bool {
	s, f := a.s, &a.f
	if a.none || s.isDead(doc) ||
		f.Case != nil && s.caseOf[doc] != a.onlyCase ||
		f.Kind != "" && s.kindOf[doc] != a.kind ||
		f.Author != "" && s.authorOf[doc] != a.author ||
		f.From != 0 && s.times[doc] < f.From ||
		f.To != 0 && s.times[doc] >= f.To {
		return false
	}
	if f.Allowed == nil {
		return true
	}
	c := s.caseOf[doc]
	if a.asked[c] == 0 {
		a.asked[c] = 2
		if f.Allowed(s.cases[c]) {
			a.asked[c] = 1
		}
	}
	return a.asked[c] == 1
}
