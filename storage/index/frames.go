package index

import (
	"context"
	"sync"

	"github.com/klauspost/compress/huff0"
)

// frameStart says where a frame's lists go.
type frameStart struct {
	word, block, skip int // the first block: of the word at this place in the order
	docs, pos         uint64
}

// decodeLists reads the frames.
func (s *segment) decodeLists(ctx context.Context, d *directory, get parts) error {
	order := listOrder(s.df)
	starts := make([]frameStart, len(d.frames)+1)
	var at frameStart
	for i, f := range d.frames {
		starts[i] = at
		at.docs += f.docs
		at.pos += f.pos
		for left := int(f.blocks); left > 0; {
			if at.word == len(order) {
				return ErrSnapshot
			}
			n := min(left, s.blockCount(order[at.word])-at.block)
			left -= n
			at.block += n
			if s.df[order[at.word]] > blockDocs {
				at.skip += n
			}
			if at.block == s.blockCount(order[at.word]) {
				at.word, at.block = at.word+1, 0
			}
		}
	}
	if at.word != len(order) {
		return ErrSnapshot
	}
	s.docAt, s.posAt = make([]uint32, len(s.df)), make([]uint32, len(s.df))
	s.skips = make([]skip, at.skip)
	s.docs, s.pos = make([]byte, at.docs), make([]byte, at.pos+bitPad)
	scratches := sync.Pool{New: func() any { return &frameDecoder{} }}
	return parallel(len(d.frames)+1, func(i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if i == 0 {
			if !s.complete() {
				return ErrSnapshot
			}
			return nil
		}
		i--
		f := d.frames[i]
		data, err := get(sectionCount+i, f.packed)
		if err != nil {
			return err
		}
		dec := scratches.Get().(*frameDecoder)
		defer scratches.Put(dec)
		if !dec.decode(s, order, starts[i], f, data) {
			return ErrSnapshot
		}
		return nil
	})
}

// frameDecoder reads one frame at a time.
type frameDecoder struct {
	notes, tfs, singles, multiples []byte
	extra                          []byte
	sc                             *huff0.Scratch
}

func (x *frameDecoder) decode(s *segment, order []uint32, at frameStart, f frameInfo, data []byte) bool {
	p := parser{data: data}
	base := p.below(uint64(len(s.ids)))
	x.notes = unpackSymbols(&p, x.notes, &x.sc)
	x.tfs = unpackSymbols(&p, x.tfs, &x.sc)
	x.singles = unpackSymbols(&p, x.singles, &x.sc)
	x.multiples = unpackSymbols(&p, x.multiples, &x.sc)
	if p.bad {
		return false
	}
	x.extra = append(append(x.extra[:0], p.data...), 0, 0, 0, 0, 0, 0, 0, 0)
	bits, bit := uint64(len(p.data))*8, uint64(0)
	notes, tfs, singles, multiples := x.notes, x.tfs, x.singles, x.multiples
	docs := s.docs[at.docs : at.docs : at.docs+f.docs]
	pos := bitWriter{out: s.pos[at.pos : at.pos : at.pos+f.pos]}
	next := uint32(base)
	limit := uint32(len(s.ids))
	for range f.blocks {
		t := order[at.word]
		df, start := s.df[t], skip{0, uint32(at.docs) + uint32(len(docs)), uint32(at.pos) + uint32(len(pos.out))}
		if at.block == 0 {
			next = 0
		}
		n := min(blockDocs, int(df)-at.block*blockDocs)
		if n > len(notes) || cap(docs)-len(docs) < n {
			return false
		}
		for _, sym := range notes[:n] {
			w := noteSymbols.width[sym>>1]
			if w == 255 || bit > bits {
				return false
			}
			gap := noteSymbols.base[sym>>1] + bitsAt(x.extra, bit, uint(w))
			bit += uint64(w)
			if gap >= limit-next {
				return false
			}
			doc := next + gap
			next = doc + 1
			length := s.lengths[doc]
			width := widthOf(length)
			if sym&1 == 0 {
				if gap < 0x40 {
					docs = append(docs, byte(gap<<1))
				} else {
					docs = appendNote(docs, gap, 1)
				}
				if len(singles) == 0 || bit > bits {
					return false
				}
				w := posSymbols.width[singles[0]]
				if w == 255 {
					return false
				}
				v := posSymbols.base[singles[0]] + bitsAt(x.extra, bit, uint(w))
				bit += uint64(w)
				singles = singles[1:]
				if v >= length {
					return false
				}
				pos.put(v, width)
				continue
			}
			if len(tfs) == 0 || bit > bits {
				return false
			}
			w = posSymbols.width[tfs[0]]
			if w == 255 {
				return false
			}
			more := posSymbols.base[tfs[0]] + bitsAt(x.extra, bit, uint(w))
			bit += uint64(w)
			tfs = tfs[1:]
			if uint64(more)+2 > uint64(len(multiples)) {
				return false
			}
			docs = appendNote(docs, gap, more+2)
			after := uint32(0)
			for _, sym := range multiples[:more+2] {
				w := posSymbols.width[sym]
				if w == 255 || bit > bits {
					return false
				}
				v := posSymbols.base[sym] + bitsAt(x.extra, bit, uint(w))
				bit += uint64(w)
				if v >= length-min(after, length) {
					return false
				}
				after += v + 1
				pos.put(after-1, width)
			}
			multiples = multiples[more+2:]
		}
		notes = notes[n:]
		pos.align()
		// Had either grown beyond its place, it would have been moved.
		if uint64(len(docs)) > f.docs || uint64(len(pos.out)) > f.pos {
			return false
		}
		start.last = next - 1
		if df > blockDocs {
			if at.block == 0 {
				s.docAt[t] = uint32(at.skip)
			}
			s.skips[at.skip] = start
			at.skip++
		} else {
			s.docAt[t], s.posAt[t] = start.doc, start.pos
		}
		if at.block++; at.block == s.blockCount(t) {
			at.word, at.block = at.word+1, 0
		}
	}
	return bit <= bits && bits-bit < 8 && len(notes)+len(tfs)+len(singles)+len(multiples) == 0 &&
		uint64(len(docs)) == f.docs && uint64(len(pos.out)) == f.pos
}
