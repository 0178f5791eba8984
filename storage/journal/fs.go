package journal

import (
	"io"
	"os"
	"time"

	"wherry/storage/seal"
)

// FS is every act the journal performs on the disk, so that tests can fail
// each of them and cut the power between any two. Names are full paths.
type FS interface {
	Open(name string) (File, error)   // existing, for reading
	Edit(name string) (File, error)   // existing, for reading and writing
	Create(name string) (File, error) // must not exist yet; for its owner only
	Rename(from, to string) error     // replaces to
	Link(from, to string) error       // another name for the same file; to must not exist
	Remove(name string) error
	MkdirAll(dir string) error            // for its owner only
	List(dir string) ([]string, error)    // names of the files in dir, sorted
	SyncDir(dir string) error             // makes creations and renames in dir durable
	FreeBytes(dir string) (uint64, error) // what this user may still write
}

// File is an open file of an FS.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error // returns only when every byte and the size are durable
	Size() (int64, error)
}

// Disk is the real FS.
func Disk() FS { return disk{} }

type disk struct{}

func (disk) Open(name string) (File, error) { return openDisk(name, os.O_RDONLY) }
func (disk) Edit(name string) (File, error) { return openDisk(name, os.O_RDWR) }
func (disk) Create(name string) (File, error) {
	return openDisk(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}
func (disk) Rename(from, to string) error {
	return patient(func() error { return os.Rename(from, to) })
}
func (disk) Remove(name string) error {
	return patient(func() error { return os.Remove(name) })
}
func (disk) Link(from, to string) error { return os.Link(from, to) }
func (disk) MkdirAll(dir string) error  { return os.MkdirAll(dir, 0o700) }

func (disk) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (disk) SyncDir(dir string) error             { return seal.SyncDir(dir) }
func (disk) FreeBytes(dir string) (uint64, error) { return freeBytes(dir) }

// patient tries again for a fifth of a second what is refused for want of
// permission: virus scanners hold new files open for moments.
func patient(try func() error) error {
	err := try()
	for pause := 30 * time.Millisecond; refused(err) && pause < 200*time.Millisecond; pause *= 2 {
		time.Sleep(pause)
		err = try()
	}
	return err
}

type diskFile struct{ *os.File }

func openDisk(name string, flag int) (File, error) {
	var f *os.File
	err := patient(func() (err error) { f, err = os.OpenFile(name, flag, 0o600); return err })
	if err != nil {
		return nil, err
	}
	return diskFile{f}, nil
}

func (f diskFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// readAll reads a whole file, at most limit bytes of it; size is the file's.
func readAll(fsys FS, name string, limit int64) (data []byte, size int64, err error) {
	return readInto(fsys, name, limit, new([]byte))
}

// readInto is readAll into a buffer that grows as needed.
func readInto(fsys FS, name string, limit int64, buf *[]byte) (data []byte, size int64, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	if size, err = f.Size(); err != nil {
		return nil, 0, err
	}
	if want := min(size, limit); int64(cap(*buf)) < want {
		*buf = make([]byte, want)
	}
	data = (*buf)[:min(size, limit)]
	n, err := f.ReadAt(data, 0)
	if n == len(data) {
		err = nil
	}
	return data[:n], size, err
}

// writeAtomic replaces a file so that after a crash either the old or the new
// bytes are there, whole: temporary file, sync, rename, sync of the folder.
func writeAtomic(fsys FS, dir, name string, data []byte) error {
	tmp := join(dir, name+tmpSuffix)
	err := writeTemporary(fsys, tmp, data)
	if err == nil {
		err = fsys.Rename(tmp, join(dir, name))
	}
	if err != nil {
		fsys.Remove(tmp) // what is left of it must not take up the last space
		return err
	}
	return fsys.SyncDir(dir)
}

// writeTemporary writes a whole file, durably, in the place of any that was
// left under its name.
func writeTemporary(fsys FS, tmp string, data []byte) error {
	if err := fsys.Remove(tmp); err != nil && !os.IsNotExist(err) {
		return err
	}
	f, err := fsys.Create(tmp)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(data, 0); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
