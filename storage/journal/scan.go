package journal

import "wherry/storage/seal"

// chain is the place that the next frame must take.
type chain struct {
	seq uint64        // number of the next frame
	mac [macSize]byte // MAC of the frame before it
}

// hole is a stretch of a segment that is not a frame, or a place between two
// frames where others are missing (from == to).
type hole struct {
	from, to int64
	seq      uint64 // the number that was expected there
	missing  uint64 // how many numbers are absent, once a later frame tells
	reason   string
}

// scanned is what a segment's bytes hold.
type scanned struct {
	frames []frameRef
	holes  []hole // the last one reaches the end of the data if the tail is bad
	end    int64  // just past the last sound frame (or past the header)
	next   chain  // what would follow the last sound frame
	gap    bool   // the data ends in a bad tail
	// exhausted says that the search for frames was given up, so that
	// something decodable may follow.
	exhausted bool
}

// searchBudget bounds the bytes put through HMAC in the search for the next
// frame of one segment. Only bytes forged to look like frames come near it.
const searchBudget = 16 * SegmentSize

// scanFrames walks the frames of one segment, given as the whole file. It
// never trusts a length: a frame counts only with its checksum, and after a
// bad stretch the search goes on byte by byte.
//
// gap says that frames before this segment are already named as missing, so
// that a jump at its first frame is no news.
func scanFrames(mac seal.Key, data []byte, expect chain, gap bool) scanned {
	s := scanned{end: headerSize, next: expect}
	budget := int64(searchBudget)
	named := gap // the gap before the next frame already has its name
	off := int64(headerSize)
	for off < int64(len(data)) {
		f, ok := frameAt(mac, data, off, s.next.seq)
		if !ok {
			to := searchFrame(mac, data, off+1, s.next.seq, &budget)
			s.holes = append(s.holes, hole{from: off, to: to, seq: s.next.seq, reason: ReasonFrame})
			off, named = to, true
			continue
		}
		switch {
		case named && len(s.holes) > 0:
			s.holes[len(s.holes)-1].missing = f.seq - s.next.seq
		case named:
		case f.seq != s.next.seq:
			s.holes = append(s.holes, hole{from: off, to: off, seq: s.next.seq,
				missing: f.seq - s.next.seq, reason: ReasonMissing})
		case f.prev != s.next.mac:
			s.holes = append(s.holes, hole{from: off, to: off, seq: s.next.seq, reason: ReasonChain})
		}
		named = false
		s.frames = append(s.frames, f)
		s.next = chain{seq: f.seq + 1, mac: f.mac}
		off += f.size
		s.end = off
	}
	s.exhausted, s.gap = budget <= 0, named
	return s
}

// searchFrame returns the offset of the next sound frame at or after off, or
// the end of the data.
func searchFrame(mac seal.Key, data []byte, off int64, min uint64, budget *int64) int64 {
	for ; off < int64(len(data)) && *budget > 0; off++ {
		n, ok := candidate(data, off, min)
		if !ok {
			continue
		}
		*budget -= n
		if macHolds(mac, data[off:off+n]) {
			return off
		}
	}
	return int64(len(data))
}
