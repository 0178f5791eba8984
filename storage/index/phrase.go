package index

import (
	"encoding/binary"
	"slices"
)

// chunk is the number of notes that are looked at for phrases at a time: what
// is found in some lets later ones be left out that cannot rank.
const chunk = 4096

// runPhrases offers those candidates to top in which every phrase stands. Freqs
// is by slot and candidate.
func (q *segmentSearch) runPhrases(freqs [][]uint32, r *ranker, sc *scratch, top *topHits) {
	most := q.mostPossible(freqs)
	chosen := make([]int, 0, chunk)
	for i, doc := range sc.cands {
		if !top.reachable(r.of(q.s, doc, most, i)) {
			continue
		}
		if chosen = append(chosen, i); len(chosen) == chunk {
			q.look(chosen, most, r, sc, top)
			chosen = chosen[:0]
		}
	}
	q.look(chosen, most, r, sc, top)
}

// mostPossible returns by clause and candidate the number of half occurrences
// that there can be at most: a phrase occurs no more often than its rarest word.
func (q *segmentSearch) mostPossible(freqs [][]uint32) [][]uint32 {
	most := make([][]uint32, len(q.clauses))
	slot := 0
	for c, slots := range q.clauses {
		most[c] = freqs[slot]
		for i, w := range slots {
			for k, n := range freqs[slot+i] {
				if w.stem != "" || w.prefix {
					n *= 2 // some occurrences may have counted one half
				}
				if len(slots) > 1 && (i == 0 || n < most[c][k]) {
					most[c][k] = n
				}
			}
		}
		slot += len(slots)
	}
	return most
}

// look reads the positions of the chosen candidates, which ascend, and offers
// those with every phrase to top.
func (q *segmentSearch) look(chosen []int, most [][]uint32, r *ranker, sc *scratch, top *topHits) {
	cands := make([]uint32, len(chosen))
	for k, i := range chosen {
		cands[k] = sc.cands[i]
	}
	freqs := make([][]uint32, len(q.clauses))
	slot := 0
	for c, slots := range q.clauses {
		if len(slots) > 1 {
			freqs[c] = q.phrase(slot, len(slots), cands, sc.acc)
		} else {
			freqs[c] = make([]uint32, len(chosen))
			for k, i := range chosen {
				freqs[c][k] = most[c][i]
			}
		}
		slot += len(slots)
	}
	r.score(q.s, cands, freqs, top)
}

// phrase returns how often the slots first … first+n-1 are filled side by side
// in each candidate, in half occurrences.
//
// The slot with the fewest notes gives the places where the phrase may begin;
// each other slot then confirms some of them. At one place stands one word, so
// however many words fill a slot, it confirms a place at most once.
func (q *segmentSearch) phrase(first, n int, cands []uint32, acc []uint32) []uint32 {
	rarest := 0
	for i := 1; i < n; i++ {
		if q.df[first+i] < q.df[first+rarest] {
			rarest = i
		}
	}
	for i, doc := range cands {
		acc[doc] = uint32(i) + 1
	}
	var places []uint64 // candidate<<32 | position of the phrase's first word
	words := 0
	for _, r := range q.spans[first+rarest] {
		words += int(r.to - r.from)
		q.positions(r, cands, acc, func(cand uint32, at []uint32) {
			for _, pos := range at {
				if pos >= uint32(rarest) {
					places = append(places, uint64(cand)<<32|uint64(pos-uint32(rarest)))
				}
			}
		})
	}
	if words > 1 {
		slices.Sort(places)
	}
	starts := make([]int, len(cands)+1) // where each candidate's places begin
	starts[len(cands)] = len(places)
	i := len(places)
	for cand := len(cands) - 1; cand >= 0; cand-- {
		for i > 0 && places[i-1]>>32 == uint64(cand) {
			i--
		}
		if starts[cand] = i; i == starts[cand+1] {
			acc[cands[cand]] = 0 // no place: its other positions need not be read
		}
	}
	confirmed := make([]uint8, len(places))
	for slot := range n {
		if slot == rarest {
			continue
		}
		for _, r := range q.spans[first+slot] {
			q.positions(r, cands, acc, func(cand uint32, at []uint32) {
				confirm(places[starts[cand]:starts[cand+1]], confirmed[starts[cand]:starts[cand+1]], at, uint32(slot))
			})
		}
	}
	freqs := make([]uint32, len(cands))
	for i, times := range confirmed {
		if int(times) == n-1 {
			freqs[places[i]>>32] += 2
		}
	}
	for _, doc := range cands {
		acc[doc] = 0
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

// positions calls visit with the occurrences of each word of a run in each
// candidate. acc holds the candidates' numbers plus one, by note.
func (q *segmentSearch) positions(r span, cands, acc []uint32, visit func(cand uint32, at []uint32)) {
	var at []uint32
	for t := r.from; t < r.to; t++ {
		skip := cands
		for b := q.s.list(t); b.next() && b.skipTo(&skip); {
			if b.passed {
				continue
			}
			data, before := b.pos, uint32(0)
			for c := b.cursor(); c.next(); {
				n := acc[c.doc]
				if n == 0 {
					before += c.tf
					continue
				}
				data = data[skipVarints(data, before):]
				before = 0
				at, data = readPositions(at[:0], data, c.tf)
				visit(n-1, at)
			}
		}
	}
}

// readPositions appends n positions to at and returns what follows them.
func readPositions(at []uint32, data []byte, n uint32) ([]uint32, []byte) {
	next := uint32(0)
	i := 0
	for ; n > 0; n-- {
		gap := uint32(data[i])
		if gap < 0x80 {
			i++
		} else {
			v, size := binary.Uvarint(data[i:])
			gap = uint32(v)
			i += size
		}
		at = append(at, next+gap)
		next += gap + 1
	}
	return at, data[i:]
}
