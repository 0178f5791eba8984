package journal

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	tmpSuffix  = ".tmp"
	goneSuffix = ".gone" // the second name of a segment that is being replaced
)

// outgoing is a segment's file that is about to be replaced and then erased.
// It is held by a second name or, where a file can have but one, by a handle.
type outgoing struct {
	fsys FS
	dir  string
	gone string // its second name; empty if there is none
	file File   // nil if there is none either: it cannot be erased
}

// prepare writes and syncs the new file under a temporary name, and makes sure
// that the old one can be found once its first name is the new one's: by a
// later run, too, if it has a second name. ErrFull or ErrFailed says that
// nothing was replaced.
func (j *Journal) prepare(name string, raw []byte) (*outgoing, error) {
	fsys, path := j.opt.FS, join(j.dir, name)
	free, err := fsys.FreeBytes(j.dir)
	if err == nil && free < j.opt.MinFree+uint64(len(raw)) {
		return nil, ErrFull
	}
	if err == nil {
		err = writeTemporary(fsys, path+tmpSuffix, raw)
	}
	if err != nil {
		j.endErasing(name, tmpSuffix) // what was written of it is not to stay behind
	}
	if err != nil && diskFull(err) {
		return nil, fmt.Errorf("%w: %w", ErrFull, err)
	}
	old := &outgoing{fsys: fsys, dir: j.dir}
	switch {
	case err != nil:
	case fsys.Link(path, path+goneSuffix) == nil:
		old.gone = path + goneSuffix
		err = fsys.SyncDir(j.dir)
	case replaceOpen:
		old.file, err = fsys.Edit(path)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return old, nil
}

// exchange gives the prepared file the segment's name, durably, and goes on
// with it. The lock is held.
func (j *Journal) exchange(i int, next *segment) error {
	fsys, path := j.opt.FS, join(j.dir, next.name)
	active := i == len(j.segs)-1 && j.file != nil
	if active {
		j.file.Close() // all in it is synced
		j.file = nil
	}
	err := fsys.Rename(path+tmpSuffix, path)
	if err == nil {
		err = fsys.SyncDir(j.dir)
	}
	if err != nil {
		return j.fail(err)
	}
	j.segs[i] = next
	j.rewrites++
	j.cache.empty()
	if active {
		f, err := fsys.Edit(path)
		if err != nil {
			return j.fail(err)
		}
		j.take(f)
	}
	return nil
}

// drop lets go of a file that was not replaced, or of which that is not known.
func (o *outgoing) drop() {
	if o.file != nil {
		o.file.Close()
	}
}

// erase overwrites the replaced file. left says that it could not be reached.
func (o *outgoing) erase() (left bool, err error) {
	switch {
	case o.gone != "":
		if err := erase(o.fsys, o.gone); err != nil {
			return false, err
		}
		return false, o.fsys.SyncDir(o.dir)
	case o.file != nil:
		err := zero(o.file)
		if cerr := o.file.Close(); err == nil {
			err = cerr
		}
		return false, err
	}
	return true, nil
}

// finishErasing ends what an earlier Rewrite had begun.
func (j *Journal) finishErasing() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return err
	}
	names, err := j.opt.FS.List(j.dir)
	if err != nil {
		return err
	}
	return j.tidy(names)
}

// tidy erases new segments that were never put in place and old ones that were
// replaced. It returns the first error and goes on.
func (j *Journal) tidy(names []string) (err error) {
	changed := false
	for _, name := range names {
		base, suffix := strings.TrimSuffix(name, goneSuffix), goneSuffix
		if base == name {
			base, suffix = strings.TrimSuffix(name, tmpSuffix), tmpSuffix
		}
		if _, ok := segmentNumber(base); !ok || base == name {
			continue
		}
		changed = true
		if e := j.endErasing(base, suffix); err == nil {
			err = e
		}
	}
	if changed && err == nil {
		err = j.opt.FS.SyncDir(j.dir)
	}
	return err
}

// endErasing deals with what lies beside a segment under its name and suffix.
// If it holds the same bytes as the segment it may be the same file by another
// name, as after a crash between naming and replacing, or in a renaming that
// was half done: then only the name goes. Otherwise it is erased, unless it may
// be all there is.
func (j *Journal) endErasing(base, suffix string) error {
	fsys, path := j.opt.FS, join(j.dir, base)
	beside, size, err := readAll(fsys, path+suffix, maxSegmentRead)
	if err != nil {
		return err
	}
	now, nowSize, err := readAll(fsys, path, maxSegmentRead)
	if err != nil {
		return err
	}
	if size == nowSize && bytes.Equal(beside, now) {
		return fsys.Remove(path + suffix)
	}
	h, ok := parseHeader(j.keys.header, now)
	if n, _ := segmentNumber(base); suffix == goneSuffix && (!ok || h.version < 2 || h.segment != n) {
		return ErrDamaged // it was not replaced by this
	}
	return erase(fsys, path+suffix)
}
