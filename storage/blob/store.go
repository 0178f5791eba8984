package blob

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"wherry/storage/record"
)

// DefaultMinFree is the free-space gate in bytes: 24 MiB, the same as the
// journal's, so that attachments never take the room of notes and drafts.
const DefaultMinFree = 24 << 20

const partSuffix = ".part"

// Options are the outside world of a Store. The zero value of a field means
// the ordinary choice.
type Options struct {
	FS      FS
	Rand    io.Reader // of salts and temporary names
	MinFree uint64    // bytes that must stay free
}

// Ref names a blob.
type Ref struct {
	ID     record.ID // SHA-256 of the sealed bytes
	Size   int64     // plain bytes
	Sealed int64     // bytes of the file
}

// Info is a blob in a list.
type Info struct {
	ID      record.ID
	Sealed  int64
	Changed time.Time
}

// Store is a folder of blobs. Its methods may be used by several goroutines;
// one process at a time.
type Store struct {
	dir string
	opt Options
}

// Open takes a folder of blobs, which need not exist until something is
// written.
func Open(dir string) (*Store, error) { return OpenWith(dir, Options{}) }

// OpenWith is Open with a disk, a source of randomness or a gate of one's own.
func OpenWith(dir string, o Options) (*Store, error) {
	if o.FS == nil {
		o.FS = disk{}
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.MinFree == 0 {
		o.MinFree = DefaultMinFree
	}
	return &Store{dir: dir, opt: o}, nil
}

// folder is where a blob lies: blobs are spread over 256 folders.
func (s *Store) folder(id record.ID) string { return filepath.Join(s.dir, id.String()[:2]) }

// Path is the file of a blob.
func (s *Store) Path(id record.ID) string { return filepath.Join(s.folder(id), id.String()) }

// Has reports whether a blob is here, and the size of its file.
func (s *Store) Has(id record.ID) (int64, bool) {
	f, err := s.opt.FS.Open(s.Path(id))
	if err != nil {
		return 0, false
	}
	defer f.Close()
	size, err := f.Size()
	return size, err == nil
}

// List names every blob, in order of id. Unfinished ones and foreign files are
// left out.
func (s *Store) List() ([]Info, error) {
	var out []Info
	err := s.walk(func(id record.ID, n Name) error {
		out = append(out, Info{ID: id, Sealed: n.Size, Changed: n.Changed})
		return nil
	})
	return out, err
}

func (s *Store) walk(fn func(record.ID, Name) error) error {
	folders, err := s.opt.FS.List(s.dir)
	if err != nil {
		return err
	}
	for _, d := range folders {
		if !d.Folder || len(d.Name) != 2 {
			continue
		}
		names, err := s.opt.FS.List(filepath.Join(s.dir, d.Name))
		if err != nil {
			return err
		}
		for _, n := range names {
			id, err := record.ParseID(n.Name)
			if err != nil || n.Folder || n.Name[:2] != d.Name {
				continue
			}
			if err := fn(id, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// Partials names the unfinished blobs, as Resume takes them.
func (s *Store) Partials() ([]Name, error) {
	names, err := s.opt.FS.List(s.dir)
	if err != nil {
		return nil, err
	}
	out := names[:0]
	for _, n := range names {
		if !n.Folder && isPartial(n.Name) {
			out = append(out, n)
		}
	}
	return out, nil
}

func isPartial(name string) bool {
	stem, ok := strings.CutSuffix(name, partSuffix)
	if !ok || len(stem) != 32 {
		return false
	}
	return strings.Trim(stem, "0123456789abcdef") == ""
}

// Erase overwrites a blob with zeros and removes it; what is not here is
// erased already. On flash the overwriting does not reach the old cells: what
// counts is that the key is gone.
func (s *Store) Erase(id record.ID) error {
	return s.erase(s.Path(id), s.folder(id))
}

// ErasePartial is Erase for an unfinished blob.
func (s *Store) ErasePartial(name string) error {
	if !isPartial(name) {
		return ErrName
	}
	return s.erase(filepath.Join(s.dir, name), s.dir)
}

func (s *Store) erase(path, dir string) error {
	f, err := s.opt.FS.Edit(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(overwrite(f), f.Close()); err != nil {
		return err
	}
	if err := s.opt.FS.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.opt.FS.SyncDir(dir)
}

func overwrite(f File) error {
	size, err := f.Size()
	if err != nil {
		return err
	}
	zeros := make([]byte, ChunkSize)
	for at := int64(0); at < size; at += ChunkSize {
		if _, err := f.WriteAt(zeros[:min(ChunkSize, size-at)], at); err != nil {
			return err
		}
	}
	return f.Sync()
}

// Sweep erases blobs that keep does not claim, and unfinished ones, if they
// were last changed before olderThan. It goes on after a failure and returns
// how many it erased.
func (s *Store) Sweep(keep func(record.ID) bool, olderThan time.Time) (int, error) {
	var errs []error
	n := 0
	count := func(err error) {
		if err != nil {
			errs = append(errs, err)
			return
		}
		n++
	}
	errs = append(errs, s.walk(func(id record.ID, f Name) error {
		if f.Changed.Before(olderThan) && !keep(id) {
			count(s.Erase(id))
		}
		return nil
	}))
	partials, err := s.Partials()
	errs = append(errs, err)
	for _, p := range partials {
		if p.Changed.Before(olderThan) {
			count(s.ErasePartial(p.Name))
		}
	}
	return n, errors.Join(errs...)
}

// failure says of a failed act on the disk whether it was for want of space.
func failure(err error) error {
	if diskFull(err) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("%w: %w", ErrFailed, err)
}
