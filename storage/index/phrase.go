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
	var places []uint64 // note's number among docs<<32 | position of the phrase's first word
	words := 0
	for _, r := range a.slots[rarest].spans {
		words += int(r.to - r.from)
		q.positions(r, docs, func(i int, at []uint32) {
			for _, pos := range at {
				if pos >= uint32(rarest) {
					places = append(places, uint64(i)<<32|uint64(pos-uint32(rarest)))
				}
			}
		})
	}
	if words > 1 {
		slices.Sort(places)
	}
	// Only notes with a place need be read further.
	var left []uint32
	var starts []int // where the places of each begin
	var of []int     // its number among docs
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
			q.positions(r, left, func(i int, at []uint32) {
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
func confirm(places []uint64, confirmed []uint8, at []uint32, slot uint32) {
	i := 0
	for _, pos := range at {
		for i < len(places) && uint32(places[i])+slot < pos {
			i++
		}
		if i == len(places) {
			return
		}
		if uint32(places[i])+slot == pos {
			confirmed[i]++
		}
	}
}

// positions calls visit with the occurrences of each word of a run in each of
// some notes, which ascend, by their number among docs.
func (q *segmentSearch) positions(r span, docs []uint32, visit func(i int, at []uint32)) {
	s := q.s
	var at []uint32
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
			width := widthOf(s.lengths[d.docs[k]])
			at = at[:0]
			for n := range uint64(d.tfs[k]) {
				at = append(at, bitsAt(s.pos, where+n*uint64(width), width))
			}
			visit(i, at)
		})
	}
}
