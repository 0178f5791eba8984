package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ReadOnly says that the folder cannot be written to, by this process at
// least, so that it is held for reading only: beside other readers, but not
// beside a writer.
func (h *Held) ReadOnly() bool { return h.readOnly }

// lockToRead holds a folder that refused to be written to, with refusal.
func lockToRead(dir string, refusal error) (*Held, error) {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if errors.Is(err, fs.ErrNotExist) && errors.Is(refusal, syscall.EROFS) {
		return &Held{readOnly: true}, nil // nobody can write there
	}
	if err != nil {
		return nil, refusal
	}
	if err := tryLock(f, false); err != nil {
		f.Close()
		return nil, err
	}
	return &Held{f: f, readOnly: true}, nil
}
