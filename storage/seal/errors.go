package seal

import "errors"

// Errors of this package. None carries content, names or key material.
var (
	// ErrSealed: the sealed bytes do not open under this key and these
	// associated data. Nothing more is known, on purpose.
	ErrSealed = errors.New("seal: sealed bytes do not open")
	// ErrWrongPassphrase: the file is whole, but this passphrase or recovery
	// code does not open it.
	ErrWrongPassphrase = errors.New("seal: wrong passphrase")
	// ErrWrongCode is the form of ErrWrongPassphrase (errors.Is holds for
	// both) that says a recovery code was tried.
	ErrWrongCode error = wrongCode{}
	// ErrDamaged: no whole copy is left to read.
	ErrDamaged = errors.New("seal: damaged")
	// ErrNewerFormat: whole, and written by a newer Wherry.
	ErrNewerFormat = errors.New("seal: written by a newer version")
	// ErrWeakKDF: Argon2id settings outside the compiled limits, in either
	// direction.
	ErrWeakKDF = errors.New("seal: key derivation settings are outside the limits")
	// ErrTooLarge: more bytes than the format allows.
	ErrTooLarge = errors.New("seal: too large")
	// ErrNoKey: sealing was asked for under a key that has been wiped.
	ErrNoKey = errors.New("seal: no key")
	// ErrPublicKey: bytes that are not a public key for wrapping.
	ErrPublicKey = errors.New("seal: not a public key")
	// ErrPrivateKey: bytes that are not a private key for unwrapping.
	ErrPrivateKey = errors.New("seal: not a private key")
	// ErrEmptyPassphrase: nothing before the first line end.
	ErrEmptyPassphrase = errors.New("seal: passphrase is empty")
	// ErrBadPassphrase: longer than MaxPassphrase bytes, or not UTF-8 text.
	ErrBadPassphrase = errors.New("seal: passphrase is too long or not UTF-8 text")
	// ErrRecoveryCode: text that is not a recovery code; see CodeError.
	ErrRecoveryCode = errors.New("seal: not a recovery code")
	// ErrWrongLabel: a sealed key file of another kind than was asked for.
	ErrWrongLabel = errors.New("seal: another kind of key file")
	// ErrExists: a key file is there already and is never overwritten.
	ErrExists = errors.New("seal: key file exists")
	// ErrOneCopy: the change is in force, but only the first copy of the pair
	// could be written.
	ErrOneCopy = errors.New("seal: written to one copy only")
	// ErrNotErased: the change is in force in both copies, but a replaced copy
	// could not be overwritten. It is tried again at the next opening.
	ErrNotErased = errors.New("seal: replaced copy not overwritten")
	// ErrReadOnly: the box was opened to look only.
	ErrReadOnly = errors.New("seal: opened read-only")
	// ErrKeyConflict: a different key for an epoch that already has one. The
	// held key stays.
	ErrKeyConflict = errors.New("seal: another key is held for this epoch")
	// ErrBoxItem: a change without a name or outside the limits.
	ErrBoxItem = errors.New("seal: not a valid key box change")
)

type wrongCode struct{}

func (wrongCode) Error() string        { return "seal: wrong recovery code" }
func (wrongCode) Is(target error) bool { return target == ErrWrongPassphrase }
