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
		err = linkOver(f, path)
	}
	if errors.Is(err, unix.EEXIST) {
		err = ErrExists
	}
	return errors.Join(err, f.Close(), seal.SyncDir(dir))
}

// linkOver gives the file a name that another file has. Renaming over a name is
// atomic, linking over one is not possible: between the two the document has a
// name of ours, under which nobody has the right to open it.
func linkOver(f *os.File, path string) error {
	tmp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".wherry-%d-%d", os.Getpid(), f.Fd()))
	if err := errors.Join(f.Chmod(0), link(int(f.Fd()), tmp)); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return f.Chmod(0o600)
}

func link(fd int, path string) error {
	return unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
}
