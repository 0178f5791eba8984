package notebook

import (
	"context"
	"slices"

	"wherry/storage/record"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

// replica is the notebook as the sync engine sees it. Each method locks for
// itself, so that the network never holds up typing.
type replica struct{ n *Notebook }

var _ engine.Store = replica{}

func (r replica) Known(context.Context) (*wire.HeadsRequest, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	n.asked = n.asked[:0]
	m := n.st.meta
	req := &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(n.council.realm), Gen: m.DirGen, Seq: m.DirSeq}}
	for _, c := range n.st.sorted() {
		// A case of which a receipt names more than we hold is asked for by
		// saying nothing: its head must come, and must reach that far.
		if c.Seq > 0 && c.Proven <= c.Seq {
			n.asked = append(n.asked, asked{wire.CasePos{Case: c.ID, Gen: c.Gen, Seq: c.Seq}, c.Chain})
			req.Known = append(req.Known, wire.CasePos{Case: c.ID, Gen: c.Gen, Seq: c.Seq})
		}
	}
	return req, nil
}

// asked is a log as it was held when the heads were asked for.
type asked struct {
	pos   wire.CasePos
	chain record.ID
}

// Unchanged checks the endpoint's signed word for the logs that it sent no
// head of: each stands exactly where we hold it to. A log that the endpoint has
// lost breaks the digest.
func (r replica) Unchanged(_ context.Context, resp *wire.HeadsResponse) error {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	moved := map[record.ID]bool{}
	for _, h := range resp.Heads {
		moved[h.Head.Case] = true
	}
	var digest record.ID
	for _, a := range n.asked {
		if !moved[a.pos.Case] {
			digest = record.Same(digest, a.pos.Case, a.pos.Gen, a.pos.Seq, a.chain)
		}
	}
	u := resp.Same.Unchanged
	if u.Realm != n.council.realm || u.Digest != digest || !resp.Same.Verify(n.st.dir.EndpointKey()) {
		return ErrTampered
	}
	return nil
}

// Heads checks that no head contradicts what we hold, and returns what goes
// further. A head that went back, or that is as long but different, is proof
// against the endpoint.
func (r replica) Heads(_ context.Context, heads []record.SignedHead) ([]wire.CasePos, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	newest := map[record.ID]record.SignedHead{}
	for _, h := range heads {
		if !n.headHolds(h) {
			return nil, ErrTampered
		}
		if old, ok := newest[h.Head.Case]; !ok || h.Head.Seq > old.Head.Seq {
			newest[h.Head.Case] = h
		}
	}
	var behind []wire.CasePos
	for id, h := range newest {
		gen, seq, chain := n.cursor(id)
		switch {
		case seq > 0 && h.Head.Gen != gen, h.Head.Seq == seq && seq > 0 && h.Head.Chain != chain:
			return nil, ErrTampered
		case h.Head.Seq < seq, n.st.cases[id] != nil && h.Head.Seq < n.st.cases[id].Proven:
			return nil, ErrTampered // went back without a lawful restore
		case h.Head.Seq > seq:
			behind = append(behind, wire.CasePos{Case: id, Gen: h.Head.Gen, Seq: seq})
			if c := n.st.cases[id]; c != nil {
				c.Behind = true
			}
		}
	}
	slices.SortFunc(behind, func(a, b wire.CasePos) int { return slices.Compare(a.Case[:], b.Case[:]) })
	return behind, nil
}

// headHolds verifies a head's signature by the pinned endpoint key. Before the
// first directory page the key is not known yet; that page brings its own proof.
func (n *Notebook) headHolds(h record.SignedHead) bool {
	return h.Head.Realm == n.council.realm && h.Verify(n.st.dir.EndpointKey())
}

func (n *Notebook) cursor(id record.ID) (gen, seq uint64, chain record.ID) {
	if id == record.DirectoryLog(n.council.realm) {
		return n.st.meta.DirGen, n.st.meta.DirSeq, n.st.meta.DirChain
	}
	if c := n.st.cases[id]; c != nil {
		return c.Gen, c.Seq, c.Chain
	}
	return 0, 0, record.ID{}
}

func (r replica) Finished(ctx context.Context, now int64, workers []wire.WorkerSeen) error {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	y := syncedItem{At: now, Workers: []workerSeen{}}
	for _, w := range workers {
		y.Workers = append(y.Workers, workerSeen{Person: w.Person, Last: w.Last})
	}
	return n.append(ctx, item(itemSynced, y))
}
