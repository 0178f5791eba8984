package desktop

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"wherry/app/notebook"
)

// NewDoor is the Door of the notebook in dir.
func NewDoor(dir string, cfg notebook.Config) Door {
	return &door{dir: dir, cfg: cfg, now: time.Now}
}

// door opens one notebook. mu guards the count of wrong guesses.
type door struct {
	dir string
	cfg notebook.Config
	now func() time.Time

	mu    sync.Mutex
	wrong int
	until time.Time
}

// Guesses after which each further one must wait, doubling from a second to
// five minutes. Nothing is ever erased: this is a legal record.
const (
	freeGuesses = 4
	maxWait     = 5 * time.Minute
)

func (d *door) State(context.Context) (DoorState, error) {
	s := DoorState{Exists: notebook.Present(d.dir), Wait: d.wait()}
	return s, nil
}

func (d *door) wait() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(d.until.Sub(d.now()), 0)
}

func (d *door) guessed(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err == nil:
		d.wrong, d.until = 0, time.Time{}
	case notebook.Explain(err).Exit == notebook.ExitPassphrase:
		d.wrong++
		if over := d.wrong - freeGuesses; over > 0 {
			d.until = d.now().Add(min(time.Second<<min(over-1, 16), maxWait))
		}
		return guessError{err, max(d.until.Sub(d.now()), 0)}
	}
	return err
}

// guessError is a wrong guess and how long the next one must wait.
type guessError struct {
	error
	wait time.Duration
}

func (e guessError) Unwrap() error { return e.error }

func (d *door) Strength(passphrase []byte) Strength {
	h := notebook.Strength(passphrase)
	return Strength{Score: h.Score, Sentence: h.Sentence}
}

func (d *door) Create(ctx context.Context, name string, passphrase []byte) (Notebook, RecoveryKit, error) {
	n, code, err := notebook.CreateWithCode(ctx, d.dir, name, passphrase, d.cfg)
	if err != nil {
		return nil, RecoveryKit{}, err
	}
	s, err := n.Status(ctx)
	if err != nil {
		return nil, RecoveryKit{}, errors.Join(err, n.Close())
	}
	kit := RecoveryKit{Code: code.String(), Text: notebook.KitText(name, code, s.Notebook, d.now())}
	return newBook(n, d), kit, nil
}

func (d *door) SaveKit(_ context.Context, kit RecoveryKit, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return notebook.ErrExists
	}
	if err != nil {
		return err
	}
	_, werr := io.WriteString(f, kit.Text)
	return errors.Join(werr, f.Sync(), f.Close())
}

func (d *door) Unlock(ctx context.Context, passphrase []byte) (Notebook, error) {
	if w := d.wait(); w > 0 {
		return nil, guessError{notebook.ErrWrongPassphrase, w}
	}
	n, err := notebook.Open(ctx, d.dir, passphrase, d.cfg)
	if err := d.guessed(err); err != nil {
		return nil, err
	}
	return newBook(n, d), nil
}

func (d *door) UnlockWithCode(ctx context.Context, code string, passphrase []byte) (Notebook, error) {
	if w := d.wait(); w > 0 {
		return nil, guessError{notebook.ErrWrongPassphrase, w}
	}
	c, err := notebook.ParseCode(code)
	if err != nil {
		return nil, err
	}
	if err := d.guessed(notebook.ResetPassphrase(d.dir, c, passphrase, d.cfg)); err != nil {
		return nil, err
	}
	return d.Unlock(ctx, passphrase)
}

// Explain is a Deps.Explain for the errors of this package's adapters.
func Explain(err error) Problem {
	p := notebook.Explain(err)
	out := Problem{Code: p.Code, Sentence: p.Message, Next: p.Next}
	var g guessError
	if errors.As(err, &g) {
		out.Code, out.Wait = CodeWrongPassphrase, g.wait
	}
	return out
}

// absolute makes a path typed by a person absolute, so that a later change of
// folder cannot move it.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
