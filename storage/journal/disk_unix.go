//go:build !windows

package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// replaceOpen says whether a file that is open can be replaced by another.
const replaceOpen = true

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

// tryLock takes an advisory lock that ends with the process: alone, or beside
// others who take it so.
func tryLock(f *os.File, alone bool) error {
	how := unix.LOCK_SH | unix.LOCK_NB
	if alone {
		how = unix.LOCK_EX | unix.LOCK_NB
	}
	for {
		err := unix.Flock(int(f.Fd()), how)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrInUse
		case !errors.Is(err, unix.EINTR):
			return err
		}
	}
}

// diskFull reports whether an error says that the volume or quota is full.
func diskFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}

// refused reports whether somebody else may be holding the file just now.
func refused(err error) bool { return errors.Is(err, unix.EACCES) }
