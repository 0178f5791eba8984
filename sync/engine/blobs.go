package engine

import (
	"context"
	"errors"
	"io"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// Attachments move after the words: an exchange first brings all entries that
// name no blob up and all records down, so that no note waits for a recording.
// Then blobs go up, each before the entry that names it, then missing ones come
// down. Either may be cut short anywhere and goes on there next time.

// Source is an own sealed blob, whole and with the hash that its id names.
type Source interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Want is a blob that is not here yet, and how much of it is.
type Want struct {
	Blob record.ID
	Have int64
}

// BlobStore is the part of a Store that keeps blobs.
type BlobStore interface {
	// Blob opens an own blob. wire.ErrNoBlob: it is not here, or damaged.
	Blob(ctx context.Context, id record.ID) (Source, error)
	// Wanted lists blobs that are not here and that this person can open, the
	// newest first, and how many bytes may come in this exchange.
	Wanted(ctx context.Context) (list []Want, budget int64, err error)
	// KeepPiece keeps a piece of a blob of size bytes, durably, and says where
	// to go on: at 0 if what an earlier run left was not sound. next is size when
	// the blob is whole, proven and in its place. An error ends the exchange: the
	// endpoint served other bytes than the id names, or the disk failed.
	KeepPiece(ctx context.Context, id record.ID, offset, size int64, piece []byte) (next int64, err error)
	// NotThere says which blobs were asked for in vain: others come first then.
	NotThere(ctx context.Context, ids []record.ID)
}

// BlobRemote is the part of a Remote that moves blobs; sync/remote describes
// its errors.
type BlobRemote interface {
	BlobState(ctx context.Context, id record.ID) (wire.BlobState, error)
	PutBlob(ctx context.Context, id record.ID, offset, size int64, piece []byte) (wire.BlobState, error)
	GetBlob(ctx context.Context, id record.ID, offset, most int64) (piece []byte, size int64, err error)
}

// Progress says how far one blob has come.
type Progress struct {
	Up          bool // to the council; else from it
	Done, Total int64
}

type progressKey struct{}

// WithProgress returns a context under which an exchange tells fn how far its
// blobs have come. fn is called from the exchange's own goroutine.
func WithProgress(ctx context.Context, fn func(Progress)) context.Context {
	return context.WithValue(ctx, progressKey{}, fn)
}

func tell(ctx context.Context, p Progress) {
	if fn, ok := ctx.Value(progressKey{}).(func(Progress)); ok {
		fn(p)
	}
}

// ErrNoRoom is what KeepPiece returns when the disk keeps its last room for
// notes: what is missing waits, and the exchange is none the worse.
var ErrNoRoom = errors.New("engine: no room for attachments")

// missingTries bounds the blobs that are asked for in vain in one exchange.
const missingTries = 64

// blobs moves attachments, after the words.
func (x *exchange) blobs(ctx context.Context) error {
	fresh, err := x.push(ctx, true)
	if err != nil {
		return err
	}
	if len(fresh) > 0 {
		if err := x.pull(ctx, fresh); err != nil {
			return err
		}
	}
	return x.fetch(ctx)
}

// uploads brings the blobs that a batch names to the endpoint. It returns the
// entries that must wait, because the endpoint takes no blobs.
func (x *exchange) uploads(ctx context.Context, req *wire.PushRequest) (wait map[record.ID]bool, err error) {
	wait = map[record.ID]bool{}
	for _, it := range req.Items {
		e, err := record.Parse(it.Entry)
		if err != nil {
			continue // the endpoint says so
		}
		for _, id := range e.Header().Blobs {
			if x.sent[id] {
				continue
			}
			err := x.upload(ctx, id)
			if errors.Is(err, wire.ErrNoBlobs) {
				wait[e.ID()] = true
				break
			}
			if err != nil {
				return nil, err
			}
			x.sent[id] = true
		}
	}
	return wait, nil
}

// upload brings one blob to the endpoint. A blob that was lost here, and that
// the endpoint has not, is given up for lost: its entry, and all that was
// written behind it, must not wait for ever.
func (x *exchange) upload(ctx context.Context, id record.ID) error {
	src, err := x.s.Blob(ctx, id)
	if errors.Is(err, wire.ErrNoBlob) {
		state, err := x.r.BlobState(ctx, id)
		if err == nil && state.Whole {
			return nil
		}
		if err != nil && !errors.Is(err, wire.ErrNoBlob) {
			return err
		}
		_, err = x.r.PutBlob(ctx, id, 0, 0, nil)
		return err
	}
	if err != nil {
		return err
	}
	defer src.Close()
	size, at := src.Size(), int64(0)
	if size > wire.BlobPiece { // else one piece is as much as asking
		state, err := x.r.BlobState(ctx, id)
		if err != nil && !errors.Is(err, wire.ErrNoBlob) {
			return err
		}
		if state.Whole {
			return nil
		}
		at = min(int64(state.Offset), size)
	}
	buf := make([]byte, min(wire.BlobPiece, size))
	again := 0
	for {
		piece := buf[:min(int64(x.piece), size-at)]
		if _, err := src.ReadAt(piece, at); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		state, err := x.r.PutBlob(ctx, id, at, size, piece)
		switch {
		case errors.Is(err, wire.ErrBlobOffset):
			at = min(int64(state.Offset), size)
			again++
		case errors.Is(err, wire.ErrBlobHash):
			at = 0 // what an earlier exchange left there was torn
			again++
		case err != nil:
			return err
		case state.Whole:
			tell(ctx, Progress{Up: true, Done: size, Total: size})
			x.report.BlobsSent++
			return x.moveOn(ctx, len(piece))
		case int64(state.Offset) <= at:
			return ErrStalled
		default:
			at = min(int64(state.Offset), size)
			if err := x.moveOn(ctx, len(piece)); err != nil {
				return err
			}
			tell(ctx, Progress{Up: true, Done: at, Total: size})
		}
		if again > 2 {
			return ErrStalled
		}
	}
}

// wordsEvery is after how many bytes of blobs it is looked for words that were
// written meanwhile: nobody's note waits for a recording on a slow line.
const wordsEvery = 1 << 20

// moveOn doubles the piece after a success, so that on a slow line an exchange
// that is cut short has still moved something, and lets waiting words pass.
func (x *exchange) moveOn(ctx context.Context, n int) error {
	x.piece = min(2*x.piece, wire.BlobPiece)
	if x.since += n; x.since < wordsEvery {
		return nil
	}
	x.since = 0
	fresh, err := x.push(ctx, false)
	if err != nil || len(fresh) == 0 {
		return err
	}
	return x.pull(ctx, fresh)
}

// fetch brings missing blobs, the newest first, within the budget. A blob that
// the budget cuts goes on with the next exchange.
func (x *exchange) fetch(ctx context.Context) error {
	list, budget, err := x.s.Wanted(ctx)
	if err != nil {
		return err
	}
	x.report.BlobsWaiting = len(list)
	var missing []record.ID
	defer func() {
		if len(missing) > 0 {
			x.s.NotThere(ctx, missing)
		}
	}()
	for _, w := range list {
		if budget <= 0 || len(missing) == missingTries {
			return nil
		}
		whole, err := x.download(ctx, w, &budget)
		switch {
		case errors.Is(err, wire.ErrNoBlob):
			missing = append(missing, w.Blob) // its writer lost it, or the endpoint is older
		case errors.Is(err, ErrNoRoom):
			return nil
		case err != nil:
			return err
		case whole:
			x.report.BlobsFetched++
			x.report.BlobsWaiting--
		}
	}
	return nil
}

// download fetches one blob, as far as the budget goes.
func (x *exchange) download(ctx context.Context, w Want, budget *int64) (whole bool, err error) {
	at, restarts := w.Have, 0
	for {
		piece, size, err := x.r.GetBlob(ctx, w.Blob, at, int64(x.piece))
		if errors.Is(err, wire.ErrBlobOffset) && at > 0 {
			at = 0 // more was kept than there is: it cannot be this blob
			continue
		}
		if err != nil {
			return false, err
		}
		*budget -= int64(len(piece))
		next, err := x.s.KeepPiece(ctx, w.Blob, at, size, piece)
		if err != nil {
			return false, err
		}
		tell(ctx, Progress{Done: next, Total: size})
		if next == size {
			return true, nil
		}
		if next <= at {
			if restarts++; restarts > 1 {
				return false, ErrStalled
			}
		}
		if err := x.moveOn(ctx, len(piece)); err != nil {
			return false, err
		}
		if at = next; *budget <= 0 {
			return false, nil
		}
	}
}
