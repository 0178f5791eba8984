package index

import (
	"math"
	"slices"
)

// firstBatch is the number of notes that are read closely at first. Later
// batches are larger, since the best were not among the earlier.
const firstBatch = 512

// bestFirst offers the candidates to top of which so far is known only how high
// they can score: those that can score highest are read closely first, and when
// no other can reach the best that were found, the rest is left.
func (q *segmentSearch) bestFirst(r *ranker, sc *scratch, top *topHits) {
	can := q.potentials(r)
	taken := make([]bool, len(can))
	for batch := firstBatch; ; batch *= 4 {
		// A heap of the best of those not yet taken.
		best := topHits{limit: batch}
		for i := range can {
			if !taken[i] && top.wants(can[i]) {
				best.offer(can[i])
			}
		}
		if len(best.heap) == 0 {
			return
		}
		docs := make([]uint32, 0, len(best.heap))
		for _, h := range best.heap {
			docs = append(docs, h.doc)
		}
		slices.Sort(docs)
		from := make([]int, len(docs)) // numbers among the candidates
		at := 0
		for k, doc := range docs {
			at += advance(q.cands[at:], doc)
			from[k], taken[at] = at, true
		}
		q.readClosely(docs, from, r, sc, top)
	}
}

// potentials returns for each candidate the best that it can be.
func (q *segmentSearch) potentials(r *ranker) []scored {
	can := make([]scored, len(q.cands))
	freqs := make([]uint32, len(q.alts))
	for i, doc := range q.cands {
		more := 0.0
		for n, a := range q.alts {
			if a.unread {
				freqs[n] = 0
				more += r.idf[n] * (k1 + 1)
				continue
			}
			freqs[n] = a.freqs[i]
		}
		score, sounds := r.potential(q, doc, freqs)
		// One step more than can be, for what rounding may add.
		can[i] = scored{math.Ceil((score+more)*1e4+1) / 1e4, sounds, q.s, doc}
	}
	return can
}

// potential is a score before rounding, of which clauses that are not read yet
// are no part. Sounds is set if it will surely be set in the end.
func (r *ranker) potential(q *segmentSearch, doc uint32, freqs []uint32) (score float64, sounds bool) {
	norm := r.norm(q.s.lengths[doc])
	n := 0
	for _, c := range q.clauses {
		exact := false
		for _, a := range c {
			if f := freqs[n]; f > 0 {
				score += float64(r.idf[n] * saturate(float64(f)/2, norm))
			}
			exact = exact || !a.variant && (a.unread || freqs[n] > 0)
			n++
		}
		sounds = sounds || !exact
	}
	return score, sounds
}

// readClosely offers to top what matches of some candidates, which ascend.
func (q *segmentSearch) readClosely(docs []uint32, from []int, r *ranker, sc *scratch, top *topHits) {
	exact := func(a *altRun) []uint32 {
		switch {
		case a.late:
			return q.phrase(a, docs)
		case a.unread:
			return q.look(&a.slots[0], docs, sc)
		}
		out := make([]uint32, len(docs))
		for k, i := range from {
			out[k] = a.freqs[i]
		}
		return out
	}
	var all, not [][]uint32
	for _, a := range q.alts {
		all = append(all, exact(a))
	}
	for _, a := range q.excluded {
		if a.late {
			not = append(not, exact(a))
		}
	}
	freqs := make([]uint32, len(all))
note:
	for k, doc := range docs {
		for _, f := range not {
			if f[k] > 0 {
				continue note
			}
		}
		for n := range all {
			freqs[n] = all[n][k]
		}
		if score, sounds, ok := r.of(q, doc, freqs); ok {
			top.offer(scored{score, sounds, q.s, doc})
		}
	}
}

// tied reports whether the query is one slot filled by words so common that
// every score is zero after rounding: the order is then that of the ids alone.
func (q *segmentSearch) tied(r *ranker) bool {
	return len(q.alts) == 1 && len(q.alts[0].slots) == 1 && len(q.excluded) == 0 &&
		round(r.idf[0]*(k1+1)) == 0 && q.alts[0].slots[0].cost > q.s.docCount()
}

// runTied looks at the notes in the order of their ids until there are enough.
func (q *segmentSearch) runTied(accept *acceptor, r *ranker, sc *scratch, top *topHits) {
	var docs []uint32
	size := firstBatch
	read := func() {
		slices.Sort(docs)
		for k, n := range q.look(&q.alts[0].slots[0], docs, sc) {
			if n > 0 {
				top.offer(scored{0, false, q.s, docs[k]})
			}
		}
		docs = docs[:0]
		size *= 2
	}
	for _, doc := range q.s.byID {
		if !top.wants(scored{0, false, q.s, doc}) {
			break
		}
		if accept.ok(doc) {
			if docs = append(docs, doc); len(docs) == size {
				read()
			}
		}
	}
	read()
}
