package index

import "slices"

// list returns the notes in which a slot is filled and that pass, and how often.
func (q *segmentSearch) list(w *slotRun, accept *acceptor, sc *scratch) (docs, freqs []uint32) {
	s := q.s
	if w.cost < s.docCount()/16 {
		return q.shortList(w, accept)
	}
	acc := sc.size(s.docCount())
	for _, r := range w.spans {
		for t := r.from; t < r.to; t++ {
			for i := range s.blockCount(t) {
				s.accumulate(acc, s.block(t, i), r.weight)
			}
		}
	}
	room := min(w.cost, len(acc))
	docs, freqs = make([]uint32, 0, room), make([]uint32, 0, room)
	for doc, n := range acc {
		if n > 0 && (accept.all || accept.ok(uint32(doc))) {
			docs, freqs = append(docs, uint32(doc)), append(freqs, n)
		}
	}
	clear(acc)
	return docs, freqs
}

// shortList is list for words that few notes have.
func (q *segmentSearch) shortList(w *slotRun, accept *acceptor) (docs, freqs []uint32) {
	s := q.s
	found := make([]uint64, 0, w.cost) // note<<32 | half occurrences
	var d decoded
	for _, r := range w.spans {
		for t := r.from; t < r.to; t++ {
			for i := range s.blockCount(t) {
				s.decode(s.block(t, i), &d)
				for k, doc := range d.docs[:d.n] {
					found = append(found, uint64(doc)<<32|uint64(d.tfs[k]*r.weight))
				}
			}
		}
	}
	slices.Sort(found)
	for i := 0; i < len(found); {
		doc, n := uint32(found[i]>>32), uint32(0)
		for ; i < len(found) && uint32(found[i]>>32) == doc; i++ {
			n += uint32(found[i])
		}
		if accept.ok(doc) {
			docs, freqs = append(docs, doc), append(freqs, n)
		}
	}
	return docs, freqs
}

// look returns how often a slot is filled in each of some notes, which ascend.
func (q *segmentSearch) look(w *slotRun, docs []uint32, sc *scratch) []uint32 {
	s := q.s
	out := make([]uint32, len(docs))
	if len(docs) < s.docCount()/64 || w.cost < len(docs) {
		for _, r := range w.spans {
			for t := r.from; t < r.to; t++ {
				s.lookUp(t, r.weight, docs, out)
			}
		}
		return out
	}
	acc := sc.size(s.docCount())
	for _, r := range w.spans {
		for t := r.from; t < r.to; t++ {
			for i := range s.blockCount(t) {
				s.accumulate(acc, s.block(t, i), r.weight)
			}
		}
	}
	for i, doc := range docs {
		out[i] = acc[doc]
	}
	clear(acc)
	return out
}

// lookUp adds to out how often a word stands in each of some notes.
func (s *segment) lookUp(t uint32, weight uint32, docs, out []uint32) {
	s.visit(t, docs, func(i int, d *decoded, k int, b block) { out[i] += d.tfs[k] * weight })
}

// visit calls f for each of some notes, which ascend, that a word stands in:
// its number among docs, and its place in the block.
func (s *segment) visit(t uint32, docs []uint32, f func(i int, d *decoded, k int, b block)) {
	d := blocks.Get().(*decoded)
	defer blocks.Put(d)
	j := 0
	for n, blocks := 0, s.blockCount(t); j < len(docs); n++ {
		if n = s.seekBlock(t, n, docs[j]); n >= blocks {
			return
		}
		b := s.block(t, n)
		s.decode(b, d)
		for k, doc := range d.docs[:d.n] {
			j += advance(docs[j:], doc)
			if j == len(docs) {
				return
			}
			if docs[j] == doc {
				f(j, d, k, b)
			}
		}
		j += advance(docs[j:], d.docs[d.n-1]+1)
	}
}

// advance returns the number of notes at the beginning of docs that are less
// than doc. It gallops.
func advance(docs []uint32, doc uint32) int {
	if len(docs) == 0 || docs[0] >= doc {
		return 0
	}
	lo, step := 1, 1
	for lo+step < len(docs) && docs[lo+step-1] < doc {
		lo += step
		step *= 2
	}
	hi := min(lo+step, len(docs))
	for lo < hi {
		if m := (lo + hi) / 2; docs[m] < doc {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}
