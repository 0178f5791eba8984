package notebook

import (
	"context"
	"errors"
	"io"

	"wherry/app/casework"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// The sample caseload is fictional, lives in the notebook's own realm whatever
// council was joined, and is never sent anywhere.

// removedPrefix marks in the key box whose keys were destroyed on purpose.
const removedPrefix = "removed/"

// AddSample adds the sample caseload. Adding it again changes nothing.
func (n *Notebook) AddSample(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	s := casework.SampleFamily(n.now())
	for _, c := range n.st.cases {
		if c.Sample && !c.Removed {
			return nil
		}
	}
	p := n.newPen()
	ids := map[string]record.ID{}
	for _, child := range s.Children {
		if _, err := n.lookup(child.Ref); err == nil {
			return ErrExists
		}
		caseID, err := p.beginIn(n.solo.realm, "", []reader{{n.st.meta.Pin.Person, n.st.meta.Pin.PersonKEM}})
		if err != nil {
			return err
		}
		if _, err := p.fields(caseID, append(child.Sets, casework.MarkSample()), ""); err != nil {
			return err
		}
		ids[child.Ref] = caseID
	}
	for i := range s.Visits {
		var visit record.ID
		if _, err := io.ReadFull(n.cfg.Rand, visit[:]); err != nil {
			return err
		}
		v := &s.Visits[i]
		kind, ok := casework.LookupKind(v.Kind)
		if !ok {
			return casework.ErrUnknownKind
		}
		for _, part := range v.Split() {
			in := &inner{Kind: v.Kind, Schema: uint64(kind.Schema), Visit: visit, Payload: part.Payload}
			if _, err := p.write(ids[part.Ref], record.ID{}, record.Content, in, nil); err != nil {
				return err
			}
		}
	}
	return n.commit(ctx, p, ownItem{Ack: p.ids[0]})
}

// RemoveSample takes the sample caseload away and destroys the cases' keys, so
// that what stays in the journal can never be read again. The journal is told
// first: if the program stops in between, the next opening destroys the keys.
func (n *Notebook) RemoveSample(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	var gone removedItem
	for _, c := range n.st.sorted() {
		if c.Sample && !c.Removed {
			gone.Cases = append(gone.Cases, c.ID)
		}
	}
	if len(gone.Cases) == 0 {
		return nil
	}
	ids, err := n.draftIDs()
	if err != nil {
		return err
	}
	if err := n.append(ctx, item(itemRemoved, gone)); err != nil {
		return err
	}
	if err := n.sweepRemoved(); err != nil {
		return err
	}
	var errs []error
	for _, id := range ids { // drafts that name only children who are gone
		if d, err := n.readDraft(id); err == nil && n.draftGone(d) {
			errs = append(errs, n.eraseStaged(d.Staged), n.eraseDraft(id))
		}
	}
	return errors.Join(errs...)
}

// sweepRemoved destroys the keys of removed cases that are still in the box.
func (n *Notebook) sweepRemoved() error {
	var items []seal.BoxItem
	for _, c := range n.st.sorted() {
		if c.Removed && len(n.box.Epochs(c.ID)) > 0 {
			items = append(items, seal.Destroy{Case: c.ID}, seal.Secret{Name: removedPrefix + c.ID.String(), Value: []byte{1}})
		}
	}
	if len(items) == 0 {
		return nil
	}
	return n.putKeys(items...)
}

func (n *Notebook) draftGone(d *casework.Draft) bool {
	for _, ref := range d.Children() {
		if _, err := n.lookup(ref); err == nil {
			return false
		}
	}
	return len(d.Children()) > 0
}

// applyRemoved takes removed cases off the lists, the index and the outbox.
func (n *Notebook) applyRemoved(r *removedItem, s sink) error {
	for _, id := range r.Cases {
		c := n.st.caseRow(id)
		c.Removed = true
		if err := n.takeAway(c, s); err != nil {
			return err
		}
	}
	return nil
}

// takeAway takes a case off the lists, the index and the outbox. Only ids are
// left of it.
func (n *Notebook) takeAway(c *caseRow, s sink) error {
	for _, ref := range c.Refs {
		if n.st.byRef[refKey(ref)] == c.ID {
			delete(n.st.byRef, refKey(ref))
		}
	}
	c.Ref, c.Refs, c.Count, c.Last, c.News, c.Summary = "", nil, 0, 0, 0, nil
	n.briefsMoved = true
	if n.idx != nil {
		n.addWords()
		n.idx.RemoveCase(c.ID)
	}
	n.forget(c.ID)
	for _, o := range n.st.held() {
		if o.Case != c.ID {
			continue
		}
		n.st.dropOut(o.Entry)
		if err := s.del(tableOutbox, o.Arrival); err != nil {
			return err
		}
	}
	c.Waiting, c.Unsent = 0, 0
	return nil
}
