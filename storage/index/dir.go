package index

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"wherry/storage/seal"
)

// Tip says up to which frame of the journal an index is complete: its number
// and its MAC.
type Tip struct {
	Seq uint64
	MAC [32]byte
}

const dirFile = "index.sealed"

// SaveDir writes the index into a folder under key, without a trace of removed
// notes.
func (x *Index) SaveDir(ctx context.Context, dir string, key seal.Key, tip Tip) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	t := append(binary.BigEndian.AppendUint64(nil, tip.Seq), tip.MAC[:]...)
	return x.SaveSealed(ctx, filepath.Join(dir, dirFile), key, t)
}

// LoadDir reads what SaveDir wrote. Anything missing or damaged is ErrSnapshot,
// another format or other rules ErrRules: the index must then be built again.
func LoadDir(ctx context.Context, dir string, key seal.Key) (*Index, Tip, error) {
	x, t, err := LoadSealed(ctx, filepath.Join(dir, dirFile), key)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(t) != 40 {
		err = ErrSnapshot
	}
	if err != nil {
		return nil, Tip{}, err
	}
	return x, Tip{binary.BigEndian.Uint64(t), [32]byte(t[8:])}, nil
}

// EraseDir overwrites every file of the folder with zeros, then removes them
// and the folder. A folder that is not there is no error.
func EraseDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := eraseFile(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	if err := os.Remove(dir); err != nil {
		return err
	}
	return seal.SyncDir(filepath.Dir(dir))
}

// eraseFile overwrites a file with zeros, syncs it and removes it.
func eraseFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	size, err := f.Seek(0, 2)
	if err == nil {
		_, err = f.Seek(0, 0)
	}
	zeros := make([]byte, 1<<20)
	for err == nil && size > 0 {
		n, werr := f.Write(zeros[:min(size, int64(len(zeros)))])
		size, err = size-int64(n), werr
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Remove(path)
}
