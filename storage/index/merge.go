package index

import (
	"bytes"
	"math"
	"slices"
)

const gone = ^uint32(0) // the new number of what is not taken over

// merger makes one segment of the living notes of several, a little at a time.
// Notes keep their order. The result may be empty.
type merger struct {
	from    []*segment
	dead    [][]uint64 // the marks as they were at the beginning
	s       *segment
	newDoc  [][]uint32 // nil where notes are only shifted
	shift   []uint32
	newTerm [][]uint32
	it      dictMerge
	w       *listWriter
	terms   dictWriter
	stems   dictWriter
	inStems bool
	done    bool
	notes   decoded
}

func merge(from []*segment) *segment {
	m := newMerger(from)
	for !m.done {
		m.step(math.MaxInt)
	}
	return m.s
}

// newMerger takes over the notes; step takes over their words.
func newMerger(from []*segment) *merger {
	m := &merger{from: from, s: &segment{}, newDoc: make([][]uint32, len(from)), shift: make([]uint32, len(from)),
		newTerm: make([][]uint32, len(from)), dead: make([][]uint64, len(from))}
	s := m.s
	notes, docs, pos := 0, 0, 0
	for _, f := range from {
		notes += f.live()
		docs += len(f.docs)
		pos += len(f.pos)
		docs += 3 * f.terms.n // the first note of a list may be further from the one before
	}
	meta := newMeta(s, notes)
	for i, f := range from {
		m.shift[i] = uint32(len(s.ids))
		m.dead[i] = slices.Clone(f.deadMarks)
		m.newTerm[i] = make([]uint32, f.terms.n)
		m.takeNotes(meta, f, i)
	}
	meta.finish()
	m.w = newListWriter(s, docs, pos)
	m.it = mergeDicts(from, func(f *segment) *dict { return &f.terms })
	return m
}

func (m *merger) takeNotes(meta *metaWriter, f *segment, i int) {
	s := m.s
	if f.dead > 0 {
		m.newDoc[i] = make([]uint32, f.docCount())
	}
	cases, kinds, authors := make([]bool, len(f.cases)), make([]bool, len(f.kinds)), make([]bool, len(f.authors))
	for doc := range f.ids {
		if !f.isDead(uint32(doc)) {
			cases[f.caseOf[doc]], kinds[f.kindOf[doc]], authors[f.authorOf[doc]] = true, true, true
		}
	}
	caseTo, kindTo, authorTo := numbers(meta.cases, f.cases, cases), numbers(meta.kinds, f.kinds, kinds),
		numbers(meta.authors, f.authors, authors)
	for doc := range f.ids {
		if f.isDead(uint32(doc)) {
			m.newDoc[i][doc] = gone
			continue
		}
		if m.newDoc[i] != nil {
			m.newDoc[i][doc] = uint32(len(s.ids))
		}
		meta.add(f.ids[doc], caseTo[f.caseOf[doc]], kindTo[f.kindOf[doc]], authorTo[f.authorOf[doc]], f.times[doc], f.lengths[doc])
	}
}

// step takes over lists of about budget entries, and returns how many.
func (m *merger) step(budget int) int {
	left := budget
	for !m.done && left > 0 {
		word, at, ok := m.it.next()
		switch {
		case ok && !m.inStems:
			left -= 8 + m.list(word, at)
		case ok:
			left -= 4
			m.stem(word, at)
		case !m.inStems:
			m.w.finish()
			m.s.terms = m.terms.done()
			m.s.groups = append(m.s.groups, 0)
			m.it = mergeDicts(m.from, func(f *segment) *dict { return &f.stems })
			m.inStems = true
		default:
			m.s.stems = m.stems.done()
			m.s.groups, m.s.members = slices.Clone(m.s.groups), slices.Clone(m.s.members)
			m.s.complete()
			m.lateDead()
			m.done = true
		}
	}
	return budget - left
}

// lateDead marks the notes that died while the merge was under way.
func (m *merger) lateDead() {
	for i, f := range m.from {
		for w, now := range f.deadMarks {
			before := uint64(0)
			if m.dead[i] != nil {
				before = m.dead[i][w]
			}
			for b := range uint32(64) {
				if (now&^before)>>b&1 == 0 {
					continue
				}
				doc := uint32(w)*64 + b
				if m.newDoc[i] != nil {
					m.s.kill(m.newDoc[i][doc])
				} else {
					m.s.kill(doc + m.shift[i])
				}
				m.s.purge = m.s.purge || f.purge
			}
		}
	}
}

// list takes over the lists of one word and returns how many notes it read.
func (m *merger) list(word []byte, at []place) (read int) {
	m.w.begin()
	for _, p := range at {
		read += int(m.from[p.from].df[p.i])
		m.copyList(p)
	}
	n := gone
	if m.w.df > 0 {
		n = uint32(m.terms.d.n)
		m.terms.add(string(word))
		m.w.end()
	}
	for _, p := range at {
		m.newTerm[p.from][p.i] = n
	}
	return read
}

// copyList appends a list under the new numbers of its notes.
func (m *merger) copyList(p place) {
	f, newDoc, shift, d := m.from[p.from], m.newDoc[p.from], m.shift[p.from], &m.notes
	term := uint32(p.i)
	for i := range f.blockCount(term) {
		b := f.block(term, i)
		f.decode(b, d)
		at := uint64(b.pos) * 8
		for k, doc := range d.docs[:d.n] {
			n := uint64(d.tfs[k]) * uint64(widthOf(f.lengths[doc]))
			to := doc + shift
			if newDoc != nil {
				to = newDoc[doc]
			}
			if to != gone {
				m.w.note(to, d.tfs[k])
				m.w.pos.copyBits(f.pos, at, n)
			}
			at += n
		}
	}
}

func (m *merger) stem(stem []byte, at []place) {
	s := m.s
	start := len(s.members)
	for _, p := range at {
		f := m.from[p.from]
		for _, old := range f.members[f.groups[p.i]:f.groups[p.i+1]] {
			if n := m.newTerm[p.from][old]; n != gone {
				s.members = append(s.members, n)
			}
		}
	}
	if len(s.members) == start {
		return
	}
	slices.Sort(s.members[start:])
	s.members = s.members[:start+len(slices.Compact(s.members[start:]))]
	m.stems.add(string(stem))
	s.groups = append(s.groups, uint32(len(s.members)))
}

// place says where a word stands: in which segment, under which number.
type place struct{ from, i int }

// dictMerge walks the distinct words of one dict of each segment in ascending
// order.
type dictMerge struct {
	its   []dictIter
	alive []bool
	word  []byte
	at    []place
}

func mergeDicts(from []*segment, which func(*segment) *dict) dictMerge {
	m := dictMerge{its: make([]dictIter, len(from)), alive: make([]bool, len(from))}
	for i, f := range from {
		m.its[i] = which(f).from(0)
		m.alive[i] = m.its[i].next()
	}
	return m
}

// next returns the next word and all its places, valid until it is called again.
func (m *dictMerge) next() (word []byte, at []place, ok bool) {
	for _, p := range m.at {
		m.alive[p.from] = m.its[p.from].next()
	}
	m.at = m.at[:0]
	for i := range m.its {
		if !m.alive[i] {
			continue
		}
		order := -1
		if len(m.at) > 0 {
			order = bytes.Compare(m.its[i].term, m.word)
		}
		if order < 0 {
			m.word, m.at = append(m.word[:0], m.its[i].term...), m.at[:0]
		}
		if order <= 0 {
			m.at = append(m.at, place{i, m.its[i].i})
		}
	}
	return m.word, m.at, len(m.at) > 0
}
