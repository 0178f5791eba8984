package index

import (
	"bytes"
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
func (b *builder) segment() *segment {
	docs := slices.DeleteFunc(slices.Clone(b.docs), func(d builderDoc) bool { return d.dead })
	s := &segment{}
	m := newMeta(s, len(docs))
	for _, d := range docs {
		m.add(d.id, d.caseID, d.kind, d.author, d.time, uint32(d.end-d.start))
	}
	m.finish()
	b.lists(s, docs)

	// Group the words by stem.
	var st stemmer
	byStem := map[string][]uint32{}
	for it := s.terms.from(0); it.next(); {
		stem := st.stem(string(it.term))
		byStem[stem] = append(byStem[stem], uint32(it.i))
	}
	var stems dictWriter
	s.groups = append(s.groups, 0)
	for _, stem := range sortedKeys(byStem) {
		stems.add(stem)
		s.members = append(s.members, byStem[stem]...)
		s.groups = append(s.groups, uint32(len(s.members)))
	}
	s.stems = stems.done()
	s.complete()
	return s
}

// lists writes the words and their lists into s.
func (b *builder) lists(s *segment, docs []builderDoc) {
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
	order := make([]uint32, len(b.names))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return strings.Compare(b.names[x], b.names[y]) })
	var terms dictWriter
	w := listWriter{out: make([]byte, 0, 2*total)}
	var pos []byte
	for _, t := range order {
		run := places[starts[t]:starts[t+1]]
		if len(run) == 0 {
			continue // stood in dead notes only
		}
		terms.add(b.names[t])
		w.begin()
		for len(run) > 0 {
			doc, tf, last := uint32(run[0]>>32), 0, int64(-1)
			pos = pos[:0]
			for tf < len(run) && uint32(run[tf]>>32) == doc {
				at := int64(uint32(run[tf]))
				pos = binary.AppendUvarint(pos, uint64(at-last-1))
				last = at
				tf++
			}
			w.add(doc, uint32(tf), pos)
			run = run[tf:]
		}
		s.addList(&w)
	}
	s.finishLists(&w, terms.done())
}

// addList completes the list in hand as that of the next word.
func (s *segment) addList(w *listWriter) {
	s.offsets = append(s.offsets, uint32(w.start))
	df, _ := w.end()
	s.df = append(s.df, df)
}

func (s *segment) finishLists(w *listWriter, terms dict) {
	s.offsets = slices.Clone(append(s.offsets, uint32(len(w.out))))
	s.df = slices.Clone(s.df)
	s.post = w.out
	if cap(s.post) > len(s.post)+len(s.post)/16 {
		s.post = bytes.Clone(s.post)
	}
	s.terms = terms
}

func compareID(a, b record.ID) int { return bytes.Compare(a[:], b[:]) }
