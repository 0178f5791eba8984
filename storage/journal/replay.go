package journal

import (
	"context"
	"sort"
)

// Replay calls fn with every readable frame numbered from or above, in order,
// and stops at fn's first error. Frames appended meanwhile are not included.
// No lock is held while fn runs.
func (j *Journal) Replay(ctx context.Context, from uint64, fn func(Frame) error) error {
	for _, seg := range j.snapshot() {
		i := sort.Search(len(seg.frames), func(i int) bool { return seg.frames[i].seq >= from })
		if i == len(seg.frames) {
			continue
		}
		if err := j.replaySegment(ctx, seg, seg.frames[i:], fn); err != nil {
			return err
		}
	}
	return nil
}

// Read returns one frame; ErrNoFrame if no readable frame has that number.
func (j *Journal) Read(ctx context.Context, seq uint64) (Frame, error) {
	var out Frame
	for _, seg := range j.snapshot() {
		i := sort.Search(len(seg.frames), func(i int) bool { return seg.frames[i].seq >= seq })
		if i < len(seg.frames) && seg.frames[i].seq == seq {
			err := j.replaySegment(ctx, seg, seg.frames[i:i+1], func(f Frame) error { out = f; return nil })
			return out, err
		}
	}
	return out, ErrNoFrame
}

// snapshot copies where the frames are, so that reading needs no lock.
func (j *Journal) snapshot() []segment {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]segment, len(j.segs))
	for i, s := range j.segs {
		out[i] = *s
	}
	return out
}

func (j *Journal) replaySegment(ctx context.Context, seg segment, frames []frameRef, fn func(Frame) error) error {
	file, err := j.opt.FS.Open(join(j.dir, seg.name))
	if err != nil {
		return err
	}
	defer file.Close()
	var buf []byte
	for _, ref := range frames {
		if err := ctx.Err(); err != nil {
			return err
		}
		if int64(cap(buf)) < ref.size {
			buf = make([]byte, ref.size)
		}
		buf = buf[:ref.size]
		if n, err := file.ReadAt(buf, ref.off); n < len(buf) {
			return err
		}
		f, err := openFrame(j.keys, seg.number, ref, buf)
		if err != nil {
			return err
		}
		if err := fn(f); err != nil {
			return err
		}
	}
	return nil
}
