package index

import (
	"encoding/binary"
	"slices"
)

// blockDocs is the number of notes in one block of a list.
const blockDocs = 128

// The list of one word says in which notes of the segment it stands and where.
// It is cut into blocks of blockDocs notes; the last may have fewer. The notes
// of a block lie in segment.docs: each is gap<<1 | more, gap being the number
// of notes passed over since the one before; more is followed by the number of
// occurrences less 2, and without it there is one. Both are unsigned varints.
//
// The positions of a block lie in segment.pos, from a whole byte on, each in as
// many bits as the length of its note needs. So the place of any of them can be
// worked out without reading those before, and only phrases read them.
//
// A list of one block is found by docAt and posAt. Of a longer one docAt is the
// number of its first skip.
type skip struct {
	last uint32 // last note of the block
	doc  uint32 // where the block begins in docs
	pos  uint32 // where its positions begin in pos
}

// listWriter appends lists to a segment.
type listWriter struct {
	s    *segment
	pos  bitWriter
	last int64 // last note added
	n    int   // notes in the current block
	df   uint32
	docs uint32 // where the current block begins
	at   uint32 // and its positions
	skip int    // skips before the current list
}

func newListWriter(s *segment, docs, pos int) *listWriter {
	s.docs = make([]byte, 0, docs)
	return &listWriter{s: s, pos: bitWriter{out: make([]byte, 0, pos+bitPad)}}
}

func (w *listWriter) begin() {
	w.last, w.n, w.df, w.skip = -1, 0, 0, len(w.s.skips)
	w.startBlock()
}

func (w *listWriter) startBlock() {
	w.docs, w.at, w.n = uint32(len(w.s.docs)), uint32(len(w.pos.out)), 0
}

func (w *listWriter) endBlock() {
	w.pos.align()
	w.s.skips = append(w.s.skips, skip{uint32(w.last), w.docs, w.at})
}

// note appends a note with tf occurrences, whose positions the caller puts.
func (w *listWriter) note(doc, tf uint32) {
	if w.n == blockDocs {
		w.endBlock()
		w.startBlock()
	}
	w.s.docs = appendNote(w.s.docs, uint32(int64(doc)-w.last-1), tf)
	w.last = int64(doc)
	w.n++
	w.df++
}

func appendNote(out []byte, gap, tf uint32) []byte {
	if tf == 1 {
		return binary.AppendUvarint(out, uint64(gap)<<1)
	}
	out = binary.AppendUvarint(out, uint64(gap)<<1|1)
	return binary.AppendUvarint(out, uint64(tf-2))
}

// end completes the list as that of the next word.
func (w *listWriter) end() {
	s := w.s
	w.endBlock()
	at, pos := uint32(w.skip), uint32(0)
	if w.df <= blockDocs {
		b := s.skips[w.skip]
		at, pos = b.doc, b.pos
		s.skips = s.skips[:w.skip]
	}
	s.df = append(s.df, w.df)
	s.docAt = append(s.docAt, at)
	s.posAt = append(s.posAt, pos)
}

// finish gives the segment its lists in no more memory than they need.
func (w *listWriter) finish() {
	s := w.s
	s.df, s.docAt, s.posAt, s.skips = slices.Clip(slices.Clone(s.df)), slices.Clone(s.docAt), slices.Clone(s.posAt), slices.Clone(s.skips)
	s.docs = fit(s.docs)
	s.pos = fit(append(w.pos.out, make([]byte, bitPad)...))
}

// fit copies what has much more room than it needs.
func fit(b []byte) []byte {
	if cap(b) > len(b)+len(b)/16 {
		return append(make([]byte, 0, len(b)), b...)
	}
	return b
}

// block is one block of a list.
type block struct {
	from int64 // no note in it is lower
	n    int
	doc  uint32 // where its notes begin in docs
	pos  uint32 // where its positions begin in pos
}

func (s *segment) blockCount(term uint32) int { return int((s.df[term] + blockDocs - 1) / blockDocs) }

// block returns block i of a list.
func (s *segment) block(term uint32, i int) block {
	df := s.df[term]
	if df <= blockDocs {
		return block{0, int(df), s.docAt[term], s.posAt[term]}
	}
	at := int(s.docAt[term]) + i
	k := s.skips[at]
	b := block{0, min(blockDocs, int(df)-i*blockDocs), k.doc, k.pos}
	if i > 0 {
		b.from = int64(s.skips[at-1].last) + 1
	}
	return b
}

// seekBlock returns the first block from i on that may hold doc or a higher
// note, or the number of blocks.
func (s *segment) seekBlock(term uint32, i int, doc uint32) int {
	if s.df[term] <= blockDocs {
		return i
	}
	ks := s.skips[s.docAt[term]:][:s.blockCount(term)]
	// Gallop, then halve.
	step := 1
	lo, hi := i, i
	for hi < len(ks) && ks[hi].last < doc {
		lo = hi + 1
		hi += step
		step *= 2
	}
	hi = min(hi, len(ks))
	for lo < hi {
		if m := (lo + hi) / 2; ks[m].last < doc {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// decoded is one block in full.
type decoded struct {
	n    int
	docs [blockDocs]uint32
	tfs  [blockDocs]uint32
}

func (s *segment) decode(b block, d *decoded) {
	d.n = b.n
	data := s.docs[b.doc:]
	next, i := uint32(b.from), 0
	for k := range b.n {
		code := uint32(data[i])
		i++
		if code >= 0x80 {
			code, i = longVarint(data, i, code)
		}
		next += code >> 1
		d.docs[k] = next
		next++
		tf := uint32(1)
		if code&1 != 0 {
			tf = uint32(data[i])
			i++
			if tf >= 0x80 {
				tf, i = longVarint(data, i, tf)
			}
			tf += 2
		}
		d.tfs[k] = tf
	}
}

// longVarint reads the rest of a varint whose first byte is given. Codes of
// notes fit 32 bits because segments have at most maxSegmentDocs of them.
func longVarint(data []byte, i int, first uint32) (uint32, int) {
	v := first & 0x7f
	for shift := 7; ; shift += 7 {
		c := uint32(data[i])
		i++
		v |= (c & 0x7f) << shift
		if c < 0x80 {
			return v, i
		}
	}
}

// accumulate adds the occurrences of a block, each counting weight, to acc by
// note.
func (s *segment) accumulate(acc []uint32, b block, weight uint32) {
	data := s.docs[b.doc:]
	next, i := uint32(b.from), 0
	for range b.n {
		code := uint32(data[i])
		i++
		if code >= 0x80 {
			code, i = longVarint(data, i, code)
		}
		next += code >> 1
		tf := weight
		if code&1 != 0 {
			more := uint32(data[i])
			i++
			if more >= 0x80 {
				more, i = longVarint(data, i, more)
			}
			tf *= more + 2
		}
		acc[next] += tf
		next++
	}
}
