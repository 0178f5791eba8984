package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"wherry/storage/record"
)

// maxSegmentDocs keeps note numbers well inside 32 bits.
const maxSegmentDocs = 1 << 30

// Load reads what Snapshot returned. It checks every number in it, so an index
// that loads can be searched without fear whatever its bytes, and it needs
// memory in proportion to the bytes it is given. The bytes are copied.
func Load(data []byte) (*Index, error) {
	r := bytes.NewReader(data)
	return load(r, func() int64 { return int64(r.Len()) })
}

// load reads a snapshot that ends where r ends. Left bounds the number of bytes
// that r can still give. Errors of r are returned as they are.
func load(r io.Reader, left func() int64) (*Index, error) {
	head := make([]byte, snapshotHead)
	if err := readFull(r, head); err != nil {
		return nil, err
	}
	if string(head[:len(snapshotMagic)]) != snapshotMagic {
		return nil, ErrSnapshot
	}
	if head[4] != snapshotFormat || head[5] != snapshotRules || head[6] != unicodeEdition {
		return nil, ErrRules
	}
	x := New()
	for range binary.LittleEndian.Uint32(head[7:]) {
		s, err := loadSegment(r, left)
		if err != nil {
			return nil, err
		}
		for i := range s.ids {
			for _, other := range x.segs {
				if _, twice := other.find(s.ids[i]); twice {
					return nil, ErrSnapshot
				}
			}
		}
		x.segs = append(x.segs, s)
	}
	switch _, err := io.ReadFull(r, head[:1]); {
	case err == nil:
		return nil, ErrSnapshot // something follows
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return x, nil
}

func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrSnapshot
	}
	return err
}

func loadSegment(r io.Reader, left func() int64) (*segment, error) {
	fixed := make([]byte, segmentHeaderSize)
	if err := readFull(r, fixed); err != nil {
		return nil, err
	}
	var h segmentHeader
	if _, err := binary.Decode(fixed, binary.LittleEndian, &h); err != nil {
		return nil, ErrSnapshot
	}
	// Every word, stem and note takes a few bytes at least, so these bound all
	// memory below by the bytes that are there.
	if h.body() > left() || h.Docs == 0 || h.Docs > maxSegmentDocs ||
		h.Columns/5 < h.Docs || h.TermBytes/3 < h.Terms || h.Lists/2 < h.Terms ||
		h.StemBytes/3 < h.Stems || h.Groups/2 < h.Stems || h.Stems > h.Terms ||
		h.Names < h.Kinds || h.Names-h.Kinds < h.Authors {
		return nil, ErrSnapshot
	}
	sections := make([][]byte, 0, 9)
	for _, size := range []int64{32 * int64(h.Docs), 32 * int64(h.Cases), int64(h.Names), int64(h.Columns),
		int64(h.TermBytes), int64(h.Lists), int64(h.StemBytes), int64(h.Groups), int64(h.Post)} {
		section := make([]byte, size)
		if err := readFull(r, section); err != nil {
			return nil, err
		}
		sections = append(sections, section)
	}
	s := &segment{post: sections[8]}
	ok := s.loadMeta(&h, sections[0], sections[1], sections[2], sections[3]) &&
		loadDict(&s.terms, sections[4], h.Terms) &&
		s.loadLists(sections[5]) &&
		loadDict(&s.stems, sections[6], h.Stems) &&
		s.loadGroups(sections[7]) &&
		s.complete() &&
		s.checkLists()
	if !ok {
		return nil, ErrSnapshot
	}
	return s, nil
}

// parser reads numbers in their only form. After a fault it yields zeros and
// bad is set.
type parser struct {
	data []byte
	bad  bool
}

func (p *parser) uvarint() uint64 {
	if len(p.data) > 0 && p.data[0] < 0x80 {
		v := uint64(p.data[0])
		p.data = p.data[1:]
		return v
	}
	v, n := binary.Uvarint(p.data)
	if n <= 0 || p.data[n-1] == 0 {
		p.bad, p.data = true, nil
		return 0
	}
	p.data = p.data[n:]
	return v
}

// below reads a number less than limit.
func (p *parser) below(limit uint64) uint64 {
	v := p.uvarint()
	if v >= limit {
		p.bad = true
		return 0
	}
	return v
}

func (p *parser) varint() int64 {
	u := p.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (p *parser) bytes(n uint64) []byte {
	if n > uint64(len(p.data)) {
		p.bad, p.data = true, nil
		return nil
	}
	b := p.data[:n:n]
	p.data = p.data[n:]
	return b
}

// done reports whether all was read without fault.
func (p *parser) done() bool { return !p.bad && len(p.data) == 0 }

func (s *segment) loadMeta(h *segmentHeader, ids, cases, names, columns []byte) bool {
	s.ids, s.cases = toIDs(ids), toIDs(cases)
	p := parser{data: names}
	for range h.Kinds {
		s.kinds = append(s.kinds, string(p.bytes(p.uvarint())))
	}
	for range h.Authors {
		s.authors = append(s.authors, string(p.bytes(p.uvarint())))
	}
	if !p.done() || !ascending(s.cases, compareID) || !ascending(s.kinds, compareStrings) ||
		!ascending(s.authors, compareStrings) {
		return false
	}
	p = parser{data: columns}
	column := func(limit uint64) []uint32 {
		out := make([]uint32, h.Docs)
		for i := range out {
			out[i] = uint32(p.below(limit))
		}
		return out
	}
	s.caseOf, s.kindOf, s.authorOf = column(uint64(h.Cases)), column(uint64(h.Kinds)), column(uint64(h.Authors))
	s.lengths = column(1 << 32)
	s.times = make([]int64, h.Docs)
	before := int64(0)
	for i := range s.times {
		before += p.varint()
		s.times[i] = before
	}
	return p.done() && allUsed(s.caseOf, h.Cases) && allUsed(s.kindOf, h.Kinds) && allUsed(s.authorOf, h.Authors)
}

func toIDs(data []byte) []record.ID {
	out := make([]record.ID, len(data)/32)
	for i := range out {
		out[i] = record.ID(data[32*i:])
	}
	return out
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
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

// allUsed reports whether each number below n stands in the column.
func allUsed(column []uint32, n uint32) bool {
	used := make([]bool, n)
	for _, v := range column {
		used[v] = true
	}
	return !slices.Contains(used, false)
}

// loadDict checks the words and notes where the blocks begin.
func loadDict(d *dict, data []byte, n uint32) bool {
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
	return p.done()
}

func (s *segment) loadLists(data []byte) bool {
	p := parser{data: data}
	s.df = make([]uint32, s.terms.n)
	s.offsets = make([]uint32, 1, s.terms.n+1)
	at := uint64(0)
	for t := range s.df {
		s.df[t] = uint32(p.below(1 + uint64(len(s.ids))))
		at += p.below(1 + uint64(len(s.post)))
		if s.df[t] == 0 || at > uint64(len(s.post)) {
			return false
		}
		s.offsets = append(s.offsets, uint32(at))
	}
	return p.done() && at == uint64(len(s.post))
}

// loadGroups checks that every word has one stem.
func (s *segment) loadGroups(data []byte) bool {
	p := parser{data: data}
	s.groups = make([]uint32, 1, s.stems.n+1)
	s.members = make([]uint32, 0, s.terms.n)
	grouped := make([]bool, s.terms.n)
	for range s.stems.n {
		count := p.uvarint()
		if count == 0 || count > uint64(s.terms.n-len(s.members)) {
			return false
		}
		last := int64(-1)
		for range count {
			last += int64(p.below(uint64(s.terms.n))) + 1
			if p.bad || last >= int64(s.terms.n) || grouped[last] {
				return false
			}
			grouped[last] = true
			s.members = append(s.members, uint32(last))
		}
		s.groups = append(s.groups, uint32(len(s.members)))
	}
	return p.done() && len(s.members) == s.terms.n
}
