package index

import (
	"hash/maphash"
	"slices"

	"wherry/storage/record"
)

// segment is an immutable part of the index: notes, words and lists. Only the
// marks of dead notes change, under the index's lock.
type segment struct {
	// Notes, by number.
	ids      []record.ID
	caseOf   []uint32
	kindOf   []uint32
	authorOf []uint32
	times    []int64
	lengths  []uint32 // in words

	// What caseOf, kindOf and authorOf count in: ascending.
	cases   []record.ID
	kinds   []string
	authors []string

	// Words, by number in ascending order.
	terms   dict
	df      []uint32 // notes with the word, dead ones included
	offsets []uint32 // where its list begins in post; one more at the end
	post    []byte

	// Stems: members[groups[i]:groups[i+1]] are the words of stem i.
	stems   dict
	groups  []uint32
	members []uint32

	table []uint32 // open hash table from id to note number + 1

	words     uint64 // of living notes
	dead      int
	deadMarks []uint64          // one bit a note; nil while dead is 0
	pending   []uint32          // dead notes not yet counted in deadDF
	deadDF    map[uint32]uint32 // dead notes with a word, by word
}

func (s *segment) docs() int { return len(s.ids) }
func (s *segment) live() int { return len(s.ids) - s.dead }

var tableSeed = maphash.MakeSeed()

// complete fills what is derived from the rest. It reports false if an id
// stands twice.
func (s *segment) complete() bool {
	size := 8
	for size < 2*len(s.ids) {
		size *= 2
	}
	s.table = make([]uint32, size)
	for doc := range s.ids {
		i := int(maphash.Bytes(tableSeed, s.ids[doc][:])) & (size - 1)
		for s.table[i] != 0 {
			if s.ids[s.table[i]-1] == s.ids[doc] {
				return false
			}
			i = (i + 1) & (size - 1)
		}
		s.table[i] = uint32(doc) + 1
	}
	s.words = 0
	for _, n := range s.lengths {
		s.words += uint64(n)
	}
	return true
}

// find returns the number of a note, dead or alive.
func (s *segment) find(id record.ID) (uint32, bool) {
	mask := len(s.table) - 1
	for i := int(maphash.Bytes(tableSeed, id[:])) & mask; s.table[i] != 0; i = (i + 1) & mask {
		if s.ids[s.table[i]-1] == id {
			return s.table[i] - 1, true
		}
	}
	return 0, false
}

func (s *segment) caseNumber(id record.ID) (uint32, bool) {
	i, ok := slices.BinarySearchFunc(s.cases, id, compareID)
	return uint32(i), ok
}

func (s *segment) isDead(doc uint32) bool {
	return s.deadMarks != nil && s.deadMarks[doc/64]&(1<<(doc%64)) != 0
}

// kill marks a note dead and reports whether it was alive.
func (s *segment) kill(doc uint32) bool {
	if s.isDead(doc) {
		return false
	}
	if s.deadMarks == nil {
		s.deadMarks = make([]uint64, (s.docs()+63)/64)
	}
	s.deadMarks[doc/64] |= 1 << (doc % 64)
	s.dead++
	s.words -= uint64(s.lengths[doc])
	s.pending = append(s.pending, doc)
	return true
}

// settle counts the words of notes that died since it last ran, so that rarity
// is that of the living. One walk over the lists serves all of them.
func (s *segment) settle() {
	if len(s.pending) == 0 {
		return
	}
	slices.Sort(s.pending)
	marks := make([]uint64, (s.docs()+63)/64)
	for _, doc := range s.pending {
		marks[doc/64] |= 1 << (doc % 64)
	}
	if s.deadDF == nil {
		s.deadDF = map[uint32]uint32{}
	}
	first, last := int64(s.pending[0]), int64(s.pending[len(s.pending)-1])
	for t := range s.df {
		var died uint32
		for b := s.list(uint32(t)); b.next(); {
			if b.last < first {
				continue
			}
			if b.base >= last {
				break
			}
			for c := b.cursor(); c.next() && c.doc <= last; {
				if marks[c.doc/64]&(1<<(c.doc%64)) != 0 {
					died++
				}
			}
		}
		if died > 0 {
			s.deadDF[uint32(t)] += died
		}
	}
	s.pending = nil
}

func (s *segment) list(term uint32) blocks {
	return listBlocks(s.post[s.offsets[term]:s.offsets[term+1]], s.df[term])
}

// span is one way to fill a slot: a run of words of the segment, each of which
// counts weight half occurrences.
type span struct{ from, to, weight uint32 }

// spans lists the words of the segment that fill a slot, each once.
func (s *segment) spans(w slot) []span {
	var out []span
	from := s.terms.seek(w.term)
	to := from
	if s.terms.is(from, w.term) {
		to++
		out = append(out, span{from, to, 2})
	}
	if w.prefix {
		if end := s.terms.seekPast(w.term); end > to {
			out = append(out, span{to, end, 1})
			to = end
		}
	}
	if w.stem == "" {
		return out
	}
	g := s.stems.seek(w.stem)
	if !s.stems.is(g, w.stem) {
		return out
	}
	for _, m := range s.members[s.groups[g]:s.groups[g+1]] {
		if m < from || m >= to {
			out = append(out, span{m, m + 1, 1})
		}
	}
	return out
}

// liveDF is the number of living notes with each word of a run, added up.
func (s *segment) liveDF(r span) uint64 {
	var n uint64
	for _, df := range s.df[r.from:r.to] {
		n += uint64(df)
	}
	if int(r.to-r.from) <= len(s.deadDF) {
		for t := r.from; t < r.to; t++ {
			n -= uint64(s.deadDF[t])
		}
		return n
	}
	for t, died := range s.deadDF {
		if t >= r.from && t < r.to {
			n -= uint64(died)
		}
	}
	return n
}
