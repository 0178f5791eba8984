package index

import "encoding/binary"

// parser reads numbers and bytes. After a fault it yields zeros and bad is set.
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
