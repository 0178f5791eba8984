package endpoint

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// maxRun bounds the bytes of one transaction. A batch of ordinary size is one
// transaction for each case in it; a larger one takes several, which changes
// nothing for the notebook, since every entry has its own answer.
const maxRun = 1 << 20

// push offers entries to their cases. Each case is one transaction, durable
// before the answer is given. A full or failing store answers the whole push
// with 507 and no receipt; what was committed before that is found as dup when
// the notebook tries again.
func (s *Server) push(ctx context.Context, c *call) (wire.Message, error) {
	var req wire.PushRequest
	if err := wire.Decode(c.body, &req); err != nil {
		return nil, err
	}
	if err := s.Store.Writable(); err != nil {
		return nil, err
	}
	resp := &wire.PushResponse{Results: make([]wire.Result, len(req.Items)), Heads: []record.SignedHead{}, Time: c.now.UnixMilli()}
	met := positions{}
	for _, g := range s.groups(&req, resp.Results) {
		head, err := s.pushCase(ctx, c, g, met, resp.Results)
		if err != nil {
			return nil, err
		}
		if head != nil {
			resp.Heads = append(resp.Heads, *head)
		}
	}
	for _, r := range resp.Results {
		s.metrics.Add("wherry_push_entries_total", label("code", r.Code), 1)
	}
	return resp, nil
}

// offer is one parsed item and its place in the request.
type offer struct {
	at    int
	entry *record.Entry
	wraps []Wrap
	size  int
}

// group is the offers of one case, in the order in which they came.
type group struct {
	log    record.ID
	offers []offer
}

// groups parses the items and sorts them by case, keeping their order within
// it. What does not parse is answered at once.
func (s *Server) groups(req *wire.PushRequest, results []wire.Result) []*group {
	var list []*group
	by := map[record.ID]*group{}
	for i, it := range req.Items {
		e, err := record.Parse(it.Entry)
		if err != nil {
			results[i] = unparsed(err)
			continue
		}
		log := e.Header().Case
		g := by[log]
		if g == nil {
			g = &group{log: log}
			by[log] = g
			list = append(list, g)
		}
		o := offer{at: i, entry: e, wraps: it.Wraps, size: len(it.Entry)}
		for _, w := range it.Wraps {
			o.size += len(w.Data)
		}
		g.offers = append(g.offers, o)
	}
	return list
}

func unparsed(err error) wire.Result {
	reason := trust.ReasonBody
	if errors.Is(err, record.ErrNewer) {
		reason = trust.ReasonNewer
	}
	return wire.Result{Code: wire.CodeRefused, Reason: reason}
}

// pushCase offers one case's entries and returns its head, unless the caller
// may not read it.
func (s *Server) pushCase(ctx context.Context, c *call, g *group, met positions, results []wire.Result) (*record.SignedHead, error) {
	var end LogEnd
	var may bool
	for _, run := range g.runs() {
		var named []record.ID
		err := s.Store.Update(ctx, g.log, func(w Writer) error {
			d := doorman{s: s, c: c, w: w, log: g.log, now: s.Now(), dir: s.dir.Load(), met: met}
			if err := d.open(); err != nil {
				return err
			}
			for _, o := range run {
				res, err := d.offer(o)
				if err != nil {
					return err
				}
				results[o.at] = res
			}
			end, may, named = d.end, d.may, d.blobs
			return d.close()
		})
		if err != nil {
			return nil, err
		}
		s.keepBlobs(c, named)
	}
	s.auditPush(c, g, end, may, results)
	if !may {
		return nil, nil
	}
	head := s.head(g.log, end, c.now)
	return &head, nil
}

// runs cuts the offers into transactions.
func (g *group) runs() [][]offer {
	var runs [][]offer
	size := 0
	for i, o := range g.offers {
		if i == 0 || size+o.size > maxRun {
			runs, size = append(runs, nil), 0
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], o)
		size += o.size
	}
	return runs
}

// auditPush notes what became of one case's entries. The case of someone who
// may not read it is not named: it is whatever the caller made up.
func (s *Server) auditPush(c *call, g *group, end LogEnd, may bool, results []wire.Result) {
	counts := map[string]int{}
	for _, o := range g.offers {
		counts[results[o.at].Code]++
	}
	var parts []string
	for _, code := range []string{wire.CodeOK, wire.CodeDup, wire.CodeGap, wire.CodeFork, wire.CodeHeld, wire.CodeRefused} {
		if counts[code] > 0 {
			parts = append(parts, fmt.Sprintf("%s=%d", code, counts[code]))
		}
	}
	e := AuditEvent{Action: "push", Result: strings.Join(parts, " "), Count: len(g.offers)}
	if may {
		e.Case, e.Gen, e.Seq = g.log.String(), end.Gen, end.Seq
	}
	s.audit(c, e)
}
