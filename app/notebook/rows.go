package notebook

import (
	"context"

	"wherry/storage/record"
	"wherry/storage/seal"
)

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
