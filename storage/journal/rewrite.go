package journal

import (
	"context"
	"errors"
	"slices"
)

// Rewritten is what Rewrite did.
type Rewritten struct {
	Frames   int   // frames that were replaced
	Segments int   // files that were written anew
	Freed    int64 // bytes by which the files became shorter in all
	// Damaged counts frames that could not be read: they stay as they are.
	Damaged int
	// Left counts files whose old content could not be overwritten because the
	// file system has no second names for a file and would not take a handle.
	Left int
}

// errRewrite reports that what was about to be put in place would not have
// been the same journal. Nothing was changed.
var errRewrite = errors.New("journal: a rewritten segment did not verify")

// Rewrite calls fn with every readable frame and, where fn says true, puts the
// items that it returns (none at all, or some of what was there) in the place
// of the frame's own. Number, predecessor and place in the chain stay: the
// frame goes on being known by the MAC that it had at first, and every other
// frame stays as it is to the byte.
//
// Segments with such frames are written anew, one after the other; the others
// are not touched. At every moment each segment is there in whole, the old one
// or the new one. The old bytes are overwritten with zeros, which is finished
// by the next Open or Rewrite if it is cut short; when Rewrite returns nil
// nothing is left of them that could be reached by a name. It may be called
// again after any stop.
//
// The new items must not be larger than the old (ErrTooLarge). Frames that are
// appended while Rewrite runs may or may not be given to fn. fn must not call
// Rewrite or Close. Errors: ErrFull before the segment in hand was touched,
// ErrUnread, ErrFailed, or fn's.
func (j *Journal) Rewrite(ctx context.Context, fn func(Frame) ([]Item, bool, error)) (Rewritten, error) {
	j.rewriting.Lock()
	defer j.rewriting.Unlock()
	var done Rewritten
	if err := j.finishErasing(); err != nil {
		return done, err
	}
	for i := 0; ; i++ {
		seg, k, err := j.nth(i)
		if err != nil || seg == nil {
			return done, err
		}
		changes, err := j.changes(ctx, k, seg, fn, &done)
		if err == nil && len(changes) > 0 {
			err = j.rewriteSegment(ctx, k, i, changes, &done)
		}
		if err != nil {
			return done, err
		}
	}
}

// nth returns a copy of the i-th segment. After the last one it returns nil and
// sees to it that the mark knows the end of the last segment, which may have
// moved.
func (j *Journal) nth(i int) (*segment, keys, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return nil, keys{}, err
	}
	if i < len(j.segs) {
		seg := *j.segs[i]
		return &seg, j.keys, nil
	}
	if j.rewrites == 0 {
		return nil, keys{}, nil
	}
	return nil, keys{}, j.writeMark()
}

// changes asks fn about the frames of one segment and returns the encoded
// content of those that are to be replaced, by number.
func (j *Journal) changes(ctx context.Context, k keys, seg *segment, fn func(Frame) ([]Item, bool, error), done *Rewritten) (map[uint64][]byte, error) {
	file, err := j.opt.FS.Open(join(j.dir, seg.name))
	if err != nil {
		return nil, unread(err)
	}
	defer file.Close()
	w, out := window{file: file, ahead: min(windowBytes, seg.size)}, map[uint64][]byte{}
	for i := range seg.frames.len() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		off, most := seg.frames.span(i, seg.size)
		f, err := openFrame(k, seg.number, seg.frames.seq(i), w.bytes(off, most))
		if err != nil && w.err != nil {
			return nil, unread(w.err)
		}
		if err != nil {
			done.Damaged++
			continue
		}
		items, change, err := fn(f)
		if err != nil {
			return nil, err
		}
		if !change {
			continue
		}
		plain := encodeItems(items)
		if len(items) > MaxItems || len(plain) > len(encodeItems(f.Items)) {
			return nil, ErrTooLarge
		}
		out[f.Seq] = plain
	}
	return out, nil
}

// rewriteSegment puts the i-th segment in place anew and erases the old bytes.
func (j *Journal) rewriteSegment(ctx context.Context, k keys, i int, changes map[uint64][]byte, done *Rewritten) error {
	old, freed, err := j.replace(ctx, k, i, changes)
	if err != nil {
		return err
	}
	done.Frames, done.Segments, done.Freed = done.Frames+len(changes), done.Segments+1, done.Freed+freed
	left, err := old.erase()
	if left {
		done.Left++
	}
	if err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.fail(err)
	}
	return nil
}

// replace builds the i-th segment anew and gives it the old one's name. The
// segment that frames are appended to is held until that is done, so that
// nothing is written to the old file meanwhile; others never change.
func (j *Journal) replace(ctx context.Context, k keys, i int, changes map[uint64][]byte) (old *outgoing, freed int64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return nil, 0, err
	}
	seg, next := *j.segs[i], (*segment)(nil)
	build := func() {
		var raw []byte
		if next, raw, err = j.renew(k, seg, changes); err == nil {
			err = ctx.Err()
		}
		if err == nil {
			old, err = j.prepare(seg.name, raw)
		}
	}
	if i < len(j.segs)-1 || j.file == nil {
		func() {
			j.mu.Unlock()
			defer j.mu.Lock()
			build()
		}()
		if err == nil {
			err = j.usable()
		}
	} else {
		build()
	}
	if err != nil {
		if errors.Is(err, ErrFailed) && j.failed == nil {
			j.failed = err
		}
		return nil, 0, err
	}
	if err := j.exchange(i, next); err != nil {
		old.drop()
		return nil, 0, err
	}
	return old, seg.size - next.size, nil
}

// renew builds the new bytes of a segment from its old ones. Damaged bytes, and
// frames that have gone bad since Open, are taken over as they are.
func (j *Journal) renew(k keys, seg segment, changes map[uint64][]byte) (*segment, []byte, error) {
	data, _, err := readAll(j.opt.FS, join(j.dir, seg.name), seg.size)
	if err != nil {
		return nil, nil, err
	}
	if int64(len(data)) < max(seg.size, headerSize) {
		return nil, nil, ErrDamaged
	}
	next := seg
	next.frames = index{}
	raw := make([]byte, 0, len(data))
	if h, ok := parseHeader(k.header, data); ok {
		h.version, next.version = Version, Version
		raw = append(raw, h.bytes(k.header)...)
	} else {
		raw = append(raw, data[:headerSize]...)
	}
	v, done, sound := k.verifier(seg.number, next.version), int64(headerSize), index{}
	for i := range seg.frames.len() {
		seq, off := seg.frames.seq(i), int64(seg.frames.offs[i])
		raw = append(raw, data[done:off]...) // what lies between
		done = off
		next.frames.add(seq, int64(len(raw)))
		f, _, ok := v.frameAt(data, off, seq)
		if !ok || f.seq != seq {
			continue // gone bad since Open
		}
		sound.add(seq, int64(len(raw)))
		plain, change := changes[seq]
		if !change {
			continue
		}
		f.replaced = true
		b, err := f.encode(k, v.mac, seg.number, plain)
		if err != nil {
			return nil, nil, err
		}
		raw = append(raw, b...)
		done = off + f.size
	}
	raw = append(raw, data[done:]...)
	next.size = int64(len(raw))
	return &next, raw, same(v, raw, sound, seg)
}

// same reads the new bytes as Open would: all sound frames must be there, and
// the last one must be to the next segment what it was.
func same(v *verifier, raw []byte, sound index, old segment) error {
	if sound.len() == 0 {
		return nil
	}
	first, _, ok := v.frameAt(raw, int64(sound.offs[0]), sound.seq(0))
	if !ok {
		return errRewrite
	}
	found := v.scan(raw, chain{first.seq, first.prev}, false, func(frameRef) {})
	ends := sound.seq(sound.len()-1) == old.frames.seq(old.frames.len()-1)
	if !slices.Equal(found.frames.offs, sound.offs) || !slices.Equal(found.frames.runs, sound.runs) || ends && found.next.link != old.last {
		return errRewrite
	}
	return nil
}
