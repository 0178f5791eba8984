package index

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"wherry/storage/record"
)

// builder gathers notes until they become a segment.
type builder struct {
	docs  []builderDoc
	byID  map[record.ID]int // of the living
	terms map[string]uint32
	names []string // of terms, by number
	occ   []uint32 // the words of all notes in order, by number
}

type builderDoc struct {
	id, caseID   record.ID
	kind, author string
	time         int64
	start, end   int // its words are occ[start:end]
	dead         bool
}

func newBuilder() *builder {
	return &builder{byID: map[record.ID]int{}, terms: map[string]uint32{}}
}

func (b *builder) live() int { return len(b.byID) }

func (b *builder) has(id record.ID) bool { _, ok := b.byID[id]; return ok }

// add appends a note whose id is not among the living.
func (b *builder) add(d Doc) {
	start := len(b.occ)
	for s := (scanner{text: d.Text}); s.next(); {
		n, ok := b.terms[string(s.term)]
		if !ok {
			n = uint32(len(b.names))
			name := string(s.term)
			b.terms[name] = n
			b.names = append(b.names, name)
		}
		b.occ = append(b.occ, n)
	}
	b.byID[d.ID] = len(b.docs)
	// The strings are cloned so that no note's text is kept alive by them.
	b.docs = append(b.docs, builderDoc{d.ID, d.Case, strings.Clone(d.Kind), strings.Clone(d.Author),
		d.Time, start, len(b.occ), false})
}

func (b *builder) remove(id record.ID) bool {
	i, ok := b.byID[id]
	if ok {
		b.docs[i].dead = true
		delete(b.byID, id)
	}
	return ok
}

func (b *builder) removeCase(caseID record.ID) (n int) {
	for i := range b.docs {
		if !b.docs[i].dead && b.docs[i].caseID == caseID && b.remove(b.docs[i].id) {
			n++
		}
	}
	return n
}

// segment makes a segment of the living notes.
func (b *builder) segment(stems *stemCache) *segment {
	docs := slices.DeleteFunc(slices.Clone(b.docs), func(d builderDoc) bool { return d.dead })
	s := &segment{}
	m := newMeta(s, len(docs))
	for _, d := range docs {
		m.add(d.id, number(m.cases, d.caseID), number(m.kinds, d.kind), number(m.authors, d.author), d.time, uint32(d.end-d.start))
	}
	m.finish()
	order := b.lists(s, docs)

	// Group by stem the words that are not their own.
	type pair struct {
		stem string
		term uint32
	}
	var pairs []pair
	for t, name := range order {
		if stem := stems.stem(name); stem != name {
			pairs = append(pairs, pair{stem, uint32(t)})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return strings.Compare(a.stem, b.stem) })
	var w dictWriter
	s.groups = append(s.groups, 0)
	for i, p := range pairs {
		s.members = append(s.members, p.term)
		if i+1 == len(pairs) || pairs[i+1].stem != p.stem {
			w.add(p.stem)
			s.groups = append(s.groups, uint32(len(s.members)))
		}
	}
	s.stems = w.done()
	s.complete()
	return s
}

// lists writes the words and their lists into s and returns the words.
func (b *builder) lists(s *segment, docs []builderDoc) (words []string) {
	// Sort the occurrences by word, keeping the order of notes and positions.
	starts := make([]uint32, len(b.names)+1)
	total := 0
	for _, d := range docs {
		for _, t := range b.occ[d.start:d.end] {
			starts[t+1]++
		}
		total += d.end - d.start
	}
	for t := range b.names {
		starts[t+1] += starts[t]
	}
	places := make([]uint64, total) // note<<32 | position
	fillAt := slices.Clone(starts)
	for i, d := range docs {
		for pos, t := range b.occ[d.start:d.end] {
			places[fillAt[t]] = uint64(i)<<32 | uint64(uint32(pos))
			fillAt[t]++
		}
	}
	// Most words differ in their first eight bytes, which compare as a number.
	type keyed struct {
		key  uint64
		term uint32
	}
	order := make([]keyed, len(b.names))
	for i, name := range b.names {
		var first [8]byte
		copy(first[:], name)
		order[i] = keyed{binary.BigEndian.Uint64(first[:]), uint32(i)}
	}
	slices.SortFunc(order, func(x, y keyed) int {
		if x.key != y.key {
			return cmp.Compare(x.key, y.key)
		}
		return strings.Compare(b.names[x.term], b.names[y.term])
	})
	var terms dictWriter
	w := newListWriter(s, total, total+total/4)
	for _, k := range order {
		t := k.term
		run := places[starts[t]:starts[t+1]]
		if len(run) == 0 {
			continue // stood in dead notes only
		}
		terms.add(b.names[t])
		words = append(words, b.names[t])
		w.begin()
		for len(run) > 0 {
			doc, tf := uint32(run[0]>>32), 1
			for tf < len(run) && uint32(run[tf]>>32) == doc {
				tf++
			}
			w.note(doc, uint32(tf))
			width := widthOf(s.lengths[doc])
			for _, at := range run[:tf] {
				w.pos.put(uint32(at), width)
			}
			run = run[tf:]
		}
		w.end()
	}
	w.finish()
	s.terms = terms.done()
	return words
}

func compareID(a, b record.ID) int { return bytes.Compare(a[:], b[:]) }
