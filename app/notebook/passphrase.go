package notebook

import (
	"errors"
	"time"

	"wherry/storage/seal"
)

// ChangePassphrase rewrites the passphrase slot; nothing else changes. The
// notebook must not be open elsewhere.
func ChangePassphrase(dir string, old, next []byte, cfg Config) error {
	return rekey(dir, next, cfg, func() (*seal.Unlocked, error) {
		pass, err := seal.NormalisePassphrase(old)
		if err != nil {
			return nil, err
		}
		defer clear(pass)
		return guess(dir, cfg, func() (*seal.Unlocked, error) { return seal.UnlockKeyFile(dir, pass) })
	})
}

// ResetPassphrase sets a new passphrase by the recovery kit's code. A code
// cannot be guessed, so it neither waits nor counts; it ends the waiting.
func ResetPassphrase(dir string, code seal.RecoveryCode, next []byte, cfg Config) error {
	return rekey(dir, next, cfg, func() (*seal.Unlocked, error) {
		u, err := seal.UnlockWithCode(dir, code)
		if err == nil {
			unguessed(dir)
		}
		return u, err
	})
}

func rekey(dir string, next []byte, cfg Config, key func() (*seal.Unlocked, error)) (err error) {
	if err := present(dir); err != nil {
		return err
	}
	pass, err := seal.NormalisePassphrase(next)
	if err != nil {
		return err
	}
	defer clear(pass)
	lock, err := takeFolder(dir, time.Sleep)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	u, err := key()
	if err != nil {
		return err
	}
	defer u.Key.Wipe()
	return inForce(u.SetPassphrase(dir, pass, cfg.filled().KDF.AtLeast(u.KDF)))
}

// inForce passes over what leaves the change in force: that the second copy or
// the overwriting of the old one is still to come, at the next opening.
func inForce(err error) error {
	if errors.Is(err, seal.ErrOneCopy) || errors.Is(err, seal.ErrNotErased) {
		return nil
	}
	return err
}

// ChangePassphrase rewrites the passphrase slot of an open notebook.
func (n *Notebook) ChangePassphrase(old, next []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	before, err := seal.NormalisePassphrase(old)
	if err != nil {
		return err
	}
	defer clear(before)
	after, err := seal.NormalisePassphrase(next)
	if err != nil {
		return err
	}
	defer clear(after)
	u, err := guess(n.dir, n.cfg, func() (*seal.Unlocked, error) { return seal.UnlockKeyFile(n.dir, before) })
	if err != nil {
		return err
	}
	defer u.Key.Wipe()
	return inForce(u.SetPassphrase(n.dir, after, n.cfg.KDF.AtLeast(u.KDF)))
}
