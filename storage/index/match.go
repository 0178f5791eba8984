package index

import "slices"

// generate makes the candidates: the notes that match a clause.
func (q *segmentSearch) generate(c []*altRun, accept *acceptor, sc *scratch) {
	docs := make([][]uint32, len(c))
	for i, a := range c {
		docs[i] = q.matches(a, accept, sc)
	}
	if len(c) == 1 {
		q.cands = docs[0]
		return
	}
	for _, more := range docs {
		q.cands = union(q.cands, more)
	}
	for i, a := range c {
		own, freqs := docs[i], a.freqs
		a.freqs = make([]uint32, len(q.cands))
		k := 0
		for j, doc := range q.cands {
			if k < len(own) && own[k] == doc {
				a.freqs[j] = freqs[k]
				k++
			}
		}
	}
}

// union merges two ascending lists.
func union(a, b []uint32) []uint32 {
	if len(a) == 0 {
		return b
	}
	out := make([]uint32, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case a[0] > b[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// matches returns the notes that match an alternative, and sets its freqs.
func (q *segmentSearch) matches(a *altRun, accept *acceptor, sc *scratch) []uint32 {
	a.freqs = nil
	if a.most() == 0 {
		return nil
	}
	rarest := 0
	for i := range a.slots {
		if a.slots[i].cost < a.slots[rarest].cost {
			rarest = i
		}
	}
	docs, freqs := q.list(&a.slots[rarest], accept, sc)
	if len(a.slots) > 1 {
		docs, freqs = q.bound(a, rarest, docs, freqs, sc)
	}
	a.freqs = freqs
	return docs
}

// bound keeps the notes that have all words of a phrase, with the number of
// half occurrences that it can have at most: a phrase occurs no more often than
// its rarest word. The slot already looked at is done, with its freqs; -1 if
// there is none.
func (q *segmentSearch) bound(a *altRun, done int, docs, freqs []uint32, sc *scratch) ([]uint32, []uint32) {
	double := func(w *slotRun, freqs []uint32) {
		if w.loose { // some occurrences may have counted one half
			for i := range freqs {
				freqs[i] *= 2
			}
		}
	}
	if done >= 0 {
		double(&a.slots[done], freqs)
	}
	for i := range a.slots {
		if i == done {
			continue
		}
		other := q.look(&a.slots[i], docs, sc)
		double(&a.slots[i], other)
		n := 0
		for j, doc := range docs {
			if other[j] > 0 {
				docs[n], freqs[n] = doc, min(freqs[j], other[j])
				n++
			}
		}
		docs, freqs = docs[:n], freqs[:n]
	}
	return docs, freqs
}

// probe returns how often an alternative occurs in each of some notes, or for a
// phrase the most that it can.
func (q *segmentSearch) probe(a *altRun, docs []uint32, sc *scratch) []uint32 {
	if len(a.slots) == 1 {
		return q.look(&a.slots[0], docs, sc)
	}
	out := make([]uint32, len(docs))
	if a.most() == 0 {
		return out
	}
	have, freqs := slices.Clone(docs), make([]uint32, len(docs))
	for i := range freqs {
		freqs[i] = 1 << 30
	}
	have, freqs = q.bound(a, -1, have, freqs, sc)
	k := 0
	for i, doc := range docs {
		if k < len(have) && have[k] == doc {
			out[i] = freqs[k]
			k++
		}
	}
	return out
}
