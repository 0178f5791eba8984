package notebook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"wherry/app/media"
	"wherry/storage/blob"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// A large recording whose sealing was stopped is gone on with when the same
// file is attached to the same case again. Its key waits in a small sealed file
// beside the unfinished blob, blobs/<name>.wait: the case and the key, under the
// derived key "blob-wait", bound to the name.
const (
	partSuffix = ".part"
	waitSuffix = ".wait"
	// waitFrom is from how many plain bytes on it is worth it.
	waitFrom = 4 << 20
)

// beginBlob goes on with an unfinished blob of the same bytes in the same case,
// if r can be read twice and nobody is writing it, or begins a new one.
func (n *Notebook) beginBlob(ctx context.Context, caseID record.ID, key seal.Key, r io.Reader) (*pendingBlob, error) {
	if s, ok := r.(io.ReadSeeker); ok {
		if w, err := n.resumeBlob(ctx, caseID, s); w != nil || err != nil {
			return w, err
		}
	}
	n.mu.Lock() // until the file is claimed: a disposal must know of it
	defer n.mu.Unlock()
	w, err := n.newPending(ctx, caseID, key)
	if err != nil {
		return nil, err
	}
	if w.w, err = n.blobs().Create(w.ctx, key); err != nil {
		w.cancel(nil)
		return nil, err
	}
	w.name = w.w.Name()
	n.parts.take(w.name, w) // the name is new
	return w, nil
}

// resumeBlob looks for an unfinished blob that begins as the cleaned bytes of r
// do; nil if there is none. It is an error only that r cannot be read from its
// beginning again.
func (n *Notebook) resumeBlob(ctx context.Context, caseID record.ID, r io.ReadSeeker) (*pendingBlob, error) {
	start, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, nil //nolint:nilerr // what cannot be read twice is sealed anew
	}
	parts, err := n.blobs().Partials()
	if err != nil {
		return nil, nil //nolint:nilerr // a new one is begun, or fails
	}
	for _, p := range parts {
		w := n.claimPart(ctx, caseID, p.Name)
		if w == nil {
			continue
		}
		same := w.lookThrough() && w.beginsAs(r)
		if _, err := r.Seek(start, io.SeekStart); err != nil {
			w.Keep()
			return nil, err
		}
		if same {
			return w, nil
		}
		w.Keep()
	}
	return nil, nil
}

// claimPart claims an unfinished blob of a case; nil if it is another's, or in
// use.
func (n *Notebook) claimPart(ctx context.Context, caseID record.ID, name string) *pendingBlob {
	n.mu.Lock()
	defer n.mu.Unlock()
	w, err := n.newPending(ctx, caseID, seal.Key{})
	if err != nil {
		return nil
	}
	w.name, w.tried, w.waits = name, true, true
	stored, key, ok := n.readWait(name)
	if !ok || stored != caseID || !n.parts.take(name, w) {
		w.cancel(nil)
		return nil
	}
	w.key = key
	return w
}

// lookThrough opens what is there of the blob and cuts off what is torn.
func (w *pendingBlob) lookThrough() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	h := sha256.New()
	bw, err := w.n.blobs().Resume(w.ctx, w.name, w.key, h)
	if err != nil {
		return false
	}
	w.w, w.skip, w.there, w.again = bw, bw.Offset(), h.Sum(nil), sha256.New()
	return true
}

// beginsAs reports whether the cleaned bytes of r begin with those of the blob.
// The file is not touched, so no lock is held while r is waited for.
func (w *pendingBlob) beginsAs(r io.Reader) bool {
	begin := &prefix{ctx: w.ctx, left: w.skip, sum: sha256.New()}
	_, err := media.Clean(r, begin)
	return errors.Is(err, errPrefix) && bytes.Equal(w.there, begin.sum.Sum(nil))
}

var errPrefix = errors.New("notebook: enough was read")

// prefix hashes the first bytes of what is written to it, then asks to stop.
type prefix struct {
	ctx  context.Context
	left int64
	sum  hash.Hash
}

func (p *prefix) Write(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	k := min(int64(len(b)), p.left)
	p.sum.Write(b[:k])
	if p.left -= k; p.left == 0 {
		return int(k), errPrefix
	}
	return len(b), nil
}

// Write passes on what is not in the blob yet. What is there already must come
// again as it was: a file that changed in between would be a mixture.
func (w *pendingBlob) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return 0, w.why(blob.ErrClosed)
	}
	k := min(int64(len(b)), w.skip)
	if k > 0 {
		w.again.Write(b[:k])
		if w.skip -= k; w.skip == 0 && !bytes.Equal(w.again.Sum(nil), w.there) {
			return 0, ErrSourceChanged
		}
	}
	if n, err := w.w.Write(b[k:]); err != nil {
		return int(k) + n, err
	}
	if !w.tried && w.w.Offset() >= waitFrom {
		w.tried = true
		w.waits = w.writeWait() == nil // without it, nothing is lost but the going on
	}
	return len(b), nil
}

// read says that all of the source has been written, and waits for the disk to
// have it: Commit is called with the notebook held, and must not keep a draft
// from being saved.
func (w *pendingBlob) read() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return w.why(blob.ErrClosed)
	}
	if w.skip > 0 { // it is shorter now than when it was compared
		return ErrSourceChanged
	}
	return w.w.Sync()
}

// Commit makes the blob durable and gives it its name.
func (w *pendingBlob) Commit() (blob.Ref, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return blob.Ref{}, w.why(blob.ErrClosed)
	}
	return w.w.Commit()
}

// stop leaves the blob to be gone on with if the person stopped it, and removes
// it otherwise.
func (w *pendingBlob) stop(ctx context.Context) {
	w.mu.Lock()
	keep := ctx.Err() != nil && w.waits
	w.mu.Unlock()
	if keep {
		w.Keep()
		return
	}
	w.Abort()
}

// Keep leaves the blob to be gone on with.
func (w *pendingBlob) Keep() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	if w.w != nil {
		w.w.Keep()
	}
	w.end()
}

// Abort removes what was written, unless it was committed, and the key that
// waited: the key first, so that what a stop leaves does not open.
func (w *pendingBlob) Abort() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.eraseWait()
	w.w.Abort()
	w.end()
}

func (w *pendingBlob) eraseWait() {
	if w.tried {
		_ = w.n.eraseWait(w.name) // else it is swept
	}
}

func (n *Notebook) waitPath(partial string) string {
	return filepath.Join(blobDir(n.dir), strings.TrimSuffix(partial, filepath.Ext(partial))+waitSuffix)
}

// eraseWait erases the key that waits for an unfinished blob, and what a stop
// left of its writing.
func (n *Notebook) eraseWait(partial string) error {
	path := n.waitPath(partial)
	return errors.Join(eraseWhole(path), eraseWhole(seal.TempPath(path)))
}

func (w *pendingBlob) writeWait() error {
	plain := append(w.caseID[:], w.key[:]...)
	defer clear(plain)
	sealed, err := seal.Seal(w.waitKey, []byte(w.name), plain)
	if err != nil {
		return err
	}
	return seal.WriteFileSync(w.n.waitPath(w.name), sealed)
}

// readWait reads the key that waits for an unfinished blob. The caller holds mu.
func (n *Notebook) readWait(partial string) (caseID record.ID, key seal.Key, ok bool) {
	b, err := readSmall(n.waitPath(partial), 4<<10)
	if err != nil {
		return caseID, key, false
	}
	plain, err := seal.Open(n.vault.Derive("blob-wait"), []byte(partial), b)
	if err != nil || len(plain) != len(caseID)+len(key) {
		return caseID, key, false
	}
	defer clear(plain)
	return record.ID(plain[:32]), seal.Key(plain[32:]), true
}

func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
