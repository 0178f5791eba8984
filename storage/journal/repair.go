package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
)

// repair mends what the survey found mendable: copies what is unreadable to
// quarantine, cuts a torn tail, makes sure that the last frame is on the disk,
// and restores the mark. An error leaves the journal readable only.
func (j *Journal) repair(s *survey) error {
	fsys := j.opt.FS
	j.opt.Notebook = s.notebook
	if err := fsys.MkdirAll(j.dir); err != nil {
		return err
	}
	if !s.found {
		if err := fsys.SyncDir(filepath.Dir(j.dir)); err != nil {
			return err
		}
	}
	// The originals of these pieces stay where they are, so a copy that
	// cannot be made costs nothing.
	for _, p := range s.pieces {
		j.quarantine(&s.report, p)
	}
	for i, t := range s.marks.twin {
		if t.present && !t.ok {
			j.quarantine(&s.report, piece{markNames[i], 0, markSize + 1})
		}
	}
	if s.torn != nil {
		// A cut that is not remembered would be forgotten by a crash, so the
		// mark comes first: past it the tail is still a torn one.
		p := piece{s.torn.seg.name, s.torn.from, s.torn.seg.size}
		if err := j.roomy(func() error { return j.quarantine(&s.report, p) }); err != nil {
			return err
		}
		s.torn.seg.size = s.torn.from
	}
	if err := j.settle(s); err != nil {
		return err
	}
	if !s.marks.equal() {
		j.mark.version = 0 // not as on the disk: write both
	}
	if err := j.writeMark(); err != nil {
		return err
	}
	if err := j.cut(s); err != nil {
		return err
	}
	j.tidy(s.names)
	j.fillReserve()
	return nil
}

// quarantine copies a stretch of a file under a name that tells where it came
// from and what it holds, so that copying it again changes nothing.
func (j *Journal) quarantine(r *Report, p piece) error {
	fsys, dir := j.opt.FS, j.opt.Quarantine
	data, _, err := readAll(fsys, join(j.dir, p.file), min(p.to, maxSegmentRead))
	if err != nil {
		return err
	}
	if p.from >= int64(len(data)) {
		return nil
	}
	data = data[p.from:]
	sum := sha256.Sum256(data)
	name := fmt.Sprintf("%s.%d-%d.%s", p.file, p.from, p.from+int64(len(data)), hex.EncodeToString(sum[:4]))
	if names, err := fsys.List(dir); err == nil {
		for _, n := range names {
			if n == name {
				r.Quarantined = append(r.Quarantined, name)
				return nil
			}
		}
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return err
	}
	if err := writeAtomic(fsys, dir, name, data); err != nil {
		return err
	}
	r.Quarantined = append(r.Quarantined, name)
	return nil
}

// cut removes a torn tail, of which there is a copy, from the last segment.
func (j *Journal) cut(s *survey) error {
	t := s.torn
	if t == nil {
		return nil
	}
	size := t.from
	if t.headless {
		size = headerSize
		h := header{version: Version, segment: t.seg.number, notebook: s.notebook, first: s.next.seq, prev: s.next.link}
		if _, err := j.file.WriteAt(h.bytes(j.keys.header), 0); err != nil {
			return err
		}
	}
	if err := j.file.Truncate(size); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	if t.headless {
		t.seg.version, t.seg.last = Version, s.next.link
	}
	t.seg.size, t.seg.head, j.end = size, true, size
	return nil
}

// settle opens the last segment for appending and makes sure that everything
// in it is on the disk. The frame past the mark may be one whose sync failed:
// the system may hold its bytes in memory, call them clean and lose them
// later. Writing the same bytes again makes the next sync carry them; no frame
// but the last can be in that state, because nothing follows a failure.
func (j *Journal) settle(s *survey) error {
	if len(j.segs) == 0 {
		return nil
	}
	seg := j.segs[len(j.segs)-1]
	m := j.mark
	settled := s.marks.valid() && m.segment == seg.number && m.offset == uint64(seg.size) && m.mac == s.next.link
	if !s.appendable && settled {
		return nil
	}
	f, err := j.opt.FS.Edit(join(j.dir, seg.name))
	if err != nil {
		return err
	}
	if !settled {
		if err := rewriteLast(f, seg); err != nil {
			f.Close()
			return err
		}
		if err := j.opt.FS.SyncDir(j.dir); err != nil {
			f.Close()
			return err
		}
	}
	if !s.appendable {
		return f.Close()
	}
	j.take(f)
	return nil
}

// rewriteLast writes the bytes of the last frame (of the header, where there
// is no frame) over themselves and syncs them.
func rewriteLast(f File, seg *segment) error {
	off, size := int64(0), min(int64(headerSize), seg.size)
	if n := seg.frames.len(); n > 0 {
		off, size = seg.frames.span(n-1, seg.size)
	}
	buf := make([]byte, size)
	if n, err := f.ReadAt(buf, off); n < len(buf) {
		return err
	}
	if _, err := f.WriteAt(buf, off); err != nil {
		return err
	}
	return f.Sync()
}
