package journal

import (
	"context"
	"sort"
)

// Replay calls fn with every readable frame numbered from or above, in order,
// and stops at fn's first error. A frame that has gone bad since Open is passed
// over; Replay then ends with ErrDamaged after all the others were given.
// Frames appended meanwhile are not included.
// No lock is held while fn runs.
func (j *Journal) Replay(ctx context.Context, from uint64, fn func(Frame) error) error {
	segs, k, err := j.snapshot()
	if err != nil {
		return err
	}
	bad := false
	for _, seg := range segs {
		i := sort.Search(len(seg.frames), func(i int) bool { return seg.frames[i].seq >= from })
		if i == len(seg.frames) {
			continue
		}
		lost, err := j.replaySegment(ctx, k, seg, seg.frames[i:], fn)
		if err != nil {
			return err
		}
		bad = bad || lost
	}
	if bad {
		return ErrDamaged
	}
	return nil
}

// Read returns one frame; ErrNoFrame if no readable frame has that number.
func (j *Journal) Read(ctx context.Context, seq uint64) (Frame, error) {
	var out Frame
	segs, k, err := j.snapshot()
	if err != nil {
		return out, err
	}
	for _, seg := range segs {
		i := sort.Search(len(seg.frames), func(i int) bool { return seg.frames[i].seq >= seq })
		if i < len(seg.frames) && seg.frames[i].seq == seq {
			bad, err := j.replaySegment(ctx, k, seg, seg.frames[i:i+1], func(f Frame) error { out = f; return nil })
			if err == nil && bad {
				err = ErrDamaged
			}
			return out, err
		}
	}
	return out, ErrNoFrame
}

// snapshot copies where the frames are and what opens them, so that reading
// needs no lock.
func (j *Journal) snapshot() ([]segment, keys, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, keys{}, ErrClosed
	}
	out := make([]segment, len(j.segs))
	for i, s := range j.segs {
		out[i] = *s
	}
	return out, j.keys, nil
}

// replaySegment gives out the frames of one segment; bad says that some are
// not readable any more.
func (j *Journal) replaySegment(ctx context.Context, k keys, seg segment, frames []frameRef, fn func(Frame) error) (bad bool, err error) {
	file, err := j.opt.FS.Open(join(j.dir, seg.name))
	if err != nil {
		return true, ctx.Err()
	}
	defer file.Close()
	var buf []byte
	for _, ref := range frames {
		if err := ctx.Err(); err != nil {
			return bad, err
		}
		if int64(cap(buf)) < ref.size {
			buf = make([]byte, ref.size)
		}
		buf = buf[:ref.size]
		n, _ := file.ReadAt(buf, ref.off)
		f, err := openFrame(k, seg.number, ref, buf[:n])
		if err != nil {
			bad = true
			continue
		}
		if err := fn(f); err != nil {
			return bad, err
		}
	}
	return bad, nil
}

// Holds reports whether a frame of this MAC is in the journal: whether what
// somebody remembers of its end is part of its past.
func (j *Journal) Holds(mac [32]byte) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if mac == [32]byte{} {
		return true // before the first frame
	}
	for i := len(j.segs) - 1; i >= 0; i-- {
		for k := len(j.segs[i].frames) - 1; k >= 0; k-- {
			if j.segs[i].frames[k].mac == mac {
				return true
			}
		}
	}
	return false
}
