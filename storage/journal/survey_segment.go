package journal

// scan reads one segment and judges it.
func (s *survey) scan(fsys FS, dir string, seg *segment, h header, last, deep bool) {
	if seg.number > s.nextSegment {
		s.nameGap(Damage{File: segmentName(s.nextSegment), Segment: int(s.nextSegment),
			Seq: s.next.seq, Reason: ReasonSegment})
	}
	s.nextSegment = seg.number + 1
	s.appendable = false

	data, size, err := readAll(fsys, join(dir, seg.name), maxSegmentRead)
	seg.size = size
	if err != nil {
		s.unread = err
		s.nameGap(Damage{File: seg.name, Segment: int(seg.number), Seq: s.next.seq, Length: size, Reason: ReasonUnread})
		return
	}
	if !seg.head && last && size <= headerSize && s.pastMark(seg, 0) {
		s.torn = &torn{seg: seg, headless: true}
		s.report.TornBytes, s.appendable = size, true
		return
	}
	s.takeHeader(seg, h, min(size, headerSize))
	s.takeFrames(seg, data, last, deep)
	if size > int64(len(data)) {
		s.nameGap(Damage{File: seg.name, Segment: int(seg.number), Seq: s.next.seq,
			Offset: int64(len(data)), Length: size - int64(len(data)), Reason: ReasonLong})
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
	case h.first < s.next.seq || h.prev != s.next.mac:
		s.name(Damage{File: seg.name, Segment: int(seg.number), Seq: h.first, Reason: ReasonChain})
	}
	s.next = chain{seq: max(h.first, s.next.seq), mac: h.prev}
}

func (s *survey) index(seg *segment) int {
	for i, g := range s.segs {
		if g == seg {
			return i
		}
	}
	return 0
}

// takeFrames reads the frames and names the holes between them.
func (s *survey) takeFrames(seg *segment, data []byte, last, deep bool) {
	found := scanFrames(s.keys.frame(seg.number), data, s.next, s.gap)
	if len(found.frames) > 0 {
		s.resolve(found.frames[0].seq)
	}
	s.gap, s.skip = found.gap, 0
	seg.frames = found.frames
	s.next = found.next
	s.report.Frames += uint64(len(seg.frames))
	if deep {
		s.openAll(seg, data)
	}
	size := int64(len(data))
	s.appendable = seg.head && !found.gap && seg.size == size
	for i, h := range found.holes {
		isTail := found.gap && i == len(found.holes)-1
		if isTail && last && s.tornTail(seg, data, h, found.exhausted) {
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

// tornTail decides whether a bad tail is what a power cut leaves of the one
// frame that was being written.
func (s *survey) tornTail(seg *segment, data []byte, h hole, exhausted bool) bool {
	if !seg.head || exhausted || seg.size != int64(len(data)) {
		return false
	}
	if h.to-h.from > MaxFrame || !s.pastMark(seg, h.from) {
		return false
	}
	// Where its length can be read, nothing may follow the frame.
	n, ok := announced(data, h.from)
	return !ok || h.from+n >= h.to
}

// pastMark reports whether the place lies at or past the synced mark. Without
// a mark nothing does.
func (s *survey) pastMark(seg *segment, off int64) bool {
	m, ok := s.marks.best()
	if !ok {
		return false
	}
	return m.segment < seg.number || m.segment == seg.number && uint64(off) >= m.offset
}

// openAll opens every frame's seal.
func (s *survey) openAll(seg *segment, data []byte) {
	for _, f := range seg.frames {
		if _, err := openFrame(s.keys, seg.number, f, data[f.off:f.off+f.size]); err != nil {
			s.name(Damage{File: seg.name, Segment: int(seg.number), Seq: f.seq,
				Offset: f.off, Length: f.size, Reason: ReasonContent})
		}
	}
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
	for _, seg := range s.segs {
		for _, f := range seg.frames {
			if f.seq == m.seq && f.mac != m.mac {
				s.name(Damage{File: seg.name, Segment: int(seg.number), Seq: f.seq,
					Offset: f.off, Length: f.size, Reason: ReasonDiffers})
			}
			if f.seq > m.seq {
				s.report.Unmarked++
			}
		}
	}
}
