package trust

import "errors"

// Errors of this package. They never carry a name, a team or a reference.
var (
	// ErrMalformed: bytes or values that no honest release writes.
	ErrMalformed = errors.New("trust: malformed")
	// ErrNewer: a kind or version that this release does not know.
	ErrNewer = errors.New("trust: written by a newer release")
	// ErrNotTrusted: a signature is missing, wrong or by a key without the right.
	ErrNotTrusted = errors.New("trust: not signed by a key that may")
	// ErrWrongRoot: signed under another root of trust than the one pinned.
	ErrWrongRoot = errors.New("trust: another root of trust")
	// ErrCountersign: reading would widen on one signature alone.
	ErrCountersign = errors.New("trust: needs a second signature")
	// ErrUsed: the invitation, key or link has been used before.
	ErrUsed = errors.New("trust: already used")
	// ErrExpired: the invitation's time is over.
	ErrExpired = errors.New("trust: expired")
	// ErrOrder: a directory or log record that is not the next one.
	ErrOrder = errors.New("trust: record out of order")
	// ErrDirectoryBehind: judging needs a later directory position than is held.
	ErrDirectoryBehind = errors.New("trust: the directory held is too short")
	// ErrKeyFile: a key file of the wrong kind or council.
	ErrKeyFile = errors.New("trust: not the key file that is needed")
)
