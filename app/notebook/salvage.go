package notebook

import (
	"context"
	"errors"
	"slices"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/vault"
)

// When the journal has lost frames but the view, which an orderly stop sealed
// file by file, still holds what was in them, the entries are written into the
// journal again: verbatim, signed, as they were. Without this the next rebuild
// of the view would lose them for good.

type salvagedItem struct {
	_       struct{} `cbor:",toarray"`
	Entries []salvagedEntry
}

type salvagedEntry struct {
	_     struct{} `cbor:",toarray"`
	Row   entryRow
	Proof *proofRow
}

// salvageFrame bounds one frame of salvaged entries, in bytes.
const salvageFrame = 1 << 20

// salvage re-appends the view's entries that the journal no longer has.
func (n *Notebook) salvage(ctx context.Context) error {
	have := map[record.ID]bool{}
	note := func(b []byte) {
		if e, err := record.Parse(b); err == nil {
			have[e.ID()] = true
		}
	}
	err := n.j.Replay(ctx, 0, func(f journal.Frame) error {
		for _, it := range f.Items {
			entriesOf(it, note)
		}
		return nil
	})
	if err != nil && !errors.Is(err, journal.ErrDamaged) {
		return err
	}
	var batch salvagedItem
	size := 0
	saved := map[record.ID]bool{}
	flush := func() error {
		if len(batch.Entries) == 0 {
			return nil
		}
		// The view and memory hold these entries already.
		if _, err := n.j.Append(ctx, []journal.Item{item(itemSalvaged, batch)}); err != nil {
			return n.failed(err)
		}
		batch, size = salvagedItem{}, 0
		return nil
	}
	for _, c := range n.st.sorted() {
		err := n.eachEntry(ctx, c.ID, func(_ uint64, row *entryRow, proof *proofRow) error {
			e, err := record.Parse(row.Entry)
			if err != nil || row.Problem != "" || have[e.ID()] {
				return nil //nolint:nilerr // what does not parse was kept raw and can be pulled again
			}
			row.Frame, row.Item, row.Pos, row.LogEntry = 0, 0, 0, nil
			saved[e.ID()] = true
			batch.Entries = append(batch.Entries, salvagedEntry{Row: *row, Proof: proof})
			if size += len(row.Entry); size > salvageFrame {
				return flush()
			}
			return nil
		})
		if errors.Is(err, vault.ErrDamaged) {
			continue // what of this case can be read is gathered
		}
		if err != nil {
			return err
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return n.salvageRefs(ctx, saved)
}

// refsItem keeps under which references salvaged entries had been submitted,
// so that a retry still adds nothing.
type refsItem struct {
	_    struct{} `cbor:",toarray"`
	Refs []refRow
}

func (n *Notebook) salvageRefs(ctx context.Context, saved map[record.ID]bool) error {
	var rows refsItem
	err := n.view.View(ctx, func(tx *vault.Tx) error {
		return tx.Scan(n.view.K(tableRef), func(_, value []byte) error {
			var r refRow
			if err := record.Decode(value, &r); err != nil {
				return err
			}
			if slices.ContainsFunc(r.Entries, func(id record.ID) bool { return saved[id] }) {
				rows.Refs = append(rows.Refs, r)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(rows.Refs, refsInFrame) {
		if _, err := n.j.Append(ctx, []journal.Item{item(itemRefs, refsItem{Refs: some})}); err != nil {
			return n.failed(err)
		}
	}
	return nil
}

const refsInFrame = 2000

// entriesOf calls fn with the bytes of every entry that a journal item holds.
func entriesOf(it journal.Item, fn func([]byte)) {
	switch it.Type {
	case itemOwn:
		var own ownItem
		if record.Decode(it.Data, &own) == nil {
			for _, b := range own.Entries {
				fn(b)
			}
		}
	case itemPulled:
		var p pulledItem
		if record.Decode(it.Data, &p) == nil {
			for _, r := range p.Records {
				fn(r.Entry)
			}
		}
	case itemSalvaged:
		var s salvagedItem
		if record.Decode(it.Data, &s) == nil {
			for _, r := range s.Entries {
				fn(r.Row.Entry)
			}
		}
	}
}

// applySalvaged puts salvaged entries back in a rebuild.
func (n *Notebook) applySalvaged(s *salvagedItem, out sink) error {
	for i, r := range s.Entries {
		n.at.pos = uint64(i)
		e, err := record.Parse(r.Row.Entry)
		if err != nil {
			return err
		}
		c, arrival, err := n.store(e, r.Row, out)
		if err != nil {
			return err
		}
		h := e.Header()
		if r.Row.Own {
			c.fill(h.Lane, h.LaneSeq, e.ID())
		} else {
			if len(c.Beyond) < maxBeyond {
				c.Beyond = append(c.Beyond, e.ID())
			}
		}
		n.meaning(c, e)
		if r.Proof != nil {
			if err := out.put(tableReceipt, *r.Proof, e.ID()); err != nil {
				return err
			}
		} else if r.Row.Own {
			o := outRow{Arrival: arrival, Case: h.Case, Entry: e.ID(), Class: h.Class, Realm: h.Realm, Lane: h.Lane, LaneSeq: h.LaneSeq}
			n.st.waits(o)
			if err := out.put(tableOutbox, o, arrival); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill closes a hole in an own lane, or moves its head.
func (c *caseRow) fill(lane record.ID, seq uint64, id record.ID) {
	i := slices.IndexFunc(c.Holes, func(h hole) bool { return h.Lane == lane && h.From <= seq && seq <= h.To })
	if i < 0 {
		c.extend(lane, seq, id)
		return
	}
	h := c.Holes[i]
	c.Holes = slices.Delete(c.Holes, i, i+1)
	for _, rest := range []hole{{Lane: lane, From: h.From, To: seq - 1}, {Lane: lane, From: seq + 1, To: h.To}} {
		if rest.From <= rest.To {
			c.Holes = append(c.Holes, rest)
		}
	}
}
