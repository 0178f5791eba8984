package notebook

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"wherry/storage/seal"
)

// writeExportHidden is the way without unnamed files: a temporary in the same
// folder that nobody has the right to open, renamed when it is whole.
func writeExportHidden(path string, fill func(io.Writer) error, replace bool) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".wherry-*")
	if err != nil {
		return err
	}
	tmp := f.Name()
	defer os.Remove(tmp)
	if err := f.Chmod(0); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(fill(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	if replace {
		err = os.Rename(tmp, path)
	} else if err = os.Link(tmp, path); errors.Is(err, os.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return err
	}
	return errors.Join(os.Chmod(path, 0o600), seal.SyncDir(dir))
}
