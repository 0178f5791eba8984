// Package blob keeps attachments: photos, documents and recordings, each as one
// sealed file. It knows neither what is in them nor whose they are.
//
// A blob has a random key of its own, which its owner keeps. The file is cut
// into chunks of 256 KiB; each is sealed with its place and whether it is the
// last among what the seal binds, so that cut, exchanged, repeated or added
// chunks do not open. The name is the SHA-256 of the sealed bytes: anybody can
// check a copy without the key. No plaintext reaches the disk.
//
// A blob is written under a temporary name, synced, renamed and its folders
// synced: it has its name only when it is whole and durable. The bytes are
// described in docs/formats/blob.md.
package blob

import "errors"

var (
	// ErrMissing: no blob of this id is here.
	ErrMissing = errors.New("blob: not here")
	// ErrDamaged: not as it was written, or not of this key; see Damage.
	ErrDamaged = errors.New("blob: damaged")
	// ErrNewerFormat: written by a newer Wherry.
	ErrNewerFormat = errors.New("blob: written by a newer version")
	// ErrTooLarge: more than MaxSize bytes.
	ErrTooLarge = errors.New("blob: too large")
	// ErrFull: the disk has too little space left; nothing was named.
	ErrFull = errors.New("blob: disk full")
	// ErrFailed: the disk did not do what was asked; nothing was named.
	ErrFailed = errors.New("blob: disk failed")
	// ErrNoKey: a blob was to be sealed under no key.
	ErrNoKey = errors.New("blob: no key")
	// ErrClosed: the writer or reader was closed, committed or aborted.
	ErrClosed = errors.New("blob: closed")
	// ErrName: not the name of an unfinished blob.
	ErrName = errors.New("blob: not an unfinished blob")
)

// Damage says where a blob is not as it was written.
type Damage struct {
	Chunk int64 // number of the chunk, from 0; -1: the beginning, the length or the name
}

// Error tells the beginning from the rest.
func (d *Damage) Error() string {
	if d.Chunk < 0 {
		return "blob: damaged: beginning, length or key"
	}
	return "blob: damaged: chunk does not open"
}

// Is makes every Damage an ErrDamaged.
func (d *Damage) Is(target error) bool { return target == ErrDamaged }
