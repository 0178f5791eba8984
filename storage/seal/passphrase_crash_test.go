package seal

import (
	"bytes"
	"errors"
	"testing"
)

// A change of passphrase, stopped and failed at every act on the disk. The
// secrets stand for stretched passphrases: Argon2id has no part in this.
var (
	oldSecret = bytes.Repeat([]byte{1}, 32)
	newSecret = bytes.Repeat([]byte{2}, 32)
)

func stretchedSlot(t *testing.T, secret []byte) slot {
	t.Helper()
	s := slot{Type: slotPassphrase, KDF: FloorKDF}
	if err := s.close(testNotebook, secret, testKey(50)); err != nil {
		t.Fatal(err)
	}
	return s
}

func stretchedFile(t *testing.T) []byte {
	t.Helper()
	f := &keyFile{Notebook: testNotebook, Generation: 4}
	var err error
	f.Slots[0] = stretchedSlot(t, oldSecret)
	if f.Slots[1], err = recoverySlot(testNotebook, testCode, testKey(50)); err != nil {
		t.Fatal(err)
	}
	return f.encode(testKey(50))
}

// opensBy tries a secret on a copy of the disk, and mends as a real opening does.
func opensBy(d *simDisk, secret []byte) error {
	u, err := unlock(keyPair(d, "d"), opener{func(f *keyFile) (Key, error) {
		return f.slot(slotPassphrase).open(f.Notebook, secret)
	}, ErrWrongPassphrase}, true)
	if err == nil && u.Key != testKey(50) {
		return errors.New("another vault key")
	}
	return err
}

func TestPassphraseChangeSurvivesAStopAtEveryStep(t *testing.T) {
	before, next := stretchedFile(t), stretchedSlot(t, newSecret)
	stops, sawOld, sawNew := 0, false, false
	for at := 1; ; at++ {
		d := diskWith(before, before)
		u := &Unlocked{Key: testKey(50), Notebook: testNotebook}
		d.stopAt = at
		err := u.replace(keyPair(d, "d"), next)
		for i, f := range d.futures() {
			stops++
			byOld, byNew := opensBy(f.after(0, lost), oldSecret), opensBy(f.after(0, lost), newSecret)
			sawOld, sawNew = sawOld || byOld == nil, sawNew || byNew == nil
			switch {
			case byNew == nil && byOld == ErrWrongPassphrase:
			case byOld == nil && byNew == ErrWrongPassphrase && err != nil:
			default:
				t.Fatalf("stop at %d, future %d (done: %v): by the old passphrase %v, by the new %v", at, i, err == nil, byOld, byNew)
			}
			// The kit opens throughout.
			if _, err := unlockCode(f.after(0, lost), testCode); err != nil {
				t.Fatalf("stop at %d, future %d: by the kit %v", at, i, err)
			}
			// Whatever opened goes on opening after it was mended and the power
			// failed once more.
			secret := newSecret
			if byOld == nil {
				secret = oldSecret
			}
			if opensBy(f, secret) != nil || opensBy(f.after(0, lost), secret) != nil {
				t.Fatalf("stop at %d, future %d: mending lost the way in", at, i)
			}
		}
		if err == nil {
			break
		}
	}
	if !sawOld || !sawNew || stops < 50 {
		t.Fatalf("%d futures, old seen %v, new seen %v", stops, sawOld, sawNew)
	}
}

func TestPassphraseChangeSurvivesAFailureAtEveryStep(t *testing.T) {
	before, next := stretchedFile(t), stretchedSlot(t, newSecret)
	for at := 1; ; at++ {
		d := diskWith(before, before)
		u := &Unlocked{Key: testKey(50), Notebook: testNotebook}
		d.failAt = at
		err := u.replace(keyPair(d, "d"), next)
		if d.step < at {
			return
		}
		d.failAt = 0
		for _, f := range []*simDisk{d, d.after(0, lost), d.after(len(d.pending), kept)} {
			byOld, byNew := opensBy(f.after(0, lost), oldSecret), opensBy(f.after(0, lost), newSecret)
			if (byOld == nil) == (byNew == nil) {
				t.Fatalf("failure at %d (%v): by the old passphrase %v, by the new %v", at, err, byOld, byNew)
			}
			if inForce := err == nil || errors.Is(err, ErrOneCopy) || errors.Is(err, ErrNotErased); inForce && byNew != nil {
				t.Fatalf("failure at %d (%v): the new passphrase is said to be in force and does not open", at, err)
			}
		}
	}
}
