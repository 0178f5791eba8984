package seal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
)

// pair is one small file kept twice, as NAME.A and NAME.B. A change rewrites A
// and then B, each whole and synced, so that at every moment one of them holds
// the old content or the new, and damage to one is mended from the other.
//
// Before a copy is replaced it gets a second name; when both new copies are
// durable, the old ones are overwritten with zeros through that name and
// removed. A file that names a destroyed key is so not left in free blocks, as
// far as the disk overwrites in place (flash and copy-on-write do not: the
// threat model says so).
type pair struct {
	disk  disk
	dir   string
	name  string
	limit int
	// check says whether bytes are a whole file of this kind, with its
	// generation; ErrDamaged or ErrNewerFormat otherwise. It needs no key.
	check func(data []byte) (gen uint64, err error)
}

// copyOf is what was found under one of the two names.
type copyOf struct {
	data []byte
	gen  uint64
	err  error // nil: whole; fs.ErrNotExist, ErrDamaged, ErrNewerFormat, or a reading error
}

func (p pair) path(i int) string { return filepath.Join(p.dir, p.name+[]string{".A", ".B"}[i]) }
func (p pair) old(i int) string {
	return filepath.Join(p.dir, "."+p.name+[]string{".A", ".B"}[i]+".old")
}

// read looks at both copies and returns the indexes of the whole ones, the
// highest generation first. With none whole the error says why:
// fs.ErrNotExist if there is none at all, ErrDamaged, or a reading error. A
// newer format in either copy is ErrNewerFormat whatever the other is: the
// program that wrote it may have stopped between the two.
func (p pair) read() (copies [2]copyOf, whole []int, err error) {
	for i := range copies {
		c := &copies[i]
		c.data, c.err = p.disk.Read(p.path(i), p.limit)
		if errors.Is(c.err, ErrTooLarge) {
			c.err = ErrDamaged
		}
		if c.err == nil {
			c.gen, c.err = p.check(c.data)
		}
		if c.err == nil {
			whole = append(whole, i)
		}
		if errors.Is(c.err, ErrNewerFormat) {
			err = ErrNewerFormat
		}
	}
	if err != nil {
		return copies, nil, err
	}
	slices.SortStableFunc(whole, func(a, b int) int { return cmp.Compare(copies[b].gen, copies[a].gen) })
	if len(whole) > 0 {
		return copies, whole, nil
	}
	a, b := copies[0].err, copies[1].err
	for _, e := range []error{a, b} {
		if !errors.Is(e, fs.ErrNotExist) && !errors.Is(e, ErrDamaged) {
			return copies, nil, fmt.Errorf("seal: %s cannot be read: %w", p.name, e)
		}
	}
	if errors.Is(a, fs.ErrNotExist) && errors.Is(b, fs.ErrNotExist) {
		return copies, nil, fmt.Errorf("seal: no %s file: %w", p.name, fs.ErrNotExist)
	}
	return copies, nil, ErrDamaged
}

// mend makes the copy that is not best equal to it and sweeps what an earlier
// stop left behind. It reports whether the other copy differed, and whether it
// still does because it could not be written.
func (p pair) mend(copies [2]copyOf, best int) (differed, stillBad bool) {
	differed = p.differs(copies, best)
	// What cannot be swept now is swept at the next opening or change.
	if p.leftovers() {
		_ = p.sweep()
	}
	if !differed {
		return false, false
	}
	if p.replace(1-best, copies[best].data) != nil {
		return true, true
	}
	_ = p.sweep()
	return true, false
}

func (p pair) differs(copies [2]copyOf, best int) bool {
	return copies[1-best].err != nil || !bytes.Equal(copies[0].data, copies[1].data)
}

// save makes data the content of both copies. An error before ErrOneCopy
// leaves the old content in force or, if only the syncing of the folder
// failed, possibly the new.
func (p pair) save(data []byte) error {
	if p.leftovers() {
		_ = p.sweep() // if it fails again, so does the sweep below
	}
	for i := range 2 {
		if err := p.replace(i, data); err != nil {
			return p.halfway(i, err)
		}
	}
	if err := p.sweep(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotErased, err)
	}
	return nil
}

// replace gives a copy its second name and writes the new content over the
// first. A file system without second names goes without the overwriting.
func (p pair) replace(i int, data []byte) error {
	_ = p.disk.Link(p.path(i), p.old(i))
	return writeFileSync(p.disk, p.path(i), data)
}

func (p pair) halfway(i int, err error) error {
	if i == 0 {
		return err
	}
	return fmt.Errorf("%w: %w", ErrOneCopy, err)
}

// leftovers reports whether a stop has left a replaced copy or an unfinished
// new one.
func (p pair) leftovers() bool {
	for i := range 2 {
		for _, path := range []string{p.old(i), TempPath(p.path(i))} {
			if _, err := p.disk.Same(path, path); err == nil {
				return true
			}
		}
	}
	return false
}

// sweep overwrites and removes replaced copies and unfinished ones.
// The folder is synced first: an overwritten old copy must not come back as
// the current one.
func (p pair) sweep() error {
	if err := p.disk.SyncDir(p.dir); err != nil {
		return err
	}
	var errs []error
	for i := range 2 {
		errs = append(errs, p.shred(p.old(i)), p.shred(TempPath(p.path(i))))
	}
	return errors.Join(errs...)
}

// shred removes a name, after overwriting the file unless the name leads to a
// current copy (a stop just after the second name was given).
func (p pair) shred(old string) error {
	current := false
	for j := range 2 {
		same, err := p.disk.Same(old, p.path(j))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		current = current || same
	}
	if !current {
		f, size, err := p.disk.Rewrite(old)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			_, err = f.Write(make([]byte, min(size, int64(p.limit))))
			err = errors.Join(err, f.Sync(), f.Close())
		}
		if err != nil && !errors.Is(err, fs.ErrInvalid) {
			return err
		}
	}
	if err := p.disk.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
