package notebook

import (
	"context"
	"errors"

	"wherry/storage/index"
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

func (s txSink) del(table byte, parts ...any) error { return s.tx.Delete(s.v.K(table, parts...)) }

// fold applies a durable frame to memory, view and index. If the view fails,
// it is marked for rebuilding at the next start and memory still follows.
func (n *Notebook) fold(ctx context.Context, f journal.Frame) {
	done := false
	ctx = context.WithoutCancel(ctx) // the frame is durable: memory must follow
	err := n.view.Update(ctx, func(tx *vault.Tx) error {
		done = true
		return n.apply(f, txSink{n.view, tx})
	})
	if err != nil {
		n.view.MarkDirty()
		if !done {
			_ = n.apply(f, nullSink{})
		}
	}
	n.idxSeq = f.Seq
}

type nullSink struct{}

func (nullSink) put(byte, any, ...any) error { return nil }
func (nullSink) del(byte, ...any) error      { return nil }

// rebuild makes the view, memory and index anew from the journal.
func (n *Notebook) rebuild(ctx context.Context) error {
	if err := n.view.Wipe(); err != nil {
		return err
	}
	n.st, n.idx = newState(), index.New()
	clear(n.facts)
	n.recall()
	n.loadIdentity()
	bulk := n.view.Bulk(ctx)
	err := n.j.Replay(ctx, 0, func(f journal.Frame) error {
		n.idxSeq = f.Seq
		err := n.apply(f, bulkSink{n.view, bulk})
		if err == nil || errors.Is(err, vault.ErrFull) || ctx.Err() != nil {
			return err
		}
		// A frame that cannot be shown must not keep all others from being
		// read: it is named, and the view is made anew next time.
		n.damage = append(n.damage, journal.Damage{File: "view", Seq: f.Seq, Reason: journal.ReasonContent})
		n.view.MarkDirty()
		return nil
	})
	if err != nil && !errors.Is(err, journal.ErrDamaged) {
		return err
	}
	// Frames that cannot be read are named in the journal's report; all others
	// have been replayed.
	return bulk.Flush()
}

type bulkSink struct {
	v *vault.Vault
	b *vault.Bulk
}

func (s bulkSink) put(table byte, value any, parts ...any) error {
	return s.b.Put(s.v.K(table, parts...), record.Encode(value))
}

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
			if !c.Removed {
				st.index(c)
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = tx.Scan(n.view.K(tableOutbox), func(_, value []byte) error {
			var o outRow
			if err := record.Decode(value, &o); err != nil {
				return err
			}
			st.waits(o)
			return nil
		})
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
	return nil
}

// openIndex loads the sealed index if it covers the journal's end, and
// otherwise builds it from the entries.
func (n *Notebook) openIndex(ctx context.Context) {
	if !n.viewWhole {
		return // built by the rebuild just now
	}
	n.idxSeq = n.j.Tip().Seq
	mac := n.j.Tip().MAC
	if x, tip, err := index.LoadSealed(ctx, indexFile(n.dir), n.vault.Derive("index")); err == nil && string(tip) == string(mac[:]) {
		n.idx = x
		return
	}
	n.idx = index.New()
	for _, c := range n.st.sorted() {
		n.reread(ctx, c)
	}
}

// reread opens a case's content again: after its key arrived, or for a new
// index.
func (n *Notebook) reread(ctx context.Context, c *caseRow) {
	n.forget(c.ID)
	_ = n.eachEntry(ctx, c.ID, func(_ uint64, row *entryRow, _ *proofRow) error {
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
		return tx.Scan(n.view.K(tableEntry, id), func(suffix, value []byte) error {
			row := new(entryRow)
			if err := record.Decode(value, row); err != nil {
				return err
			}
			if n.whole(ctx, row) != nil {
				row.Problem = "damaged" // its place in the journal cannot be read
			}
			proof, err := n.proof(tx, row)
			if err != nil {
				return err
			}
			return fn(be64(suffix), row, proof)
		})
	})
}

func (n *Notebook) proof(tx *vault.Tx, row *entryRow) (*proofRow, error) {
	e, err := record.Parse(row.Entry)
	if err != nil {
		return nil, nil //nolint:nilerr // a raw entry has no proof; its row names the problem
	}
	b, ok, err := tx.Get(n.view.K(tableReceipt, e.ID()))
	if err != nil || !ok {
		return nil, err
	}
	p := new(proofRow)
	return p, record.Decode(b, p)
}

// find returns the stored entry of an id.
func (n *Notebook) find(ctx context.Context, id record.ID) (*entryRow, record.ID, error) {
	var row *entryRow
	var caseID record.ID
	err := n.view.View(ctx, func(tx *vault.Tx) error {
		b, ok, err := tx.Get(n.view.K(tableWhere, id))
		if err != nil {
			return err
		}
		if !ok {
			return ErrNotFound
		}
		var w whereRow
		if err := record.Decode(b, &w); err != nil {
			return err
		}
		caseID = w.Case
		if b, ok, err = tx.Get(n.view.K(tableEntry, w.Case, w.Arrival)); err != nil {
			return err
		}
		if !ok {
			return ErrNotFound
		}
		row = new(entryRow)
		if err := record.Decode(b, row); err != nil {
			return err
		}
		return n.whole(ctx, row)
	})
	return row, caseID, err
}

// get reads one view row into v and reports whether it is there.
func (n *Notebook) get(ctx context.Context, v any, table byte, parts ...any) (bool, error) {
	found := false
	err := n.view.View(ctx, func(tx *vault.Tx) error {
		b, ok, err := tx.Get(n.view.K(table, parts...))
		if err != nil || !ok {
			return err
		}
		found = true
		return record.Decode(b, v)
	})
	return found, err
}

// inTx runs fn in one transaction of the view.
func (n *Notebook) inTx(fn func(sink) error) error {
	return n.view.Update(context.Background(), func(tx *vault.Tx) error { return fn(txSink{n.view, tx}) })
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
