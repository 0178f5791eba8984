package index

import "slices"

// present returns 1 for each of some notes, which ascend, in which the one slot
// of an alternative is filled, else 0. It asks the commonest words first, and
// only about notes in which none of them was.
func (q *segmentSearch) present(a *altRun, docs []uint32) []uint32 {
	s := q.s
	out := make([]uint32, len(docs))
	left, of := slices.Clone(docs), make([]int, len(docs)) // notes not yet found, and their numbers
	for i := range of {
		of[i] = i
	}
	found := make([]bool, len(docs))
	ask := func(t uint32) {
		any := false
		s.visit(t, left, func(i int, _ *decoded, _ int, _ block) {
			found[i], any = true, true
			out[of[i]] = 1
		})
		if !any {
			return
		}
		n := 0
		for i := range left {
			if !found[i] {
				left[n], of[n] = left[i], of[i]
				n++
			}
			found[i] = false
		}
		left, of = left[:n], of[:n]
	}
	// Four rounds of ever rarer words are enough of an order.
	above := ^uint32(0)
	for _, share := range []int{8, 64, 1024, 0} {
		least := uint32(0)
		if share > 0 {
			least = uint32(s.docCount() / share)
		}
		for _, r := range a.slots[0].spans {
			for t := r.from; t < r.to; t++ {
				if df := s.df[t]; df >= least && df < above {
					if ask(t); len(left) == 0 {
						return out
					}
				}
			}
		}
		above = least
	}
	return out
}

// tied reports whether the words of the query are so common that every score is
// zero after rounding: the order is then that of the ids alone.
func (q *segmentSearch) tied(r *ranker) bool {
	sum := 0.0
	for n, a := range q.alts {
		if a.variant {
			return false
		}
		sum += r.idf[n] * (k1 + 1)
	}
	return round(sum+1e-9) == 0
}

// runTied looks at the notes in the order of their ids until there are enough.
func (q *segmentSearch) runTied(accept *acceptor, top *topHits) {
	var docs []uint32
	size := firstBatch
	for _, doc := range q.s.byID {
		if !top.wants(scored{0, false, q.s, doc}) {
			break
		}
		if accept.ok(doc) {
			if docs = append(docs, doc); len(docs) == size {
				q.readTied(docs, top)
				docs = docs[:0]
				size *= 2
			}
		}
	}
	q.readTied(docs, top)
}

// readTied offers to top what matches of some notes, which it sorts.
func (q *segmentSearch) readTied(docs []uint32, top *topHits) {
	slices.Sort(docs)
	has := func(a *altRun) []uint32 {
		if a.late {
			return q.phrase(a, docs)
		}
		return q.present(a, docs)
	}
	matched := make([]bool, len(docs))
	keep := func() {
		n := 0
		for k, doc := range docs {
			if matched[k] {
				docs[n] = doc
				n++
			}
		}
		docs = docs[:n]
		clear(matched)
	}
	for _, c := range q.clauses {
		for _, a := range c {
			for k, n := range has(a) {
				matched[k] = matched[k] || n > 0
			}
		}
		keep()
	}
	for _, a := range q.excluded {
		for k, n := range has(a) {
			matched[k] = n == 0
		}
		keep()
	}
	for _, doc := range docs {
		top.offer(scored{0, false, q.s, doc})
	}
}
