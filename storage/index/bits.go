package index

import (
	"encoding/binary"
	"math/bits"
)

// bitPad is the number of bytes that follow packed bits, so that eight bytes
// can be read from wherever a number begins.
const bitPad = 8

// bitWriter packs numbers of known widths into bytes, low bits first.
type bitWriter struct {
	out  []byte
	acc  uint64
	have uint // bits in acc, fewer than 32 between calls
}

// put appends the low width bits of v, at most 32; higher bits must be zero.
func (w *bitWriter) put(v uint32, width uint) {
	w.acc |= uint64(v) << w.have
	if w.have += width; w.have >= 32 {
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.acc))
		w.acc >>= 32
		w.have -= 32
	}
}

// align goes on to a whole byte, over bits that are zero.
func (w *bitWriter) align() {
	for ; w.have > 0; w.have -= min(w.have, 8) {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
	w.acc = 0
}

// copyBits appends n bits of data from bit at on.
func (w *bitWriter) copyBits(data []byte, at, n uint64) {
	for ; n > 32; n -= 32 {
		w.put(bitsAt(data, at, 32), 32)
		at += 32
	}
	w.put(bitsAt(data, at, uint(n)), uint(n))
}

// bitsAt reads a number of width bits, at most 32. Data must have bitPad bytes
// after its last bit.
func bitsAt(data []byte, at uint64, width uint) uint32 {
	v := binary.LittleEndian.Uint64(data[at>>3:]) >> (at & 7)
	return uint32(v & (1<<width - 1))
}

// widthOf is the number of bits of a position in a note of so many words.
func widthOf(length uint32) uint { return uint(bits.Len32(length - 1)) }
