package journal

// chain is the place that the next frame must take.
type chain struct {
	seq  uint64        // number of the next frame
	link [macSize]byte // what it must name as its predecessor
}

// hole is a stretch of a segment that is not a frame, or a place between two
// frames where others are missing (from == to).
type hole struct {
	from, to int64
	seq      uint64 // the number that was expected there
	missing  uint64 // how many numbers are absent, once a later frame tells
	claims   int64  // the length that a frame there would have; 0 if not readable
	reason   string
}

// scanned is what a segment's bytes hold.
type scanned struct {
	frames index
	holes  []hole // the last one reaches the end of the data if the tail is bad
	next   chain  // what would follow the last sound frame
	gap    bool   // the data ends in a bad tail
	// exhausted says that the search for frames was given up, so that
	// something decodable may follow.
	exhausted bool
}

// searchBudget bounds the bytes put through HMAC in the search for the next
// frame of one segment. Only bytes forged to look like frames come near it.
const searchBudget = 16 * SegmentSize

// verifier tells the frames of one segment from other bytes. It is for one
// goroutine at a time.
type verifier struct {
	mac *checksum
	// plain says that the segment is of version 1, which has no replaced frames.
	plain bool
}

// verifier for a segment whose sound header says version; zero where there is
// no sound header, so that any frame may be there.
func (k keys) verifier(segment uint64, version uint16) *verifier {
	return &verifier{mac: newChecksum(k.frame(segment)), plain: version == 1}
}

// maxSkip bounds how far frame numbers may jump. It makes chance finds in
// ciphertext impossible for practical purposes and is never met by a journal.
const maxSkip = 1 << 32

// frameAt reads the frame at off if its number is at least min and its
// checksum holds. spent counts the bytes that were put through HMAC.
func (v *verifier) frameAt(data []byte, off int64, min uint64) (f frameRef, spent int64, ok bool) {
	f, ok = parseFrame(data, off)
	if !ok || f.replaced && v.plain || f.seq < min || f.seq-min >= maxSkip {
		return frameRef{}, 0, false
	}
	if !v.mac.holds(data[off : off+f.size]) {
		return frameRef{}, f.size, false
	}
	return f, f.size, true
}

// scan walks the frames of one segment, given as the whole file, and calls
// each with every sound one. It never trusts a length: a frame counts only with
// its checksum, and after a bad stretch the search goes on byte by byte.
//
// gap says that frames before this segment are already named as missing, so
// that a jump at its first frame is no news.
func (v *verifier) scan(data []byte, expect chain, gap bool, each func(frameRef)) scanned {
	s := scanned{next: expect}
	budget := int64(searchBudget)
	named := gap // the gap before the next frame already has its name
	off := int64(headerSize)
	for off < int64(len(data)) {
		f, _, ok := v.frameAt(data, off, s.next.seq)
		if !ok {
			h := hole{from: off, to: v.search(data, off+1, s.next.seq, &budget), seq: s.next.seq, reason: ReasonFrame}
			if n, replaced, ok := announced(data, off); ok && !(replaced && v.plain) {
				h.claims = n
			}
			s.holes = append(s.holes, h)
			off, named = h.to, true
			continue
		}
		switch {
		case named && len(s.holes) > 0:
			s.holes[len(s.holes)-1].missing = f.seq - s.next.seq
		case named:
		case f.seq != s.next.seq:
			s.holes = append(s.holes, hole{from: off, to: off, seq: s.next.seq,
				missing: f.seq - s.next.seq, reason: ReasonMissing})
		case f.prev != s.next.link:
			s.holes = append(s.holes, hole{from: off, to: off, seq: s.next.seq, reason: ReasonChain})
		}
		named = false
		s.frames.add(f.seq, off)
		each(f)
		s.next = chain{seq: f.seq + 1, link: f.link}
		off += f.size
	}
	s.exhausted, s.gap = budget <= 0, named
	return s
}

// search returns the offset of the next sound frame at or after off, or the
// end of the data.
func (v *verifier) search(data []byte, off int64, min uint64, budget *int64) int64 {
	for ; off < int64(len(data)) && *budget > 0; off++ {
		_, spent, ok := v.frameAt(data, off, min)
		if ok {
			return off
		}
		*budget -= spent
	}
	return int64(len(data))
}
