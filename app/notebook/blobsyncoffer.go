package notebook

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"wherry/storage/record"
	"wherry/sync/engine"
)

// An entry that the council has a receipt for is not sent again, and neither is
// what it names. An endpoint that was restored from an old copy, or whose disk
// lost a file, therefore has to be asked. At an exchange it is asked for a few
// of the blobs that are here: the newest, which an old copy lacks first, and
// some at random. If it lacks one, it is asked for all and gets what it lacks,
// from whoever may read the case and has it.

const (
	offerNewest = 4
	offerRandom = 4
	offerEvery  = time.Hour // in one run
)

// offerBlobs brings the council the blobs that it lost, and says how many. That
// it fails makes no failure of an exchange that has done its work: what is
// lacking is found again. may says whether the person may read a case: of any
// other the council says that it is not there.
func (n *Notebook) offerBlobs(ctx context.Context, remote engine.Remote, may func(context.Context, *caseRow) bool) (sent int) {
	some, all := n.offers(ctx, may)
	if len(some) == 0 {
		return 0
	}
	budget := cmp.Or(n.cfg.BlobBytes, int64(DefaultBlobBytes))
	lacked, sent, err := engine.Offer(ctx, replica{n}, remote, some, budget)
	if err != nil || lacked == 0 {
		return sent
	}
	_, more, _ := engine.Offer(ctx, replica{n}, remote, n.accepted(ctx, all, len(all), may), budget)
	return sent + more
}

// offers chooses what the council is asked for; nothing if that was done within
// the hour. all is every blob that is here, the newest first.
func (n *Notebook) offers(ctx context.Context, may func(context.Context, *caseRow) bool) (some []record.ID, all []namedRow) {
	n.mu.Lock()
	if n.closed || !n.wants.loaded || n.now().Sub(n.wants.asked) < offerEvery && !n.now().Before(n.wants.asked) {
		n.mu.Unlock()
		return nil, nil
	}
	n.wants.asked = n.now()
	for _, r := range n.wants.named {
		all = append(all, r)
	}
	n.mu.Unlock()
	slices.SortFunc(all, func(a, b namedRow) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), slices.Compare(a.Blob[:], b.Blob[:]))
	})
	some = n.accepted(ctx, all, offerNewest, may)
	older := slices.Clone(all)
	rand.Shuffle(len(older), func(i, j int) { older[i], older[j] = older[j], older[i] })
	for _, id := range n.accepted(ctx, older, offerNewest+offerRandom, may) {
		if !slices.Contains(some, id) && len(some) < offerNewest+offerRandom {
			some = append(some, id)
		}
	}
	return some, all
}

// accepted picks the first few blobs that are here and that an entry names which
// the council has accepted, in a case that this person may read.
func (n *Notebook) accepted(ctx context.Context, rows []namedRow, most int, may func(context.Context, *caseRow) bool) (ids []record.ID) {
	known := map[record.ID]bool{}
	for _, r := range rows {
		if len(ids) == most || ctx.Err() != nil {
			break
		}
		if _, here := n.blobs().Has(r.Blob); !here {
			continue
		}
		n.mu.Lock()
		c := n.councilHas(ctx, r.Entry)
		if c != nil {
			ok, asked := known[c.ID]
			if !asked {
				ok = may(ctx, c)
				known[c.ID] = ok
			}
			if ok {
				ids = append(ids, r.Blob)
			}
		}
		n.mu.Unlock()
	}
	return ids
}

// councilHas returns the case of an entry that the council has accepted; nil if
// it has not. The caller holds mu.
func (n *Notebook) councilHas(ctx context.Context, entry record.ID) *caseRow {
	if n.closed || n.council == nil {
		return nil
	}
	row, id, err := n.find(ctx, entry)
	if err != nil {
		return nil
	}
	c := n.st.cases[id]
	if c == nil || c.gone() || c.Sample || c.Realm != n.council.realm {
		return nil
	}
	if row.Own {
		var p proofRow
		if ok, err := n.get(ctx, &p, tableReceipt, entry); err != nil || !ok || p.Received == 0 || p.Code != "" {
			return nil
		}
	}
	return c
}

// mayStillRead reports whether the council shows a case to this person, by its
// log as it is here. The caller holds mu.
func (n *Notebook) mayStillRead(ctx context.Context, c *caseRow) bool {
	auth, err := n.authority(ctx, c.ID, c.Gen)
	return err == nil && auth.MayRead(n.person())
}
