package engine

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"wherry/storage/record"
)

// TestOffer: what the endpoint lost is brought to it again, the rest is not; a
// blob that is not whole here is passed over and not given up; the budget and an
// older endpoint end it without an error.
func TestOffer(t *testing.T) {
	ctx := context.Background()
	blobs := [][]byte{[]byte("there"), []byte("lost"), []byte("torn here"), bytes.Repeat([]byte("large"), 1<<18), []byte("behind it")}
	var ids []record.ID
	for _, b := range blobs {
		ids = append(ids, record.Hash("blob", b))
	}
	fresh := func() *world {
		w := &world{held: map[record.ID]uint64{}}
		w.blobNow()
		for i, b := range blobs {
			if i != 2 {
				w.mine[ids[i]] = b
			}
		}
		w.theirs[ids[0]] = blobs[0]
		return w
	}
	w := fresh()
	lacked, sent, err := Offer(ctx, w.store(), w, ids, 1<<30)
	if err != nil || lacked != 4 || sent != 3 || len(w.given) != 0 {
		t.Errorf("lacked %d, sent %d, gave up %d: %v", lacked, sent, len(w.given), err)
	}
	for i, b := range blobs {
		if got, ok := w.theirs[ids[i]]; ok != (i != 2) || ok && !bytes.Equal(got, b) {
			t.Errorf("blob %d: there %v", i, ok)
		}
	}
	w.puts = 0
	if lacked, sent, err = Offer(ctx, w.store(), w, ids[:2], 1<<30); err != nil || lacked+sent+w.puts != 0 {
		t.Errorf("sent again: %d %d %d %v", lacked, sent, w.puts, err)
	}

	w = fresh()
	if lacked, sent, err = Offer(ctx, w.store(), w, ids, int64(len(blobs[3]))); err != nil || sent != 2 || lacked != 4 {
		t.Errorf("within a budget: lacked %d, sent %d, %v", lacked, sent, err)
	}
	w = fresh()
	w.old = true
	if lacked, sent, err = Offer(ctx, w.store(), w, ids, 1<<30); err != nil || lacked+sent != 0 {
		t.Errorf("an older endpoint: %d %d %v", lacked, sent, err)
	}
	w = fresh()
	w.cutPut = 1
	if _, _, err = Offer(ctx, w.store(), w, ids, 1<<30); !errors.Is(err, errCut) {
		t.Errorf("a lost answer: %v", err)
	}
	w.cutPut = 0
	if _, _, err = Offer(ctx, w.store(), w, ids, 1<<30); err != nil || w.theirs[ids[4]] == nil {
		t.Errorf("gone on with: %v", err)
	}
}
