package notebook

import (
	"context"
	"slices"

	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
)

// apply folds one journal frame into memory, the view and the index. It is the
// only way that state changes, live and in a rebuild alike. It never fails for
// what a frame means: what cannot be understood is kept and shown as such.
func (n *Notebook) apply(f journal.Frame, s sink) error {
	for i, it := range f.Items {
		n.at = place{f.Seq, uint64(i), 0}
		if err := n.applyItem(it, s); err != nil {
			return err
		}
	}
	return n.flush(s)
}

func (n *Notebook) applyItem(it journal.Item, s sink) error {
	switch it.Type {
	case itemPin:
		return record.Decode(it.Data, &n.st.meta.Pin)
	case itemOwn:
		var own ownItem
		if err := record.Decode(it.Data, &own); err != nil {
			return err
		}
		return n.applyOwn(&own, s)
	case itemPulled:
		var p pulledItem
		if err := record.Decode(it.Data, &p); err != nil {
			return err
		}
		return n.applyPulled(&p, s)
	case itemDirectory:
		var d directoryItem
		if err := record.Decode(it.Data, &d); err != nil {
			return err
		}
		return n.applyDirectory(&d, s)
	case itemReceipts:
		var r receiptsItem
		if err := record.Decode(it.Data, &r); err != nil {
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
	case itemRemoved:
		var r removedItem
		if err := record.Decode(it.Data, &r); err != nil {
			return err
		}
		return n.applyRemoved(&r, s)
	case itemSalvaged:
		var v salvagedItem
		if err := record.Decode(it.Data, &v); err != nil {
			return err
		}
		return n.applySalvaged(&v, s)
	case itemSynced:
		var y syncedItem
		if err := record.Decode(it.Data, &y); err != nil {
			return err
		}
		n.st.meta.Synced, n.st.meta.Workers = y.At, y.Workers[:min(len(y.Workers), maxWorkers)]
	}
	return nil
}

func (n *Notebook) applyOwn(own *ownItem, s sink) error {
	var ids []record.ID
	for i, b := range own.Entries {
		n.at.pos = uint64(i)
		e, err := record.Parse(b)
		if err != nil {
			return err
		}
		ids = append(ids, e.ID())
		c, arrival, err := n.store(e, entryRow{Entry: b, Own: true, Ack: own.Ack, Draft: own.Draft}, s)
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
	if own.Ref == "" {
		return nil
	}
	return s.put(tableRef, refRow{Ack: own.Ack, Hash: own.RefHash, Entries: ids}, own.Ref)
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

// Limits of what the view keeps of one case, so that nothing that others send
// can make a row too large for it.
const (
	maxWorkers    = 1000
	maxCaseEpochs = 256
	maxBeyond     = 2000
	maxRefs       = 32
	pieceBytes    = 128 << 10
)

// putPieces stores bytes of any length in rows of bounded size.
func putPieces(s sink, table byte, id record.ID, data []byte) error {
	for i := uint64(0); ; i++ {
		n := min(len(data), pieceBytes)
		last := n == len(data)
		if err := s.put(table, piece{Data: data[:n], Last: last}, id, i); err != nil || last {
			return err
		}
		data = data[n:]
	}
}

type piece struct {
	_    struct{} `cbor:",toarray"`
	Data []byte
	Last bool
}

// place is where in the journal something stands.
type place struct{ frame, item, pos uint64 }

// thin leaves a large entry in the journal and notes its place.
func (n *Notebook) thin(row *entryRow) {
	if len(row.Entry) > maxViewEntry {
		if e, err := record.Parse(row.Entry); err == nil {
			row.LogEntry = e.ID()
		}
		row.Entry, row.Frame, row.Item, row.Pos = nil, n.at.frame, n.at.item, n.at.pos
	}
}

// whole fetches a large entry's bytes from the journal.
func (n *Notebook) whole(ctx context.Context, row *entryRow) error {
	if row.Frame == 0 {
		return nil
	}
	f, err := n.j.Read(ctx, row.Frame)
	if err != nil {
		return err
	}
	if row.Item >= uint64(len(f.Items)) {
		return seal.ErrDamaged
	}
	var all [][]byte
	entriesOf(f.Items[row.Item], func(b []byte) { all = append(all, b) })
	if row.Pos >= uint64(len(all)) {
		return seal.ErrDamaged
	}
	row.Entry = all[row.Pos]
	return nil
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
	n.thin(&row)
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
			c.Realm, c.Team = cmpRealm(c.Realm, h.Realm), cmpTeam(c.Team, b.Team)
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
		c.Count++
		c.Last = max(c.Last, h.Time.Time().UnixMilli())
		if !n.isOwnDevice(h.Author) {
			c.News, c.NewsAt = c.News+1, c.Arrived
		}
		n.read(c, e)
	}
}

// cmpRealm keeps the realm of an adoption that was met before the genesis.
func cmpRealm(have, genesis record.ID) record.ID {
	if have.IsZero() {
		return genesis
	}
	return have
}

func cmpTeam(have, genesis string) string {
	if have == "" {
		return genesis
	}
	return have
}

// read opens a content entry for the reference look-up and the index.
func (n *Notebook) read(c *caseRow, e *record.Entry) {
	in, err := n.openEntry(e)
	if err != nil {
		return
	}
	if ref, corrects, sample := caseMarks(in); !c.Removed {
		n.st.setRef(c, ref, corrects)
		// Only what this notebook itself began and marked is a sample: the
		// field in anybody else's case means nothing.
		own := record.RealmID(n.st.meta.Pin.Root)
		c.Sample = c.Sample || sample && e.Header().Realm == own && e.Header().Author == n.solo.id && c.Creator == n.solo.id
		n.st.touched[c.ID] = true
	}
	if text := searchText(in); text != "" {
		n.idx.Put(index.Doc{ID: e.ID(), Case: c.ID, Kind: in.Kind, Author: e.Header().Author.String(),
			Time: e.Header().Time.Time().UnixMilli(), Text: text})
	}
}

func (n *Notebook) applyPulled(p *pulledItem, s sink) error {
	c := n.st.caseRow(p.Case)
	whole := p.From == c.Seq+1 // else the journal lost a page before this one
	for i, r := range p.Records {
		n.at.pos = uint64(i)
		if whole {
			if c.Seq == 0 {
				c.Chain = record.ChainStart(p.Head.Head.Realm, p.Case, p.Gen)
			}
			c.Gen, c.Seq, c.Chain = p.Gen, r.Log.Seq, record.Chain(c.Chain, r.Log)
			if err := s.put(tableChain, [16]byte(c.Chain[:16]), p.Case, c.Seq); err != nil {
				return err
			}
			if i := slices.Index(c.Beyond, r.Log.Entry); i >= 0 {
				c.Beyond = slices.Delete(c.Beyond, i, i+1) // stored from a page beyond a gap
				continue
			}
		} else {
			if len(c.Beyond) < maxBeyond {
				c.Beyond = append(c.Beyond, r.Log.Entry)
			}
		}
		e, err := record.Parse(r.Entry)
		if err == nil && r.Held {
			if err := n.prove(e.ID(), proofRow{Seq: r.Log.Seq, Received: r.Received}, s); err != nil {
				return err
			}
			continue
		}
		if err != nil || r.Problem != "" {
			// Kept raw, counted in the log, without effect.
			n.st.meta.Arrivals++
			row := entryRow{Entry: r.Entry, LogSeq: r.Log.Seq, Received: r.Received, Problem: r.Problem, LogEntry: r.Log.Entry}
			n.thin(&row)
			if err := s.put(tableEntry, row, p.Case, n.st.meta.Arrivals); err != nil {
				return err
			}
			continue
		}
		row := entryRow{Entry: r.Entry, LogSeq: r.Log.Seq, Received: r.Received}
		if _, _, err := n.store(e, row, s); err != nil {
			return err
		}
		if h := e.Header(); n.isOwnDevice(h.Author) {
			// Ours, and lost here until now: going on in that lane would fork it.
			c.fill(h.Lane, h.LaneSeq, e.ID())
			if h.Lane == c.Lane {
				c.Lane, c.LaneSeq, c.LaneHead = record.ID{}, 0, record.ID{}
			}
		}
		if err := s.put(tableReceipt, proofRow{Seq: r.Log.Seq, Received: r.Received}, e.ID()); err != nil {
			return err
		}
		n.meaning(c, e)
	}
	n.forget(p.Case)
	c.Summary = nil
	if whole {
		if err := putPieces(s, tableAuthority, p.Case, p.Authority); err != nil {
			return err
		}
	}
	if c.Behind = c.Seq < p.Head.Head.Seq; !c.Behind {
		c.HeadTime = p.Head.Head.Time
	}
	return nil
}

// prove notes the endpoint's answer for an entry of ours.
func (n *Notebook) prove(id record.ID, p proofRow, s sink) error {
	o, ours := n.st.dropOut(id)
	if ours {
		n.st.touched[o.Case] = true
		n.forget(o.Case)
		if err := s.del(tableOutbox, o.Arrival); err != nil {
			return err
		}
		if o.Class == record.Content && p.Code == "held" {
			n.st.meta.Held++
		} else if o.Class == record.Content && p.Code != "" {
			n.st.meta.Refused++
		}
		if p.Code != "" {
			c := n.st.caseRow(o.Case)
			if c.Lane == o.Lane {
				c.Lane, c.LaneSeq, c.LaneHead = record.ID{}, 0, record.ID{} // close that lane
			}
			// What follows in a lane can never be taken after this.
			for _, next := range n.st.waiting() {
				if next.Lane == o.Lane && next.LaneSeq > o.LaneSeq {
					if err := n.prove(next.Entry, proofRow{Code: p.Code, Reason: "follows"}, s); err != nil {
						return err
					}
				}
			}
		}
	}
	return s.put(tableReceipt, p, id)
}

func (n *Notebook) applyDirectory(d *directoryItem, s sink) error {
	m := &n.st.meta
	if d.From != m.DirSeq+1 {
		return nil // the journal lost a page before this one: it is pulled again
	}
	if m.DirSeq == 0 {
		m.DirChain = record.ChainStart(m.Joining.Root, record.DirectoryLog(m.Joining.Root), d.Gen)
	}
	for _, r := range d.Records {
		m.DirGen, m.DirSeq, m.DirChain = d.Gen, r.Log.Seq, record.Chain(m.DirChain, r.Log)
		if err := s.put(tableChain, [16]byte(m.DirChain[:16]), record.DirectoryLog(m.Joining.Root), m.DirSeq); err != nil {
			return err
		}
		if err := s.put(tableDirectory, r, r.Log.Seq); err != nil {
			return err
		}
		if n.st.dir.Seq() < r.Log.Seq {
			if err := n.st.dir.Apply(r.Log.Seq, r.Statement, r.At); err != nil {
				return err
			}
		}
	}
	m.DirTime = d.Head.Head.Time
	if _, ok := n.st.dir.Device(record.DeviceID(m.Joining.Device)); ok && m.Joined == 0 {
		m.Joined = max(m.DirTime, 1)
	}
	return nil
}

// flush writes the case rows and meta that this frame changed.
func (n *Notebook) flush(s sink) error {
	for id := range n.st.touched {
		if err := s.put(tableCase, *n.st.cases[id], id); err != nil {
			return err
		}
	}
	clear(n.st.touched)
	return s.put(tableMeta, n.st.meta)
}
