package notebook

import (
	"cmp"
	"errors"
	"slices"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/trust"
)

// apply folds one journal frame into memory, the view and the index. It is the
// only way that state changes, live and in a rebuild alike. It never fails for
// what a frame means: what cannot be understood is kept and shown as such.
func (n *Notebook) apply(f journal.Frame, s sink) error {
	var errs []error
	for i, it := range f.Items {
		n.at = place{f.Seq, uint64(i), 0}
		errs = append(errs, n.applyItem(it, s)) // one that fails hides no other
	}
	return errors.Join(append(errs, n.flush(s))...)
}

func (n *Notebook) applyItem(it journal.Item, s sink) error {
	switch it.Type {
	case itemPin:
		return record.Decode(it.Data, &n.st.meta.Pin)
	case itemOwn:
		own, err := n.ownOf(it)
		if err != nil {
			return err
		}
		return n.applyOwn(own, s)
	case itemPulled, itemPage:
		p, err := n.pageIn(it)
		if err != nil {
			return err
		}
		return n.applyPulled(p, s)
	case itemDirectory:
		var d directoryItem
		if err := record.Decode(it.Data, &d); err != nil {
			return err
		}
		return n.applyDirectory(&d, s)
	case itemReceipts, itemProofs:
		r, err := readReceipts(it)
		if err != nil {
			return err
		}
		for _, sr := range r.Receipts {
			if c := n.st.cases[sr.Receipt.Case]; c != nil && sr.Receipt.Seq > c.Proven {
				c.Proven, c.ProvenAt = sr.Receipt.Seq, sr.Receipt.Chain
				n.st.touched[c.ID] = true
			}
			p := proofRow{Seq: sr.Receipt.Seq, Received: sr.Receipt.Time}
			if err := n.prove(sr.Receipt.Entry, p, s); err != nil {
				return err
			}
		}
	case itemResult:
		var r resultItem
		if err := record.Decode(it.Data, &r); err != nil {
			return err
		}
		return n.prove(r.Entry, proofRow{Code: r.Code, Reason: r.Reason}, s)
	case itemJoining:
		j := new(joiningItem)
		if err := record.Decode(it.Data, j); err != nil {
			return err
		}
		m := &n.st.meta
		m.Joining = j
		n.loadIdentity()
		if n.st.dir == nil || n.st.dir.Realm() != j.Root {
			n.st.dir = trust.NewDirectory(j.Root)
			m.DirGen, m.DirSeq, m.DirChain, m.DirTime = 0, 0, record.ID{}, 0
		}
	case itemJoined:
		var j joinedItem
		if err := record.Decode(it.Data, &j); err != nil {
			return err
		}
		n.st.meta.Joined = j.At
	case itemLooked:
		var l lookedItem
		if err := record.Decode(it.Data, &l); err != nil {
			return err
		}
		if c := n.st.cases[l.Case]; c != nil {
			if c.Looked = max(c.Looked, l.Order); c.Looked >= c.NewsAt {
				c.News = 0
			}
			n.st.touched[c.ID] = true
		}
	case itemCut:
		if err := record.Decode(it.Data, &n.st.meta.Loss); err != nil {
			return err
		}
		for _, c := range n.st.cases {
			c.Lane, c.LaneSeq, c.LaneHead = record.ID{}, 0, record.ID{}
			n.st.touched[c.ID] = true
		}
	case itemRestored:
		n.closeLanes()
	case itemRemoved:
		var r removedItem
		if err := record.Decode(it.Data, &r); err != nil {
			return err
		}
		return n.applyRemoved(&r, s)
	case itemDisposed:
		d := new(disposedItem)
		if err := record.Decode(it.Data, d); err != nil {
			return err
		}
		return n.applyDisposed(d, s)
	case itemSalvaged:
		var v salvagedItem
		if err := record.Decode(it.Data, &v); err != nil {
			return err
		}
		return n.applySalvaged(&v, s)
	case itemRefs:
		var r refsItem
		if err := record.Decode(it.Data, &r); err != nil {
			return err
		}
		for _, row := range r.Refs {
			if err := s.put(tableRef, row, lineName(row.Ref, row.Hash)); err != nil {
				return err
			}
		}
	case itemSynced:
		var y syncedItem
		if err := record.Decode(it.Data, &y); err != nil {
			return err
		}
		n.st.meta.Synced, n.st.meta.Workers = y.At, longestSilent(y.Workers)
	}
	return nil
}

// longestSilent bounds what is kept of when the endpoint last heard of people:
// whoever was not heard of for longest is named, whatever their number.
func longestSilent(all []workerSeen) []workerSeen {
	if len(all) > maxWorkers {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b workerSeen) int { return cmp.Compare(a.Last, b.Last) })
		all = all[:maxWorkers]
	}
	return all
}

func (n *Notebook) applyOwn(own *ownItem, s sink) error {
	var ids []record.ID
	for i, b := range own.Entries {
		n.at.pos = uint64(i)
		e, err := own.entry(i)
		if err != nil {
			return err
		}
		ids = append(ids, e.ID())
		c, arrival, err := n.store(e, entryRow{Entry: b, Own: true, Ack: some(own.Ack), Draft: some(own.Draft)}, s)
		if err != nil {
			return err
		}
		h := e.Header()
		if c.Realm.IsZero() {
			c.Realm = h.Realm // its first entries are lost
		}
		c.Lane, c.LaneSeq, c.LaneHead = h.Lane, h.LaneSeq, e.ID()
		c.extend(h.Lane, h.LaneSeq, e.ID())
		n.meaning(c, e)
		o := outRow{Arrival: arrival, Case: h.Case, Entry: e.ID(), Class: h.Class, Realm: h.Realm, Lane: h.Lane, LaneSeq: h.LaneSeq}
		n.st.waits(o)
		if err := s.put(tableOutbox, o, arrival); err != nil {
			return err
		}
	}
	if !own.Draft.IsZero() {
		if err := s.put(tablePublished, own.Ack, own.Draft); err != nil {
			return err
		}
	}
	ref := lineName(own.Ref, own.RefHash)
	if ref == "" {
		return nil
	}
	return s.put(tableRef, refRow{Ref: shortName(ref, own.RefHash), Ack: own.Ack, Hash: own.RefHash, Entries: ids}, ref)
}

// extend moves the head of an own lane. A jump means that the journal lost
// entries in between: they are remembered as missing, and taken from the
// council if it has them.
func (c *caseRow) extend(lane record.ID, seq uint64, head record.ID) {
	for i := range c.Lanes {
		if l := &c.Lanes[i]; l.Lane == lane {
			if seq > l.Seq+1 {
				c.Holes = append(c.Holes, hole{Lane: lane, From: l.Seq + 1, To: seq - 1})
			}
			l.Seq, l.Head = seq, head
			return
		}
	}
	if seq > 1 {
		c.Holes = append(c.Holes, hole{Lane: lane, From: 1, To: seq - 1})
	}
	c.Lanes = append(c.Lanes, trust.LaneHead{Lane: lane, Seq: seq, Head: head})
}

// store writes an entry's row and counts it.
func (n *Notebook) store(e *record.Entry, row entryRow, s sink) (*caseRow, uint64, error) {
	h := e.Header()
	c := n.st.caseRow(h.Case)
	n.st.meta.Arrivals++
	arrival := n.st.meta.Arrivals
	n.st.meta.Clock = n.st.meta.Clock.Observe(h.Time, n.now())
	if c.Born == 0 {
		c.Born = arrival
	}
	c.Arrived = arrival
	n.forget(h.Case)
	n.placed(&row, e.ID())
	if err := s.put(tableEntry, row, h.Case, arrival); err != nil {
		return nil, 0, err
	}
	return c, arrival, s.put(tableWhere, whereRow{Case: h.Case, Arrival: arrival}, e.ID())
}

// meaning reads what an entry says about its case as far as memory and index
// need it. Sealed content that cannot be opened yet is met again when its key
// arrives (reread).
func (n *Notebook) meaning(c *caseRow, e *record.Entry) {
	h := e.Header()
	c.Summary = nil
	switch h.Class {
	case record.Access:
		b, err := trust.ParseAccess(e.Body())
		if err != nil {
			return
		}
		switch b.Action {
		case trust.ActionGenesis:
			c.Genesis, c.Creator, c.Nonce = e.ID(), h.Author, b.Nonce
			c.Realm, c.Team = cmp.Or(c.Realm, h.Realm), cmp.Or(c.Team, b.Team) // an adoption met before it stands
		case trust.ActionAdopt:
			c.Realm, c.Team, c.Epochs = h.Realm, b.Team, nil
		}
	case record.Key:
		b, err := trust.ParseKey(e.Body())
		if err != nil {
			return
		}
		if b.Action == trust.ActionEpoch && (c.Epoch.IsZero() || h.Realm == c.Realm) {
			c.Epoch = e.ID()
			if c.Epochs = append(c.Epochs, e.ID()); len(c.Epochs) > maxCaseEpochs {
				c.Epochs = c.Epochs[1:]
			}
		}
	case record.Content:
		if c.Disposed != nil {
			return // what comes of it later is not counted
		}
		c.Count++
		c.Last = max(c.Last, h.Time.Time().UnixMilli())
		if !n.isOwnDevice(h.Author) {
			c.News, c.NewsAt = c.News+1, c.Arrived
		}
		n.read(c, e)
	}
}

// read opens a content entry for the reference look-up and the index.
func (n *Notebook) read(c *caseRow, e *record.Entry) {
	in, ok := n.fresh[e.ID()]
	if !ok {
		var err error
		if in, err = n.openEntry(e); err != nil {
			return
		}
	}
	if ref, corrects, sample := caseMarks(in); !c.gone() {
		c.Proposed = c.Proposed || casework.AboutKeeping(in.Kind)
		n.st.setRef(c, ref, corrects)
		// Only what this notebook itself began and marked is a sample: the
		// field in anybody else's case means nothing.
		own := record.RealmID(n.st.meta.Pin.Root)
		c.Sample = c.Sample || sample && e.Header().Realm == own && e.Header().Author == n.solo.id && c.Creator == n.solo.id
		n.st.touched[c.ID] = true
	}
	n.noteWords(e, in)
}

// flush writes the case rows and meta that this frame changed.
func (n *Notebook) flush(s sink) error {
	var errs []error
	for id := range n.st.touched {
		errs = append(errs, s.put(tableCase, *n.st.cases[id], id))
	}
	clear(n.st.touched)
	return errors.Join(append(errs, s.put(tableMeta, n.st.meta))...)
}
