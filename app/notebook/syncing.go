package notebook

import (
	"context"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/engine"
)

// Sync runs one exchange with the council's endpoint; url, if given, overrides
// the address only. The report is true even when an error ends the exchange.
func (n *Notebook) Sync(ctx context.Context, url string) (*SyncReport, error) {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil, ErrClosed
	}
	if !n.st.enrolled() {
		n.mu.Unlock()
		return nil, ErrNotEnrolled
	}
	j := n.st.meta.Joining
	ep := Endpoint{URL: j.URL, CA: j.CA, Key: n.council.priv}
	n.mu.Unlock()
	if url != "" {
		ep.URL = url
	}
	remote, err := n.dial(ep)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	if n.syncing {
		n.mu.Unlock()
		return nil, ErrSyncing
	}
	if err := n.loadOutbox(ctx); err != nil {
		n.mu.Unlock()
		return nil, err
	}
	n.syncing, n.alarms = true, 0
	n.mu.Unlock()
	rep, err := engine.Exchange(ctx, replica{n}, remote)
	n.slim(ctx)
	if err == nil {
		rep.BlobsSent += n.offerBlobs(ctx, remote, n.mayStillRead)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.syncing = false
	if n.closed {
		return nil, ErrClosed
	}
	for id := range n.sending { // unanswered: it is on this laptop
		if row, c, ferr := n.find(ctx, id); ferr == nil && row.Own {
			n.forget(c)
		}
	}
	clear(n.sending)
	out := &SyncReport{Report: rep, Queued: n.queued(), Cases: len(n.st.cases), CompleteTo: milli(n.synced())}
	if n.alarms > 0 {
		out.Warnings = append(out.Warnings, WarnTwoFaces)
		if err == nil {
			err = ErrTampered
		}
	}
	if err == nil && n.clockApart() {
		out.Warnings = append(out.Warnings, WarnClock)
	}
	if len(n.unsynced()) > 0 {
		out.Warnings = append(out.Warnings, WarnWorkersUnsynced)
	}
	return out, err
}

// queued counts own entries that have no receipt yet.
func (n *Notebook) queued() int {
	queued := 0
	for _, c := range n.st.cases {
		if !c.Sample {
			queued += int(c.Waiting)
		}
	}
	return queued
}

// Prepare adopts the cases of the notebook's first realm into the council, and
// seals case keys to people who became entitled since.
func (r replica) Prepare(ctx context.Context) (int, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return 0, ErrClosed
	}
	done := 0
	p := n.newPen()
	for _, c := range n.st.sorted() {
		touched, err := n.prepareCase(ctx, p, c)
		if err != nil {
			return done, err
		}
		if touched {
			done++
		}
		if len(p.out) >= 100 {
			if err := n.commit(ctx, p, ownItem{Ack: p.ids[0]}); err != nil {
				return done, err
			}
			p = n.newPen()
		}
	}
	if len(p.out) == 0 {
		return done, nil
	}
	return done, n.commit(ctx, p, ownItem{Ack: p.ids[0]})
}

func (n *Notebook) prepareCase(ctx context.Context, p *pen, c *caseRow) (bool, error) {
	if c.Genesis.IsZero() || c.Epoch.IsZero() || c.Sample {
		return false, nil
	}
	if _, ok := n.box.Case(c.ID, c.Epoch); !ok {
		return false, nil
	}
	if c.Realm == n.solo.realm {
		if c.Creator != n.solo.id {
			return false, nil
		}
		body := trust.AdoptBody(n.person(), n.team(), n.solo.realm, c.Genesis, [16]byte(c.Nonce), c.Lanes)
		if _, err := p.write(c.ID, n.council.realm, record.Access, nil, body.Bytes()); err != nil {
			return false, err
		}
		return true, p.epoch(c.ID, n.council.realm, n.readers(n.team()))
	}
	return n.grantMissing(ctx, p, c)
}

// grantMissing adds the grants that the rules say are due. A key entry that
// waits to be sent may be just that grant, so the case waits for its answer.
func (n *Notebook) grantMissing(ctx context.Context, p *pen, c *caseRow) (bool, error) {
	if c.Seq == 0 || c.Behind {
		return false, nil
	}
	if c.Waiting > c.Unsent {
		for _, o := range n.st.held() {
			if o.Case == c.ID && o.Class == record.Key {
				return false, nil
			}
		}
	}
	auth, err := n.authority(ctx, c.ID, c.Gen)
	if err != nil || !auth.MayRead(n.person()) {
		return false, nil //nolint:nilerr // a state that does not parse grants nothing
	}
	touched := false
	for _, m := range auth.MissingGrants(n.st.dir) {
		if _, ok := n.box.Case(c.ID, m.Epoch); !ok {
			continue
		}
		if err := p.grant(c.ID, c.Realm, m.Epoch, n.withKeys(m.Readers)); err != nil {
			return touched, err
		}
		touched = true
	}
	return touched, nil
}

// SyncReport says what an exchange did and how the notebook stands after it.
type SyncReport struct {
	engine.Report
	Queued     int
	Cases      int
	CompleteTo time.Time
	Warnings   []string
}

// WarnWorkersUnsynced is the warning that colleagues have not synced for a day.
const WarnWorkersUnsynced = "workers_unsynced"

// WarnTwoFaces is the warning that an entry's author had been shown another
// case log or directory than this notebook.
const WarnTwoFaces = "two_faces"
