package engine

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// blobWorld is what both sides of the fake have of blobs.
type blobWorld struct {
	named  []*record.Entry      // own entries that name blobs, still to be pushed
	mine   map[record.ID][]byte // blobs of the notebook
	theirs map[record.ID][]byte // whole at the endpoint
	part   map[record.ID][]byte // uploaded so far
	cutPut int                  // the n-th piece arrives and its answer is lost
	puts   int                  //
	old    bool                 // an endpoint that takes no blobs
	given  map[record.ID]bool   // given up for lost
	wants  []Want               // what is missing here
	budget int64                // of bytes to fetch
	pulled map[record.ID][]byte // fetched so far
	verify func(id record.ID) error
	typed  func() // somebody writes on
}

func (w *world) blobNow() {
	for _, m := range []*map[record.ID][]byte{&w.mine, &w.theirs, &w.part, &w.pulled} {
		if *m == nil {
			*m = map[record.ID][]byte{}
		}
	}
	if w.given == nil {
		w.given = map[record.ID]bool{}
	}
	if w.budget == 0 {
		w.budget = 1 << 30
	}
}

func (w *world) BlobState(_ context.Context, id record.ID) (wire.BlobState, error) {
	w.blobNow()
	w.say("head")
	if b, ok := w.theirs[id]; ok {
		return wire.BlobState{Offset: uint64(len(b)), Whole: true}, nil
	}
	if b, ok := w.part[id]; ok {
		return wire.BlobState{Offset: uint64(len(b))}, nil
	}
	return wire.BlobState{}, wire.ErrNoBlob
}

func (w *world) PutBlob(_ context.Context, id record.ID, offset, size int64, piece []byte) (wire.BlobState, error) {
	w.blobNow()
	w.puts++
	w.say("put %d+%d", offset, len(piece))
	if w.typed != nil {
		w.typed()
	}
	if w.old {
		return wire.BlobState{}, wire.ErrNoBlobs
	}
	if size == 0 {
		w.given[id] = true
		return wire.BlobState{}, nil
	}
	if offset != int64(len(w.part[id])) {
		return wire.BlobState{Offset: uint64(len(w.part[id]))}, wire.ErrBlobOffset
	}
	w.part[id] = append(w.part[id], piece...)
	if w.puts == w.cutPut {
		return wire.BlobState{}, errCut
	}
	state := wire.BlobState{Offset: uint64(len(w.part[id])), Whole: int64(len(w.part[id])) == size}
	if state.Whole {
		if record.Hash("blob", w.part[id]) != id {
			delete(w.part, id)
			return wire.BlobState{}, wire.ErrBlobHash
		}
		w.theirs[id] = w.part[id]
		delete(w.part, id)
	}
	return state, nil
}

func (w *world) GetBlob(_ context.Context, id record.ID, offset, most int64) ([]byte, int64, error) {
	w.blobNow()
	w.say("get %d", offset)
	b, ok := w.theirs[id]
	if !ok {
		return nil, 0, wire.ErrNoBlob
	}
	if offset > int64(len(b)) {
		return nil, 0, wire.ErrBlobOffset
	}
	return b[offset:min(len(b), int(offset+most))], int64(len(b)), nil
}

func (s *fakeStore) NotThere(_ context.Context, ids []record.ID) { s.say("not there: %d", len(ids)) }

type memSource struct{ *bytes.Reader }

func (memSource) Close() error { return nil }

func (s *fakeStore) Blob(_ context.Context, id record.ID) (Source, error) {
	if b, ok := s.mine[id]; ok {
		return memSource{bytes.NewReader(b)}, nil
	}
	return nil, wire.ErrNoBlob
}

func (s *fakeStore) Wanted(context.Context) ([]Want, int64, error) {
	s.blobNow()
	return s.wants, s.budget, nil
}

func (s *fakeStore) KeepPiece(_ context.Context, id record.ID, offset, size int64, piece []byte) (int64, error) {
	s.pulled[id] = append(s.pulled[id][:offset:offset], piece...)
	n := int64(len(s.pulled[id]))
	if n == size && s.verify != nil {
		if err := s.verify(id); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// attach makes an own entry that names blobs of these bytes.
func (w *world) attach(blobs ...[]byte) record.ID {
	w.blobNow()
	h := record.Header{Class: record.Content, Realm: record.Hash("r"), Case: record.Hash("c"), Lane: record.Hash("l", []byte{byte(len(w.named))}),
		LaneSeq: 1, Epoch: record.Hash("k"), Time: record.NewHLC(time.Unix(1, 0))}
	seed := record.Hash("device")
	key := ed25519.NewKeyFromSeed(seed[:])
	h.Author = record.DeviceID(key.Public().(ed25519.PublicKey))
	var last record.ID
	for _, b := range blobs {
		last = record.Hash("blob", b)
		w.mine[last] = b
		h.Blobs = append(h.Blobs, last)
	}
	e, err := record.New(h, []byte("body"), key)
	if err != nil {
		panic(err)
	}
	w.named = append(w.named, e)
	return last
}

func TestBlobsGoAfterTheWordsAndBeforeTheirEntry(t *testing.T) {
	w := &world{outbox: []record.ID{record.Hash("1")}}
	small := w.attach([]byte("photo"))
	var seen []Progress
	ctx := WithProgress(context.Background(), func(p Progress) { seen = append(seen, p) })
	w.held = map[record.ID]uint64{}
	r, err := Exchange(ctx, w.store(), w)
	if err != nil || r.Pushed != 2 || r.BlobsSent != 1 || w.theirs[small] == nil {
		t.Fatalf("%+v %v", r, err)
	}
	w.told(t, "heads; prepare 0; push 1; answered 1; prepare 0; finished; put 0+5; push 1; answered 1")
	if !slices.Equal(seen, []Progress{{Up: true, Done: 5, Total: 5}}) {
		t.Errorf("told %v", seen)
	}
}

func TestAnUploadGoesOnWhereItWasCut(t *testing.T) {
	big := bytes.Repeat([]byte("recording "), 1<<20) // three pieces
	w := &world{}
	id := w.attach(big)
	w.cutPut = 2
	if _, err := run(t, w); !errors.Is(err, errCut) || len(w.named) != 1 {
		t.Fatalf("cut: %v", err)
	}
	w.log = nil
	if r, err := run(t, w); err != nil || r.BlobsSent != 1 || !bytes.Equal(w.theirs[id], big) {
		t.Fatalf("%+v %v", r, err)
	}
	w.told(t, "heads; prepare 0; prepare 0; finished; head; put 786432+262144; put 1048576+524288; put 1572864+1048576; put 2621440+2097152; put 4718592+4194304; put 8912896+1572864; push 1; answered 1")
}

func TestWordsPassARecording(t *testing.T) {
	w := &world{}
	w.attach(bytes.Repeat([]byte("recording "), 300_000))
	w.typed = func() {
		if w.puts == 2 {
			w.outbox = []record.ID{record.Hash("written meanwhile")}
		}
	}
	if r, err := run(t, w); err != nil || r.Pushed != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	w.told(t, "heads; prepare 0; prepare 0; finished; put 0+262144; put 262144+524288; put 786432+1048576; "+
		"push 1; answered 1; put 1835008+1164992; push 1; answered 1")
}

func TestWhatWasTornThereIsSentAgain(t *testing.T) {
	w := &world{}
	id := w.attach([]byte("photo"))
	w.part[id] = []byte("pho!")
	if r, err := run(t, w); err != nil || r.BlobsSent != 1 || string(w.theirs[id]) != "photo" {
		t.Fatalf("%+v %v", r, err)
	}
	w.told(t, "heads; prepare 0; prepare 0; finished; put 0+5; put 4+1; put 0+5; push 1; answered 1")
}

func TestALostBlobKeepsNothingWaiting(t *testing.T) {
	w := &world{}
	id := w.attach([]byte("photo"))
	delete(w.mine, id)
	if r, err := run(t, w); err != nil || r.Pushed != 1 || !w.given[id] {
		t.Fatalf("%+v %v", r, err)
	}
}

func TestAnOldEndpointIsShownNoEntryWithBlobs(t *testing.T) {
	w := &world{blobWorld: blobWorld{old: true}}
	w.attach([]byte("photo"))
	if r, err := run(t, w); err != nil || r.Pushed != 0 || len(w.named) != 1 || !w.finished {
		t.Fatalf("%+v %v", r, err)
	}
	if strings.Contains(strings.Join(w.log, ";"), "push") {
		t.Errorf("pushed: %v", w.log)
	}
}

func TestMissingBlobsComeWithinTheBudget(t *testing.T) {
	big := bytes.Repeat([]byte("recording "), 1<<20)
	one, two, gone := record.Hash("blob", []byte("new")), record.Hash("blob", big), record.Hash("gone")
	w := &world{}
	w.blobNow()
	w.theirs[one], w.theirs[two] = []byte("new"), big
	w.wants, w.budget = []Want{{Blob: gone}, {Blob: one}, {Blob: two}}, 5<<20
	r, err := run(t, w)
	if err != nil || r.BlobsFetched != 1 || r.BlobsWaiting != 2 || string(w.pulled[one]) != "new" || len(w.pulled[two]) != (256+512+1024+2048+4096)<<10 {
		t.Fatalf("%+v %v, %d bytes", r, err, len(w.pulled[two]))
	}
	if !slices.Contains(w.log, "not there: 1") {
		t.Errorf("told %v", w.log)
	}
	w.wants = []Want{{Blob: two, Have: int64(len(w.pulled[two]))}}
	if r, err = run(t, w); err != nil || r.BlobsFetched != 1 || r.BlobsWaiting != 0 || !bytes.Equal(w.pulled[two], big) {
		t.Fatalf("%+v %v", r, err)
	}
	// More than there is was kept by an earlier run: it is fetched from the start.
	w.pulled[one] = []byte("newer")
	w.wants = []Want{{Blob: one, Have: 5}}
	if _, err = run(t, w); err != nil || string(w.pulled[one]) != "new" {
		t.Fatalf("%q %v", w.pulled[one], err)
	}
	w.verify = func(record.ID) error { return errLie }
	w.wants = []Want{{Blob: one}}
	if _, err = run(t, w); !errors.Is(err, errLie) {
		t.Fatalf("a lie: %v", err)
	}
}

var errLie = errors.New("other bytes than the id names")
