package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// A told story: what the engine asks of store and remote, line by line. The
// fakes answer from small scripts, and may fail before or after they acted.

var errCut = errors.New("the line was cut")

type world struct {
	log []string

	// The endpoint's side.
	dirSeq  uint64
	caseSeq map[record.ID]uint64
	cutPush int // the n-th push takes effect and its answer is lost
	pushes  int
	answer  func(i int) string // code for the i-th item of a push; nil: ok

	// The notebook's side.
	heldDir  uint64
	held     map[record.ID]uint64
	outbox   []record.ID
	prepare  []int // what Prepare returns, in turn
	needsDir map[record.ID]uint64
	finished bool

	blobWorld
}

func (w *world) say(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

var dirLog = record.Hash("dir")

func head(id record.ID, seq uint64) record.SignedHead {
	return record.SignedHead{Head: record.Head{Case: id, Gen: 1, Seq: seq}}
}

func (w *world) Enrol(context.Context, *wire.EnrolRequest) (*wire.EnrolResponse, error) {
	return nil, nil
}

func (w *world) Heads(context.Context, *wire.HeadsRequest) (*wire.HeadsResponse, error) {
	w.say("heads")
	r := &wire.HeadsResponse{Dir: head(dirLog, w.dirSeq), Time: 7}
	for id, seq := range w.caseSeq {
		r.Heads = append(r.Heads, head(id, seq))
	}
	return r, nil
}

func (w *world) Pull(_ context.Context, req *wire.PullRequest) (*wire.PullResponse, error) {
	r := &wire.PullResponse{Time: 7}
	for _, c := range req.Cases {
		end := w.caseSeq[c.Case]
		if c.Case == dirLog {
			end = w.dirSeq
		}
		w.say("pull %s from %d", name(c.Case), c.Seq+1)
		p := wire.Page{Case: c.Case, Gen: 1, From: c.Seq + 1, Head: head(c.Case, end)}
		for s := c.Seq + 1; s <= end; s++ {
			p.Records = append(p.Records, wire.PulledRecord{Log: record.LogRecord{Seq: s, DirSeq: w.dirSeq}})
		}
		r.Pages = append(r.Pages, p)
	}
	return r, nil
}

func (w *world) Push(_ context.Context, req *wire.PushRequest) (*wire.PushResponse, error) {
	w.pushes++
	w.say("push %d", len(req.Items))
	r := &wire.PushResponse{}
	for i, it := range req.Items {
		code := wire.CodeOK
		if w.answer != nil {
			code = w.answer(i)
		}
		id := record.Hash(string(it.Entry))
		if e, err := record.Parse(it.Entry); err == nil {
			id = e.ID()
		}
		r.Results = append(r.Results, wire.Result{Entry: id, Code: code})
	}
	if w.pushes == w.cutPush {
		return nil, errCut
	}
	return r, nil
}

func name(id record.ID) string {
	if id == dirLog {
		return "directory"
	}
	return "case"
}

func (w *world) Known(context.Context) (*wire.HeadsRequest, error) {
	return &wire.HeadsRequest{Dir: wire.CasePos{Case: dirLog, Gen: 1, Seq: w.heldDir}}, nil
}

func (w *world) at(id record.ID) uint64 {
	if id == dirLog {
		return w.heldDir
	}
	return w.held[id]
}

func (w *world) store() *fakeStore { return &fakeStore{w} }

type fakeStore struct{ *world }

func (s *fakeStore) Heads(_ context.Context, heads []record.SignedHead) ([]wire.CasePos, error) {
	newest := map[record.ID]uint64{}
	for _, h := range heads {
		newest[h.Head.Case] = max(newest[h.Head.Case], h.Head.Seq)
	}
	var out []wire.CasePos
	for id, seq := range newest {
		if seq > s.at(id) {
			out = append(out, wire.CasePos{Case: id, Gen: 1, Seq: s.at(id)})
		}
	}
	return out, nil
}

func (s *fakeStore) Unchanged(context.Context, *wire.HeadsResponse) error { return nil }

func (s *fakeStore) Accept(_ context.Context, p *wire.Page, _ int64) error {
	if need := s.needsDir[p.Case]; need > s.heldDir {
		s.say("page of %s needs the directory", name(p.Case))
		return ErrDirectory
	}
	reached := p.From - 1 + uint64(len(p.Records))
	if p.Case == dirLog {
		s.heldDir = reached
	} else {
		s.held[p.Case] = reached
	}
	s.say("accept %s to %d", name(p.Case), reached)
	return nil
}

func (s *fakeStore) Prepare(context.Context) (int, error) {
	n := 0
	if len(s.prepare) > 0 {
		n, s.prepare = s.prepare[0], s.prepare[1:]
	}
	s.say("prepare %d", n)
	return n, nil
}

func (s *fakeStore) Outbox(_ context.Context, _ int, skip map[record.ID]bool, blobs bool) (*wire.PushRequest, error) {
	r := &wire.PushRequest{}
	for _, id := range s.outbox {
		if !skip[id] {
			r.Items = append(r.Items, wire.PushItem{Entry: []byte("e" + id.Short())})
		}
	}
	for _, e := range s.named {
		if blobs && !skip[e.ID()] {
			r.Items = append(r.Items, wire.PushItem{Entry: e.Bytes()})
		}
	}
	return r, nil
}

func (s *fakeStore) Answered(_ context.Context, req *wire.PushRequest, resp *wire.PushResponse) error {
	for _, it := range req.Items {
		s.named = slices.DeleteFunc(s.named, func(e *record.Entry) bool { return string(e.Bytes()) == string(it.Entry) })
	}
	keep := s.outbox[:0]
	for i, id := range s.outbox {
		if i < len(resp.Results) && resp.Results[i].Code == wire.CodeGap {
			keep = append(keep, id)
		}
	}
	s.outbox = keep
	s.say("answered %d", len(req.Items))
	return nil
}

func (s *fakeStore) Finished(context.Context, int64, []wire.WorkerSeen) error {
	s.say("finished")
	s.finished = true
	return nil
}

func run(t *testing.T, w *world) (Report, error) {
	t.Helper()
	if w.held == nil {
		w.held = map[record.ID]uint64{}
	}
	return Exchange(context.Background(), w.store(), w)
}

func (w *world) told(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(w.log, "; "); got != want {
		t.Errorf("told:\n%s\nwant:\n%s", got, want)
	}
}

func TestDirectoryThenUpThenDown(t *testing.T) {
	c := record.Hash("c")
	w := &world{dirSeq: 3, caseSeq: map[record.ID]uint64{c: 2}, outbox: []record.ID{record.Hash("1")}}
	if _, err := run(t, w); err != nil {
		t.Fatal(err)
	}
	w.told(t, "heads; pull directory from 1; accept directory to 3; prepare 0; push 1; answered 1; "+
		"pull case from 1; accept case to 2; prepare 0; finished")
}

func TestSomebodyEnrolsMeanwhile(t *testing.T) {
	c := record.Hash("c")
	w := &world{dirSeq: 1, heldDir: 1, caseSeq: map[record.ID]uint64{c: 1}, needsDir: map[record.ID]uint64{c: 2}}
	grow := &growing{w}
	w.held = map[record.ID]uint64{}
	if _, err := Exchange(context.Background(), w.store(), grow); err != nil {
		t.Fatal(err)
	}
	w.told(t, "heads; prepare 0; pull case from 1; page of case needs the directory; pull directory from 2; "+
		"accept directory to 2; accept case to 1; prepare 0; finished")
}

// growing enrols somebody after the heads were asked for.
type growing struct{ *world }

func (g *growing) Pull(ctx context.Context, req *wire.PullRequest) (*wire.PullResponse, error) {
	g.dirSeq = 2
	return g.world.Pull(ctx, req)
}

func TestNewGrantsTakeASecondRound(t *testing.T) {
	w := &world{prepare: []int{0, 1, 0, 0}}
	if _, err := run(t, w); err != nil {
		t.Fatal(err)
	}
	w.told(t, "heads; prepare 0; prepare 1; heads; prepare 0; prepare 0; finished")
}

func TestEndlessGrantsAreAFault(t *testing.T) {
	w := &world{prepare: []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}
	if _, err := run(t, w); !errors.Is(err, ErrStalled) || w.finished {
		t.Errorf("got %v", err)
	}
}

func TestALostAnswerEndsTheExchangeAndKeepsTheOutbox(t *testing.T) {
	w := &world{outbox: []record.ID{record.Hash("1")}, cutPush: 1}
	if _, err := run(t, w); !errors.Is(err, errCut) || len(w.outbox) != 1 || w.finished {
		t.Errorf("%v, outbox %d", err, len(w.outbox))
	}
	if r, err := run(t, w); err != nil || r.Pushed != 1 {
		t.Errorf("the retry: %+v %v", r, err)
	}
}

func TestAGapWaitsAndDoesNotBlock(t *testing.T) {
	w := &world{outbox: []record.ID{record.Hash("1"), record.Hash("2")}}
	w.answer = func(i int) string {
		if i == 0 && w.pushes == 1 {
			return wire.CodeGap
		}
		return wire.CodeOK
	}
	w.outboxIDs()
	r, err := run(t, w)
	if err != nil || r.Pushed < 1 || !w.finished {
		t.Errorf("%+v %v", r, err)
	}
}

// outboxIDs makes the fake's results name the entries as Outbox skips them.
func (w *world) outboxIDs() {
	for i := range w.outbox {
		w.outbox[i] = record.Hash("e" + w.outbox[i].Short())
	}
}

func TestAnUnknownAnswerIsAFault(t *testing.T) {
	w := &world{outbox: []record.ID{record.Hash("1")}, answer: func(int) string { return "perhaps" }}
	if _, err := run(t, w); !errors.Is(err, ErrStalled) {
		t.Errorf("got %v", err)
	}
}

func TestRefusalsAreReported(t *testing.T) {
	w := &world{outbox: []record.ID{record.Hash("1")}, answer: func(int) string { return wire.CodeRefused }}
	r, err := run(t, w)
	if err != nil || len(r.Refused) != 1 {
		t.Errorf("%+v %v", r, err)
	}
}
