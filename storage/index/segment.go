package index

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

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

	// Words, by number in ascending order, and their lists (see skip).
	terms dict
	df    []uint32 // notes with the word, dead ones included
	docAt []uint32
	posAt []uint32
	skips []skip
	docs  []byte
	pos   []byte

	// Stems: members[groups[i]:groups[i+1]] are the words of stem i other than
	// the stem itself, which needs no entry.
	stems   dict
	groups  []uint32
	members []uint32

	byID    []uint32 // note numbers in the order of their ids
	buckets []uint32 // where ids of the same top bits begin in byID; one more at the end

	file *segmentFile // where it is kept on disk, if it is

	words     uint64 // of living notes
	dead      int
	deadMarks []uint64 // one bit a note; nil while dead is 0
	purge     bool     // some dead note must leave the disk at the next save

	deadMu sync.Mutex
	deadDF []uint32 // dead notes with a word plus one, by word; 0 is not known
}

func (s *segment) docCount() int { return len(s.ids) }
func (s *segment) live() int     { return len(s.ids) - s.dead }

// complete fills what is derived from the rest. It reports false if an id
// stands twice.
func (s *segment) complete() bool {
	n := len(s.ids)
	shift := 64 - bits.Len(uint(n/8))
	s.buckets = make([]uint32, 1<<(64-shift)+1)
	top := func(doc int) uint64 { return binary.BigEndian.Uint64(s.ids[doc][:]) >> shift }
	for doc := range n {
		s.buckets[top(doc)+1]++
	}
	for i := 1; i < len(s.buckets); i++ {
		s.buckets[i] += s.buckets[i-1]
	}
	next := slices.Clone(s.buckets)
	s.byID = make([]uint32, n)
	for doc := range n {
		s.byID[next[top(doc)]] = uint32(doc)
		next[top(doc)]++
	}
	for i := 1; i < len(s.buckets); i++ {
		slices.SortFunc(s.byID[s.buckets[i-1]:s.buckets[i]], func(a, b uint32) int { return compareID(s.ids[a], s.ids[b]) })
	}
	for i := 1; i < n; i++ {
		if s.ids[s.byID[i-1]] == s.ids[s.byID[i]] {
			return false
		}
	}
	s.words = 0
	for _, n := range s.lengths {
		s.words += uint64(n)
	}
	return true
}

// find returns the number of a note, dead or alive.
func (s *segment) find(id record.ID) (uint32, bool) {
	if len(s.ids) == 0 {
		return 0, false
	}
	shift := 64 - bits.Len(uint(len(s.ids)/8))
	at := binary.BigEndian.Uint64(id[:]) >> shift
	in := s.byID[s.buckets[at]:s.buckets[at+1]]
	i, ok := slices.BinarySearchFunc(in, id, func(doc uint32, id record.ID) int { return compareID(s.ids[doc], id) })
	if !ok {
		return 0, false
	}
	return in[i], true
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
		s.deadMarks = make([]uint64, (s.docCount()+63)/64)
	}
	s.deadMarks[doc/64] |= 1 << (doc % 64)
	s.dead++
	s.words -= uint64(s.lengths[doc])
	s.deadDF = nil
	return true
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
	other := func(m uint32) {
		if m < from || m >= to {
			out = append(out, span{m, m + 1, 1})
		}
	}
	if w.stable {
		if m := s.terms.seek(w.stem); s.terms.is(m, w.stem) {
			other(m)
		}
	}
	if g := s.stems.seek(w.stem); s.stems.is(g, w.stem) {
		for _, m := range s.members[s.groups[g]:s.groups[g+1]] {
			other(m)
		}
	}
	return out
}

// wordSpans lists those of the given words that the segment has.
func (s *segment) wordSpans(words []string) []span {
	var out []span
	for _, w := range words {
		if m := s.terms.seek(w); s.terms.is(m, w) {
			out = append(out, span{m, m + 1, 2})
		}
	}
	return out
}

// postings is the number of notes in the lists of some runs, dead ones too.
func (s *segment) postings(spans []span) (n int) {
	for _, r := range spans {
		for _, df := range s.df[r.from:r.to] {
			n += int(df)
		}
	}
	return n
}

// liveDF is the number of living notes with each word of some runs, added up.
func (s *segment) liveDF(spans []span) uint64 {
	n := uint64(s.postings(spans))
	if s.dead == 0 {
		return n
	}
	s.deadMu.Lock()
	defer s.deadMu.Unlock()
	if s.deadDF == nil {
		s.deadDF = make([]uint32, len(s.df))
	}
	var docs []uint32 // the dead
	for _, r := range spans {
		for t := r.from; t < r.to; t++ {
			if s.deadDF[t] == 0 {
				if docs == nil {
					docs = s.deadDocs()
				}
				s.deadDF[t] = s.countIn(t, docs) + 1
			}
			n -= uint64(s.deadDF[t] - 1)
		}
	}
	return n
}

func (s *segment) deadDocs() []uint32 {
	out := make([]uint32, 0, s.dead)
	for i, w := range s.deadMarks {
		for ; w != 0; w &= w - 1 {
			out = append(out, uint32(i*64+bits.TrailingZeros64(w)))
		}
	}
	return out
}

// countIn returns how many of docs, which ascend, are in a list.
func (s *segment) countIn(term uint32, docs []uint32) (n uint32) {
	var d decoded
	for i, blocks := 0, s.blockCount(term); len(docs) > 0; i++ {
		if i = s.seekBlock(term, i, docs[0]); i >= blocks {
			break
		}
		s.decode(s.block(term, i), &d)
		for _, doc := range d.docs[:d.n] {
			for len(docs) > 0 && docs[0] < doc {
				docs = docs[1:]
			}
			if len(docs) > 0 && docs[0] == doc {
				n++
			}
		}
		for len(docs) > 0 && docs[0] <= d.docs[d.n-1] {
			docs = docs[1:]
		}
	}
	return n
}
