package journal

import "context"

// place is a frame's place at one moment, with what opens it, so that reading
// needs no lock.
type place struct {
	seg      segment // a copy; frames may be added to the original
	i        int
	keys     keys
	rewrites int
}

// locate finds the first readable frame numbered seq or above; false if there
// is none.
func (j *Journal) locate(seq uint64) (place, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return place{}, false, ErrClosed
	}
	lo, hi := 0, len(j.segs)
	for lo < hi {
		if mid := (lo + hi) / 2; j.segs[mid].upto < seq {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(j.segs); lo++ {
		if i := j.segs[lo].frames.from(seq); i < j.segs[lo].frames.len() {
			return place{seg: *j.segs[lo], i: i, keys: j.keys, rewrites: j.rewrites}, true, nil
		}
	}
	return place{}, false, nil
}

// moved reports whether a segment was rewritten since the place was found, so
// that failing to read there means nothing. While one is being put in place it
// waits.
func (j *Journal) moved(p place) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.rewrites != p.rewrites
}

// Replay calls fn with every readable frame numbered from or above, in order,
// and stops at fn's first error. A frame that has gone bad since Open is passed
// over; Replay then ends with ErrDamaged after all the others were given.
// Frames appended meanwhile are not included.
// No lock is held while fn runs.
func (j *Journal) Replay(ctx context.Context, from uint64, fn func(Frame) error) error {
	end := j.Tip().Seq
	bad := false
	for next := max(from, 1); next <= end; {
		p, ok, err := j.locate(next)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		var lost bool
		if next, lost, err = j.replaySegment(ctx, p, end, fn); err != nil {
			return err
		}
		bad = bad || lost
	}
	if bad {
		return ErrDamaged
	}
	return nil
}

// replaySegment gives out frames of one segment, from the place on up to the
// one numbered end. It returns the number to go on with; bad says that some are
// not readable any more.
func (j *Journal) replaySegment(ctx context.Context, p place, end uint64, fn func(Frame) error) (next uint64, bad bool, err error) {
	file, err := j.opt.FS.Open(join(j.dir, p.seg.name))
	if err != nil {
		if j.moved(p) {
			return p.seg.frames.seq(p.i), false, ctx.Err()
		}
		return p.seg.upto + 1, true, ctx.Err()
	}
	defer file.Close()
	w := window{file: file, ahead: min(windowBytes, p.seg.size)}
	for i := p.i; i < p.seg.frames.len(); i++ {
		seq := p.seg.frames.seq(i)
		if err := ctx.Err(); err != nil || seq > end {
			return seq, bad, err
		}
		off, most := p.seg.frames.span(i, p.seg.size)
		f, err := openFrame(p.keys, p.seg.number, seq, w.bytes(off, most))
		if err != nil {
			if j.moved(p) {
				return seq, bad, nil
			}
			bad = true
			continue
		}
		if err := fn(f); err != nil {
			return seq, bad, err
		}
	}
	return p.seg.upto + 1, bad, nil
}

// Read returns one frame; ErrNoFrame if no readable frame has that number. The
// frames read last are kept in memory.
func (j *Journal) Read(ctx context.Context, seq uint64) (Frame, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Frame{}, err
		}
		c, err := j.cached()
		if err != nil {
			return Frame{}, err
		}
		f, round, ok := c.get(seq)
		if ok {
			return f, nil
		}
		p, ok, err := j.locate(seq)
		if err != nil {
			return Frame{}, err
		}
		if !ok || p.seg.frames.seq(p.i) != seq {
			return Frame{}, ErrNoFrame
		}
		if f, err = j.readAt(p); err == nil {
			c.put(f, round)
		}
		if err == nil || !j.moved(p) {
			return f, err
		}
	}
}

func (j *Journal) cached() (*cache, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, ErrClosed
	}
	return j.cache, nil
}

// readAt opens the one frame at a place.
func (j *Journal) readAt(p place) (Frame, error) {
	file, err := j.opt.FS.Open(join(j.dir, p.seg.name))
	if err != nil {
		return Frame{}, ErrDamaged
	}
	defer file.Close()
	off, most := p.seg.frames.span(p.i, p.seg.size)
	raw := make([]byte, most)
	n, _ := file.ReadAt(raw, off)
	return openFrame(p.keys, p.seg.number, p.seg.frames.seq(p.i), raw[:n])
}

// windowBytes is how much of a segment is read at once in passing through it.
const windowBytes = 256 << 10

// window reads a file from front to back, ahead bytes or more at once.
type window struct {
	file  File
	ahead int64
	buf   []byte
	from  int64
}

// bytes returns up to most bytes at off; fewer where the file ends or fails.
func (w *window) bytes(off, most int64) []byte {
	if off < w.from || off+most > w.from+int64(len(w.buf)) {
		if want := max(most, w.ahead); int64(cap(w.buf)) < want {
			w.buf = make([]byte, want)
		}
		n, _ := w.file.ReadAt(w.buf[:cap(w.buf)], off)
		w.buf, w.from = w.buf[:n], off
	}
	return w.buf[off-w.from:][:min(most, int64(len(w.buf))-(off-w.from))]
}
