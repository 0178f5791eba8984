package notebook

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"wherry/storage/seal"
)

// writeExport writes a finished document under its name in one step. Until it
// is whole and synced the file has no name at all (O_TMPFILE), so a stop
// half-way leaves nothing.
func writeExport(path string, fill func(io.Writer) error, replace bool) error {
	dir := filepath.Dir(path)
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EISDIR) || errors.Is(err, unix.EINVAL) {
		return writeExportHidden(path, fill, replace)
	}
	if err != nil {
		return &os.PathError{Op: "open", Path: dir, Err: err}
	}
	f := os.NewFile(uintptr(fd), path)
	if err := errors.Join(fill(f), f.Sync()); err != nil {
		return errors.Join(err, f.Close())
	}
	err = link(fd, path)
	if errors.Is(err, unix.EEXIST) && replace {
		// Renaming over a name is atomic, linking over one is not possible.
		tmp := filepath.Join(dir, fmt.Sprintf(".wherry-%d-%d", os.Getpid(), fd))
		if err = link(fd, tmp); err == nil {
			err = os.Rename(tmp, path)
		}
	}
	if errors.Is(err, unix.EEXIST) {
		err = ErrExists
	}
	return errors.Join(err, f.Close(), seal.SyncDir(dir))
}

func link(fd int, path string) error {
	return unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
}
