package seal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFileSync replaces the file at path by data, so that after a stop at any
// moment it holds the old content or the new: a new file of mode 0600 beside
// it is written and synced, renamed over it, and the folder synced. When it
// returns nil the new content survives a power cut. One writer at a time.
func WriteFileSync(path string, data []byte) error {
	return writeFileSync(osDisk{}, path, data)
}

// SyncDir makes the names in a folder durable. On Windows there is nothing to
// do: NTFS journals its folders, and syncing a file syncs what leads to it.
func SyncDir(dir string) error { return syncDir(dir) }

// TempPath is the file that WriteFileSync writes first. A stop can leave it
// behind; the next write removes it, and whoever erases path erases it too.
func TempPath(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
}

// disk is every act on files of this package, so that tests can stop between
// any two of them.
type disk interface {
	// Read returns the whole file, or ErrTooLarge beyond limit bytes.
	Read(path string, limit int) ([]byte, error)
	// Create makes a new file of mode 0600; the path must be free.
	Create(path string) (diskFile, error)
	// Rewrite opens an existing file to be overwritten in place; fs.ErrInvalid
	// if the name is not that of a regular file.
	Rewrite(path string) (f diskFile, size int64, err error)
	Rename(from, to string) error
	Remove(path string) error
	// Link gives a file a second name.
	Link(from, to string) error
	// Same reports whether two names lead to one file.
	Same(a, b string) (bool, error)
	SyncDir(dir string) error
}

type diskFile interface {
	io.WriteCloser
	Sync() error
}

func writeFileSync(d disk, path string, data []byte) error {
	tmp := TempPath(path)
	if err := d.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := d.Create(tmp)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = d.Rename(tmp, path)
	}
	if err != nil {
		// Best effort: the next write removes it otherwise.
		_ = d.Remove(tmp)
		return err
	}
	return d.SyncDir(filepath.Dir(path))
}

// osDisk is the disk itself.
type osDisk struct{}

func (osDisk) Read(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(b) > limit {
		return nil, ErrTooLarge
	}
	return b, nil
}

func (osDisk) Create(path string) (diskFile, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (osDisk) Rewrite(path string) (diskFile, int64, error) {
	st, err := os.Lstat(path)
	if err != nil {
		return nil, 0, err
	}
	if !st.Mode().IsRegular() {
		return nil, 0, fs.ErrInvalid
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	return f, st.Size(), err
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) Remove(path string) error     { return os.Remove(path) }
func (osDisk) Link(from, to string) error   { return os.Link(from, to) }
func (osDisk) SyncDir(dir string) error     { return syncDir(dir) }

func (osDisk) Same(a, b string) (bool, error) {
	sa, err := os.Lstat(a)
	if err != nil {
		return false, err
	}
	sb, err := os.Lstat(b)
	if err != nil {
		return false, err
	}
	return os.SameFile(sa, sb), nil
}
