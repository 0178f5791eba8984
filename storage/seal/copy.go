package seal

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"wherry/storage/record"
)

// A backup carries the bytes of a key file and of a key box. What is here reads
// such a copy without a folder, and nothing is written.

// KeyFileCopy returns the bytes of the newest whole copy of the key file in dir,
// and the notebook that it names. It needs no secret.
func KeyFileCopy(dir string) ([]byte, record.ID, error) {
	copies, whole, err := keyPair(osDisk{}, dir).read()
	if err != nil {
		return nil, record.ID{}, err
	}
	f, err := parseKeyFile(copies[whole[0]].data)
	if err != nil {
		return nil, record.ID{}, err
	}
	return copies[whole[0]].data, f.Notebook, nil
}

// BoxCopy returns the bytes of the newest whole copy of the key box in dir that
// is authentic under the vault key.
func BoxCopy(dir string, vault Key) ([]byte, error) {
	b := newBox(osDisk{}, dir, vault)
	copies, whole, err := b.pair.read()
	if err != nil {
		return nil, err
	}
	for _, i := range whole {
		if f, err := parseBox(copies[i].data); err == nil && f.authentic(b.mac) {
			return copies[i].data, nil
		}
	}
	return nil, ErrDamaged
}

// UnlockCopy opens the bytes of a key file with a passphrase.
func UnlockCopy(data, passphrase []byte) (*Unlocked, error) {
	return withPassphrase(passphrase, func(o opener) (*Unlocked, error) {
		return unlock(keyPair(oneFile{data: data}, ""), o, false)
	})
}

// UnlockCopyWithCode opens the bytes of a key file with the recovery code.
func UnlockCopyWithCode(data []byte, code RecoveryCode) (*Unlocked, error) {
	return unlock(keyPair(oneFile{data: data}, ""), codeOpener(code), false)
}

// ReadBoxCopy opens the bytes of a key box to look only: Put fails with
// ErrReadOnly.
func ReadBoxCopy(data []byte, vault Key) (*Box, error) {
	b := newBox(oneFile{data: data}, "", vault)
	b.reading = true
	if err := b.load(); err != nil {
		return nil, err
	}
	b.twinBad = false // there is no twin
	return b, nil
}

// oneFile is a disk that holds the first copy of a pair, and takes nothing.
type oneFile struct{ data []byte }

func (o oneFile) Read(path string, limit int) ([]byte, error) {
	switch {
	case !strings.HasSuffix(filepath.Base(path), ".A"):
		return nil, fs.ErrNotExist
	case len(o.data) > limit:
		return nil, ErrTooLarge
	}
	return o.data, nil
}

func (oneFile) Create(string) (diskFile, error)         { return nil, os.ErrPermission }
func (oneFile) Rewrite(string) (diskFile, int64, error) { return nil, 0, fs.ErrNotExist }
func (oneFile) Rename(string, string) error             { return os.ErrPermission }
func (oneFile) Remove(string) error                     { return fs.ErrNotExist }
func (oneFile) Link(string, string) error               { return os.ErrPermission }
func (oneFile) Same(string, string) (bool, error)       { return false, fs.ErrNotExist }
func (oneFile) SyncDir(string) error                    { return nil }
