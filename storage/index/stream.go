package index

import (
	"encoding/binary"
	"math/bits"

	"github.com/klauspost/compress/huff0"
)

// Numbers go to disk as symbols of one byte, which are Huffman-coded, and extra
// bits, which are not. A number below 2^(m+1) is its own symbol; a larger one is
// named by the place of its highest bit and the m bits after that, and the rest
// are extra. So what is common is short, whatever the distribution.
const (
	noteMantissa = 2 // leaves one bit of the symbol for more
	posMantissa  = 3
)

// symbolOf returns the symbol of v and its extra bits.
func symbolOf(v uint32, m uint) (sym byte, extra uint32, width uint) {
	if v < 2<<m {
		return byte(v), 0, 0
	}
	e := uint(bits.Len32(v)) - 1
	width = e - m
	return byte(2<<m + (e-m-1)<<m + uint(v>>width)&(1<<m-1)), v & (1<<width - 1), width
}

// symbolTable leads from symbols back to numbers: the lowest that has the
// symbol, and the number of extra bits. Width is 255 for what is no symbol.
type symbolTable struct {
	base  [256]uint32
	width [256]uint8
}

func newSymbolTable(m uint) *symbolTable {
	t := &symbolTable{}
	for i := range uint(256) {
		if i < 2<<m {
			t.base[i] = uint32(i)
			continue
		}
		e := (i-2<<m)>>m + m + 1
		if e > 31 {
			t.width[i] = 255
			continue
		}
		t.width[i] = uint8(e - m)
		t.base[i] = 1<<e | uint32(i&(1<<m-1))<<(e-m)
	}
	return t
}

var (
	noteSymbols = newSymbolTable(noteMantissa)
	posSymbols  = newSymbolTable(posMantissa)
)

// Symbols are packed in runs of at most runSize.
const runSize = 1 << 17

const (
	runRaw     = iota // the symbols themselves
	runSame           // one symbol, many times
	runHuffman        // huff0: one table, four streams
	runSmall          // huff0: one table, one stream
)

// packSymbols appends symbols to out: their number, then runs.
func packSymbols(out, syms []byte, sc *huff0.Scratch) []byte {
	out = binary.AppendUvarint(out, uint64(len(syms)))
	for len(syms) > 0 {
		run := syms[:min(runSize, len(syms))]
		syms = syms[len(run):]
		mode, pack := byte(runHuffman), huff0.Compress4X
		if len(run) < 1024 {
			mode, pack = runSmall, huff0.Compress1X
		}
		sc.Reuse = huff0.ReusePolicyNone
		packed, _, err := pack(run, sc)
		switch err {
		case nil:
		case huff0.ErrUseRLE:
			mode, packed = runSame, run[:1]
		default: // incompressible
			mode, packed = runRaw, run
		}
		out = append(out, mode)
		out = binary.AppendUvarint(out, uint64(len(packed)))
		out = append(out, packed...)
	}
	return out
}

// unpackSymbols reads what packSymbols wrote into out, which is grown.
func unpackSymbols(p *parser, out []byte, sc **huff0.Scratch) []byte {
	n := p.uvarint()
	out = out[:0]
	for uint64(len(out)) < n && !p.bad {
		size := int(min(n-uint64(len(out)), runSize))
		mode := p.bytes(1)
		packed := p.bytes(p.uvarint())
		if p.bad {
			break
		}
		if cap(out)-len(out) < size {
			out = append(make([]byte, 0, 2*cap(out)+size), out...)
		}
		start := len(out)
		dst := out[start : start : start+size]
		out = out[:start+size]
		switch mode[0] {
		case runRaw:
			if len(packed) != size {
				p.bad = true
			}
			copy(out[start:], packed)
		case runSame:
			if len(packed) != 1 {
				p.bad = true
				break
			}
			for i := range out[start:] {
				out[start+i] = packed[0]
			}
		case runHuffman, runSmall:
			s, rest, err := huff0.ReadTable(packed, *sc)
			*sc = s
			if err == nil && mode[0] == runHuffman {
				dst, err = s.Decoder().Decompress4X(dst, rest)
			} else if err == nil {
				dst, err = s.Decoder().Decompress1X(dst, rest)
			}
			if err != nil || len(dst) != size {
				p.bad = true
			}
		default:
			p.bad = true
		}
	}
	return out
}
