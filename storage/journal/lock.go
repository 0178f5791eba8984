package journal

import (
	"os"
	"path/filepath"
)

// Held is a notebook folder that this process alone may write to.
type Held struct{ f *os.File }

// Lock takes the notebook folder for this process, or reports ErrInUse. The
// lock is the operating system's and ends with the process, so that a crash
// leaves no stale one; the file "lock" itself stays.
func Lock(dir string) (*Held, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := tryLock(f); err != nil {
		f.Close()
		return nil, err
	}
	return &Held{f: f}, nil
}

// Close gives the folder free.
func (h *Held) Close() error { return h.f.Close() }

func join(dir, name string) string { return filepath.Join(dir, name) }
