package journal

// join takes up one segment, after those before it, and judges it.
func (s *survey) join(fsys FS, dir string, seg *segment, h header, read segmentRead, last bool) {
	if seg.number > s.nextSegment {
		s.nameGap(Damage{File: segmentName(s.nextSegment), Segment: int(s.nextSegment),
			Seq: s.next.seq, Reason: ReasonSegment})
	}
	s.nextSegment = seg.number + 1
	s.appendable = false
	seg.upto = s.next.seq - 1

	seg.size = read.size
	if read.err != nil {
		s.unread = read.err
		s.nameGap(Damage{File: seg.name, Segment: int(seg.number), Seq: s.next.seq, Length: read.size, Reason: ReasonUnread})
		return
	}
	if !seg.head && last && read.size <= headerSize && s.pastMark(seg, 0, 0) {
		s.torn = &torn{seg: seg, headless: true}
		s.report.TornBytes, s.appendable = read.size, true
		return
	}
	s.takeHeader(seg, h, min(read.size, headerSize))
	if !read.done || read.expect != s.next || s.gap {
		// What went before says otherwise than the header, or there is none.
		read = s.reader(fsys, dir).read(seg, s.next, s.gap, nil)
		if read.err != nil {
			s.unread = read.err
			return
		}
	}
	s.takeFrames(seg, read, last)
	if read.size > read.have {
		s.nameGap(Damage{File: seg.name, Segment: int(seg.number), Seq: s.next.seq,
			Offset: read.have, Length: read.size - read.have, Reason: ReasonLong})
		s.appendable = false
	}
}

// takeHeader compares where the segment says it begins with where the one
// before it ended.
func (s *survey) takeHeader(seg *segment, h header, size int64) {
	if !seg.head {
		s.name(Damage{File: seg.name, Segment: int(seg.number), Seq: s.next.seq, Length: size, Reason: ReasonHeader})
		s.pieces = append(s.pieces, piece{seg.name, 0, size})
		return
	}
	switch {
	case s.gap:
		s.resolve(h.first)
	case h.first > s.next.seq:
		prev := seg.name
		if i := s.index(seg); i > 0 {
			prev = s.segs[i-1].name
		}
		s.name(Damage{File: prev, Segment: int(seg.number) - 1, Seq: s.next.seq,
			Missing: h.first - s.next.seq, Reason: ReasonMissing})
	case h.first < s.next.seq || h.prev != s.next.link:
		s.name(Damage{File: seg.name, Segment: int(seg.number), Seq: h.first, Reason: ReasonChain})
	}
	s.next = chain{seq: max(h.first, s.next.seq), link: h.prev}
}

func (s *survey) index(seg *segment) int {
	for i, g := range s.segs {
		if g == seg {
			return i
		}
	}
	return 0
}

// takeFrames enters the frames and names the holes between them.
func (s *survey) takeFrames(seg *segment, read segmentRead, last bool) {
	found := read.found
	if found.frames.len() > 0 {
		s.resolve(found.frames.seq(0))
	}
	s.gap, s.skip = found.gap, 0
	seg.frames, seg.last = found.frames, found.next.link
	s.next = found.next
	seg.upto = max(seg.upto, s.next.seq-1)
	s.report.Frames += uint64(seg.frames.len())
	s.unlike(seg, read)
	s.appendable = seg.head && !found.gap && read.size == read.have
	for i, h := range found.holes {
		isTail := found.gap && i == len(found.holes)-1
		if isTail && last && s.tornTail(seg, read, h) {
			s.torn = &torn{seg: seg, from: h.from}
			s.report.TornBytes = h.to - h.from
			s.appendable, s.gap = true, false // nothing acknowledged is missing
			continue
		}
		d := Damage{File: seg.name, Segment: int(seg.number), Seq: h.seq, Missing: h.missing,
			Offset: h.from, Length: h.to - h.from, Reason: h.reason}
		if h.to > h.from {
			s.pieces = append(s.pieces, piece{seg.name, h.from, h.to})
		}
		s.name(d)
		if isTail {
			s.pending = len(s.report.Damaged)
			s.skip = uint64((h.to-h.from)/minFrame) + 1
		}
	}
}

// unlike names frames whose content is none, and remembers the one that the
// mark knows if its MAC is another.
func (s *survey) unlike(seg *segment, read segmentRead) {
	for _, f := range read.hollow {
		s.name(Damage{File: seg.name, Segment: int(seg.number), Seq: f.seq,
			Offset: f.off, Length: f.size, Reason: ReasonContent})
	}
	if m, ok := s.marks.best(); ok && read.marked.seq > 0 && read.marked.link != m.mac {
		s.differs = &Damage{File: seg.name, Segment: int(seg.number), Seq: read.marked.seq,
			Offset: read.marked.off, Length: read.marked.size, Reason: ReasonDiffers}
	}
}

// tornTail decides whether a bad tail is what a power cut leaves of the one
// frame that was being written.
func (s *survey) tornTail(seg *segment, read segmentRead, h hole) bool {
	if !seg.head || read.found.exhausted || read.size != read.have {
		return false
	}
	if h.to-h.from > MaxFrame || !s.pastMark(seg, h.from, h.seq) {
		return false
	}
	// Where its length can be read, nothing may follow the frame.
	return h.claims == 0 || h.from+h.claims >= h.to
}

// pastMark reports whether the place, where the frame numbered seq would be,
// lies at or past the synced mark. Without a mark nothing does. Numbers given
// up count as given, so that what was damaged at the mark stays damage. Marks
// of version 2 are compared by number alone, because rewriting a segment moves
// its frames; 0 stands for no frame at all.
func (s *survey) pastMark(seg *segment, off int64, seq uint64) bool {
	m, ok := s.marks.best()
	if !ok || m.segment > seg.number {
		return false
	}
	if m.segment < seg.number {
		return true
	}
	if m.version == 1 {
		return uint64(off) >= m.offset
	}
	return seq > m.seq || m.offset == 0 // at that time it had not even its header
}

// againstMark compares what was found with the end that the mark promises.
func (s *survey) againstMark() {
	m, ok := s.marks.best()
	if !ok {
		if s.found && len(s.segs) > 0 {
			s.name(Damage{File: markNames[0], Reason: ReasonMarksLost})
		}
		s.report.Unmarked, s.report.Cut = s.report.Frames, s.found
		s.next.seq += s.skip
		return
	}
	s.report.MarkHealed, s.report.MarkTwin = s.marks.toHeal()
	if m.segment >= s.nextSegment {
		s.nameGap(Damage{File: segmentName(s.nextSegment), Segment: int(s.nextSegment),
			Seq: s.next.seq, Reason: ReasonSegment})
		s.nextSegment, s.appendable = m.segment+1, false
	}
	if s.next.seq <= m.seq && !s.gap {
		n := len(s.segs)
		seg := &segment{name: segmentName(s.nextSegment), number: s.nextSegment}
		if n > 0 {
			seg = s.segs[n-1]
		}
		s.nameGap(Damage{File: seg.name, Segment: int(seg.number), Seq: s.next.seq,
			Offset: seg.size, Reason: ReasonShort})
	}
	if s.next.seq <= m.seq {
		s.appendable = false
	}
	s.report.Cut = s.torn != nil || s.gap || m.uncertain && s.next.seq <= m.seq+1
	s.next.seq = max(s.next.seq+s.skip, m.seq+1)
	if s.differs != nil {
		s.name(*s.differs)
	}
	for _, seg := range s.segs {
		s.report.Unmarked += uint64(seg.frames.len() - seg.frames.from(m.seq+1))
	}
}
