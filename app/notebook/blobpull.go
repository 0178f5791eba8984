package notebook

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"wherry/storage/blob"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

// KeepPiece appends to a blob that is coming. Bytes that this run fetched from
// the first to the last and that are not what the id names are a lie of the
// endpoint; a torn file that an earlier run left is fetched again.
func (r replica) KeepPiece(_ context.Context, id record.ID, offset, size int64, piece []byte) (int64, error) {
	n := r.n
	n.mu.Lock()
	if n.closed || !n.wants.loaded {
		n.mu.Unlock()
		return 0, ErrClosed
	}
	if size > blob.MaxSealed { // its writer's program is not ours
		n.wants.drop(id)
		n.mu.Unlock()
		return 0, wire.ErrNoBlob
	}
	if offset == 0 {
		n.wants.begun[id] = true
	}
	minFree := cmp.Or(n.cfg.MinFree, uint64(blob.DefaultMinFree))
	n.mu.Unlock()
	if free, err := journal.Disk().FreeBytes(n.dir); err != nil || free < minFree+uint64(size-offset) {
		return 0, engine.ErrNoRoom
	}
	next, err := appendPiece(n.pullPath(id), offset, piece)
	if err != nil {
		return 0, pullFailed(err)
	}
	if next != size {
		return next, nil
	}
	return n.keepPulled(id, size)
}

func appendPiece(path string, offset int64, piece []byte) (int64, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() < offset {
		return 0, errors.Join(err, f.Truncate(0))
	}
	if err := f.Truncate(offset); err != nil {
		return 0, err
	}
	if _, err := f.WriteAt(piece, offset); err != nil {
		return 0, err
	}
	return offset + int64(len(piece)), f.Sync()
}

// keepPulled gives a blob that has come its place, if it is what its id names.
func (n *Notebook) keepPulled(id record.ID, size int64) (int64, error) {
	path := n.pullPath(id)
	sum, err := fileHash(path)
	if err != nil {
		return 0, pullFailed(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return 0, ErrClosed
	}
	w, wanted := n.wants.list[id]
	whole := n.wants.begun[id]
	delete(n.wants.begun, id)
	if c := n.st.cases[w.Case]; !wanted || c == nil || c.gone() {
		_ = eraseWhole(path) // disposed of meanwhile; else it is swept
		return size, nil
	}
	if sum != id {
		if err := eraseWhole(path); err != nil {
			return 0, pullFailed(err)
		}
		if whole {
			return 0, ErrTampered
		}
		return 0, nil
	}
	to := n.blobs().Path(id)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return 0, pullFailed(err)
	}
	if err := errors.Join(os.Rename(path, to), seal.SyncDir(filepath.Dir(to)), seal.SyncDir(blobDir(n.dir))); err != nil {
		return 0, pullFailed(err)
	}
	n.named(id)
	n.wants.drop(id)
	return size, nil
}

func fileHash(path string) (sum record.ID, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return record.ID(h.Sum(nil)), err
}

// pullFailed says of a failed act on the disk whether it was for want of space.
func pullFailed(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return engine.ErrNoRoom
	}
	return fmt.Errorf("%w: %w", blob.ErrFailed, err)
}

// erasePulls overwrites and removes what is coming and keep does not claim.
func (n *Notebook) erasePulls(keep func(record.ID) bool) error {
	list, err := os.ReadDir(blobDir(n.dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range list {
		stem, ok := strings.CutSuffix(e.Name(), pullSuffix)
		id, err := record.ParseID(stem)
		if ok && err == nil && !keep(id) {
			errs = append(errs, eraseWhole(filepath.Join(blobDir(n.dir), e.Name())))
		}
	}
	return errors.Join(errs...)
}
