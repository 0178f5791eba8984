package index

import (
	"bytes"
	"slices"
	"sort"
)

// dictBlock is the number of words that share one entry of the directory.
const dictBlock = 16

// dict is a sorted list of distinct words, each written as the number of bytes
// it shares with the one before, the number of its own bytes, and those. The
// first of every block shares nothing. Words are 1 to maxTerm bytes long, so
// both numbers are single bytes.
type dict struct {
	data   []byte
	blocks []uint32 // where each block begins in data
	n      int
}

// dictWriter builds a dict from words in ascending order.
type dictWriter struct {
	d    dict
	last string
}

func (w *dictWriter) add(term string) {
	shared := 0
	if w.d.n%dictBlock == 0 {
		w.d.blocks = append(w.d.blocks, uint32(len(w.d.data)))
	} else {
		for shared < len(w.last) && shared < len(term) && w.last[shared] == term[shared] {
			shared++
		}
	}
	w.d.data = append(w.d.data, byte(shared), byte(len(term)-shared))
	w.d.data = append(w.d.data, term[shared:]...)
	w.d.n++
	w.last = term
}

// done returns the dict in no more memory than it needs.
func (w *dictWriter) done() dict {
	w.d.data, w.d.blocks = bytes.Clone(w.d.data), slices.Clone(w.d.blocks)
	return w.d
}

// dictIter walks a dict. Before the first next it stands before the first word.
type dictIter struct {
	d    *dict
	i    int // number of the current word
	at   int
	term []byte // the current word, valid until the next call of next
}

// from returns an iterator that stands before word i, which must begin a block
// or equal d.n.
func (d *dict) from(i int) dictIter {
	it := dictIter{d: d, i: i - 1, at: len(d.data)}
	if i < d.n {
		it.at = int(d.blocks[i/dictBlock])
	}
	return it
}

func (it *dictIter) next() bool {
	if it.at >= len(it.d.data) {
		return false
	}
	shared, own := int(it.d.data[it.at]), int(it.d.data[it.at+1])
	it.at += 2
	it.term = append(it.term[:shared], it.d.data[it.at:it.at+own]...)
	it.at += own
	it.i++
	return true
}

// seek returns the number of the first word not less than term, or d.n.
func (d *dict) seek(term string) uint32 {
	return d.search(func(word []byte) bool { return string(word) >= term })
}

// seekPast returns the number of the first word that is greater than term and
// does not begin with it, or d.n.
func (d *dict) seekPast(term string) uint32 {
	return d.search(func(word []byte) bool {
		return string(word) > term && (len(word) < len(term) || string(word[:len(term)]) != term)
	})
}

// search returns the number of the first word for which past is true; it must
// be true of every word after that.
func (d *dict) search(past func(word []byte) bool) uint32 {
	b := sort.Search(len(d.blocks), func(b int) bool {
		at := int(d.blocks[b])
		return past(d.data[at+2 : at+2+int(d.data[at+1])])
	})
	// If there is one, it is in the block before or begins this one.
	it := d.from(max(b-1, 0) * dictBlock)
	for it.next() {
		if past(it.term) {
			return uint32(it.i)
		}
	}
	return uint32(d.n)
}

// is reports whether word i is term.
func (d *dict) is(i uint32, term string) bool {
	if int(i) >= d.n {
		return false
	}
	it := d.from(int(i) / dictBlock * dictBlock)
	for it.next() && it.i < int(i) {
	}
	return string(it.term) == term
}
