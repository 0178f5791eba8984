package vault

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// reserve gives Badger's log, which it writes through a memory map and which
// has holes, its space on the volume now: another program that fills the volume
// a moment later then cannot make the next write kill the process.
func reserve(db string) error {
	names, err := filepath.Glob(filepath.Join(db, "*.mem"))
	if err != nil || len(names) == 0 {
		return err
	}
	f, err := os.OpenFile(names[len(names)-1], os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil // written out meanwhile
	}
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		err = unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, logRoom)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	switch {
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return ErrFull
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS):
		return nil // this kind of volume reserves nothing
	}
	return err
}
