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

// Frame is what one Append wrote: valid whole or not at all.
type Frame struct {
	Seq   uint64 // from 1, rising; numbers lost to damage are not given again
	Items []Item
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

// decodeItems reads what encodeItems wrote; anything else is ErrDamaged.
func decodeItems(plain []byte) ([]Item, error) {
	var wire []wireItem
	if err := record.Decode(plain, &wire); err != nil || len(wire) == 0 || len(wire) > MaxItems {
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

// frameAAD binds a sealed batch to its place: segment, number, predecessor.
func frameAAD(segment, seq uint64, prev [macSize]byte) []byte {
	b := make([]byte, 0, 4+8+8+macSize)
	b = append(b, segmentMagic...)
	b = binary.BigEndian.AppendUint64(b, segment)
	b = binary.BigEndian.AppendUint64(b, seq)
	return append(b, prev[:]...)
}

// encodeFrame returns the bytes of one frame.
//
//	 0  4  length of the whole frame
//	 4  8  frame number
//	12 32  MAC of the frame before
//	44  n  sealed batch: seal.Seal of the items' CBOR
//	 …  32 HMAC over all of the above, under the segment's key
func encodeFrame(k keys, mac seal.Key, segment, seq uint64, prev [macSize]byte, plain []byte) ([]byte, error) {
	sealed, err := seal.Seal(k.seal, frameAAD(segment, seq, prev), plain)
	if err != nil {
		return nil, err
	}
	size := frameHead + len(sealed) + macSize
	if size > MaxFrame {
		return nil, ErrTooLarge
	}
	b := make([]byte, 0, size)
	b = binary.BigEndian.AppendUint32(b, uint32(size))
	b = binary.BigEndian.AppendUint64(b, seq)
	b = append(b, prev[:]...)
	b = append(b, sealed...)
	return appendMAC(mac, b), nil
}

// frameRef is where a frame lies in its segment, and its place in the chain.
type frameRef struct {
	seq       uint64
	off, size int64
	prev, mac [macSize]byte
}

// announced reads the length that a frame at off claims; false if no frame
// can have that length.
func announced(data []byte, off int64) (int64, bool) {
	if int64(len(data))-off < 4 {
		return 0, false
	}
	n := int64(binary.BigEndian.Uint32(data[off:]))
	return n, n >= minFrame && n <= MaxFrame
}

// maxSkip bounds how far frame numbers may jump. It makes chance finds in
// ciphertext impossible for practical purposes and is never met by a journal.
const maxSkip = 1 << 32

// candidate reports whether the clear fields at off could begin a frame
// numbered at least min, without looking at its checksum.
func candidate(data []byte, off int64, min uint64) (int64, bool) {
	n, ok := announced(data, off)
	if !ok || off+n > int64(len(data)) {
		return 0, false
	}
	seq := binary.BigEndian.Uint64(data[off+4:])
	return n, seq >= min && seq-min < maxSkip
}

// frameAt reads the frame at off if its number is at least min and its
// checksum holds.
func frameAt(mac seal.Key, data []byte, off int64, min uint64) (frameRef, bool) {
	n, ok := candidate(data, off, min)
	if !ok || !macHolds(mac, data[off:off+n]) {
		return frameRef{}, false
	}
	f := frameRef{seq: binary.BigEndian.Uint64(data[off+4:]), off: off, size: n}
	copy(f.prev[:], data[off+12:off+frameHead])
	copy(f.mac[:], data[off+n-macSize:off+n])
	return f, true
}

// openFrame opens a frame's seal. The seal authenticates the batch and its
// place by itself, so bytes that changed since the checksum was verified are
// noticed here.
func openFrame(k keys, segment uint64, f frameRef, raw []byte) (Frame, error) {
	if int64(len(raw)) != f.size || f.size < minFrame {
		return Frame{}, ErrDamaged
	}
	plain, err := seal.Open(k.seal, frameAAD(segment, f.seq, f.prev), raw[frameHead:f.size-macSize])
	if err != nil {
		return Frame{}, ErrDamaged
	}
	items, err := decodeItems(plain)
	if err != nil {
		return Frame{}, err
	}
	return Frame{Seq: f.seq, Items: items}, nil
}
