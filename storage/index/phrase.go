package index

import "slices"

// phrase returns how often the words of an alternative stand side by side in
// each of some notes, which ascend, in half occurrences.
//
// The slot with the fewest notes gives the places where the phrase may begin;
// each other slot then confirms some of them. At one place stands one word, so
// however many words fill a slot, it confirms a place at most once.
func (q *segmentSearch) phrase(a *altRun, docs []uint32) []uint32 {
	freqs := make([]uint32, len(docs))
	rarest := 0
	for i := range a.slots {
		if a.slots[i].cost < a.slots[rarest].cost {
			rarest = i
		}
	}
	if a.slots[rarest].cost == 0 {
		return freqs
	}
	if cursors := q.cursors(a); cursors != nil {
		for i, doc := range docs {
			freqs[i] = 2 * q.near.adjacent(cursors, rarest, doc)
		}
		return freqs
	}
	var places []uint64 // note's number among docs<<32 | position of the phrase's first word
	words := 0
	for _, r := range a.slots[rarest].spans {
		words += int(r.to - r.from)
		q.positions(r, docs, func(i int, at occurrences) {
			for n := range at.n {
				if pos := at.get(n); pos >= uint32(rarest) {
					places = append(places, uint64(i)<<32|uint64(pos-uint32(rarest)))
				}
			}
		})
	}
	if words > 1 {
		slices.Sort(places)
	}
	left := make([]uint32, 0, len(docs)) // only notes with a place need be read further
	var starts, of []int                 // where the places of each begin, and its number among docs
	for k, p := range places {
		if i := int(p >> 32); k == 0 || int(places[k-1]>>32) != i {
			left, starts, of = append(left, docs[i]), append(starts, k), append(of, i)
		}
	}
	starts = append(starts, len(places))
	confirmed := make([]uint8, len(places))
	for slot := range a.slots {
		if slot == rarest {
			continue
		}
		for _, r := range a.slots[slot].spans {
			q.positions(r, left, func(i int, at occurrences) {
				confirm(places[starts[i]:starts[i+1]], confirmed[starts[i]:starts[i+1]], at, uint32(slot))
			})
		}
	}
	for i := range left {
		for _, times := range confirmed[starts[i]:starts[i+1]] {
			if int(times) == len(a.slots)-1 {
				freqs[of[i]] += 2
			}
		}
	}
	return freqs
}

// confirm counts the places that have one of the positions at a distance of
// slot words. Both are ascending.
func confirm(places []uint64, confirmed []uint8, at occurrences, slot uint32) {
	from := uint64(0)
	for i, p := range places {
		want := uint32(p) + slot
		lo, hi := from, at.n
		for lo < hi {
			if m := (lo + hi) / 2; at.get(m) < want {
				lo = m + 1
			} else {
				hi = m
			}
		}
		if lo == at.n {
			return
		}
		if at.get(lo) == want {
			confirmed[i]++
		}
		from = lo
	}
}

// occurrences are the packed positions of one word in one note.
type occurrences struct {
	data  []byte
	at    uint64 // first bit
	n     uint64
	width uint
}

func (o *occurrences) get(i uint64) uint32 { return bitsAt(o.data, o.at+i*uint64(o.width), o.width) }

// positions calls visit with the occurrences of each word of a run in each of
// some notes, which ascend, by their number among docs.
func (q *segmentSearch) positions(r span, docs []uint32, visit func(i int, at occurrences)) {
	s := q.s
	for t := r.from; t < r.to; t++ {
		// The place of a note's positions is that of those before it in the
		// block and their sizes; from and where carry the sum along.
		from, where, in := 0, uint64(0), ^uint32(0)
		s.visit(t, docs, func(i int, d *decoded, k int, b block) {
			if b.doc != in {
				from, where, in = 0, uint64(b.pos)*8, b.doc
			}
			for ; from < k; from++ {
				where += uint64(d.tfs[from]) * uint64(widthOf(s.lengths[d.docs[from]]))
			}
			visit(i, occurrences{s.pos, where, uint64(d.tfs[k]), widthOf(s.lengths[d.docs[k]])})
		})
	}
}

// cursor walks the occurrences of one word through notes that ascend.
type cursor struct {
	s     *segment
	term  uint32
	block int
	last  uint32 // last note of the block in d
	k     int    // place in the block
	where uint64 // first bit of the positions of the note at k
	n     uint64 // their number, when seek has found the note
	width uint
	d     decoded
}

// cursors returns one for each slot of a phrase, or nil if some slot may be
// filled by several words.
func (q *segmentSearch) cursors(a *altRun) []*cursor {
	out := make([]*cursor, len(a.slots))
	for i, w := range a.slots {
		if len(w.spans) != 1 || w.spans[0].to != w.spans[0].from+1 {
			return nil
		}
		out[i] = &cursor{s: q.s, term: w.spans[0].from, block: -1}
	}
	return out
}

// get returns position i of the note that seek has found.
func (c *cursor) get(i uint64) uint32 { return bitsAt(c.s.pos, c.where+i*uint64(c.width), c.width) }

// seek looks for a note, which must not be before the last one sought.
func (c *cursor) seek(doc uint32) bool {
	s := c.s
	if c.block < 0 || doc > c.last {
		if c.block = s.seekBlock(c.term, c.block+1, doc); c.block >= s.blockCount(c.term) {
			c.block--
			return false
		}
		b := s.block(c.term, c.block)
		s.decode(b, &c.d)
		c.last, c.k, c.where = c.d.docs[c.d.n-1], 0, uint64(b.pos)*8
		if doc > c.last {
			return false
		}
	}
	for c.d.docs[c.k] < doc {
		c.where += uint64(c.d.tfs[c.k]) * uint64(widthOf(s.lengths[c.d.docs[c.k]]))
		c.k++
	}
	if c.d.docs[c.k] != doc {
		return false
	}
	c.n, c.width = uint64(c.d.tfs[c.k]), widthOf(s.lengths[doc])
	return true
}

// neighbours is the working memory in which words are found side by side.
type neighbours struct {
	starts []uint32 // where the phrase may begin
	stands []uint64 // one bit a position: a word stands there
}

// adjacent counts how often the words of the cursors stand side by side in a
// note. Nothing in it depends on single positions by a branch: what is random
// would be guessed wrong half of the time.
func (x *neighbours) adjacent(cursors []*cursor, rarest int, doc uint32) uint32 {
	for _, c := range cursors {
		if !c.seek(doc) {
			return 0
		}
	}
	c := cursors[rarest]
	x.starts = x.starts[:0]
	for k := range c.n {
		if pos := c.get(k); pos >= uint32(rarest) {
			x.starts = append(x.starts, pos-uint32(rarest))
		}
	}
	words := int(c.s.lengths[doc])/64 + 2 // room for what would begin too late
	if len(x.stands) < words {
		x.stands = make([]uint64, 2*words)
	}
	left := x.starts
	for slot, c := range cursors {
		if slot == rarest || len(left) == 0 {
			continue
		}
		stands := x.stands[:words]
		clear(stands)
		for k := range c.n {
			pos := c.get(k)
			stands[pos/64] |= 1 << (pos % 64)
		}
		n := 0
		for _, start := range left {
			pos := start + uint32(slot)
			left[n] = start
			n += int(stands[pos/64] >> (pos % 64) & 1)
		}
		left = left[:n]
	}
	return uint32(len(left))
}
