package notebook

import (
	"context"
	"errors"
	"io"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
)

// Bulk import of notes that another system gives out: one frame holds many
// submissions, so that a thousand of them cost a few syncs instead of a
// thousand. Nothing of a frame is counted before it is durable.
const (
	bulkNotes = 256
	bulkBytes = 1 << 20
)

// ImportNotes records one submission for each line that next gives, until
// io.EOF. Lines that cannot be taken are named and the rest goes on. A line
// that was imported before, or that is the same as another, adds nothing: it
// is known by its own "ref" or else by its content.
func (n *Notebook) ImportNotes(ctx context.Context, next func() ([]byte, error), kind string, dry bool) (*ImportReport, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	if n.readOnly && !dry {
		return nil, n.closedToWriting()
	}
	b := &bulk{n: n, ctx: ctx, kind: kind, dry: dry, rep: &ImportReport{Encoding: "utf-8"}, refs: map[string]record.ID{}, pen: n.newPen()}
	for {
		line, err := next()
		if errors.Is(err, io.EOF) {
			return b.rep, b.flush()
		}
		b.rep.Rows++
		var ie *casework.InputError
		if err == nil {
			err = b.take(line)
		} else if errors.As(err, &ie) {
			err = b.refuse(ie)
		}
		if err != nil {
			return b.rep, errors.Join(err, b.flush())
		}
	}
}

type bulk struct {
	n     *Notebook
	ctx   context.Context
	kind  string
	dry   bool
	rep   *ImportReport
	refs  map[string]record.ID // content by reference, of lines that wait
	pen   *pen
	items []journal.Item
	size  int
}

func (b *bulk) refuse(ie *casework.InputError) error {
	b.rep.Refused++
	b.rep.Reports = append(b.rep.Reports, RowReport{Row: b.rep.Rows, Line: b.rep.Rows, Status: "refused", Field: ie.Field, Code: ie.Code})
	return nil
}

// take handles one line. Only a failing disk or view is an error.
func (b *bulk) take(line []byte) error {
	s, err := casework.DecodeSubmission(line, b.kind)
	if err == nil {
		if ie := casework.Refusal(s.Validate(b.n.now())); ie != nil {
			err = ie
		}
	}
	var ie *casework.InputError
	if errors.As(err, &ie) {
		return b.refuse(ie)
	}
	if err != nil {
		return err
	}
	hash := record.Hash("wherry-submission-1", []byte(s.Kind), s.Canonical())
	own := ownItem{Ref: s.Ref, RefHash: hash}
	if own.Ref == "" {
		own.Ref = "line:" + hash.String()
	}
	known, ok := b.refs[own.Ref]
	if !ok {
		var r refRow
		if ok, err = b.n.get(b.ctx, &r, tableRef, own.Ref); err != nil {
			return err
		}
		known = r.Hash
	}
	switch {
	case ok && known != hash:
		return b.refuse(&casework.InputError{Code: "ref_reused", Field: "ref"})
	case ok:
		b.rep.Unchanged++
		return nil
	}
	if _, err := io.ReadFull(b.n.cfg.Rand, own.Ack[:]); err != nil {
		return err
	}
	if b.size > bulkBytes || len(b.items) == bulkNotes {
		if err := b.flush(); err != nil {
			return err
		}
	}
	if _, err = b.pen.compose(s, own.Ack); err == nil && tooMuch(b.pen.out) {
		err = &casework.InputError{Code: casework.CodeTooLong}
	}
	if errors.As(err, &ie) {
		// The pen is ahead of what will be saved: it begins anew behind that.
		if err := b.flush(); err != nil {
			return err
		}
		return b.refuse(ie)
	} else if err != nil {
		return err
	}
	b.rep.Created++
	b.refs[own.Ref] = hash
	own.Entries, b.pen.out, b.pen.ids = b.pen.out, nil, nil
	it := item(itemOwn, own)
	b.items, b.size = append(b.items, it), b.size+len(it.Data)
	return nil
}

// tooMuch keeps one submission well below what a frame holds.
func tooMuch(entries [][]byte) bool {
	size := 0
	for _, e := range entries {
		size += len(e)
	}
	return size > journal.MaxFrame/2
}

func (b *bulk) flush() error {
	items := b.items
	b.items, b.size = nil, 0
	if b.dry {
		items = nil // and the references stay, to find lines that are alike
	}
	var err error
	if len(items) > 0 {
		clear(b.refs)
		if err = b.n.append(b.ctx, items...); err != nil {
			b.rep.Created -= len(items)
		}
	}
	b.pen = b.n.newPen()
	return err
}
