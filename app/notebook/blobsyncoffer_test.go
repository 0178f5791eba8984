package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

// shelf is an endpoint of which only the blobs are there.
type shelf struct {
	engine.Remote
	has    map[record.ID][]byte
	asked  int
	broken bool
}

func (s *shelf) BlobState(_ context.Context, id record.ID) (wire.BlobState, error) {
	if s.asked++; s.broken {
		return wire.BlobState{}, ErrOffline
	}
	if b, ok := s.has[id]; ok {
		return wire.BlobState{Offset: uint64(len(b)), Whole: true}, nil
	}
	return wire.BlobState{}, wire.ErrNoBlob
}

func (s *shelf) PutBlob(_ context.Context, id record.ID, offset, size int64, piece []byte) (wire.BlobState, error) {
	if offset != 0 || size != int64(len(piece)) {
		return wire.BlobState{}, errors.New("shelf: a piece")
	}
	s.has[id] = bytes.Clone(piece)
	return wire.BlobState{Offset: uint64(size), Whole: true}, nil
}

// TestLostAtTheCouncil: what an endpoint lost, although it gave a receipt for the
// entry that names it, is brought to it again. What it has not accepted, or would
// not show to this person, is not offered; when it has all, little is asked.
func TestLostAtTheCouncil(t *testing.T) {
	ctx := context.Background()
	n, dir, note := oneChild(t)
	var acks []*AttachAck
	for i := range 20 {
		a, err := n.Attach(ctx, note, "a.txt", bytes.NewReader([]byte(fmt.Sprint("letter ", i))), AttachOptions{})
		if err != nil {
			t.Fatal(err)
		}
		acks = append(acks, a)
	}
	may := true
	offer := func(n *Notebook, s *shelf) int {
		return n.offerBlobs(ctx, s, func(context.Context, *caseRow) bool { return may })
	}
	asCouncil(t, n)
	accept := func(a *AttachAck) {
		t.Helper()
		c, _ := n.lookup("NCC-1")
		r := record.SignedReceipt{Receipt: record.Receipt{Entry: a.ID, Case: c.ID, Realm: n.council.realm, Seq: 1, Time: testNow.UnixMilli()}}
		if err := n.append(ctx, item(itemReceipts, receiptsItem{Receipts: []record.SignedReceipt{r}})); err != nil {
			t.Fatal(err)
		}
	}
	wanted(t, n)
	s := &shelf{has: map[record.ID][]byte{}}
	if sent := offer(n, s); sent != 0 || s.asked != 0 {
		t.Errorf("offered before it was accepted: %d, asked %d", sent, s.asked)
	}
	for _, a := range acks[:19] {
		accept(a)
	}
	if sent := offer(n, s); sent != 0 || s.asked != 0 {
		t.Errorf("asked twice within the hour: %d %d", sent, s.asked)
	}
	later := func() { n.wants.asked = n.wants.asked.Add(-offerEvery) }
	later()
	if sent := offer(n, s); sent != 19 || len(s.has) != 19 {
		t.Fatalf("sent %d, the endpoint has %d", sent, len(s.has))
	}
	if _, ok := s.has[acks[19].Blob]; ok {
		t.Error("sent what is not accepted")
	}
	for _, a := range acks[:19] {
		if b, err := os.ReadFile(n.blobs().Path(a.Blob)); err != nil || !bytes.Equal(s.has[a.Blob], b) {
			t.Error("other bytes", err)
		}
	}
	later()
	s.asked = 0
	if sent := offer(n, s); sent != 0 || s.asked > offerNewest+offerRandom || s.asked < offerNewest {
		t.Errorf("with all there: sent %d, asked %d times", sent, s.asked)
	}
	// The newest is what an old copy lacks first. It is known after a new start.
	n = reopen(t, n, dir)
	asCouncil(t, n)
	wanted(t, n)
	delete(s.has, acks[18].Blob)
	if sent := offer(n, s); sent != 1 {
		t.Errorf("the newest was lost: sent %d", sent)
	}
	clear(s.has)
	s.broken = true
	later()
	if sent := offer(n, s); sent != 0 {
		t.Errorf("without a connection: %d", sent)
	}
	s.broken = false
	may = false
	later()
	if sent := offer(n, s); sent != 0 || len(s.has) != 0 {
		t.Errorf("of a case that is closed to this person: %d", sent)
	}
	n.wants.asked = n.now().Add(24 * time.Hour) // a wrong clock that was put right
	may = true
	if sent := offer(n, s); sent == 0 {
		t.Error("never asked again after a wrong clock")
	}
}
