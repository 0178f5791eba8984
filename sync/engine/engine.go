// Package engine is one exchange between a notebook and its council's
// endpoint: what is asked, in which order, and what is done with the answers.
//
// It does no I/O of its own. Disk is behind Store, the network behind Remote;
// so a test can put any weather between them.
package engine

import (
	"context"
	"errors"
	"maps"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// Remote is the endpoint as the engine sees it. Errors are the caller's own;
// the engine passes them on. Every call may fail after it took effect, so all
// of them are harmless to repeat.
type Remote interface {
	Enrol(ctx context.Context, req *wire.EnrolRequest) (*wire.EnrolResponse, error)
	Heads(ctx context.Context, req *wire.HeadsRequest) (*wire.HeadsResponse, error)
	Pull(ctx context.Context, req *wire.PullRequest) (*wire.PullResponse, error)
	Push(ctx context.Context, req *wire.PushRequest) (*wire.PushResponse, error)
	BlobRemote
}

// Store is the notebook as the engine sees it. Whatever it returns nil for is
// durable. It verifies all that it is handed and returns an error that ends
// the exchange if the endpoint contradicts itself.
type Store interface {
	// Known says how far each log is held.
	Known(ctx context.Context) (*wire.HeadsRequest, error)
	// Unchanged checks that the logs which the answer says nothing of stand
	// where they are held to, by the endpoint's signed word.
	Unchanged(ctx context.Context, resp *wire.HeadsResponse) error
	// Heads checks signed heads against what is held and returns the
	// positions of the logs that go further.
	Heads(ctx context.Context, heads []record.SignedHead) ([]wire.CasePos, error)
	// Accept verifies and keeps one page, with the cursor that it reaches.
	Accept(ctx context.Context, page *wire.Page, now int64) error
	// Prepare writes what joining and new readers ask for: adoptions and
	// grants. It returns how many cases it touched.
	Prepare(ctx context.Context) (int, error)
	// Outbox returns own entries without an answer, oldest lane entries
	// first, up to about max bytes; skip holds entries that cannot go now.
	// Without blobs, what names a blob cannot go either, nor what follows it.
	Outbox(ctx context.Context, max int, skip map[record.ID]bool, blobs bool) (*wire.PushRequest, error)
	// Answered keeps receipts and final results of a push.
	Answered(ctx context.Context, req *wire.PushRequest, resp *wire.PushResponse) error
	// Finished notes a complete exchange at the endpoint's time.
	Finished(ctx context.Context, now int64, workers []wire.WorkerSeen) error
	BlobStore
}

// Report says what an exchange did.
type Report struct {
	Pushed  int // entries newly receipted
	Dup     int // entries that the endpoint had already
	Pulled  int // records received, own ones included
	Held    int
	Refused []Refusal
	Cases   int // cases that moved

	BlobsSent    int // attachments that reached the council
	BlobsFetched int // and that came from it
	BlobsWaiting int // and that are still to come
}

// Refusal is an entry that the endpoint will not take.
type Refusal struct {
	Entry record.ID
	Code  string
}

// ErrDirectory is what Store.Accept returns for a page that was numbered at a
// directory position not pulled yet: somebody enrolled meanwhile.
var ErrDirectory = errors.New("engine: the directory must be pulled first")

// ErrStalled says that the endpoint answers without letting the exchange move.
var ErrStalled = errors.New("engine: exchange makes no progress")

// rounds bounds an exchange: new readers may ask for grants, which are pushed
// in a second round; more than a few are a fault.
const rounds = 4

// firstBatch is how many bytes an exchange tries first; after each success it
// tries twice as many.
const firstBatch = 256 << 10

// Exchange runs one whole exchange. Directory first, so that grants go to the
// right people; then own work up, because it exists only here; then the rest
// down; attachments last. The report is true whether or not an error ends it.
func Exchange(ctx context.Context, s Store, r Remote) (Report, error) {
	x := &exchange{s: s, r: r, moved: map[record.ID]bool{}, sent: map[record.ID]bool{}, batch: firstBatch, piece: firstBatch}
	err := x.run(ctx)
	if err == nil {
		err = x.blobs(ctx)
	}
	x.report.Cases = len(x.moved)
	return x.report, err
}

type exchange struct {
	s      Store
	r      Remote
	report Report
	moved  map[record.ID]bool
	sent   map[record.ID]bool // blobs that the endpoint has
	batch  int                // bytes of a batch of entries
	piece  int                // and of a piece of a blob
	since  int                // bytes of blobs since words were looked for
}

func (x *exchange) run(ctx context.Context) error {
	for range rounds {
		known, err := x.s.Known(ctx)
		if err != nil {
			return err
		}
		heads, err := x.r.Heads(ctx, known)
		if err != nil {
			return err
		}
		// All that was signed is judged before anything is sent: an endpoint
		// that went back must not get to refuse what it has forgotten.
		if err := x.s.Unchanged(ctx, heads); err != nil {
			return err
		}
		if _, err := x.s.Heads(ctx, append([]record.SignedHead{heads.Dir}, heads.Heads...)); err != nil {
			return err
		}
		if err := x.pull(ctx, []record.SignedHead{heads.Dir}); err != nil {
			return err
		}
		if _, err := x.s.Prepare(ctx); err != nil {
			return err
		}
		fresh, err := x.push(ctx, false)
		if err != nil {
			return err
		}
		if err := x.pull(ctx, append(heads.Heads, fresh...)); err != nil {
			return err
		}
		// What was pulled may bring keys that others are still waiting for.
		n, err := x.s.Prepare(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return x.s.Finished(ctx, heads.Same.Unchanged.Time, heads.Workers)
		}
	}
	return ErrStalled
}

// pull brings the logs of these heads up to them.
func (x *exchange) pull(ctx context.Context, heads []record.SignedHead) error {
	for {
		behind, err := x.s.Heads(ctx, heads)
		if err != nil || len(behind) == 0 {
			return err
		}
		resp, err := x.r.Pull(ctx, &wire.PullRequest{Cases: behind, MaxBytes: uint32(x.batch)})
		if err != nil {
			return err
		}
		got := 0
		for i := range resp.Pages {
			p := &resp.Pages[i]
			err := x.s.Accept(ctx, p, resp.Time)
			if errors.Is(err, ErrDirectory) {
				if err = x.directory(ctx); err == nil {
					err = x.s.Accept(ctx, p, resp.Time)
				}
			}
			if err != nil {
				return err
			}
			got += len(p.Records)
			if len(p.Records) > 0 {
				x.moved[p.Case] = true
			}
			heads = append(heads, p.Head)
		}
		if got == 0 {
			return ErrStalled
		}
		x.report.Pulled += got
		x.grow()
	}
}

// directory pulls what the directory has grown by since the exchange began.
func (x *exchange) directory(ctx context.Context) error {
	for {
		known, err := x.s.Known(ctx)
		if err != nil {
			return err
		}
		resp, err := x.r.Pull(ctx, &wire.PullRequest{Cases: []wire.CasePos{known.Dir}, MaxBytes: wire.TargetBatch})
		if err != nil {
			return err
		}
		if len(resp.Pages) != 1 || len(resp.Pages[0].Records) == 0 {
			return ErrStalled
		}
		if err := x.s.Accept(ctx, &resp.Pages[0], resp.Time); err != nil || !resp.Pages[0].More {
			return err
		}
	}
}

// push sends the outbox batch by batch and returns the heads that it moved. An
// entry that meets a gap waits for the next exchange and does not block the
// other lanes. With blobs, those that an entry names go before it.
func (x *exchange) push(ctx context.Context, blobs bool) ([]record.SignedHead, error) {
	last := map[record.ID]record.SignedHead{}
	skip := map[record.ID]bool{}
	for {
		req, err := x.s.Outbox(ctx, x.batch, skip, blobs)
		if err != nil {
			return nil, err
		}
		if len(req.Items) == 0 {
			break
		}
		if blobs {
			wait, err := x.uploads(ctx, req)
			if err != nil {
				return nil, err
			}
			if len(wait) > 0 {
				maps.Copy(skip, wait)
				continue
			}
		}
		resp, err := x.r.Push(ctx, req)
		if err != nil {
			return nil, err
		}
		if len(resp.Results) != len(req.Items) {
			return nil, ErrStalled
		}
		if err := x.s.Answered(ctx, req, resp); err != nil {
			return nil, err
		}
		for _, res := range resp.Results {
			switch res.Code {
			case wire.CodeOK:
				x.report.Pushed++
			case wire.CodeDup:
				x.report.Dup++
			case wire.CodeHeld:
				x.report.Held++
			case wire.CodeGap:
				skip[res.Entry] = true
			case wire.CodeFork, wire.CodeRefused:
				x.report.Refused = append(x.report.Refused, Refusal{Entry: res.Entry, Code: res.Code + "/" + res.Reason})
			default:
				return nil, ErrStalled
			}
		}
		for _, h := range resp.Heads {
			last[h.Head.Case] = h
			x.moved[h.Head.Case] = true
		}
		x.grow()
	}
	var heads []record.SignedHead
	for _, h := range last {
		heads = append(heads, h)
	}
	return heads, nil
}

// grow doubles the batch after a success, up to what the wire aims at.
func (x *exchange) grow() { x.batch = min(2*x.batch, wire.TargetBatch) }
