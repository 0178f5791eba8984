package seal

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxPassphrase bounds a passphrase before and after normalisation: 4096 bytes.
const MaxPassphrase = 4096

// NormalisePassphrase returns the bytes that are stretched: everything up to
// the first line feed, less a carriage return just before it, in Unicode
// normal form C, so that a passphrase typed on one system opens on another.
// The result is a copy and stays the same when normalised again.
func NormalisePassphrase(p []byte) ([]byte, error) {
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		p = p[:i]
		if i > 0 && p[i-1] == '\r' {
			p = p[:i-1]
		}
	}
	if len(p) == 0 {
		return nil, ErrEmptyPassphrase
	}
	if len(p) > MaxPassphrase || !utf8.Valid(p) {
		return nil, ErrBadPassphrase
	}
	out := norm.NFC.Append(nil, p...)
	if len(out) > MaxPassphrase {
		clear(out)
		return nil, ErrBadPassphrase
	}
	return out, nil
}
