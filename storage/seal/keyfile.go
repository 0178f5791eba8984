package seal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"wherry/storage/record"
)

// Unlocked is an opened key file.
type Unlocked struct {
	// Key is the vault key, from which every key of the notebook comes. It
	// stays the same when the passphrase changes.
	Key      Key
	Notebook record.ID
	// Generation counts rewrites; a lower one than the notebook has seen means
	// that an old copy was put back.
	Generation uint64
	// KDF is the cost of the passphrase slot, whichever slot was opened.
	KDF KDF
	// Healed: one of the two copies was damaged, missing or out of date, and
	// was written anew from the other.
	Healed bool
	// TwinBad: the same, but it could not be or was not to be written.
	TwinBad bool
}

// opener opens one kind of slot of a parsed copy; ErrSealed if its secret is
// not the right one.
type opener struct {
	open   func(f *keyFile) (Key, error)
	failed error // what the caller is told then
}

// CreateKeyFile makes a vault key and writes key.A and key.B in dir, openable
// by the passphrase and by the recovery code. Existing files are never
// overwritten (ErrExists).
func CreateKeyFile(dir string, notebook record.ID, passphrase []byte, code RecoveryCode, kdf KDF) (Key, error) {
	p := keyPair(osDisk{}, dir)
	for i := range 2 {
		if _, err := os.Lstat(p.path(i)); err == nil {
			return Key{}, ErrExists
		} else if !errors.Is(err, fs.ErrNotExist) {
			return Key{}, err
		}
	}
	vault, err := NewKey(rand.Reader)
	if err != nil {
		return Key{}, err
	}
	f := &keyFile{Notebook: notebook, Generation: 1}
	if f.Slots[0], err = passphraseSlot(notebook, passphrase, kdf, vault); err != nil {
		return Key{}, err
	}
	if f.Slots[1], err = recoverySlot(notebook, code, vault); err != nil {
		return Key{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Key{}, err
	}
	if err := p.save(f.encode(vault)); err != nil {
		return Key{}, err
	}
	return vault, nil
}

// UnlockKeyFile opens the key file in dir with a passphrase, and mends the
// copy that is not whole. Errors: fs.ErrNotExist, ErrNewerFormat, ErrDamaged
// (no whole copy), ErrWeakKDF, ErrWrongPassphrase, ErrEmptyPassphrase,
// ErrBadPassphrase.
func UnlockKeyFile(dir string, passphrase []byte) (*Unlocked, error) {
	return withPassphrase(passphrase, func(o opener) (*Unlocked, error) { return unlock(keyPair(osDisk{}, dir), o, true) })
}

// ReadKeyFile is UnlockKeyFile without writing anything: a copy that is not
// whole is reported by TwinBad.
func ReadKeyFile(dir string, passphrase []byte) (*Unlocked, error) {
	return withPassphrase(passphrase, func(o opener) (*Unlocked, error) { return unlock(keyPair(osDisk{}, dir), o, false) })
}

// UnlockWithCode opens the key file with the recovery code; ErrWrongCode, which
// is also ErrWrongPassphrase, if it is another's.
func UnlockWithCode(dir string, code RecoveryCode) (*Unlocked, error) {
	return unlock(keyPair(osDisk{}, dir), codeOpener(code), true)
}

// ReadWithCode is UnlockWithCode without writing anything: a copy that is not
// whole is reported by TwinBad.
func ReadWithCode(dir string, code RecoveryCode) (*Unlocked, error) {
	return unlock(keyPair(osDisk{}, dir), codeOpener(code), false)
}

// SetPassphrase replaces the passphrase slot on disk. The other slot and the
// vault key stay. A stop at any moment leaves the old passphrase or the new.
// With ErrOneCopy or ErrNotErased the new one is in force.
func (u *Unlocked) SetPassphrase(dir string, passphrase []byte, kdf KDF) error {
	s, err := passphraseSlot(u.Notebook, passphrase, kdf, u.Key)
	if err != nil {
		return err
	}
	return u.replace(keyPair(osDisk{}, dir), s)
}

// SetRecoveryCode replaces the recovery slot in the same way; the old recovery
// kit opens nothing afterwards.
func (u *Unlocked) SetRecoveryCode(dir string, code RecoveryCode) error {
	s, err := recoverySlot(u.Notebook, code, u.Key)
	if err != nil {
		return err
	}
	return u.replace(keyPair(osDisk{}, dir), s)
}

func (u *Unlocked) replace(p pair, s slot) error {
	copies, whole, err := p.read()
	if err != nil {
		return err
	}
	for _, i := range whole {
		f, err := parseKeyFile(copies[i].data)
		if err != nil || f.Notebook != u.Notebook || !f.authentic(u.Key) || f.Generation == maxGeneration {
			continue
		}
		f.Generation++
		*f.slot(s.Type) = s
		err = p.save(f.encode(u.Key))
		if err == nil || errors.Is(err, ErrOneCopy) || errors.Is(err, ErrNotErased) {
			u.Generation, u.KDF = f.Generation, f.slot(slotPassphrase).KDF
		}
		return err
	}
	return ErrDamaged
}

func keyPair(d disk, dir string) pair {
	return pair{disk: d, dir: dir, name: "key", limit: keyFileLimit, check: func(b []byte) (uint64, error) {
		f, err := parseKeyFile(b)
		if err != nil {
			return 0, err
		}
		return f.Generation, nil
	}}
}

// unlock tries the newest whole copy, then the other one if the newest turns
// out not to be authentic. An older generation is not tried merely because the
// secret does not fit the newest: a passphrase that was changed stays changed,
// whatever is left of the old copy.
func unlock(p pair, o opener, mend bool) (*Unlocked, error) {
	copies, whole, err := p.read()
	if err != nil {
		return nil, err
	}
	result := ErrDamaged
	for n, i := range whole {
		if n > 0 && result == o.failed && copies[i].gen != copies[whole[0]].gen {
			break
		}
		f, err := parseKeyFile(copies[i].data)
		if err != nil {
			return nil, err // cannot be: read has parsed it
		}
		vault, err := o.open(f)
		if errors.Is(err, ErrSealed) {
			result = o.failed
			continue
		}
		if err != nil {
			return nil, err
		}
		if !f.authentic(vault) {
			result = ErrDamaged
			continue
		}
		u := &Unlocked{Key: vault, Notebook: f.Notebook, Generation: f.Generation, KDF: f.slot(slotPassphrase).KDF}
		if mend {
			differed, bad := p.mend(copies, i)
			u.Healed, u.TwinBad = differed && !bad, bad
		} else {
			u.TwinBad = p.differs(copies, i)
		}
		return u, nil
	}
	return nil, result
}

func withPassphrase(passphrase []byte, do func(opener) (*Unlocked, error)) (*Unlocked, error) {
	pass, err := NormalisePassphrase(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(pass)
	return do(opener{func(f *keyFile) (Key, error) {
		s := f.slot(slotPassphrase)
		if err := s.KDF.Check(); err != nil { // again, next to what it guards
			return Key{}, err
		}
		return s.open(f.Notebook, s.KDF.stretch(pass, s.Salt[:]))
	}, ErrWrongPassphrase})
}

func codeOpener(code RecoveryCode) opener {
	return opener{func(f *keyFile) (Key, error) {
		return f.slot(slotRecovery).open(f.Notebook, code[:])
	}, ErrWrongCode}
}

func passphraseSlot(notebook record.ID, passphrase []byte, kdf KDF, vault Key) (slot, error) {
	if err := kdf.Check(); err != nil {
		return slot{}, err
	}
	pass, err := NormalisePassphrase(passphrase)
	if err != nil {
		return slot{}, err
	}
	defer clear(pass)
	s := slot{Type: slotPassphrase, KDF: kdf}
	if _, err := rand.Read(s.Salt[:]); err != nil {
		return slot{}, err
	}
	err = s.close(notebook, kdf.stretch(pass, s.Salt[:]), vault)
	return s, err
}

func recoverySlot(notebook record.ID, code RecoveryCode, vault Key) (slot, error) {
	s := slot{Type: slotRecovery}
	if _, err := rand.Read(s.Salt[:]); err != nil {
		return slot{}, err
	}
	err := s.close(notebook, code[:], vault)
	return s, err
}

const slotPurpose = "wherry-slot-1"

// close wraps the vault key and opens it again, so that what is about to
// replace the only way in is known to open.
func (s *slot) close(notebook record.ID, secret []byte, vault Key) error {
	wrap, err := Seal(slotKey(secret, s.Salt[:], slotPurpose), s.aad(notebook), vault[:])
	if err != nil {
		return err
	}
	s.Wrap = wrap
	again, err := s.open(notebook, secret)
	if err != nil || !again.Equal(vault) {
		return fmt.Errorf("%w: a new slot does not open", ErrDamaged)
	}
	return nil
}

func (s *slot) open(notebook record.ID, secret []byte) (Key, error) {
	b, err := Open(slotKey(secret, s.Salt[:], slotPurpose), s.aad(notebook), s.Wrap)
	if err != nil || len(b) != len(Key{}) {
		return Key{}, ErrSealed
	}
	defer clear(b)
	return Key(b), nil
}
