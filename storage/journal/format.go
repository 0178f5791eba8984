package journal

import (
	"encoding/binary"

	"wherry/storage/record"
	"wherry/storage/seal"
)

const (
	// Version is the segment and mark format this package writes. It reads
	// version 1 as well, which has no replaced frames.
	Version = 2

	// MaxFrame bounds a whole frame in bytes, MAC included: 8 MiB.
	MaxFrame = 8 << 20
	// MaxItems bounds the items of one frame.
	MaxItems = 1 << 16
	// SegmentSize is the size in bytes that a segment does not exceed.
	SegmentSize = 16 << 20

	headerSize = 120
	markSize   = 144
	macSize    = 32
	frameHead  = 4 + 8 + 32 // length, sequence, previous MAC
	minFrame   = frameHead + 1 + macSize
	// replacedHead is what comes before the sealed batch of a replaced frame.
	replacedHead = frameHead + macSize
	// maxReplaced bounds a replaced frame: what it replaced, and that one's MAC.
	maxReplaced = MaxFrame + macSize
	// maxSegmentRead bounds what is read of a file that claims to be a segment.
	maxSegmentRead = SegmentSize + MaxFrame
)

// The first bytes of each kind of file.
const (
	segmentMagic  = "WHJ1"
	markMagic     = "WHM1"
	replacedMagic = "WHJR" // begins the aad of a replaced frame
)

// keys are the journal's keys, all derived from the one that the notebook
// hands over. A frame's MAC key belongs to its segment, so that a frame copied
// into another segment proves nothing there.
type keys struct{ seal, header, mark, frames seal.Key }

func deriveKeys(k seal.Key) keys {
	return keys{
		seal:   k.Derive("journal/seal"),
		header: k.Derive("journal/header"),
		mark:   k.Derive("journal/mark"),
		frames: k.Derive("journal/frames"),
	}
}

func (k keys) frame(segment uint64) seal.Key { return k.frames.Derive("segment", be64(segment)) }

// header opens a segment. In every version the first 120 bytes keep this
// layout, so that an older program can tell "newer" from "damaged".
//
//	 0  4  "WHJ1"
//	 4  2  version
//	 6  2  zero
//	 8  8  segment number, from 1
//	16 32  notebook id
//	48  8  number of the first frame
//	56 32  MAC of the frame before it (zero before the very first)
//	88 32  HMAC over the above
type header struct {
	version  uint16
	segment  uint64
	notebook record.ID
	first    uint64
	prev     [macSize]byte
}

func (h header) bytes(k seal.Key) []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, segmentMagic...)
	b = binary.BigEndian.AppendUint16(b, h.version)
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint64(b, h.segment)
	b = append(b, h.notebook[:]...)
	b = binary.BigEndian.AppendUint64(b, h.first)
	b = append(b, h.prev[:]...)
	return newChecksum(k).add(b)
}

// parseHeader reads the first 120 bytes of a segment; false means damaged.
func parseHeader(k seal.Key, b []byte) (header, bool) {
	var h header
	if len(b) < headerSize || string(b[:4]) != segmentMagic || !newChecksum(k).holds(b[:headerSize]) {
		return h, false
	}
	h.version = binary.BigEndian.Uint16(b[4:])
	h.segment = binary.BigEndian.Uint64(b[8:])
	copy(h.notebook[:], b[16:48])
	h.first = binary.BigEndian.Uint64(b[48:])
	copy(h.prev[:], b[56:88])
	if h.version == 0 || h.segment == 0 || h.first == 0 || b[6] != 0 || b[7] != 0 {
		return header{}, false
	}
	return h, true
}

const flagUncertain = 1

// mark is the synced note of where the journal ends.
//
//	  0  4  "WHM1"
//	  4  2  version
//	  6  2  zero
//	  8  8  generation, one more at each writing
//	 16 32  notebook id
//	 48  8  segment number (0 before the first)
//	 56  8  offset in bytes at which the segment's sound or named bytes end
//	 64  8  highest frame number given or given up
//	 72 32  MAC of the last readable frame
//	104  8  flags: 1 says that the end is uncertain and nothing was appended since
//	112 32  HMAC over the above
type mark struct {
	version    uint16
	generation uint64
	notebook   record.ID
	segment    uint64
	offset     uint64
	seq        uint64
	mac        [macSize]byte
	uncertain  bool
}

func (m mark) bytes(k seal.Key) []byte {
	b := make([]byte, 0, markSize)
	b = append(b, markMagic...)
	b = binary.BigEndian.AppendUint16(b, m.version)
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint64(b, m.generation)
	b = append(b, m.notebook[:]...)
	b = binary.BigEndian.AppendUint64(b, m.segment)
	b = binary.BigEndian.AppendUint64(b, m.offset)
	b = binary.BigEndian.AppendUint64(b, m.seq)
	b = append(b, m.mac[:]...)
	flags := uint64(0)
	if m.uncertain {
		flags = flagUncertain
	}
	b = binary.BigEndian.AppendUint64(b, flags)
	return newChecksum(k).add(b)
}

// parseMark reads a whole mark file; false means damaged.
func parseMark(k seal.Key, b []byte) (mark, bool) {
	var m mark
	if len(b) != markSize || string(b[:4]) != markMagic || !newChecksum(k).holds(b) {
		return m, false
	}
	m.version = binary.BigEndian.Uint16(b[4:])
	m.generation = binary.BigEndian.Uint64(b[8:])
	copy(m.notebook[:], b[16:48])
	m.segment = binary.BigEndian.Uint64(b[48:])
	m.offset = binary.BigEndian.Uint64(b[56:])
	m.seq = binary.BigEndian.Uint64(b[64:])
	copy(m.mac[:], b[72:104])
	flags := binary.BigEndian.Uint64(b[104:])
	m.uncertain = flags == flagUncertain
	if m.version == 0 || m.generation == 0 || m.version <= Version && flags > flagUncertain {
		return mark{}, false
	}
	return m, true
}

func be64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }
