package journal

import (
	"encoding/binary"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Item is one thing that a frame holds. The journal does not look inside; the
// types are the notebook's.
type Item struct {
	Type uint8
	Data []byte
}

// Frame is what one Append wrote: valid whole or not at all. Items and their
// data may be shared with other readers and are not to be changed.
type Frame struct {
	Seq   uint64 // from 1, rising; numbers lost to damage are not given again
	Items []Item // none if Rewrite left none
}

// wireItem is an Item as it is encoded: the CBOR array [type, data].
type wireItem struct {
	_    struct{} `cbor:",toarray"`
	Type uint8
	Data []byte
}

func encodeItems(items []Item) []byte {
	wire := make([]wireItem, len(items))
	for i, it := range items {
		wire[i] = wireItem{Type: it.Type, Data: it.Data}
		if it.Data == nil {
			wire[i].Data = []byte{} // an empty string, not null
		}
	}
	return record.Encode(wire)
}

// decodeItems reads what encodeItems wrote; anything else is ErrDamaged. Only a
// replaced frame may be empty.
func decodeItems(plain []byte, empty bool) ([]Item, error) {
	var wire []wireItem
	if err := record.Decode(plain, &wire); err != nil || wire == nil || len(wire) == 0 && !empty || len(wire) > MaxItems {
		return nil, ErrDamaged
	}
	items := make([]Item, len(wire))
	for i, w := range wire {
		if w.Data == nil {
			return nil, ErrDamaged
		}
		items[i] = Item{Type: w.Type, Data: w.Data}
	}
	return items, nil
}

// aad binds a sealed batch to its place: segment, number, predecessor. What
// replaced another batch is bound to the MAC of the frame that it replaced as
// well, and begins otherwise, so that neither can pass for the other.
func (f frameRef) aad(segment uint64) []byte {
	b := make([]byte, 0, 4+8+8+2*macSize)
	if f.replaced {
		b = append(b, replacedMagic...)
	} else {
		b = append(b, segmentMagic...)
	}
	b = binary.BigEndian.AppendUint64(b, segment)
	b = binary.BigEndian.AppendUint64(b, f.seq)
	b = append(b, f.prev[:]...)
	if f.replaced {
		b = append(b, f.link[:]...)
	}
	return b
}

// replacedBit in the length word marks a replaced frame. Version 1 takes such
// a length for damage, and nothing longer than MaxFrame can be meant by it.
const replacedBit = 1 << 31

// frameRef is where a frame lies in its segment, and its place in the chain.
type frameRef struct {
	seq       uint64
	off, size int64
	replaced  bool
	prev      [macSize]byte // link of the frame before
	// link is what the next frame follows: the frame's MAC or, where the frame
	// was replaced, the MAC of the one that stood here first.
	link [macSize]byte
}

// encode returns the bytes of one frame; of f, seq, prev and, for a replaced
// one, link count.
//
//	 0  4  length of the whole frame; the highest bit says "replaced"
//	 4  8  frame number
//	12 32  link of the frame before
//	   32  only if replaced: the MAC that the frame had at first
//	 …  n  sealed batch: seal.Seal of the items' CBOR
//	 …  32 HMAC over all of the above, under the segment's key
func (f frameRef) encode(k keys, mac *checksum, segment uint64, plain []byte) ([]byte, error) {
	sealed, err := seal.Seal(k.seal, f.aad(segment), plain)
	if err != nil {
		return nil, err
	}
	size, word := frameHead+len(sealed)+macSize, uint32(0)
	limit := MaxFrame
	if f.replaced {
		size, limit, word = size+macSize, maxReplaced, replacedBit
	}
	if size > limit {
		return nil, ErrTooLarge
	}
	b := make([]byte, 0, size)
	b = binary.BigEndian.AppendUint32(b, word|uint32(size))
	b = binary.BigEndian.AppendUint64(b, f.seq)
	b = append(b, f.prev[:]...)
	if f.replaced {
		b = append(b, f.link[:]...)
	}
	b = append(b, sealed...)
	return mac.add(b), nil
}

// announced reads the length that a frame at off claims, and whether it claims
// to be a replaced one; false if no frame can have that length.
func announced(data []byte, off int64) (n int64, replaced, ok bool) {
	if int64(len(data))-off < 4 {
		return 0, false, false
	}
	word := binary.BigEndian.Uint32(data[off:])
	n, replaced = int64(word&^replacedBit), word&replacedBit != 0
	if replaced {
		return n, true, n >= minFrame+macSize && n <= maxReplaced
	}
	return n, false, n >= minFrame && n <= MaxFrame
}

// parseFrame reads the clear fields of the whole frame at off.
func parseFrame(data []byte, off int64) (frameRef, bool) {
	n, replaced, ok := announced(data, off)
	if !ok || off+n > int64(len(data)) {
		return frameRef{}, false
	}
	f := frameRef{seq: binary.BigEndian.Uint64(data[off+4:]), off: off, size: n, replaced: replaced}
	copy(f.prev[:], data[off+12:])
	if replaced {
		copy(f.link[:], data[off+frameHead:])
	} else {
		copy(f.link[:], data[off+n-macSize:])
	}
	return f, true
}

// openFrame opens the seal of the frame numbered seq at the beginning of raw.
// The seal authenticates the batch and its place by itself, so bytes that
// changed since the checksum was verified are noticed here.
func openFrame(k keys, segment, seq uint64, raw []byte) (Frame, error) {
	f, ok := parseFrame(raw, 0)
	if !ok || f.seq != seq {
		return Frame{}, ErrDamaged
	}
	head := int64(frameHead)
	if f.replaced {
		head = replacedHead
	}
	plain, err := seal.Open(k.seal, f.aad(segment), raw[head:f.size-macSize])
	if err != nil {
		return Frame{}, ErrDamaged
	}
	items, err := decodeItems(plain, f.replaced)
	if err != nil {
		return Frame{}, err
	}
	return Frame{Seq: seq, Items: items}, nil
}
