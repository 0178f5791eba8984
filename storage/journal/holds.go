package journal

// HoldsTip reports whether the frame of this number and MAC is in the journal:
// whether what somebody remembers of its end is part of its past. Of a frame
// that was replaced, the MAC that it had at first counts. The zero Tip, which
// is before the first frame, is part of every past.
func (j *Journal) HoldsTip(t Tip) bool {
	if t == (Tip{}) {
		return true
	}
	p, ok, err := j.locate(t.Seq)
	for err == nil && ok && p.seg.frames.seq(p.i) == t.Seq {
		links, whole := j.links(p, p.i, p.i+1)
		if whole || !j.moved(p) {
			return len(links) == 1 && links[0] == t.MAC
		}
		p, ok, err = j.locate(t.Seq)
	}
	return false
}

// Holds reports whether a frame of this MAC, of whatever number, is in the
// journal. Unless it is the last one of a segment that takes reading the
// journal from its end; HoldsTip does not.
func (j *Journal) Holds(mac [32]byte) bool {
	if mac == [32]byte{} {
		return true // before the first frame
	}
	j.mu.Lock()
	segs, k, closed := make([]place, 0, len(j.segs)), j.keys, j.closed
	for _, s := range j.segs {
		segs = append(segs, place{seg: *s, keys: k, rewrites: j.rewrites})
	}
	j.mu.Unlock()
	if closed {
		return false
	}
	for _, p := range segs {
		if p.seg.last == mac && p.seg.frames.len() > 0 {
			return true
		}
	}
	for i := len(segs) - 1; i >= 0; i-- {
		links, whole := j.links(segs[i], 0, segs[i].seg.frames.len())
		for _, l := range links {
			if l == mac {
				return true
			}
		}
		if !whole && j.moved(segs[i]) {
			return j.Holds(mac)
		}
	}
	return false
}

// links reads what the frames from..to of a segment are to those after them;
// whole says that none was unreadable, which are left out.
func (j *Journal) links(p place, from, to int) (out [][macSize]byte, whole bool) {
	file, err := j.opt.FS.Open(join(j.dir, p.seg.name))
	if err != nil {
		return nil, false
	}
	defer file.Close()
	v, w := p.keys.verifier(p.seg.number, p.seg.version), window{file: file}
	if to > from+1 {
		w.ahead = min(windowBytes, p.seg.size)
	}
	whole = true
	for i := from; i < to; i++ {
		off, most := p.seg.frames.span(i, p.seg.size)
		f, _, ok := v.frameAt(w.bytes(off, most), 0, p.seg.frames.seq(i))
		if !ok || f.seq != p.seg.frames.seq(i) {
			whole = false
			continue
		}
		out = append(out, f.link)
	}
	return out, whole
}
