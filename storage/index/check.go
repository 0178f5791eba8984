package index

// checkLists walks every list in full: notes ascend and exist, positions ascend
// and lie inside their note, sizes are exact, blocks are full, and the words of
// each note add up to its length.
func (s *segment) checkLists() bool {
	counted := make([]uint64, len(s.ids))
	for t := range s.df {
		p := parser{data: s.post[s.offsets[t]:s.offsets[t+1]]}
		last := int64(-1)
		for left := s.df[t]; left > 0; {
			n := min(left, blockDocs)
			left -= n
			end := int64(-1)
			if s.df[t] > blockDocs {
				end = last + int64(p.below(uint64(len(s.ids))+1))
			}
			docsLen, posLen := p.uvarint(), uint64(0)
			if s.df[t] > blockDocs {
				posLen = p.uvarint()
			} else if docsLen <= uint64(len(p.data)) {
				posLen = uint64(len(p.data)) - docsLen
			}
			docs, pos := parser{data: p.bytes(docsLen)}, parser{data: p.bytes(posLen)}
			if p.bad || !s.checkBlock(n, &docs, &pos, &last, counted) || end >= 0 && last != end {
				return false
			}
		}
		if !p.done() {
			return false
		}
	}
	for doc, n := range counted {
		if n != uint64(s.lengths[doc]) {
			return false
		}
	}
	return true
}

func (s *segment) checkBlock(n uint32, docs, pos *parser, last *int64, counted []uint64) bool {
	for range n {
		code := docs.below(2 * uint64(len(s.ids)))
		tf := uint64(1)
		if code&1 != 0 {
			tf = docs.below(1<<32-2) + 2
		}
		*last += int64(code>>1) + 1
		if docs.bad || *last >= int64(len(s.ids)) {
			return false
		}
		length := uint64(s.lengths[*last])
		if counted[*last] += tf; counted[*last] > length {
			return false
		}
		next := uint64(0) // the first position not yet passed
		for range tf {
			next += pos.below(length) + 1
			if pos.bad || next > length {
				return false
			}
		}
	}
	return docs.done() && pos.done()
}
