package notebook

import (
	"context"
	"errors"
	"hash"
	"maps"
	"slices"
	"sync"

	"wherry/storage/blob"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// An unfinished blob has one writer. Within this program the writer claims its
// name before it touches the file, and nobody else goes on with it, sweeps it or
// erases it meanwhile; other programs are kept out by the notebook's lock, and
// closing ends the writing before that lock is given free. A disposal takes away
// what is being written for its case, and the writer is told.

// ErrSourceChanged says that a file was changed while it was being attached.
var ErrSourceChanged = errors.New("notebook: the file changed while it was read")

// claims are the unfinished blobs that are being written in this program.
type claims struct {
	mu   sync.Mutex // taken last
	list map[string]*pendingBlob
}

// take claims a name; false if somebody has it.
func (c *claims) take(name string, w *pendingBlob) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list[name] != nil {
		return false
	}
	if c.list == nil {
		c.list = map[string]*pendingBlob{}
	}
	c.list[name] = w
	return true
}

func (c *claims) give(w *pendingBlob) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.list, func(_ string, x *pendingBlob) bool { return x == w })
}

func (c *claims) held(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list[name] != nil
}

func (c *claims) all() []*pendingBlob {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Values(c.list))
}

// pendingBlob writes a blob, from where an earlier run left off.
type pendingBlob struct {
	n       *Notebook
	caseID  record.ID
	key     seal.Key
	waitKey seal.Key
	name    string
	ctx     context.Context // ends when the blob is taken away; its cause says why
	cancel  context.CancelCauseFunc

	mu    sync.Mutex   // guards what follows; taken after the notebook's
	w     *blob.Writer // nil while it is looked at what is there
	ended bool         // nothing more is done with the file
	skip  int64        // bytes that are there already, and still come
	there []byte       // the hash of those bytes
	again hash.Hash    // of them as they come again
	tried bool         // to write the small file that waits
	waits bool         // it is there
}

// newPending is a blob with no file yet. The caller holds mu.
func (n *Notebook) newPending(ctx context.Context, caseID record.ID, key seal.Key) (*pendingBlob, error) {
	c := n.st.cases[caseID]
	switch {
	case n.closed:
		return nil, ErrClosed
	case c == nil || c.gone():
		return nil, ErrNotFound
	}
	w := &pendingBlob{n: n, caseID: caseID, key: key, waitKey: n.vault.Derive("blob-wait")}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	return w, nil
}

// why says why a blob was taken away from its writer, instead of err.
func (w *pendingBlob) why(err error) error {
	if cause := context.Cause(w.ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// end gives the claim free. The caller holds w.mu.
func (w *pendingBlob) end() {
	w.ended = true
	w.n.parts.give(w)
	w.cancel(nil)
	w.waitKey.Wipe()
}

// takeAway ends the writing from outside: the file is closed when it returns,
// and the writer's next act fails with why. What waits to be gone on with is
// left; all else is removed.
func (w *pendingBlob) takeAway(why error) {
	w.cancel(why) // a file that is being looked through is let go of at once
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	switch {
	case w.w == nil:
	case w.waits:
		w.w.Keep()
	default:
		w.eraseWait()
		w.w.Abort()
	}
	w.end()
}

// stopParts ends all writing of blobs, before the notebook's lock is given free.
// The caller holds mu.
func (n *Notebook) stopParts() {
	for _, w := range n.parts.all() {
		w.takeAway(ErrClosed)
	}
}
