package vault

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// again does something with a file once more, a few times within a tenth of a
// second, while another program (a virus scanner, one that copies folders) does
// not let go of it.
func again(act func() error) error {
	for pause := time.Millisecond; ; pause *= 4 {
		err := act()
		if !inUse(err) || pause > 64*time.Millisecond {
			return err
		}
		time.Sleep(pause)
	}
}

// inUse reports whether an error is one with which systems answer for a file
// that another program holds. It may also mean that the rights are missing.
func inUse(err error) bool { return errors.Is(err, fs.ErrPermission) || sharing(err) }

// openAgain, readAgain and removeAgain are os.OpenFile, os.ReadFile and
// os.Remove; what is not there need not be removed.
func openAgain(path string, flag int) (f *os.File, err error) {
	err = again(func() error { f, err = os.OpenFile(path, flag, 0); return err })
	return f, err
}

func readAgain(path string) (b []byte, err error) {
	err = again(func() error { b, err = os.ReadFile(path); return err })
	return b, err
}

func removeAgain(path string) error {
	err := again(func() error { return os.Remove(path) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// missing reports whether a name is known to be free.
func missing(path string) bool {
	err := again(func() error { _, err := os.Lstat(path); return err })
	return errors.Is(err, fs.ErrNotExist)
}
