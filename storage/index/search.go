package index

import (
	"cmp"
	"slices"
	"sync"
)

// Search returns the notes that match every part of q and pass f, best first,
// equal scores by id, at most limit of them. Hits found only by variants of a
// name come after all others.
func (x *Index) Search(q Query, f Filter, limit int) []Hit {
	if limit <= 0 || len(q.clauses) == 0 {
		return nil
	}
	x.ready()
	defer x.mu.RUnlock()

	q = x.names.expand(q)
	clauses := q.effective()
	r := newRanker(x.segs)
	searches := make([]segmentSearch, len(x.segs))
	for i, s := range x.segs {
		searches[i] = newSegmentSearch(s, clauses, q.excluded)
	}
	r.weigh(clauses, searches)
	top := topHits{limit: limit}
	sc := scratches.Get().(*scratch)
	defer scratches.Put(sc)
	for i := range searches {
		searches[i].run(newAcceptor(x.segs[i], f), r, sc, &top)
	}
	return top.hits()
}

// scratch is the working memory of one search.
type scratch struct {
	acc []uint32 // by note; zero between uses
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

// size returns acc for so many notes.
func (sc *scratch) size(docs int) []uint32 {
	if len(sc.acc) < docs {
		sc.acc = make([]uint32, docs)
	}
	return sc.acc[:docs]
}

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
	case q.tied(r):
		q.runTied(accept, r, sc, top)
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
	r.score(q, top)
}

// postpone decides to leave a clause to the end, when it can change scores
// little and would cost much: one of many common words.
func (q *segmentSearch) postpone(c []*altRun, r *ranker) bool {
	if len(q.cands) <= 2*firstBatch {
		return false
	}
	cost := 0
	for _, a := range c {
		if a.late || r.weight(q, a) > 0.05 {
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
	n := 0
	for i, doc := range q.cands {
		if !ok(i) {
			continue
		}
		q.cands[n] = doc
		for _, a := range q.alts {
			if a.freqs != nil {
				a.freqs[n] = a.freqs[i]
			}
		}
		for _, a := range q.excluded {
			if a.freqs != nil {
				a.freqs[n] = a.freqs[i]
			}
		}
		n++
	}
	q.cands = q.cands[:n]
	for _, a := range q.alts {
		if a.freqs != nil {
			a.freqs = a.freqs[:n]
		}
	}
	for _, a := range q.excluded {
		if a.freqs != nil {
			a.freqs = a.freqs[:n]
		}
	}
}

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
	q.cands = slices.Concat(docs...)
	slices.Sort(q.cands)
	q.cands = slices.Compact(q.cands)
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
	var d decoded
	j := 0
	for n, blocks := 0, s.blockCount(t); j < len(docs); n++ {
		if n = s.seekBlock(t, n, docs[j]); n >= blocks {
			return
		}
		b := s.block(t, n)
		s.decode(b, &d)
		for k, doc := range d.docs[:d.n] {
			j += advance(docs[j:], doc)
			if j == len(docs) {
				return
			}
			if docs[j] == doc {
				f(j, &d, k, b)
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
