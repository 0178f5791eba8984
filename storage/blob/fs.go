package blob

import (
	"io"
	"os"
	"time"

	"wherry/storage/seal"
)

// FS is every act of this package on the disk, so that tests can fail each of
// them and cut the power between any two. Names are full paths.
type FS interface {
	Open(name string) (File, error)       // existing, for reading
	Edit(name string) (File, error)       // existing, for reading and writing
	Create(name string) (File, error)     // must not exist yet; for its owner only
	Rename(from, to string) error         // to does not exist
	Remove(name string) error             //
	Mkdir(dir string) (bool, error)       // for its owner only; says whether it is new
	List(dir string) ([]Name, error)      // sorted; a folder that is not there is empty
	SyncDir(dir string) error             // makes creations and renames in dir durable
	FreeBytes(dir string) (uint64, error) // what this user may still write
}

// Name is a file or folder in a folder.
type Name struct {
	Name    string
	Folder  bool
	Size    int64
	Changed time.Time
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

func (disk) Mkdir(dir string) (bool, error) {
	err := os.Mkdir(dir, 0o700)
	if os.IsExist(err) {
		return false, nil
	}
	return err == nil, err
}

func (disk) List(dir string) ([]Name, error) {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := make([]Name, 0, len(entries))
	for _, e := range entries {
		if !e.IsDir() && !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		names = append(names, Name{Name: e.Name(), Folder: e.IsDir(), Size: info.Size(), Changed: info.ModTime()})
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
