package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Held is a notebook folder that this process alone may write to.
type Held struct {
	f        *os.File // nil: a place that cannot be written to, and no lock file there
	readOnly bool
}

// Lock takes the notebook folder for this process, or reports ErrInUse. The
// lock is the operating system's and ends with the process, so that a crash
// leaves no stale one; the file "lock" itself stays.
func Lock(dir string) (*Held, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission) {
		return lockToRead(dir, err)
	}
	if err != nil {
		return nil, err
	}
	if err := tryLock(f, true); err != nil {
		f.Close()
		return nil, err
	}
	return &Held{f: f}, nil
}

// Close gives the folder free.
func (h *Held) Close() error {
	if h.f == nil {
		return nil
	}
	return h.f.Close()
}

func join(dir, name string) string { return filepath.Join(dir, name) }
