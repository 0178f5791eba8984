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

// salvage re-appends the entries of a view that the journal no longer has, and
// the references under which they were submitted. The view is read row by row,
// whatever else of it can be understood. A stop half-way is no matter: what is
// in the journal by then is not taken again.
func (n *Notebook) salvage(ctx context.Context, from *vault.Vault) error {
	have, refs, err := n.inJournal(ctx)
	if err != nil {
		return err
	}
	var batch salvagedItem
	size := 0
	flush := func() error {
		if len(batch.Entries) == 0 {
			return nil
		}
		if _, err := n.j.Append(ctx, []journal.Item{item(itemSalvaged, batch)}); err != nil {
			return n.failed(err)
		}
		batch, size = salvagedItem{}, 0
		return nil
	}
	err = from.View(ctx, func(tx *vault.Tx) error {
		return eachValue(tx, from.K(tableEntry), func(value []byte) error {
			row := new(entryRow)
			if record.Decode(value, row) != nil || len(row.Entry) == 0 || row.Problem != "" {
				return nil // its bytes stand in the journal only, or it can be pulled again
			}
			e, err := record.Parse(row.Entry)
			if err != nil || have[e.ID()] {
				return nil //nolint:nilerr // what does not parse was kept raw and can be pulled again
			}
			row.Frame, row.Item, row.Pos, row.LogEntry = 0, 0, 0, nil
			have[e.ID()] = true
			batch.Entries = append(batch.Entries, salvagedEntry{Row: *row, Proof: proofIn(tx, from, e.ID())})
			if size += len(row.Entry); size > salvageFrame {
				return flush()
			}
			return nil
		})
	})
	if err := errors.Join(err, flush()); err != nil {
		return err
	}
	return n.salvageRefs(ctx, from, have, refs)
}

// inJournal lists the entries that a replay would put into the view, and the
// references that it would know.
func (n *Notebook) inJournal(ctx context.Context) (have map[record.ID]bool, refs map[record.ID]bool, err error) {
	have, refs = map[record.ID]bool{}, map[record.ID]bool{}
	err = n.j.Replay(ctx, 0, func(f journal.Frame) error {
		for _, it := range f.Items {
			effective(it, func(b []byte) {
				if e, err := record.Parse(b); err == nil {
					have[e.ID()] = true
				}
			})
			switch it.Type {
			case itemOwn:
				var own ownItem
				if record.Decode(it.Data, &own) == nil && lineName(own.Ref, own.RefHash) != "" {
					refs[refHash(lineName(own.Ref, own.RefHash))] = true
				}
			case itemRefs:
				var r refsItem
				if record.Decode(it.Data, &r) == nil {
					for _, row := range r.Refs {
						refs[refHash(lineName(row.Ref, row.Hash))] = true
					}
				}
			}
		}
		return nil
	})
	if errors.Is(err, journal.ErrDamaged) && !errors.Is(err, journal.ErrUnread) {
		err = nil // that is why we are here
	}
	return have, refs, err
}

func refHash(ref string) record.ID { return record.Hash("wherry-ref-1", []byte(ref)) }

// eachValue walks the values below a key. One that does not open any more ends
// the walk, as the rest of its file may be worse.
func eachValue(tx *vault.Tx, k vault.Key, fn func(value []byte) error) error {
	err := tx.Scan(k, func(_, value []byte) error { return fn(value) })
	if errors.Is(err, vault.ErrDamaged) {
		err = nil // what was read before it is gathered
	}
	return err
}

// proofIn is what the view has of the endpoint's answer for an entry.
func proofIn(tx *vault.Tx, v *vault.Vault, id record.ID) *proofRow {
	b, ok, err := tx.Get(v.K(tableReceipt, id))
	p := new(proofRow)
	if err != nil || !ok || record.Decode(b, p) != nil {
		return nil
	}
	return p
}

// refsItem keeps under which references salvaged entries had been submitted,
// so that a retry still adds nothing.
type refsItem struct {
	_    struct{} `cbor:",toarray"`
	Refs []refRow
}

// salvageRefs takes back the references that the journal does not know any
// more, of submissions whose entries are all there.
func (n *Notebook) salvageRefs(ctx context.Context, from *vault.Vault, have, known map[record.ID]bool) error {
	var rows refsItem
	err := from.View(ctx, func(tx *vault.Tx) error {
		return eachValue(tx, from.K(tableRef), func(value []byte) error {
			var r refRow
			if record.Decode(value, &r) != nil || known[refHash(lineName(r.Ref, r.Hash))] {
				return nil
			}
			if !slices.ContainsFunc(r.Entries, func(id record.ID) bool { return !have[id] }) {
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
	case itemPulled, itemPage:
		if p, err := readPage(it); err == nil {
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
