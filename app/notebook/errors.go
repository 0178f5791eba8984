package notebook

import "errors"

// Errors that screens and commands tell apart (see Explain).
var (
	// ErrNotFound is the one answer for "not there" and "not yours".
	ErrNotFound = errors.New("notebook: not found")
	// ErrNotPermitted says that a right is missing.
	ErrNotPermitted = errors.New("notebook: not permitted")
	// ErrOversight says that an oversight remark is not this person's to write.
	ErrOversight = errors.New("notebook: oversight remarks are for team leads")
	// ErrNotEnrolled says that no council has been joined.
	ErrNotEnrolled = errors.New("notebook: not enrolled")
	// ErrEnrolled says that a council has been joined already.
	ErrEnrolled = errors.New("notebook: enrolled already")
	// ErrSyncing says that an exchange is running already.
	ErrSyncing = errors.New("notebook: an exchange is running")
	// ErrOffline says that the endpoint could not be reached; data is kept.
	ErrOffline = errors.New("notebook: offline")
	// ErrTampered says that the endpoint contradicts what it signed, or shows
	// what the council's root did not sign.
	ErrTampered = errors.New("notebook: endpoint contradicts itself")
	// ErrExists says that a file or a child reference is there already.
	ErrExists = errors.New("notebook: exists already")
	// ErrArriving refuses exports of a case whose history is still arriving.
	ErrArriving = errors.New("notebook: history still arriving")
)
