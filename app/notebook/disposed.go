package notebook

import (
	"context"
	"time"

	"wherry/storage/record"
)

// What is left of a case that was disposed of: that it was, when, under which
// proposal and on whose word. Nothing of the child.

// disposedItem is item 14. It is written before anything is destroyed, and once
// more, with Done, when nothing is left to destroy.
type disposedItem struct {
	_          struct{} `cbor:",toarray"`
	Case       record.ID
	Proposal   record.ID // the entry that proposed it
	Approvals  []approvalMark
	By         record.ID // the person who carried it out
	At         int64     // Unix milliseconds
	Basis      string    // a word of casework.DisposalBases
	ReasonHash record.ID // see reasonHash
	Done       bool
}

// approvalMark is one of the people behind a disposal; a zero person is the
// recovery kit.
type approvalMark struct {
	_      struct{} `cbor:",toarray"`
	Entry  record.ID
	Person record.ID
}

// disposedPrefix marks in the key box that a case's keys were destroyed under a
// disposal, and keeps item 14 in case the journal loses it.
const disposedPrefix = "disposed/"

// gone reports that a case was taken away for good: removed, if it was a
// sample, or disposed of.
func (c *caseRow) gone() bool { return c.Removed || c.Disposed != nil }

// applyDisposed takes a case away; only ids are left of it in memory and view.
func (n *Notebook) applyDisposed(d *disposedItem, s sink) error {
	c := n.st.caseRow(d.Case)
	m := &n.st.meta
	m.Held, m.Refused = m.Held-min(m.Held, c.Held), m.Refused-min(m.Refused, c.Refused)
	c.Held, c.Refused, c.Disposed, c.Proposed = 0, 0, d, false
	return n.takeAway(c, s)
}

// Disposal is a line of the register of disposals. It names no child and holds
// nothing that anybody typed.
type Disposal struct {
	Case     ID
	Proposal ID
	By       []ID // the persons behind it; a zero id is the recovery kit
	Carried  ID   // the person who carried it out
	At       time.Time
	Basis    string
	Done     bool // nothing is left to destroy on this laptop
	// Complete is when the last backup that was made before it expires, from
	// which the case could still be read; zero if no such backup is known.
	Complete time.Time
}

// Disposals is the register of disposals, by case id.
func (n *Notebook) Disposals(context.Context) ([]Disposal, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	return n.register(), nil
}

func (n *Notebook) register() []Disposal {
	out, notes := []Disposal{}, n.backupNotes()
	for _, c := range n.st.sorted() {
		if c.Disposed != nil {
			out = append(out, c.Disposed.row(notes, n.now()))
		}
	}
	return out
}

func (d *disposedItem) row(notes []backupNote, now time.Time) Disposal {
	row := Disposal{Case: d.Case, Proposal: d.Proposal, Carried: d.By, At: milli(d.At), Basis: d.Basis, Done: d.Done}
	for _, a := range d.Approvals {
		row.By = append(row.By, a.Person)
	}
	last := int64(0)
	for _, b := range notes {
		if b.Created <= d.At { // a later one no longer holds it
			last = max(last, b.Expires)
		}
	}
	if last > now.UnixMilli() {
		row.Complete = milli(last)
	}
	return row
}

// DisposalOf finds what is left of a case or entry that was disposed of.
func (n *Notebook) DisposalOf(ctx context.Context, id string) (*Disposal, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	rid, err := record.ParseID(id)
	if err != nil {
		return nil, ErrNotFound
	}
	c := n.st.cases[rid]
	if c == nil {
		_, caseID, err := n.find(ctx, rid)
		if err != nil {
			return nil, err
		}
		c = n.st.cases[caseID]
	}
	if c == nil || c.Disposed == nil {
		return nil, ErrNotFound
	}
	d := c.Disposed.row(n.backupNotes(), n.now())
	return &d, nil
}

// dropBodies takes the bodies off the content of a page: what arrives of a case
// after it was disposed of is counted in its log and never kept.
func (p *pulledItem) dropBodies() {
	for i := range p.Records {
		p.Records[i].Entry = withoutBody(p.Records[i].Entry, p.Case)
	}
}

// withoutBody returns an entry's bytes without its sealed body, if it belongs
// to the case. Bytes that are no entry are dropped too: they were kept as they
// came and could hold anything.
func withoutBody(b []byte, caseID record.ID) []byte {
	e, err := record.Parse(b)
	if err != nil {
		return []byte{}
	}
	if h := e.Header(); h.Case != caseID || !sealedClass(h.Class) || !e.HasBody() {
		return b
	}
	return e.WithoutBody().Bytes()
}

func sealedClass(c record.Class) bool { return c == record.Content || c == record.ReceiptClass }
