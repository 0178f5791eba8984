package notebook

import (
	"context"

	"wherry/storage/record"
	"wherry/storage/vault"
)

// held lists the outbox in memory, in order of arrival.
func (s *state) held() []outRow {
	out := make([]outRow, 0, len(s.at))
	for _, o := range s.outbox {
		if !o.Entry.IsZero() {
			out = append(out, o)
		}
	}
	return out
}

// waiting lists own entries without a final answer, in order of arrival.
func (n *Notebook) waiting(ctx context.Context) ([]outRow, error) {
	if err := n.loadOutbox(ctx); err != nil {
		return nil, err
	}
	return n.st.held(), nil
}

// loadOutbox brings the outbox into memory, once somebody is there to send to.
func (n *Notebook) loadOutbox(ctx context.Context) error {
	if !n.st.lazy {
		return nil
	}
	var rows []outRow
	err := n.view.View(ctx, func(tx *vault.Tx) error {
		rows = rows[:0]
		return tx.Scan(n.view.K(tableOutbox), func(_, value []byte) error {
			var o outRow
			if err := record.Decode(value, &o); err != nil {
				return err
			}
			if c := n.st.cases[o.Case]; c != nil && !c.gone() {
				rows = append(rows, o)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	n.st.outbox, n.st.at, n.st.dead = nil, nil, 0
	for _, o := range rows {
		n.st.hold(o)
	}
	n.st.lazy = false
	return nil
}

// leaveOutbox drops the outbox from memory while the notebook stands alone.
func (s *state) leaveOutbox() {
	if s.meta.Joining == nil {
		s.lazy, s.outbox, s.at, s.dead = true, nil, nil, 0
	}
}
