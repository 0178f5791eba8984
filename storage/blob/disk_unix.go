//go:build !windows

package blob

import (
	"errors"

	"golang.org/x/sys/unix"
)

// freeBytes is what an ordinary user may still write on the volume of dir.
func freeBytes(dir string) (uint64, error) {
	var st unix.Statfs_t
	for {
		err := unix.Statfs(dir, &st)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EINTR) {
			return 0, err
		}
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil
}

// diskFull reports whether an error says that the volume or quota is full.
func diskFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}

// refused reports whether somebody else may be holding the file just now.
func refused(err error) bool { return errors.Is(err, unix.EACCES) }
