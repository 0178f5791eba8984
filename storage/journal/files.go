package journal

import (
	"errors"
	"os"
)

// FileRef is a file of the journal for a backup.
type FileRef struct {
	Name string // inside the journal's folder
	// Size is how many bytes of it belong to the journal as it is now. They do
	// not change until Rewrite; what follows them is not part of it.
	Size int64
	// Data is the whole content if the file is not to be read from the disk:
	// the marks, which say where the journal ends as it is now.
	Data []byte
}

// Files lists what makes up the journal up to its present end, and that end.
// A folder that holds just these bytes opens as this journal after an orderly
// stop. Rewrite must not run until they have been copied.
func (j *Journal) Files() ([]FileRef, Tip, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, Tip{}, ErrClosed
	}
	refs := make([]FileRef, 0, len(j.segs)+len(markNames))
	for _, seg := range j.segs {
		refs = append(refs, FileRef{Name: seg.name, Size: seg.size})
	}
	m := j.markNow()
	m.version, m.generation = uint16(j.version), j.mark.generation+1
	for _, name := range markNames {
		refs = append(refs, FileRef{Name: name, Size: markSize, Data: m.bytes(j.keys.mark)})
	}
	return refs, j.tip(), nil
}

// EraseQuarantine overwrites every file in quarantine with zeros and removes
// it. It goes on past a file that cannot be erased and returns the first error.
func (j *Journal) EraseQuarantine() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return err
	}
	names, err := j.opt.FS.List(j.opt.Quarantine)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(names) == 0 {
		return nil
	}
	for _, name := range names {
		if e := erase(j.opt.FS, join(j.opt.Quarantine, name)); err == nil {
			err = e
		}
	}
	if e := j.opt.FS.SyncDir(j.opt.Quarantine); err == nil {
		err = e
	}
	return err
}

// erase overwrites a file with zeros, durably, and then takes its name away.
func erase(fsys FS, name string) error {
	f, err := fsys.Edit(name)
	if err != nil {
		return err
	}
	err = zero(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return fsys.Remove(name)
}

// zero overwrites the whole of a file with zeros and syncs it.
func zero(f File) error {
	size, err := f.Size()
	if err != nil {
		return err
	}
	zeros := make([]byte, min(size, 1<<20))
	for off := int64(0); off < size; off += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), size-off)], off); err != nil {
			return err
		}
	}
	return f.Sync()
}
