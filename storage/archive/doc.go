// Package archive is the sealed backup: one file that holds the sealed files of
// a notebook as they stood at one moment. It knows names, sizes and hashes; what
// the files mean is the notebook's.
//
// A backup begins with a clear part that carries the notebook's key file, which
// protects itself, so that passphrase or recovery code opens it anywhere. The
// rest is chunks of 1 MiB, each sealed under a key of this backup's own, with
// its place and whether it is the last among what the seal binds: cut, exchanged,
// repeated or added chunks do not open. docs/formats/backup.md has the bytes.
package archive

import "errors"

var (
	// ErrNotBackup: the bytes do not begin as a backup does.
	ErrNotBackup = errors.New("archive: not a backup")
	// ErrNewerFormat: whole, and written by a newer Wherry.
	ErrNewerFormat = errors.New("archive: written by a newer version")
	// ErrDamaged: not as it was written; see Damage.
	ErrDamaged = errors.New("archive: damaged")
	// ErrName: a file name that no notebook has, out of order, or there twice.
	ErrName = errors.New("archive: file name not allowed")
	// ErrTooLarge: more than the format allows.
	ErrTooLarge = errors.New("archive: too large")
	// ErrShort: a file is shorter than was announced for it.
	ErrShort = errors.New("archive: file ended early")
	// ErrNoMember: the backup holds no file of this name.
	ErrNoMember = errors.New("archive: no such file")
)

// Damage says where a backup is not as it was written.
type Damage struct {
	Chunk  int64  // number of the sealed chunk, from 0; -1: before or after all of them
	Member string // the file inside that was being read; "" if none
	Reason string
}

// Error names the place.
func (d *Damage) Error() string { return "archive: damaged: " + d.Reason }

// Is makes every Damage an ErrDamaged.
func (d *Damage) Is(target error) bool { return target == ErrDamaged }
