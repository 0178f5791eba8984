package index

import "slices"

// firstBatch is the number of notes that are read closely at first, and chunk
// how many at a time after that.
const (
	firstBatch = 512
	chunk      = 4096
)

// bestFirst offers the candidates to top of which so far is known only how high
// they can score. Those that can score highest are read closely first; of the
// rest only those that can still be among the best then are.
func (q *segmentSearch) bestFirst(r *ranker, sc *scratch, top *topHits) {
	batch := firstBatch
	if !slices.ContainsFunc(q.alts, func(a *altRun) bool { return a.late }) {
		batch = min(batch, max(64, top.limit+top.limit/2)) // nearly all will match
	}
	most := q.potentials(r, sc)
	docs := make([]uint32, 0, max(batch, chunk))
	for _, i := range highest(most, batch, top.least()-slack) {
		docs = append(docs, q.cands[i])
	}
	slices.Sort(docs)
	taken := slices.Clone(docs)
	q.readClosely(docs, r, sc, top)
	docs = docs[:0]
	for i, doc := range q.cands {
		if len(taken) > 0 && taken[0] == doc {
			taken = taken[1:]
			continue
		}
		if most[i] < top.least()-slack {
			continue
		}
		// A little more than can be: the sum may be rounded otherwise.
		if !top.wants(scored{round(most[i] + 1e-9), false, q.s, doc}) {
			continue
		}
		if docs = append(docs, doc); len(docs) == chunk {
			q.readClosely(docs, r, sc, top)
			docs = docs[:0]
		}
	}
	q.readClosely(docs, r, sc, top)
}

// slack is more than rounding can add to a score.
const slack = 1e-4

// potentials returns for each candidate a score that it cannot exceed, before
// rounding.
func (q *segmentSearch) potentials(r *ranker, sc *scratch) []float64 {
	if cap(sc.most) < len(q.cands) {
		sc.most, sc.norms = make([]float64, len(q.cands)), make([]float64, len(q.cands))
	}
	most, norms := sc.most[:len(q.cands)], sc.norms[:len(q.cands)]
	more := 0.0
	for n, a := range q.alts {
		if a.unread {
			more += r.idf[n] * (k1 + 1)
		}
	}
	for i, doc := range q.cands {
		most[i], norms[i] = more, r.norm(q.s.lengths[doc])
	}
	for n, a := range q.alts {
		idf := r.idf[n]
		for i, f := range a.freqs { // none if unread; 0 adds 0
			most[i] += idf * saturate(float64(f)/2, norms[i])
		}
	}
	return most
}

// highest returns the numbers of the n highest scores, or of fewer: those below
// least are left out.
func highest(scores []float64, n int, least float64) []int {
	heap := make([]int, 0, n) // the root is the lowest
	sift := func(i int) {
		for {
			low := i
			for down := 2*i + 1; down <= 2*i+2 && down < len(heap); down++ {
				if scores[heap[down]] < scores[heap[low]] {
					low = down
				}
			}
			if low == i {
				return
			}
			heap[i], heap[low] = heap[low], heap[i]
			i = low
		}
	}
	for i, score := range scores {
		switch {
		case score < least:
		case len(heap) < n:
			if heap = append(heap, i); len(heap) == n {
				for k := n/2 - 1; k >= 0; k-- {
					sift(k)
				}
				least = max(least, scores[heap[0]])
			}
		case score > least:
			heap[0] = i
			sift(0)
			least = max(least, scores[heap[0]])
		}
	}
	return heap
}

// readClosely offers to top what matches of some candidates, which ascend.
func (q *segmentSearch) readClosely(docs []uint32, r *ranker, sc *scratch, top *topHits) {
	if len(docs) == 0 {
		return
	}
	from := make([]int, len(docs)) // their numbers among the candidates
	at := 0
	for k, doc := range docs {
		at += advance(q.cands[at:], doc)
		from[k] = at
	}
	read := make([][]uint32, len(q.alts)) // freqs by alternative
	for n, a := range q.alts {
		switch {
		case a.late:
			read[n] = q.phrase(a, docs)
		case a.unread:
			read[n] = q.present(a, docs)
		default:
			read[n] = make([]uint32, len(docs))
			for k, i := range from {
				read[n][k] = a.freqs[i]
			}
		}
	}
	var not [][]uint32
	for _, a := range q.excluded {
		if a.late {
			not = append(not, q.phrase(a, docs))
		}
	}
	freqs := make([]uint32, len(q.alts))
	var open []uint32 // notes whose score depends on how often, among the best yet
note:
	for k, doc := range docs {
		for _, f := range not {
			if f[k] > 0 {
				continue note
			}
		}
		unread := false
		for n, a := range q.alts {
			freqs[n] = read[n][k]
			unread = unread || a.unread && freqs[n] > 0
		}
		score, sounds, ok := r.of(q, doc, freqs)
		if !ok {
			continue
		}
		if unread {
			for n, a := range q.alts {
				if a.unread && freqs[n] > 0 {
					freqs[n] = 1 << 30
				}
			}
			if most, _, _ := r.of(q, doc, freqs); most != score {
				if top.wants(scored{most, sounds, q.s, doc}) {
					open = append(open, uint32(k))
				}
				continue
			}
		}
		top.offer(scored{score, sounds, q.s, doc})
	}
	q.readOpen(docs, open, read, r, sc, top)
}

// readOpen offers to top those of docs, numbered by open, whose score depends on
// how often the words occur that were left unread, if they can be among the best.
func (q *segmentSearch) readOpen(docs, open []uint32, read [][]uint32, r *ranker, sc *scratch, top *topHits) {
	freqs := make([]uint32, len(q.alts))
	n := 0
	var left []uint32
	for _, k := range open {
		for i, a := range q.alts {
			freqs[i] = read[i][k]
			if a.unread && freqs[i] > 0 {
				freqs[i] = 1 << 30
			}
		}
		most, sounds, _ := r.of(q, docs[k], freqs)
		if top.wants(scored{most, sounds, q.s, docs[k]}) { // others may be better meanwhile
			open[n], left = k, append(left, docs[k])
			n++
		}
	}
	if n == 0 {
		return
	}
	exact := make([][]uint32, len(q.alts))
	for i, a := range q.alts {
		if a.unread {
			exact[i] = q.look(&a.slots[0], left, sc)
		}
	}
	for j, k := range open[:n] {
		for i, a := range q.alts {
			if freqs[i] = read[i][k]; a.unread {
				freqs[i] = exact[i][j]
			}
		}
		if score, sounds, ok := r.of(q, docs[k], freqs); ok {
			top.offer(scored{score, sounds, q.s, docs[k]})
		}
	}
}
