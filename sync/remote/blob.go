package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// An endpoint limits the rate of requests, and many small photos are sent faster
// than it takes them. So a call is put off for as long as it asks, if that is
// moments, and a piece of a blob for up to half a minute in all.
const (
	moments  = 2 * time.Second
	patience = 30 * time.Second
)

// BlobState asks how much of a blob the endpoint holds for the caller.
// wire.ErrNoBlob: nothing, or nothing that is the caller's.
func (c *Client) BlobState(ctx context.Context, id record.ID) (wire.BlobState, error) {
	_, h, err := c.blob(ctx, http.MethodHead, id, "", nil)
	if err != nil {
		return wire.BlobState{}, err
	}
	state, ok := wire.BlobOf(h)
	if !ok {
		return wire.BlobState{}, ErrAnswer
	}
	return state, nil
}

// PutBlob sends a piece. If it does not follow on what is there the state says
// where to go on, and the error is wire.ErrBlobOffset. wire.ErrBlobHash: all
// of it was there and was not what the id names; the endpoint has dropped it.
// wire.ErrNoBlobs: the endpoint is of a release that takes none.
func (c *Client) PutBlob(ctx context.Context, id record.ID, offset, size int64, piece []byte) (wire.BlobState, error) {
	data, h, err := c.blob(ctx, http.MethodPut, id, wire.BlobQuery(offset, size), piece)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code == wire.ErrCodeOffset {
		state, ok := wire.BlobOf(h)
		if !ok {
			return state, ErrAnswer
		}
		return state, wire.ErrBlobOffset
	}
	switch {
	case errors.As(err, &refused) && refused.Code == wire.ErrCodeHash:
		return wire.BlobState{}, wire.ErrBlobHash
	case errors.Is(err, wire.ErrNoBlob):
		return wire.BlobState{}, wire.ErrNoBlobs // whoever takes blobs never says this to a PUT
	case err != nil:
		return wire.BlobState{}, err
	}
	var state wire.BlobState
	if wire.Decode(data, &state) != nil {
		return wire.BlobState{}, ErrAnswer
	}
	return state, nil
}

// GetBlob fetches a piece of at most so many bytes, and says how large the whole is. wire.ErrNoBlob: it
// is not there, or not the caller's. wire.ErrBlobOffset: it ends before offset.
func (c *Client) GetBlob(ctx context.Context, id record.ID, offset, most int64) (piece []byte, size int64, err error) {
	data, h, err := c.blob(ctx, http.MethodGet, id, wire.BlobQuery(offset, most), nil)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code == wire.ErrCodeOffset {
		return nil, 0, wire.ErrBlobOffset
	}
	if err != nil {
		return nil, 0, err
	}
	state, ok := wire.BlobOf(h)
	size = int64(state.Offset)
	if !ok || !state.Whole || int64(len(data)) > most || offset+int64(len(data)) > size || len(data) == 0 && offset < size {
		return nil, 0, ErrAnswer
	}
	return data, size, nil
}

// blob sends one request about a blob. It waits where the endpoint asks for a
// little time, and tries once more where our clock was wrong.
func (c *Client) blob(ctx context.Context, method string, id record.ID, query string, body []byte) ([]byte, http.Header, error) {
	target := c.base + wire.BlobPath(id)
	if query != "" {
		target += "?" + query
	}
	waited, clock := time.Duration(0), false
	for {
		data, h, err := c.send(ctx, method, target, wire.BlobType, body)
		var refused *RefusedError
		var busy *BusyError
		switch {
		case errors.As(err, &refused) && refused.Code == wire.ErrCodeClock && !clock:
			clock = true
			continue
		case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
			return nil, h, wire.ErrNoBlob
		case errors.As(err, &busy) && busy.passing() && waited+busy.RetryAfter <= patience:
			waited += busy.RetryAfter
			if err := c.wait(ctx, busy.RetryAfter); err != nil {
				return nil, nil, err
			}
			continue
		}
		return data, h, err
	}
}

// passing reports whether an endpoint asks for a little time: too many requests,
// or too many at once.
func (e *BusyError) passing() bool {
	return e.RetryAfter > 0 && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrOffline, ctx.Err())
	}
}
