package notebook

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wherry/storage/seal"
)

// Wrong passphrases are counted in a small file of the folder, so that the
// waiting outlives the program. It holds two numbers and a time, no secret, and
// nothing vouches for it: whoever can write the folder can also delete it. It
// slows down somebody at the keyboard; what slows down somebody with a copy of
// the disk is Argon2id. Nothing is ever erased because of it: this is a legal
// record.

// freeGuesses is how many wrong passphrases cost nothing; each further one
// makes the next wait twice as long, from a second to maxWait.
const (
	freeGuesses = 4
	maxWait     = time.Minute
)

// ErrWait is every WaitError.
var ErrWait = errors.New("notebook: the next passphrase has to wait")

// WaitError refuses a passphrase without trying it.
type WaitError struct{ Left time.Duration }

func (e *WaitError) Error() string { return ErrWait.Error() }

// Is makes every WaitError an ErrWait.
func (e *WaitError) Is(target error) bool { return target == ErrWait }

// attempts is what the file says. The zero value is that of no file.
type attempts struct {
	wrong  uint32 // since the last passphrase that was right
	before uint32 // the same, when that one came: for its owner to know
	last   int64  // of the last wrong one, Unix milliseconds; 0: nothing waits
}

func attemptsFile(dir string) string { return filepath.Join(dir, "attempts") }

const attemptsForm = "wherry-attempts-1 %d %d %d\n"

func (a attempts) bytes() []byte { return fmt.Appendf(nil, attemptsForm, a.wrong, a.before, a.last) }

// parseAttempts reads the file strictly; anything else is as good as no file.
func parseAttempts(b []byte) attempts {
	var a attempts
	if len(b) > 64 {
		return attempts{}
	}
	if _, err := fmt.Sscanf(string(b), attemptsForm, &a.wrong, &a.before, &a.last); err != nil || a.last < 0 || !bytes.Equal(a.bytes(), b) {
		return attempts{}
	}
	return a
}

func readAttempts(dir string) attempts {
	f, err := os.Open(attemptsFile(dir))
	if err != nil {
		return attempts{}
	}
	defer f.Close()
	b := make([]byte, 65)
	n, _ := f.Read(b) // an unreadable file is no file
	return parseAttempts(b[:n])
}

// keep writes the file, or removes it when there is nothing to remember. A
// disk that cannot be written keeps nobody from their notebook.
func (a attempts) keep(dir string) {
	if a == (attempts{}) {
		_ = os.Remove(attemptsFile(dir))
		return
	}
	_ = seal.WriteFileSync(attemptsFile(dir), a.bytes())
}

// delay is what has to pass after the last wrong one.
func (a attempts) delay() time.Duration {
	if a.wrong <= freeGuesses || a.last == 0 {
		return 0
	}
	return min(time.Second<<min(a.wrong-freeGuesses-1, 16), maxWait)
}

// left is how long the next passphrase has to wait: never longer than delay,
// also when the clock has been put back meanwhile.
func (a attempts) left(now time.Time) time.Duration {
	return max(min(time.UnixMilli(a.last).Add(a.delay()).Sub(now), a.delay()), 0)
}

// GuessWait is how long the next passphrase for the notebook in dir has to
// wait; nothing is written.
func GuessWait(dir string, now time.Time) time.Duration { return readAttempts(dir).left(now) }

// guess opens the key file by a passphrase, unless that has to wait, and
// counts. The caller holds the folder's lock.
func guess(dir string, cfg Config, open func() (*seal.Unlocked, error)) (*seal.Unlocked, error) {
	u, err := peek(dir, cfg, open)
	if a := readAttempts(dir); err == nil && a != (attempts{}) {
		attempts{before: a.wrong}.keep(dir)
	}
	return u, err
}

// peek is guess for those who may change nothing: a passphrase that is right
// leaves the count as it is.
func peek(dir string, cfg Config, open func() (*seal.Unlocked, error)) (*seal.Unlocked, error) {
	clock, a := cfg.filled().Clock, readAttempts(dir)
	now := clock()
	if left := a.left(now); left > 0 {
		if a.last > now.UnixMilli() { // the clock was put back: count from now
			a.last = now.UnixMilli()
			a.keep(dir)
		}
		return nil, &WaitError{left}
	}
	u, err := open()
	if errors.Is(err, seal.ErrWrongPassphrase) {
		a.wrong, a.last = min(a.wrong, 1<<31)+1, clock().UnixMilli() // the trying took a while
		a.keep(dir)
	}
	return u, err
}

// unguessed lets the next passphrase be tried at once: the recovery code has
// opened the notebook. What was counted is still told.
func unguessed(dir string) {
	if a := readAttempts(dir); a.last != 0 {
		a.last = 0
		a.keep(dir)
	}
}

// WrongBefore is how many wrong passphrases were tried between the last
// unlocking and the one before it.
func (n *Notebook) WrongBefore() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return int(readAttempts(n.dir).before)
}
