package index

import "encoding/binary"

// checkLists walks every list in full: notes ascend and exist, positions ascend
// and lie inside their note, sizes are exact, blocks are full, and the words of
// each note add up to its length.
func (s *segment) checkLists() bool {
	counted := make([]uint32, len(s.ids))
	for t := range s.df {
		p := parser{data: s.post[s.offsets[t]:s.offsets[t+1]]}
		long := s.df[t] > blockDocs
		last := int64(-1)
		for left := s.df[t]; left > 0; {
			n := min(left, blockDocs)
			left -= n
			end, posLen := int64(-1), uint64(0)
			if long {
				end = last + int64(p.below(uint64(len(s.ids))+1))
			}
			docsLen := p.uvarint()
			if long {
				posLen = p.uvarint()
			} else if docsLen <= uint64(len(p.data)) {
				posLen = uint64(len(p.data)) - docsLen
			}
			docs, pos := p.bytes(docsLen), p.bytes(posLen)
			if p.bad || !s.checkBlock(n, docs, pos, &last, counted) || long && last != end {
				return false
			}
		}
		if !p.done() {
			return false
		}
	}
	for doc, n := range counted {
		if n != s.lengths[doc] {
			return false
		}
	}
	return true
}

// checkBlock checks one block of n notes, the first of which comes after last.
func (s *segment) checkBlock(n uint32, docs, pos []byte, last *int64, counted []uint32) bool {
	i, j := 0, 0
	for range n {
		code, ok := number32(docs, &i)
		if !ok {
			return false
		}
		tf := uint32(1)
		if code&1 != 0 {
			more, ok := number32(docs, &i)
			if !ok || more > 1<<32-3 {
				return false
			}
			tf = more + 2
		}
		*last += int64(code>>1) + 1
		if *last >= int64(len(s.ids)) {
			return false
		}
		length := s.lengths[*last]
		if tf > length-counted[*last] {
			return false
		}
		counted[*last] += tf
		next := uint64(0) // the first position not yet passed
		for range tf {
			if j < len(pos) && pos[j] < 0x80 { // as number32, where most time goes
				next += uint64(pos[j]) + 1
				j++
			} else if gap, ok := number32(pos, &j); ok {
				next += uint64(gap) + 1
			} else {
				return false
			}
			if next > uint64(length) {
				return false
			}
		}
	}
	return i == len(docs) && j == len(pos)
}

// number32 reads a number of at most 32 bits in its only form.
func number32(data []byte, i *int) (uint32, bool) {
	if *i < len(data) && data[*i] < 0x80 {
		*i++
		return uint32(data[*i-1]), true
	}
	return longNumber32(data, i)
}

func longNumber32(data []byte, i *int) (uint32, bool) {
	v, n := binary.Uvarint(data[*i:])
	if n <= 0 || data[*i+n-1] == 0 || v >= 1<<32 {
		return 0, false
	}
	*i += n
	return uint32(v), true
}
