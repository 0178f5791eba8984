package engine

import (
	"context"
	"errors"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// Offer asks the endpoint for blobs that accepted entries name, in this order,
// and brings it those that it lacks: an endpoint that was restored from an old
// copy, or whose disk lost a file, gets them from whoever has them. It sends
// about budget bytes at most; what is over waits for the next exchange. It
// returns how many the endpoint lacked, and how many of them it has now. A blob
// that is not whole here is passed over; nobody gives it up for lost here.
func Offer(ctx context.Context, s Store, r Remote, ids []record.ID, budget int64) (lacked, sent int, err error) {
	x := &exchange{s: s, r: r, moved: map[record.ID]bool{}, sent: map[record.ID]bool{}, batch: firstBatch, piece: firstBatch}
	for _, id := range ids {
		state, err := r.BlobState(ctx, id)
		if err != nil && !errors.Is(err, wire.ErrNoBlob) {
			return lacked, x.report.BlobsSent, err
		}
		if err == nil && state.Whole {
			continue
		}
		lacked++
		if budget <= 0 {
			return lacked, x.report.BlobsSent, nil
		}
		size, err := sizeOf(ctx, s, id)
		if errors.Is(err, wire.ErrNoBlob) {
			continue
		}
		if err == nil {
			err = x.upload(ctx, id)
		}
		if errors.Is(err, wire.ErrNoBlobs) { // an older endpoint, which has none at all
			return 0, 0, nil
		}
		if err != nil {
			return lacked, x.report.BlobsSent, err
		}
		budget -= size
	}
	return lacked, x.report.BlobsSent, nil
}

func sizeOf(ctx context.Context, s Store, id record.ID) (int64, error) {
	src, err := s.Blob(ctx, id)
	if err != nil {
		return 0, err
	}
	return src.Size(), src.Close()
}
