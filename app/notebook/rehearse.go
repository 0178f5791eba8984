package notebook

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// A recovery kit that was never tried is a hope. A rehearsal proves that it
// opens this notebook; the person's own screen keeps the date and asks again
// when it is long past.

// ErrOtherKit says that a recovery code is whole but another notebook's, or a
// former one of this notebook.
var ErrOtherKit = errors.New("notebook: recovery kit of another notebook")

// RehearseEvery is how many months may pass between two rehearsals unless the
// person chose otherwise; 0 there means never to be reminded.
const RehearseEvery = 6

// Rehearse proves that a recovery code opens the notebook in dir as far as its
// keys: key file and key box. It writes nothing and needs no lock, so it may
// run while the notebook is open elsewhere.
func Rehearse(dir string, code RecoveryCode) error {
	if err := present(dir); err != nil {
		return err
	}
	u, err := proveKit(dir, code)
	if err != nil {
		return err
	}
	u.Key.Wipe()
	return nil
}

func proveKit(dir string, code RecoveryCode) (*seal.Unlocked, error) {
	u, err := seal.ReadWithCode(dir, code)
	if errors.Is(err, seal.ErrWrongPassphrase) {
		return nil, ErrOtherKit
	}
	if err != nil {
		return nil, err
	}
	box, err := seal.ReadBox(dir, u.Key)
	if errors.Is(err, fs.ErrNotExist) {
		err = seal.ErrDamaged
	}
	if err != nil {
		u.Key.Wipe()
		return nil, err
	}
	box.Wipe()
	return u, nil
}

// rehearsal is what rehearsed.sealed holds.
type rehearsal struct {
	_     struct{} `cbor:",toarray"`
	Last  int64    // Unix milliseconds; 0: never
	Every uint64   // months between reminders; 0: none
}

func (n *Notebook) rehearsalFile() string { return filepath.Join(n.dir, "rehearsed.sealed") }

// Rehearse proves the kit against the open notebook and keeps the date.
func (n *Notebook) Rehearse(code RecoveryCode) (time.Time, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return time.Time{}, ErrClosed
	}
	u, err := proveKit(n.dir, code)
	if err != nil {
		return time.Time{}, err
	}
	same := u.Key.Equal(n.vault)
	u.Key.Wipe()
	if !same {
		return time.Time{}, ErrOtherKit
	}
	r, at := n.rehearsal(), n.now()
	r.Last = at.UnixMilli()
	return at, n.keepRehearsal(r)
}

// Rehearsed is when the kit was last proven, zero for never, and whether it is
// time to do it again: after the chosen months, counted from the making of the
// notebook if it was never done.
func (n *Notebook) Rehearsed() (last time.Time, due bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return time.Time{}, false
	}
	r := n.rehearsal()
	since := r.Last
	if since == 0 {
		since = n.st.meta.Pin.Created
	}
	if r.Last != 0 {
		last = time.UnixMilli(r.Last)
	}
	return last, r.Every > 0 && !n.now().Before(time.UnixMilli(since).AddDate(0, int(r.Every), 0))
}

// RemindRehearsal sets after how many months the kit is to be tried again, up
// to 24; 0 ends the reminders.
func (n *Notebook) RemindRehearsal(months int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	r := n.rehearsal()
	r.Every = uint64(min(max(months, 0), 24))
	return n.keepRehearsal(r)
}

// RehearsalMonths is what RemindRehearsal set.
func (n *Notebook) RehearsalMonths() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return RehearseEvery
	}
	return int(n.rehearsal().Every)
}

// rehearsal reads the record; a missing or damaged one is that of a kit never
// tried.
func (n *Notebook) rehearsal() rehearsal {
	r := rehearsal{Every: RehearseEvery}
	plain, err := n.openSmall(n.rehearsalFile(), "rehearsal")
	if err != nil {
		return r
	}
	var got rehearsal
	if record.Decode(plain, &got) != nil || got.Last < 0 || got.Every > 24 {
		return r
	}
	return got
}

func (n *Notebook) keepRehearsal(r rehearsal) error {
	return n.sealSmall(n.rehearsalFile(), "rehearsal", record.Encode(r))
}

// maxSmall bounds the small sealed files beside the journal, in bytes.
const maxSmall = 4 << 10

// openSmall and sealSmall read and write a small file of this notebook under a
// key derived for one purpose.
func (n *Notebook) openSmall(path, purpose string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > maxSmall {
		return nil, seal.ErrTooLarge
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return seal.Open(n.vault.Derive(purpose), n.st.meta.Pin.Notebook[:], data)
}

func (n *Notebook) sealSmall(path, purpose string, plain []byte) error {
	if len(plain) > maxSmall-seal.Overhead {
		return seal.ErrTooLarge
	}
	data, err := seal.Seal(n.vault.Derive(purpose), n.st.meta.Pin.Notebook[:], plain)
	if err != nil {
		return err
	}
	return seal.WriteFileSync(path, data)
}
