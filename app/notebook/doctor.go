package notebook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/vault"
)

// The doctor. Badger may panic in a goroutine of its own, or be killed by a
// signal, when its files or the disk below them are not as it expects, and
// then nothing in the same process can help. So the view is opened first by a
// child process that may die of it. If it does, the view is set aside, never
// deleted, and made anew from the journal.

// Probe has a child process try what question describes and returns an error if
// the child ends in any way but well. The program supplies it: only a program
// knows how to start itself.
type Probe func(ctx context.Context, question io.Reader) error

// question is what the child is asked. It holds the key of the view, which
// opens nothing that cannot be rebuilt from the journal, and travels through a
// pipe: never in an argument, the environment or a file.
type question struct {
	_   struct{} `cbor:",toarray"`
	Dir string
	Key []byte
}

// maxQuestion bounds what a child reads, in bytes.
const maxQuestion = 64 << 10

// AnswerProbe is the child's part: it opens the view that in asks about, for
// reading only, and reads some of it. It may panic; that is what it is for.
func AnswerProbe(in io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(in, maxQuestion))
	if err != nil {
		return err
	}
	var q question
	if err := record.Decode(b, &q); err != nil || len(q.Key) != len(seal.Key{}) {
		return errors.New("notebook: not a question")
	}
	key := seal.Key(q.Key)
	clear(b)
	clear(q.Key)
	defer key.Wipe()
	return vault.Probe(q.Dir, key)
}

// viewIsWell has the view tried by the doctor, if there is one, and reports
// false if the child dies of it twice.
func (n *Notebook) viewIsWell(ctx context.Context) bool {
	if n.cfg.Probe == nil || anyOf(viewDir(n.dir), "DIRTY") || !anyOf(viewDir(n.dir), "view.seal") {
		return true // it will be wiped and rebuilt in any case
	}
	key := n.vault.Derive("view")
	defer key.Wipe()
	for range 2 {
		q := record.Encode(question{Dir: viewDir(n.dir), Key: key[:]})
		if err := n.cfg.Probe(ctx, newWiped(q)); err == nil || ctx.Err() != nil {
			return true
		}
	}
	return false
}

// wiped gives bytes out once and clears them behind itself.
type wiped struct{ rest []byte }

func newWiped(b []byte) *wiped { return &wiped{b} }

func (w *wiped) Read(p []byte) (int, error) {
	if len(w.rest) == 0 {
		return 0, io.EOF
	}
	k := copy(p, w.rest)
	clear(w.rest[:k])
	w.rest = w.rest[k:]
	return k, nil
}

// quarantineDir is where views that were set aside wait for somebody who wants
// to know what happened to them. Disposal erases them.
func quarantineDir(dir string) string { return filepath.Join(dir, "quarantine") }

// maxAside bounds how many views are set aside: the view is large and holds
// nothing that the journal does not, so a disk must not fill with them.
const maxAside = 3

func (n *Notebook) quarantineView() error {
	if err := os.MkdirAll(quarantineDir(n.dir), 0o700); err != nil {
		return err
	}
	for i := 1; i <= maxAside; i++ {
		to := filepath.Join(quarantineDir(n.dir), fmt.Sprintf("view-%d", i))
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Rename(viewDir(n.dir), to); err != nil {
			return err
		}
		n.quarantined = append(n.quarantined, "quarantine/"+filepath.Base(to))
		return errors.Join(seal.SyncDir(quarantineDir(n.dir)), seal.SyncDir(n.dir))
	}
	return errors.New("notebook: enough views are set aside") // this one is wiped instead
}
