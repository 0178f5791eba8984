package index

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/klauspost/compress/huff0"
	"github.com/klauspost/compress/zstd"
)

// The sections of a segment on disk come before its lists. The first two are
// random and stay as they are, the others are compressed.
const (
	sectionIDs = iota
	sectionCases
	sectionNames
	sectionColumns
	sectionTerms
	sectionDF
	sectionStems
	sectionGroups
	sectionCount
)

const frameOccurrences = 1 << 17 // after so many the lists go on in a new frame

// directory says what a segment on disk consists of: sections, then frames with
// the lists.
type directory struct {
	docs, cases, kinds, authors, terms, stems uint64

	plain, packed [sectionCount]uint64 // sizes of the sections
	frames        []frameInfo
}

// frameInfo says how many blocks of lists a frame holds, how large they are in
// memory, and how large the frame is.
type frameInfo struct{ blocks, docs, pos, packed uint64 }

func (d *directory) encode() []byte {
	var out []byte
	for _, n := range []uint64{d.docs, d.cases, d.kinds, d.authors, d.terms, d.stems} {
		out = binary.AppendUvarint(out, n)
	}
	for i := range d.plain {
		out = binary.AppendUvarint(out, d.plain[i])
		out = binary.AppendUvarint(out, d.packed[i])
	}
	for _, f := range d.frames {
		for _, n := range []uint64{f.blocks, f.docs, f.pos, f.packed} {
			out = binary.AppendUvarint(out, n)
		}
	}
	return out
}

// encode writes the segment: put is called with each section and then each
// frame, whose bytes it must not keep. The directory is returned.
func (s *segment) encode(put func(part []byte) error) (*directory, error) {
	d := &directory{docs: uint64(len(s.ids)), cases: uint64(len(s.cases)), kinds: uint64(len(s.kinds)),
		authors: uint64(len(s.authors)), terms: uint64(s.terms.n), stems: uint64(s.stems.n)}
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true))
	if err != nil {
		return nil, err
	}
	for i, section := range s.sections() {
		packed := section
		if i > sectionCases {
			packed = packer.EncodeAll(section, nil)
		}
		d.plain[i], d.packed[i] = uint64(len(section)), uint64(len(packed))
		if err := put(packed); err != nil {
			return nil, err
		}
	}
	e := frameEncoder{s: s}
	emit := func() error {
		packed := e.pack()
		d.frames = append(d.frames, e.info)
		e.info = frameInfo{}
		return put(packed)
	}
	for _, t := range listOrder(s.df) {
		for i := range s.blockCount(t) {
			e.block(s.block(t, i))
			if e.occurrences >= frameOccurrences {
				if err := emit(); err != nil {
					return nil, err
				}
			}
		}
	}
	if e.info.blocks > 0 {
		if err := emit(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// listOrder returns the words in the order in which their lists stand on disk:
// those of many notes first, so that lists with like gaps stand together.
func listOrder(df []uint32) []uint32 {
	class := func(n uint32) int {
		sym, _, _ := symbolOf(n, noteMantissa)
		return 255 - int(sym)
	}
	var starts [257]int
	for _, n := range df {
		starts[class(n)+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	out := make([]uint32, len(df))
	for t, n := range df {
		c := class(n)
		out[starts[c]] = uint32(t)
		starts[c]++
	}
	return out
}

// sections returns the plain bytes of each section.
func (s *segment) sections() [sectionCount][]byte {
	var out [sectionCount][]byte
	for i := range s.ids {
		out[sectionIDs] = append(out[sectionIDs], s.ids[i][:]...)
	}
	for i := range s.cases {
		out[sectionCases] = append(out[sectionCases], s.cases[i][:]...)
	}
	for _, list := range [][]string{s.kinds, s.authors} {
		for _, name := range list {
			out[sectionNames] = binary.AppendUvarint(out[sectionNames], uint64(len(name)))
			out[sectionNames] = append(out[sectionNames], name...)
		}
	}
	out[sectionColumns] = s.columns()
	out[sectionTerms], out[sectionStems] = s.terms.data, s.stems.data
	for _, df := range s.df {
		out[sectionDF] = binary.AppendUvarint(out[sectionDF], uint64(df))
	}
	for g := range s.stems.n {
		members := s.members[s.groups[g]:s.groups[g+1]]
		out[sectionGroups] = binary.AppendUvarint(out[sectionGroups], uint64(len(members)))
		last := int64(-1)
		for i, m := range members {
			if i == 0 && g > 0 { // the words of a stem lie near those of the stem before
				first := int64(s.members[s.groups[g-1]])
				out[sectionGroups] = binary.AppendVarint(out[sectionGroups], int64(m)-first)
			} else {
				out[sectionGroups] = binary.AppendUvarint(out[sectionGroups], uint64(int64(m)-last-1))
			}
			last = int64(m)
		}
	}
	return out
}

// units are what times are counted in, if all of a segment can be.
var units = []int64{60_000, 1000, 1}

func (s *segment) columns() (out []byte) {
	for _, column := range [][]uint32{s.caseOf, s.kindOf, s.authorOf, s.lengths} {
		for _, v := range column {
			out = binary.AppendUvarint(out, uint64(v))
		}
	}
	unit := 0
	for slices.ContainsFunc(s.times, func(t int64) bool { return t%units[unit] != 0 }) {
		unit++
	}
	out = append(out, byte(unit))
	before := int64(0)
	for _, t := range s.times {
		t /= units[unit]
		out = binary.AppendVarint(out, t-before) // wraps, and unwraps on reading
		before = t
	}
	return out
}

// frameEncoder gathers blocks of lists.
type frameEncoder struct {
	s           *segment
	info        frameInfo
	occurrences int
	base        int64 // no note of the first block is lower

	notes, tfs, singles, multiples []byte // symbols
	extra                          bitWriter

	d   decoded
	sc  huff0.Scratch
	out []byte
}

func (e *frameEncoder) block(b block) {
	s, d := e.s, &e.d
	if e.info.blocks == 0 {
		e.base = b.from
	}
	e.info.blocks++
	s.decode(b, d)
	next, where := uint32(b.from), uint64(b.pos)*8
	for k, doc := range d.docs[:d.n] {
		tf := d.tfs[k]
		e.note(doc-next, tf)
		next = doc + 1
		width := widthOf(s.lengths[doc])
		after := uint32(0)
		for range tf {
			pos := bitsAt(s.pos, where, width)
			where += uint64(width)
			sym, extra, n := symbolOf(pos-after, posMantissa)
			e.extra.put(extra, n)
			if tf == 1 {
				e.singles = append(e.singles, sym)
			} else {
				e.multiples = append(e.multiples, sym)
			}
			after = pos + 1
		}
		e.occurrences += int(tf)
	}
	e.info.pos += (where+7)/8 - uint64(b.pos)
}

func (e *frameEncoder) note(gap, tf uint32) {
	sym, extra, n := symbolOf(gap, noteMantissa)
	sym <<= 1
	size := uvarintSize(uint64(gap) << 1)
	e.extra.put(extra, n)
	if tf > 1 {
		sym |= 1
		more, extra, n := symbolOf(tf-2, posMantissa)
		e.tfs = append(e.tfs, more)
		e.extra.put(extra, n)
		size += uvarintSize(uint64(tf - 2))
	}
	e.notes = append(e.notes, sym)
	e.info.docs += uint64(size)
}

func uvarintSize(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// pack returns the frame and begins another. The bytes are valid until the next.
func (e *frameEncoder) pack() []byte {
	out := binary.AppendUvarint(e.out[:0], uint64(e.base))
	for _, syms := range []*[]byte{&e.notes, &e.tfs, &e.singles, &e.multiples} {
		out = packSymbols(out, *syms, &e.sc)
		*syms = (*syms)[:0]
	}
	e.extra.align()
	out = append(out, e.extra.out...)
	e.extra.out = e.extra.out[:0]
	e.occurrences = 0
	e.info.packed = uint64(len(out))
	e.out = out
	return out
}
