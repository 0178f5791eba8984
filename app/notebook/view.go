package notebook

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/storage/vault"
)

// txSink writes view changes in one transaction.
type txSink struct {
	v  *vault.Vault
	tx *vault.Tx
}

func (s txSink) put(table byte, value any, parts ...any) error {
	return s.tx.Put(s.v.K(table, parts...), record.Encode(value))
}

func (s txSink) get(v any, table byte, parts ...any) (bool, error) {
	b, ok, err := s.tx.Get(s.v.K(table, parts...))
	if err != nil || !ok {
		return false, err
	}
	return true, record.Decode(b, v)
}

func (s txSink) del(table byte, parts ...any) error { return s.tx.Delete(s.v.K(table, parts...)) }

// fold applies a durable frame to memory, view and index. If the view fails in
// the middle of it, memory may hold half of what the frame says: both are made
// anew from the journal, which has all of it.
func (n *Notebook) fold(f journal.Frame) {
	err := n.view.Defer(func(tx *vault.Tx) error { return n.apply(f, txSink{n.view, tx}) })
	if err == nil {
		return
	}
	n.view.MarkDirty()
	ctx := context.Background() // the frame is durable: there is no way back
	if n.renew(ctx) != nil || n.idx == nil {
		return
	}
	if _, err := n.catchUp(ctx, n.idx, f.Seq); err != nil {
		n.idx = nil // the next search loads it
	}
}

// renew makes view and memory anew in the middle of a run. Where the disk does
// not take the view it is made in memory. If that is impossible too, what is on
// the screen may not be all: the notebook says so, and takes nothing more.
func (n *Notebook) renew(ctx context.Context) error {
	if n.idx != nil {
		n.addWords()
	}
	idx, unread := n.idx, map[record.ID]bool{}
	for id, c := range n.st.cases {
		unread[id] = c.Unread
	}
	n.idx = nil // it has all of this already
	err := n.rebuild(ctx)
	if err != nil && !n.view.InMemory() && n.view.LeaveDisk() == nil {
		err = n.rebuild(ctx)
	}
	if err != nil && !n.readOnly {
		_ = n.view.Abandon()
		if v, _, oerr := vault.Open(viewDir(n.dir), n.vault.Derive("view"), viewSchema); oerr == nil {
			n.view = v
			err = n.rebuild(ctx)
		}
	}
	if err == nil {
		err = n.identities()
	}
	n.view.MarkDirty() // something was wrong with it: the next opening looks again
	if n.idx = idx; idx != nil {
		for _, c := range n.st.cases {
			if c.Unread = unread[c.ID]; c.gone() {
				idx.RemoveCase(c.ID)
			}
		}
	}
	if err != nil {
		n.nameDamage(journal.Damage{File: "view", Reason: ReasonViewLost})
		n.readOnly, n.readOnlyWhy = true, err
	}
	return err
}

// ReasonViewLost says that the view failed in this run and could not be made
// anew, so that something that is saved may not be shown until the notebook is
// opened again.
const ReasonViewLost = "the view failed and could not be made anew: open the notebook again"

type nullSink struct{}

func (nullSink) put(byte, any, ...any) error { return nil }
func (nullSink) del(byte, ...any) error      { return nil }

func (nullSink) get(any, byte, ...any) (bool, error) { return false, nil }

// rebuild makes the view and memory anew from the journal. The index is not
// touched: it catches up by itself.
func (n *Notebook) rebuild(ctx context.Context) error {
	known := len(n.damage)
	err := n.refill(ctx)
	if errors.Is(err, vault.ErrFull) && !n.view.InMemory() {
		// Nothing may need room to be read.
		n.damage = n.damage[:known]
		if err = n.view.LeaveDisk(); err == nil {
			err = n.refill(ctx)
		}
	}
	if err != nil {
		return err
	}
	n.st.leaveOutbox()
	n.recallBriefs()
	if err := n.fatten(ctx); err != nil {
		n.view.MarkDirty() // the next opening tries again
	}
	return nil
}

// refill replays the whole journal into an empty view.
func (n *Notebook) refill(ctx context.Context) error {
	if err := n.view.Wipe(); err != nil {
		return err
	}
	n.st = newState()
	clear(n.facts)
	n.recall()
	n.loadIdentity()
	// Beside a council most entries turn out to be proven: they are not written
	// twice first.
	n.thinFirst = n.st.meta.Joining != nil
	if len(n.damage) > 0 && n.thinFirst {
		n.stored = map[record.ID]bool{} // pages may count on frames that are lost
	}
	defer func() { n.thinFirst, n.stored = false, nil }()
	bulk, torn := n.view.Bulk(ctx), false
	err := n.replayAhead(ctx, 0, func(f journal.Frame) error {
		err := n.apply(f, bulkSink{n.view, bulk})
		if err == nil || errors.Is(err, vault.ErrFull) || ctx.Err() != nil {
			return err
		}
		// A frame that cannot be shown must not keep all others from being
		// read: it is named, and the view is made anew next time.
		// Nobody knows where its lanes end, so none is gone on with.
		n.nameDamage(journal.Damage{File: "view", Seq: f.Seq, Reason: journal.ReasonContent})
		n.view.MarkDirty()
		torn = true
		return nil
	})
	if torn {
		n.closeLanes()
		err = errors.Join(err, n.flush(bulkSink{n.view, bulk}))
	}
	var unread *fs.PathError
	switch {
	case errors.As(err, &unread), errors.Is(err, journal.ErrUnread):
		return errors.Join(ErrReadOnly, err) // the disk would not read what it has
	case errors.Is(err, journal.ErrDamaged) && len(n.damage) == 0:
		// Sound when the journal was opened a moment ago, and not to be read
		// now: a notebook that opens empty would be a lie.
		return errors.Join(ErrReadOnly, err)
	case err != nil && !errors.Is(err, journal.ErrDamaged):
		return err
	}
	// Frames that cannot be read are named; all others have been replayed.
	return bulk.Flush()
}

// nameDamage adds a damaged place, once.
func (n *Notebook) nameDamage(d journal.Damage) {
	if !slices.Contains(n.damage, d) {
		n.damage = append(n.damage, d)
	}
}

type bulkSink struct {
	v *vault.Vault
	b *vault.Bulk
}

func (s bulkSink) put(table byte, value any, parts ...any) error {
	b := record.Encode(value)
	if len(b) > vault.MaxValue {
		return vault.ErrTooLarge // of one row, which must not end the load
	}
	return s.b.Put(s.v.K(table, parts...), b)
}

func (s bulkSink) get(any, byte, ...any) (bool, error) { return false, nil }

func (s bulkSink) del(table byte, parts ...any) error { return s.b.Delete(s.v.K(table, parts...)) }

// load reads memory from a clean view.
func (n *Notebook) load(ctx context.Context) error {
	st := newState()
	err := n.view.View(ctx, func(tx *vault.Tx) error {
		b, ok, err := tx.Get(n.view.K(tableMeta))
		if err != nil {
			return err
		}
		if !ok {
			return errNoMeta
		}
		if err := record.Decode(b, &st.meta); err != nil {
			return err
		}
		err = tx.Scan(n.view.K(tableCase), func(_, value []byte) error {
			c := new(caseRow)
			if err := record.Decode(value, c); err != nil {
				return err
			}
			st.cases[c.ID] = c
			if !c.gone() {
				st.index(c)
			}
			return nil
		})
		if err != nil {
			return err
		}
		st.lazy = true
		if err != nil || st.meta.Joining == nil {
			return err
		}
		st.dir = trust.NewDirectory(st.meta.Joining.Root)
		return tx.Scan(n.view.K(tableDirectory), func(_, value []byte) error {
			var r directoryRecord
			if err := record.Decode(value, &r); err != nil {
				return err
			}
			return st.dir.Apply(r.Log.Seq, r.Statement, r.At)
		})
	})
	if err != nil {
		return err
	}
	n.st = st
	if st.meta.Joining == nil {
		return nil
	}
	return n.loadOutbox(ctx)
}

// reread opens a case's content again, after its key arrived.
func (n *Notebook) reread(ctx context.Context, c *caseRow) error {
	n.forget(c.ID)
	if n.idx == nil {
		c.Unread, n.st.touched[c.ID] = true, true // the index asks again when it is loaded
	}
	return n.eachEntry(ctx, c.ID, func(_ uint64, row *entryRow, _ *proofRow) error {
		if row.Problem != "" {
			return nil
		}
		if e, err := record.Parse(row.Entry); err == nil && e.Header().Class == record.Content {
			n.read(c, e)
		}
		return nil
	})
}

// eachEntry walks a case's stored entries in order of arrival.
func (n *Notebook) eachEntry(ctx context.Context, id record.ID, fn func(arrival uint64, row *entryRow, proof *proofRow) error) error {
	return n.view.View(ctx, func(tx *vault.Tx) error {
		return n.rowsIn(tx, id, func(arrival uint64, row *entryRow) error {
			if n.whole(ctx, row) != nil {
				row.Problem = "damaged" // its place in the journal cannot be read
			}
			proof, err := n.proof(tx, row)
			if err != nil {
				return err
			}
			return fn(arrival, row, proof)
		})
	})
}

// eachRow walks a case's rows as the view has them: without the bytes of
// entries that stand in the journal only.
func (n *Notebook) eachRow(ctx context.Context, id record.ID, fn func(arrival uint64, row *entryRow) error) error {
	return n.view.View(ctx, func(tx *vault.Tx) error { return n.rowsIn(tx, id, fn) })
}

func (n *Notebook) rowsIn(tx *vault.Tx, id record.ID, fn func(arrival uint64, row *entryRow) error) error {
	return tx.Scan(n.view.K(tableEntry, id), func(suffix, value []byte) error {
		row := new(entryRow)
		if err := record.Decode(value, row); err != nil {
			return err
		}
		return fn(be64(suffix), row)
	})
}

// proof is what the endpoint answered for an entry: its place in a page that
// was pulled, or the answer to a push.
func (n *Notebook) proof(tx *vault.Tx, row *entryRow) (*proofRow, error) {
	if !row.Own && row.LogSeq > 0 {
		return &proofRow{Seq: row.LogSeq, Received: row.Received}, nil
	}
	id := none(row.LogEntry) // where its bytes cannot be read
	if e, err := record.Parse(row.Entry); err == nil {
		id = e.ID()
	}
	b, ok, err := tx.Get(n.view.K(tableReceipt, id))
	if err != nil || !ok {
		return nil, err
	}
	p := new(proofRow)
	return p, record.Decode(b, p)
}

// find returns the stored entry of an id.
func (n *Notebook) find(ctx context.Context, id record.ID) (*entryRow, record.ID, error) {
	var w whereRow
	ok, err := n.get(ctx, &w, tableWhere, id)
	if err == nil && !ok {
		err = ErrNotFound
	}
	if err != nil {
		return nil, record.ID{}, err
	}
	row := new(entryRow)
	if ok, err = n.get(ctx, row, tableEntry, w.Case, w.Arrival); err == nil && !ok {
		err = ErrNotFound
	}
	if err != nil {
		return nil, w.Case, err
	}
	return row, w.Case, n.whole(ctx, row)
}

// get reads one view row into v and reports whether it is there.
func (n *Notebook) get(ctx context.Context, v any, table byte, parts ...any) (bool, error) {
	b, ok, err := n.view.Value(ctx, n.view.K(table, parts...))
	if err != nil || !ok {
		return false, err
	}
	return true, record.Decode(b, v)
}

// inTx runs fn in one transaction of the view.
func (n *Notebook) inTx(fn func(sink) error) error {
	return n.view.Defer(func(tx *vault.Tx) error { return fn(txSink{n.view, tx}) })
}

// pieces reads what putPieces stored; nil if there is nothing.
func (n *Notebook) pieces(ctx context.Context, table byte, id record.ID) ([]byte, error) {
	var all []byte
	for i := uint64(0); ; i++ {
		var p piece
		ok, err := n.get(ctx, &p, table, id, i)
		if err != nil || !ok {
			return nil, err
		}
		if all = append(all, p.Data...); p.Last {
			return all, nil
		}
	}
}
