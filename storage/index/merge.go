package index

import (
	"bytes"
	"slices"
)

const gone = ^uint32(0) // the new number of what is not taken over

// merge makes one segment of the living notes of several. Notes keep their
// order. The result may be empty.
func merge(from []*segment) *segment {
	s := &segment{}
	docs := 0
	for _, f := range from {
		docs += f.live()
	}
	m := newMeta(s, docs)
	newDoc := make([][]uint32, len(from)) // nil where notes are only shifted
	shift := make([]uint32, len(from))
	for i, f := range from {
		shift[i] = uint32(len(s.ids))
		if f.dead > 0 {
			newDoc[i] = make([]uint32, f.docs())
		}
		for doc := range f.ids {
			if f.isDead(uint32(doc)) {
				newDoc[i][doc] = gone
				continue
			}
			if newDoc[i] != nil {
				newDoc[i][doc] = uint32(len(s.ids))
			}
			m.add(f.ids[doc], f.cases[f.caseOf[doc]], f.kinds[f.kindOf[doc]], f.authors[f.authorOf[doc]],
				f.times[doc], f.lengths[doc])
		}
	}
	m.finish()
	newTerm := mergeLists(s, from, newDoc, shift)
	mergeStems(s, from, newTerm)
	s.complete()
	return s
}

// mergeLists writes the words and lists of s and returns, for every segment,
// the new number of each of its words.
func mergeLists(s *segment, from []*segment, newDoc [][]uint32, shift []uint32) [][]uint32 {
	newTerm := make([][]uint32, len(from))
	size := 0
	for i, f := range from {
		newTerm[i] = make([]uint32, f.terms.n)
		size += len(f.post)
	}
	var terms dictWriter
	w := listWriter{out: make([]byte, 0, size)}
	mergeDicts(from, func(f *segment) *dict { return &f.terms }, func(term []byte, at []place) {
		w.begin()
		for _, p := range at {
			copyList(&w, from[p.from].list(uint32(p.i)), newDoc[p.from], shift[p.from])
		}
		n := gone
		if w.df > 0 {
			n = uint32(terms.d.n)
			terms.add(string(term))
			s.addList(&w)
		}
		for _, p := range at {
			newTerm[p.from][p.i] = n
		}
	})
	s.finishLists(&w, terms.done())
	return newTerm
}

// copyList appends a list under the new numbers of its notes.
func copyList(w *listWriter, b blocks, newDoc []uint32, shift uint32) {
	for b.next() {
		pos := b.pos
		for c := b.cursor(); c.next(); {
			n := skipVarints(pos, c.tf)
			doc := uint32(c.doc) + shift
			if newDoc != nil {
				doc = newDoc[c.doc]
			}
			if doc != gone {
				w.add(doc, c.tf, pos[:n])
			}
			pos = pos[n:]
		}
	}
}

func mergeStems(s *segment, from []*segment, newTerm [][]uint32) {
	var stems dictWriter
	s.groups = append(s.groups, 0)
	mergeDicts(from, func(f *segment) *dict { return &f.stems }, func(stem []byte, at []place) {
		start := len(s.members)
		for _, p := range at {
			f := from[p.from]
			for _, old := range f.members[f.groups[p.i]:f.groups[p.i+1]] {
				if n := newTerm[p.from][old]; n != gone {
					s.members = append(s.members, n)
				}
			}
		}
		if len(s.members) == start {
			return
		}
		slices.Sort(s.members[start:])
		s.members = s.members[:start+len(slices.Compact(s.members[start:]))]
		stems.add(string(stem))
		s.groups = append(s.groups, uint32(len(s.members)))
	})
	s.stems = stems.done()
}

// place says where a word stands: in which segment, under which number.
type place struct{ from, i int }

// mergeDicts calls visit for every distinct word of one dict of each segment,
// in ascending order, with all its places.
func mergeDicts(from []*segment, which func(*segment) *dict, visit func(term []byte, at []place)) {
	its := make([]dictIter, len(from))
	alive := make([]bool, len(from))
	for i, f := range from {
		its[i] = which(f).from(0)
		alive[i] = its[i].next()
	}
	var term []byte
	var at []place
	for {
		at = at[:0]
		for i := range its {
			if !alive[i] {
				continue
			}
			order := -1
			if len(at) > 0 {
				order = bytes.Compare(its[i].term, term)
			}
			if order < 0 {
				term, at = append(term[:0], its[i].term...), at[:0]
			}
			if order <= 0 {
				at = append(at, place{i, its[i].i})
			}
		}
		if len(at) == 0 {
			return
		}
		visit(term, at)
		for _, p := range at {
			alive[p.from] = its[p.from].next()
		}
	}
}
