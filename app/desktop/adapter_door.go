package desktop

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"wherry/app/notebook"
)

// NewDoor is the Door of the notebook in dir.
func NewDoor(dir string, cfg notebook.Config) Door {
	d := &door{dir: dir, cfg: cfg, now: cfg.Clock}
	if d.now == nil {
		d.now = time.Now
	}
	return d
}

// door opens one notebook.
type door struct {
	dir string
	cfg notebook.Config
	now func() time.Time
}

func (d *door) State(context.Context) (DoorState, error) {
	s := DoorState{Exists: notebook.Present(d.dir), Wait: notebook.GuessWait(d.dir, d.now())}
	return s, nil
}

// guessed adds to a wrong guess how long the next one must wait. The notebook
// counts them, in its folder.
func (d *door) guessed(err error) error {
	if err != nil && notebook.Explain(err).Code == CodeWrongPassphrase {
		return guessError{err, notebook.GuessWait(d.dir, d.now())}
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
	n, err := notebook.Open(ctx, d.dir, passphrase, d.cfg)
	if err := d.guessed(err); err != nil {
		return nil, err
	}
	return newBook(n, d), nil
}

func (d *door) UnlockWithCode(ctx context.Context, code string, passphrase []byte) (Notebook, error) {
	c, err := notebook.ParseCode(code)
	if err != nil {
		return nil, err
	}
	if err := notebook.ResetPassphrase(d.dir, c, passphrase, d.cfg); err != nil {
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
		out.Wait = g.wait
	}
	var w *notebook.WaitError
	if errors.As(err, &w) {
		out.Sentence, out.Wait = "Several passphrases were wrong.", w.Left // the window counts down itself
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
