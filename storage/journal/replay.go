package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
)

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
// over; Replay then ends with ErrDamaged after all the others were given, and
// with ErrUnread and the cause beside it if the disk would not give it.
// Frames appended meanwhile are not included.
// No lock is held while fn runs.
func (j *Journal) Replay(ctx context.Context, from uint64, fn func(Frame) error) error {
	end := j.Tip().Seq
	var bad error
	for next := max(from, 1); next <= end; {
		p, ok, err := j.locate(next)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		var lost error
		if next, lost, err = j.replaySegment(ctx, p, end, fn); err != nil {
			return err
		}
		bad = worse(bad, lost)
	}
	return bad
}

// worse is the one of two errors that says more: that the disk would not read.
func worse(a, b error) error {
	if a == nil || errors.Is(b, ErrUnread) && !errors.Is(a, ErrUnread) {
		return b
	}
	return a
}

// unread says that a frame could not be had because the disk would not read.
func unread(cause error) error {
	return fmt.Errorf("%w: %w: %w", ErrDamaged, ErrUnread, cause)
}

// replaySegment gives out frames of one segment, from the place on up to the
// one numbered end. It returns the number to go on with; bad says why some are
// not readable any more. The frames after those that fn has in hand are opened
// meanwhile, by a goroutine that has ended when replaySegment returns.
func (j *Journal) replaySegment(ctx context.Context, p place, end uint64, fn func(Frame) error) (next uint64, bad, err error) {
	file, err := j.opt.FS.Open(join(j.dir, p.seg.name))
	if err != nil {
		if j.moved(p) {
			return p.seg.frames.seq(p.i), nil, ctx.Err()
		}
		return p.seg.upto + 1, unread(err), ctx.Err()
	}
	defer file.Close()
	batches, stop, ended := make(chan []opened, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		p.openAhead(file, end, batches, stop)
	}()
	defer func() { close(stop); <-ended }()
	for batch := range batches {
		for _, o := range batch {
			if err := ctx.Err(); err != nil {
				return o.seq, bad, err
			}
			if o.err != nil {
				if j.moved(p) {
					return o.seq, bad, nil
				}
				bad = worse(bad, o.err)
				continue
			}
			if err := fn(o.f); err != nil {
				return o.seq, bad, err
			}
		}
	}
	return p.seg.upto + 1, bad, ctx.Err()
}

// opened is a frame that was opened, or why it could not be.
type opened struct {
	seq uint64
	f   Frame
	err error
}

const (
	batchFrames = 64
	batchBytes  = 256 << 10 // sealed; a larger frame is a batch by itself
)

// openAhead opens the frames from the place on up to the one numbered end, in
// batches, until stop is closed.
func (p place) openAhead(file File, end uint64, batches chan<- []opened, stop <-chan struct{}) {
	defer close(batches)
	w := window{file: file, ahead: min(windowBytes, p.seg.size)}
	var batch []opened
	bytes := 0
	send := func() bool {
		select {
		case batches <- batch:
			batch, bytes = nil, 0
			return true
		case <-stop:
			return false
		}
	}
	for i := p.i; i < p.seg.frames.len(); i++ {
		seq := p.seg.frames.seq(i)
		if seq > end {
			break
		}
		off, most := p.seg.frames.span(i, p.seg.size)
		raw := w.bytes(off, most)
		f, err := openFrame(p.keys, p.seg.number, seq, raw)
		if err != nil && w.err != nil {
			err = unread(w.err)
		}
		batch, bytes = append(batch, opened{seq, f, err}), bytes+len(raw)
		if (len(batch) == batchFrames || bytes >= batchBytes) && !send() {
			return
		}
	}
	if len(batch) > 0 {
		send()
	}
}

// Read returns one frame; ErrNoFrame if no readable frame has that number,
// ErrDamaged if it has gone bad since Open, with ErrUnread and the cause beside
// it if the disk would not give it. The frames read last are kept in memory.
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
		return Frame{}, unread(err)
	}
	defer file.Close()
	w := window{file: file}
	f, err := openFrame(p.keys, p.seg.number, p.seg.frames.seq(p.i), w.bytes(p.seg.frames.span(p.i, p.seg.size)))
	if err != nil && w.err != nil {
		err = unread(w.err)
	}
	return f, err
}

// windowBytes is how much of a segment is read at once in passing through it.
const windowBytes = 256 << 10

// window reads a file from front to back, ahead bytes or more at once.
type window struct {
	file  File
	ahead int64
	buf   []byte
	from  int64
	err   error // of the last reading, unless the file merely ended
}

// bytes returns up to most bytes at off; fewer where the file ends or fails.
func (w *window) bytes(off, most int64) []byte {
	if off < w.from || off+most > w.from+int64(len(w.buf)) {
		if want := max(most, w.ahead); int64(cap(w.buf)) < want {
			w.buf = make([]byte, want)
		}
		n, err := w.file.ReadAt(w.buf[:cap(w.buf)], off)
		if w.err = err; err == io.EOF {
			w.err = nil
		}
		w.buf, w.from = w.buf[:n], off
	}
	return w.buf[off-w.from:][:min(most, int64(len(w.buf))-(off-w.from))]
}
