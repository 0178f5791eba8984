package notebook

import (
	"context"
	"slices"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/sync/wire"
)

// Outbox gathers entries to push: of a case just adopted, first the adoption
// and its epoch, then the foreign lanes, then the rest. Without blobs, a case
// waits from the first entry on that names one.
func (r replica) Outbox(ctx context.Context, max int, skip map[record.ID]bool, blobs bool) (*wire.PushRequest, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	rows, err := n.waiting(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b outRow) int { return n.pushRank(a) - n.pushRank(b) })
	req := &wire.PushRequest{Items: []wire.PushItem{}}
	size, blobSize := 0, 0
	blocked := map[record.ID]bool{}
	for _, o := range rows {
		c := n.st.cases[o.Case]
		if skip[o.Entry] || blocked[o.Case] || c.Realm != n.council.realm {
			blocked[o.Case] = blocked[o.Case] || skip[o.Entry]
			continue
		}
		row, _, err := n.find(ctx, o.Entry)
		if err != nil {
			return nil, err
		}
		names := namesBlobs(row.Entry)
		if len(names) > 0 && !blobs {
			blocked[o.Case] = true
			continue
		}
		if blobSize += n.sealedSize(names); len(req.Items) > 0 && len(names) > 0 && blobSize > maxBlobBatch {
			break
		}
		it := wire.PushItem{Entry: row.Entry, Wraps: []wire.Wrap{}}
		for _, w := range n.box.Wraps(o.Entry) {
			var wrap wire.Wrap
			if err := record.Decode(w, &wrap); err != nil {
				return nil, err
			}
			it.Wraps = append(it.Wraps, wrap)
			size += len(w)
		}
		size += len(row.Entry)
		if len(req.Items) > 0 && (size > max || len(req.Items) == wire.MaxPushItems) {
			break
		}
		req.Items = append(req.Items, it)
		n.sending[o.Entry] = o.Class
		n.forget(o.Case)
	}
	if len(req.Items) == 0 {
		return req, nil
	}
	// What is shown to the council must be known to be ours after any stop.
	return req, n.j.Mark(ctx)
}

func (n *Notebook) pushRank(o outRow) int {
	switch {
	case o.Realm != n.council.realm:
		return 1
	case o.LaneSeq <= 2 && n.adopted(o.Case):
		return 0
	}
	return 2
}

// adopted reports whether a case began in the notebook's own realm.
func (n *Notebook) adopted(id record.ID) bool {
	c := n.st.cases[id]
	return c != nil && c.Creator == n.solo.id && len(c.Lanes) > 1
}

func (r replica) Answered(ctx context.Context, req *wire.PushRequest, resp *wire.PushResponse) error {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	var got receiptsItem
	var items []journal.Item
	var drop []seal.BoxItem
	if len(resp.Results) != len(req.Items) {
		return ErrTampered
	}
	for i, res := range resp.Results {
		e, err := record.Parse(req.Items[i].Entry)
		if err != nil {
			return err
		}
		delete(n.sending, e.ID())
		n.forget(e.Header().Case)
		if res.Entry.IsZero() && res.Code == wire.CodeRefused {
			res.Entry = e.ID() // the endpoint could not read it
		}
		if res.Entry != e.ID() {
			return ErrTampered
		}
		switch res.Code {
		case wire.CodeOK, wire.CodeDup:
			rc := res.Receipt
			if rc == nil || rc.Receipt.Entry != res.Entry || rc.Receipt.Case != e.Header().Case || rc.Receipt.Realm != n.council.realm || !rc.Verify(n.st.dir.EndpointKey()) {
				return ErrTampered
			}
			got.Receipts = append(got.Receipts, *rc)
			if len(n.box.Wraps(res.Entry)) > 0 {
				drop = append(drop, seal.DropWraps{Entry: res.Entry})
			}
		case wire.CodeFork, wire.CodeRefused, wire.CodeHeld:
			items = append(items, item(itemResult, resultItem{Entry: res.Entry, Code: res.Code, Reason: res.Reason}))
		}
	}
	if len(got.Receipts) > 0 {
		items = append(items, proofsOf(got))
	}
	if len(items) == 0 {
		return nil
	}
	if err := n.append(ctx, items...); err != nil {
		return err
	}
	if len(drop) > 0 {
		return n.putKeys(drop...)
	}
	return nil
}
