package notebook

import (
	"context"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/vault"
)

// Limits of what the view keeps of one case, so that nothing that others send
// can make a row too large for it.
const (
	maxWorkers    = 1000
	maxCaseEpochs = 256
	maxBeyond     = 4000
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

// placed notes where in the journal an entry stands, and leaves its bytes there
// unless the view is to keep a second copy.
func (n *Notebook) placed(row *entryRow, id record.ID) {
	if n.stored != nil {
		n.stored[id] = true
	}
	row.Frame, row.Item, row.Pos = n.at.frame, n.at.item, n.at.pos
	if !row.Own || n.thinFirst || len(row.Entry) > maxViewEntry {
		row.Entry, row.LogEntry = nil, some(id)
	}
}

// whole fetches an entry's bytes from the journal if the view has none.
func (n *Notebook) whole(ctx context.Context, row *entryRow) error {
	if len(row.Entry) > 0 || row.Frame == 0 {
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
	if row.LogEntry != nil && row.Problem == "" {
		// Numbers may be given anew after a journal lost its end.
		if e, err := record.Parse(all[row.Pos]); err != nil || e.ID() != *row.LogEntry {
			return seal.ErrDamaged
		}
	}
	row.Entry = all[row.Pos]
	return nil
}

// thin takes the second copy of an entry out of the view: the council has it.
func (n *Notebook) thin(o outRow, s sink) error {
	var row entryRow
	ok, err := s.get(&row, tableEntry, o.Case, o.Arrival)
	if err != nil || !ok || len(row.Entry) == 0 || row.Frame == 0 {
		return err
	}
	n.thinned += len(row.Entry)
	row.Entry, row.LogEntry = nil, some(o.Entry)
	return s.put(tableEntry, row, o.Case, o.Arrival)
}

// slimAt is how many bytes of second copies must have been taken out of the
// view for its files to be made smaller.
const slimAt = 4 << 20

// slim gives back the room of second copies that an exchange has taken out of
// the view. That it failed costs room, and at worst the view is made anew.
func (n *Notebook) slim(ctx context.Context) {
	n.mu.Lock()
	due, view := n.thinned >= slimAt && !n.closed && !n.readOnly, n.view
	if due {
		n.thinned = 0
	}
	n.mu.Unlock()
	if !due || view.Compact(ctx) == nil {
		return
	}
	// A view that did not open again would keep the next words from the disk.
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed && n.view == view && view.Closed() {
		_ = n.renew(context.WithoutCancel(ctx))
	}
}

// fatten gives entries that wait for their proof a second copy in the view,
// after a rebuild that met them before it knew what was proven.
func (n *Notebook) fatten(ctx context.Context) error {
	for _, o := range n.st.held() {
		err := n.view.Update(ctx, func(tx *vault.Tx) error {
			s := txSink{n.view, tx}
			var row entryRow
			ok, err := s.get(&row, tableEntry, o.Case, o.Arrival)
			if err != nil || !ok || len(row.Entry) > 0 || n.whole(ctx, &row) != nil || len(row.Entry) > maxViewEntry {
				return err
			}
			row.LogEntry = nil
			return s.put(tableEntry, row, o.Case, o.Arrival)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
