package index

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// blockDocs is the number of notes in one block of a list.
const blockDocs = 128

// The list of one word says in which notes of the segment it stands and where:
//
//	list with at most blockDocs notes:  docsLen, docs, positions
//	longer list, for every block:       lastGap, docsLen, posLen, docs, positions
//
// lastGap is the block's last note less the last of the block before (less -1
// for the first). In docs each note is gap<<1 | more, gap being the number of
// notes passed over since the one before; more is followed by the number of
// occurrences less 2, and without it there is one. In positions each
// occurrence is the number of words passed over since the one before in the
// same note. All numbers are unsigned varints.

// listWriter writes lists into one growing slice.
type listWriter struct {
	out       []byte
	start     int // where the current list begins in out
	docs, pos []byte
	n         int    // notes in the current block
	last      int64  // last note added
	blockLast int64  // last note of the blocks already written
	df        uint32 // notes in the current list
}

func (w *listWriter) begin() {
	w.start, w.n, w.df, w.last, w.blockLast = len(w.out), 0, 0, -1, -1
	w.docs, w.pos = w.docs[:0], w.pos[:0]
}

// add appends a note with tf occurrences whose encoded positions are pos.
func (w *listWriter) add(doc, tf uint32, pos []byte) {
	if w.n == blockDocs {
		w.block()
	}
	code := uint64(int64(doc)-w.last-1) << 1
	if tf == 1 {
		w.docs = binary.AppendUvarint(w.docs, code)
	} else {
		w.docs = binary.AppendUvarint(w.docs, code|1)
		w.docs = binary.AppendUvarint(w.docs, uint64(tf-2))
	}
	w.pos = append(w.pos, pos...)
	w.last = int64(doc)
	w.n++
	w.df++
}

func (w *listWriter) block() {
	w.out = binary.AppendUvarint(w.out, uint64(w.last-w.blockLast))
	w.out = binary.AppendUvarint(w.out, uint64(len(w.docs)))
	w.out = binary.AppendUvarint(w.out, uint64(len(w.pos)))
	w.out = append(append(w.out, w.docs...), w.pos...)
	w.docs, w.pos, w.n, w.blockLast = w.docs[:0], w.pos[:0], 0, w.last
}

// end completes the list and returns the number of its notes and bytes.
func (w *listWriter) end() (df, size uint32) {
	if w.df > blockDocs {
		w.block()
	} else {
		w.out = binary.AppendUvarint(w.out, uint64(len(w.docs)))
		w.out = append(append(w.out, w.docs...), w.pos...)
	}
	return w.df, uint32(len(w.out) - w.start)
}

// blocks walks the blocks of one list.
type blocks struct {
	data []byte
	left uint32 // notes not yet walked
	long bool
	base int64 // last note before the current block

	docs, pos []byte
	n         uint32 // notes in the current block
	last      int64  // last note of the current block; not known in a short list
	passed    bool   // skipTo found nothing wanted in the current block
}

func listBlocks(data []byte, df uint32) blocks {
	return blocks{data: data, left: df, long: df > blockDocs, base: -1, last: -1}
}

func (b *blocks) next() bool {
	if b.left == 0 {
		return false
	}
	b.n = min(b.left, blockDocs)
	b.left -= b.n
	b.base = b.last
	if !b.long {
		docsLen := b.uvarint()
		b.docs, b.pos, b.last = b.data[:docsLen], b.data[docsLen:], math.MaxInt64
		return true
	}
	b.last += int64(b.uvarint())
	docsLen := b.uvarint()
	posLen := b.uvarint()
	b.docs, b.pos = b.data[:docsLen], b.data[docsLen:docsLen+posLen]
	b.data = b.data[docsLen+posLen:]
	return true
}

// skipTo reports whether the current block or one after it may hold one of the
// wanted notes, which ascend, and drops from wanted those that lie before it.
// It sets passed if the current block holds none.
func (b *blocks) skipTo(wanted *[]uint32) bool {
	if !b.long {
		return true
	}
	w := *wanted
	for len(w) > 0 && int64(w[0]) <= b.base {
		w = w[1:]
	}
	*wanted = w
	b.passed = len(w) > 0 && int64(w[0]) > b.last
	return len(w) > 0
}

func (b *blocks) uvarint() uint64 {
	v, n := binary.Uvarint(b.data)
	b.data = b.data[n:]
	return v
}

// docCursor walks the notes of one block.
type docCursor struct {
	data []byte
	doc  int64 // current note
	tf   uint32
}

func (b *blocks) cursor() docCursor { return docCursor{data: b.docs, doc: b.base} }

func (c *docCursor) next() bool {
	if len(c.data) == 0 {
		return false
	}
	code := uint64(c.data[0])
	if code < 0x80 {
		c.data = c.data[1:]
	} else {
		var n int
		code, n = binary.Uvarint(c.data)
		c.data = c.data[n:]
	}
	c.doc += int64(code>>1) + 1
	c.tf = 1
	if code&1 != 0 {
		v, n := binary.Uvarint(c.data)
		c.data = c.data[n:]
		c.tf = uint32(v) + 2
	}
	return true
}

// skipVarints returns the number of bytes that the first n numbers take.
func skipVarints(data []byte, n uint32) int {
	i := 0
	// Eight bytes at a time: a number ends in its one byte whose top bit is
	// clear, so eight bytes end eight numbers at most.
	for n >= 8 && i+8 <= len(data) {
		n -= uint32(bits.OnesCount64(^binary.LittleEndian.Uint64(data[i:]) & 0x8080808080808080))
		i += 8
	}
	for ; n > 0; i++ {
		if data[i] < 0x80 {
			n--
		}
	}
	return i
}
