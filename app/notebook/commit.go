package notebook

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"time"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

var (
	errNoKey = errors.New("notebook: no key for this case here")

	// ErrReadOnly says that the disk failed earlier in this run: nothing more
	// is acknowledged until the notebook is opened again.
	ErrReadOnly = errors.New("notebook: disk failed; nothing further is saved in this run")
)

// device is a signing identity of this notebook.
type device struct {
	priv  ed25519.PrivateKey
	id    record.ID
	realm record.ID
}

// author returns the identity that writes in a realm: the device key of the
// notebook's birth in its own realm, the enrolled device key in the council's.
func (n *Notebook) author(realm record.ID) device {
	if n.council != nil && realm == n.council.realm {
		return *n.council
	}
	return n.solo
}

// pen writes entries in order, tracking lane tips that are not yet durable.
type pen struct {
	n     *Notebook
	lanes map[record.ID]*tip
	clock record.HLC
	keys  map[record.ID]seal.Key // epochs made in this batch
	out   [][]byte
	ids   []record.ID
	wraps []seal.BoxItem
	blobs []record.ID // that the next entry names
}

// maxAhead is how far the written time of an entry may lie ahead of this
// laptop's clock to keep its order after what was seen.
const maxAhead = 5 * time.Minute

type tip struct {
	realm record.ID
	lane  record.ID
	seq   uint64
	head  record.ID
	epoch record.ID
}

func (n *Notebook) newPen() *pen {
	clear(n.fresh) // of a pen that was given up
	clear(n.readied)
	clock := n.st.meta.Clock
	if now := n.now(); clock.Time().After(now.Add(maxAhead)) {
		clock = record.NewHLC(now) // somebody's clock was wrong: ours is what is written
	}
	return &pen{n: n, lanes: map[record.ID]*tip{}, clock: clock, keys: map[record.ID]seal.Key{}}
}

// tip returns where the next entry of a case goes; realm is used for cases
// that are not known yet, or that are just being adopted.
func (p *pen) tip(caseID, realm record.ID) (*tip, error) {
	t := p.lanes[caseID]
	if t == nil {
		t = &tip{realm: realm}
		if c := p.n.st.cases[caseID]; c != nil {
			if realm.IsZero() || realm == c.Realm {
				*t = tip{realm: c.Realm, lane: c.Lane, seq: c.LaneSeq, head: c.LaneHead}
			}
			t.epoch = p.n.writable(c)
		}
		p.lanes[caseID] = t
	}
	if t.lane.IsZero() {
		var nonce [16]byte
		if _, err := io.ReadFull(p.n.cfg.Rand, nonce[:]); err != nil {
			return nil, err
		}
		t.lane, t.seq, t.head = record.LaneID(caseID, p.n.author(t.realm).id, nonce), 0, record.ID{}
	}
	return t, nil
}

// writable is the epoch that own entries are sealed under: the newest of the
// case's present realm whose key is here. A newer one that was not sealed to us
// must not keep us from recording.
func (n *Notebook) writable(c *caseRow) record.ID {
	for i := len(c.Epochs) - 1; i >= 0; i-- {
		if _, ok := n.box.Case(c.ID, c.Epochs[i]); ok {
			return c.Epochs[i]
		}
	}
	return c.Epoch
}

// next is the header of the next entry of a case, and the lane that it goes to.
// The lane moves on when the entry is made.
func (p *pen) next(caseID, realm record.ID, class record.Class) (record.Header, *tip, error) {
	t, err := p.tip(caseID, realm)
	if err != nil {
		return record.Header{}, nil, err
	}
	p.clock = p.clock.Next(p.n.now())
	h := record.Header{
		Format: record.FormatEntry, Alg: record.AlgEd25519, Class: class, Realm: t.realm, Case: caseID,
		Lane: t.lane, LaneSeq: t.seq + 1, Prev: t.head, Time: p.clock, Author: p.n.author(t.realm).id, Blobs: p.blobs,
	}
	p.blobs = nil
	if c := p.n.st.cases[caseID]; c != nil && c.Seq > 0 {
		h.CaseSeen = record.Seen{Gen: c.Gen, Seq: c.Seq, Prefix: [16]byte(c.Chain[:16])}
	}
	if m := p.n.st.meta; m.DirSeq > 0 && t.realm != p.n.solo.realm {
		h.DirSeen = record.Seen{Gen: m.DirGen, Seq: m.DirSeq, Prefix: [16]byte(m.DirChain[:16])}
	}
	return h, t, nil
}

// write makes one signed entry and returns its id.
func (p *pen) write(caseID, realm record.ID, class record.Class, in *inner, clear []byte) (record.ID, error) {
	h, t, err := p.next(caseID, realm, class)
	if err != nil {
		return record.ID{}, err
	}
	dev := p.n.author(t.realm)
	body := clear
	if in != nil {
		h.Epoch = t.epoch
		key, ok := p.keys[t.epoch]
		if !ok {
			key, ok = p.n.box.Case(caseID, t.epoch)
		}
		if !ok {
			return record.ID{}, errNoKey
		}
		if body, err = seal.SealPayload(key, h.AAD(), record.Encode(*in)); err != nil {
			return record.ID{}, err
		}
	}
	e, err := record.New(h, body, dev.priv)
	if err != nil {
		return record.ID{}, err
	}
	if in != nil && class == record.Content {
		p.n.fresh[e.ID()] = in
	}
	t.seq, t.head = h.LaneSeq, e.ID()
	p.out, p.ids = append(p.out, e.Bytes()), append(p.ids, e.ID())
	return e.ID(), nil
}

// commit makes a pen's entries durable: keys first, then the frame; then they
// are saved, and only then are memory, view and index told.
func (n *Notebook) commit(ctx context.Context, p *pen, own ownItem) error {
	if n.readOnly {
		return n.closedToWriting()
	}
	if len(p.wraps) > 0 {
		if err := n.putKeys(p.wraps...); err != nil {
			return err
		}
	}
	own.Entries = p.out
	return n.append(ctx, item(itemOwn, own))
}

// append writes one frame and folds it in. A failure of the view or the index
// after the frame is durable is mended by a rebuild, never reported as unsaved.
func (n *Notebook) append(ctx context.Context, items ...journal.Item) error {
	if n.readOnly {
		return n.closedToWriting()
	}
	defer func() { clear(n.fresh); clear(n.readied) }()
	seq, err := n.j.Append(ctx, items)
	if err != nil {
		return n.failed(err)
	}
	n.saved = n.now()
	n.fold(journal.Frame{Seq: seq, Items: items})
	return nil
}

// putKeys changes the key box. That a replaced copy could not be overwritten
// yet is no failure: the change is in force, and it is tried again.
func (n *Notebook) putKeys(items ...seal.BoxItem) error {
	if err := n.box.Put(items...); err != nil && !errors.Is(err, seal.ErrNotErased) {
		return n.failed(err)
	}
	return nil
}

// closedToWriting is what a refused write is told.
func (n *Notebook) closedToWriting() error {
	for _, why := range []error{ErrUpgradeSpace, ErrReadOnlyPlace} {
		if errors.Is(n.readOnlyWhy, why) {
			return why
		}
	}
	return ErrReadOnly
}

// failed turns the notebook read-only when the disk, not the request, is at
// fault. A full disk refuses one commit at a time: space may come back.
func (n *Notebook) failed(err error) error {
	if errors.Is(err, journal.ErrFailed) {
		n.readOnly = true
	}
	return err
}
