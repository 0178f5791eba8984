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
	waitSuffix = ".wait"
	// waitFrom is from how many plain bytes on it is worth it.
	waitFrom = 4 << 20
)

// pendingBlob writes a blob, from where an earlier run left off.
type pendingBlob struct {
	*blob.Writer
	n       *Notebook
	caseID  record.ID
	key     seal.Key
	skip    int64 // bytes that are there already
	waiting bool  // the small file is there
}

// beginBlob goes on with an unfinished blob of the same bytes in the same case,
// if r can be read twice, or begins a new one.
func (n *Notebook) beginBlob(ctx context.Context, caseID record.ID, key seal.Key, r io.Reader) (*pendingBlob, error) {
	if s, ok := r.(io.ReadSeeker); ok {
		if w := n.resumeBlob(ctx, caseID, s); w != nil {
			return w, nil
		}
	}
	w, err := n.blobs().Create(ctx, key)
	if err != nil {
		return nil, err
	}
	return &pendingBlob{Writer: w, n: n, caseID: caseID, key: key}, nil
}

// resumeBlob looks for an unfinished blob that begins as the cleaned bytes of r
// do. Whatever goes wrong, a new one is begun.
func (n *Notebook) resumeBlob(ctx context.Context, caseID record.ID, r io.ReadSeeker) *pendingBlob {
	start, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil
	}
	parts, err := n.blobs().Partials()
	if err != nil {
		return nil
	}
	for _, p := range parts {
		stored, key, ok := n.readWait(p.Name)
		if !ok || stored != caseID {
			continue
		}
		there := sha256.New()
		w, err := n.blobs().Resume(ctx, p.Name, key, there)
		if err != nil {
			continue
		}
		same := &prefix{left: w.Offset(), sum: sha256.New()}
		_, err = media.Clean(r, same)
		if _, serr := r.Seek(start, io.SeekStart); serr == nil && errors.Is(err, errPrefix) && bytes.Equal(there.Sum(nil), same.sum.Sum(nil)) {
			return &pendingBlob{Writer: w, n: n, caseID: caseID, key: key, skip: w.Offset(), waiting: true}
		}
		w.Keep()
	}
	return nil
}

var errPrefix = errors.New("notebook: enough was read")

// prefix hashes the first bytes of what is written to it, then asks to stop.
type prefix struct {
	left int64
	sum  hash.Hash
}

func (p *prefix) Write(b []byte) (int, error) {
	k := min(int64(len(b)), p.left)
	p.sum.Write(b[:k])
	if p.left -= k; p.left == 0 {
		return int(k), errPrefix
	}
	return len(b), nil
}

// Write passes on what is not in the blob yet.
func (w *pendingBlob) Write(b []byte) (int, error) {
	k := min(int64(len(b)), w.skip)
	w.skip -= k
	if n, err := w.Writer.Write(b[k:]); err != nil {
		return int(k) + n, err
	}
	if !w.waiting && w.Offset() >= waitFrom {
		w.waiting = true
		w.n.writeWait(w) // without it, nothing is lost but the going on
	}
	return len(b), nil
}

// stop leaves the blob to be gone on with if the person stopped it, and removes
// it otherwise.
func (w *pendingBlob) stop(ctx context.Context) {
	if ctx.Err() != nil && w.waiting {
		w.Keep()
		return
	}
	w.Abort()
}

// Abort removes what was written, unless it was committed.
func (w *pendingBlob) Abort() {
	w.Writer.Abort()
	w.forget()
}

// forget erases the key that waited.
func (w *pendingBlob) forget() {
	if w.waiting {
		_ = eraseFile(w.n.waitPath(w.Name())) // else it is swept
		w.waiting = false
	}
}

func (n *Notebook) waitPath(partial string) string {
	return filepath.Join(blobDir(n.dir), strings.TrimSuffix(partial, filepath.Ext(partial))+waitSuffix)
}

func (n *Notebook) waitKey() seal.Key {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.vault.Derive("blob-wait")
}

func (n *Notebook) writeWait(w *pendingBlob) {
	plain := append(w.caseID[:], w.key[:]...)
	defer clear(plain)
	if sealed, err := seal.Seal(n.waitKey(), []byte(w.Name()), plain); err == nil {
		_ = seal.WriteFileSync(n.waitPath(w.Name()), sealed)
	}
}

func (n *Notebook) readWait(partial string) (caseID record.ID, key seal.Key, ok bool) {
	b, err := readSmall(n.waitPath(partial), 4<<10)
	if err != nil {
		return caseID, key, false
	}
	plain, err := seal.Open(n.waitKey(), []byte(partial), b)
	if err != nil || len(plain) != len(caseID)+len(key) {
		return caseID, key, false
	}
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

// eraseUnfinished erases every unfinished blob and the keys that wait for them:
// a disposal must not leave one of its case behind.
func (n *Notebook) eraseUnfinished() error {
	var errs []error
	parts, err := n.blobs().Partials()
	errs = append(errs, err)
	for _, p := range parts {
		errs = append(errs, eraseFile(n.waitPath(p.Name)), n.blobs().ErasePartial(p.Name))
	}
	n.sweepPulls(func(record.ID) bool { return false })
	return errors.Join(errs...)
}
