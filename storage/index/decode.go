package index

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"wherry/storage/record"
)

// maxSegmentDocs keeps codes of notes inside 32 bits.
const maxSegmentDocs = 1 << 30

// parts yields the sections and frames of a segment by number. Calls may come
// from several goroutines.
type parts func(i int, size uint64) ([]byte, error)

func decodeDirectory(data []byte) (*directory, bool) {
	p := parser{data: data}
	d := &directory{}
	for _, n := range []*uint64{&d.docs, &d.cases, &d.kinds, &d.authors, &d.terms, &d.stems} {
		*n = p.below(maxSegmentDocs)
	}
	const most = 1 << 32
	for i := range d.plain {
		d.plain[i], d.packed[i] = p.below(most), p.below(most)
	}
	var blocks, docs, pos uint64
	for len(p.data) > 0 && !p.bad {
		f := frameInfo{p.below(most), p.below(most), p.below(most), p.below(most)}
		blocks, docs, pos = blocks+f.blocks, docs+f.docs, pos+f.pos
		// A byte of a frame stands for a run of symbols at most, so what the
		// frame promises is bounded by its size.
		if f.blocks == 0 || docs >= most || pos >= most || f.docs > 4*runSize*(f.packed+1) || f.pos > 4*runSize*(f.packed+1) {
			return nil, false
		}
		d.frames = append(d.frames, f)
	}
	return d, p.done() && d.docs > 0 && d.plain[sectionIDs] == 32*d.docs && d.plain[sectionCases] == 32*d.cases &&
		d.packed[sectionIDs] == d.plain[sectionIDs] && d.packed[sectionCases] == d.plain[sectionCases] &&
		d.plain[sectionColumns] >= 5*d.docs && d.plain[sectionTerms] >= 3*d.terms && d.plain[sectionDF] >= d.terms &&
		d.plain[sectionStems] >= 3*d.stems && d.plain[sectionGroups] >= 2*d.stems && d.plain[sectionNames] >= d.kinds+d.authors
}

// parallel calls f with every number below n from several goroutines and waits
// for them. It returns the first error.
func parallel(n int, f func(i int) error) error {
	var next atomic.Int64
	var all sync.WaitGroup
	var once sync.Once
	var first error
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := f(i); err != nil {
					once.Do(func() { first = err })
					next.Store(int64(n))
				}
			}
		})
	}
	all.Wait()
	return first
}

// decodeSegment reads a segment whose directory is given. It checks every
// number it uses, so that what it returns can be searched without fear.
func decodeSegment(ctx context.Context, d *directory, get parts) (*segment, error) {
	var plain [sectionCount][]byte
	unpacker, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	defer unpacker.Close()
	s := &segment{}
	err = parallel(sectionCount, func(i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := get(i, d.packed[i])
		if err != nil {
			return err
		}
		if i > sectionCases {
			if data, err = unpack(unpacker, data, d.plain[i]); err != nil {
				return err
			}
		}
		plain[i] = data
		ok := true
		switch i {
		case sectionIDs:
			s.ids = toIDs(data)
		case sectionCases:
			s.cases = toIDs(data)
			ok = ascending(s.cases, compareID)
		case sectionNames:
			ok = s.decodeNames(d, data)
		case sectionColumns:
			ok = s.decodeColumns(d, data)
		case sectionTerms:
			ok = decodeDict(&s.terms, data, d.terms)
		case sectionDF:
			ok = s.decodeDF(d, data)
		case sectionStems:
			ok = decodeDict(&s.stems, data, d.stems)
		case sectionGroups:
			ok = s.decodeGroups(d, data)
		}
		if !ok {
			return ErrSnapshot
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.decodeLists(ctx, d, get); err != nil {
		return nil, err
	}
	return s, nil
}

// unpack decompresses data to exactly size bytes. The decoder never exceeds the
// room it is given.
func unpack(z *zstd.Decoder, data []byte, size uint64) ([]byte, error) {
	if size > 1<<17*uint64(len(data)) { // more than zstd can make of it
		return nil, ErrSnapshot
	}
	out, err := z.DecodeAll(data, make([]byte, 0, size))
	if err != nil || uint64(len(out)) != size {
		return nil, ErrSnapshot
	}
	return out, nil
}

func toIDs(data []byte) []record.ID {
	out := make([]record.ID, len(data)/32)
	for i := range out {
		out[i] = record.ID(data[32*i:])
	}
	return out
}

// ascending reports whether each item is greater than the one before.
func ascending[T any](items []T, compare func(a, b T) int) bool {
	for i := 1; i < len(items); i++ {
		if compare(items[i-1], items[i]) >= 0 {
			return false
		}
	}
	return true
}

func (s *segment) decodeNames(d *directory, data []byte) bool {
	p := parser{data: data}
	read := func(n uint64) (out []string) {
		for range n {
			out = append(out, string(p.bytes(p.uvarint())))
		}
		return out
	}
	s.kinds, s.authors = read(d.kinds), read(d.authors)
	compare := func(a, b string) int { return bytes.Compare([]byte(a), []byte(b)) }
	return p.done() && ascending(s.kinds, compare) && ascending(s.authors, compare)
}

func (s *segment) decodeColumns(d *directory, data []byte) bool {
	p := parser{data: data}
	column := func(limit uint64) []uint32 {
		out := make([]uint32, d.docs)
		for i := range out {
			out[i] = uint32(p.below(limit))
		}
		return out
	}
	s.caseOf, s.kindOf, s.authorOf = column(d.cases), column(d.kinds), column(d.authors)
	s.lengths = column(1 << 31)
	unit := p.bytes(1)
	if p.bad || int(unit[0]) >= len(units) {
		return false
	}
	s.times = make([]int64, d.docs)
	before := int64(0)
	for i := range s.times {
		before += p.varint()
		s.times[i] = before * units[unit[0]]
	}
	return p.done()
}

// decodeDict checks the words and notes where the blocks begin.
func decodeDict(d *dict, data []byte, n uint64) bool {
	d.data = data
	p := parser{data: data}
	var last []byte
	for ; d.n < int(n); d.n++ {
		begins := d.n%dictBlock == 0
		if begins {
			d.blocks = append(d.blocks, uint32(len(data)-len(p.data)))
		}
		size := p.bytes(2)
		if p.bad {
			return false
		}
		shared, own := int(size[0]), p.bytes(uint64(size[1]))
		if len(own) == 0 || shared > len(last) || shared+len(own) > maxTerm {
			return false
		}
		// No more could have been shared, and the word is greater.
		if begins && (shared != 0 || d.n > 0 && bytes.Compare(own, last) <= 0) ||
			!begins && shared < len(last) && own[0] <= last[shared] {
			return false
		}
		last = append(last[:shared], own...)
		if !utf8.Valid(last) {
			return false
		}
	}
	d.blocks = slices.Clone(d.blocks)
	return p.done()
}

func (s *segment) decodeDF(d *directory, data []byte) bool {
	p := parser{data: data}
	s.df = make([]uint32, d.terms)
	for t := range s.df {
		if s.df[t] = uint32(p.below(1 + d.docs)); s.df[t] == 0 {
			return false
		}
	}
	return p.done()
}

func (s *segment) decodeGroups(d *directory, data []byte) bool {
	p := parser{data: data}
	s.groups = make([]uint32, 1, d.stems+1)
	for g := range d.stems {
		count := p.uvarint()
		if count == 0 || count > d.terms-uint64(len(s.members)) {
			return false
		}
		last := int64(-1)
		for i := range count {
			if i == 0 && g > 0 {
				last = int64(s.members[s.groups[g-1]]) + p.varint()
			} else {
				last += int64(p.below(d.terms)) + 1
			}
			if p.bad || last < 0 || last >= int64(d.terms) {
				return false
			}
			s.members = append(s.members, uint32(last))
		}
		s.groups = append(s.groups, uint32(len(s.members)))
	}
	s.members = slices.Clone(s.members)
	return p.done()
}
