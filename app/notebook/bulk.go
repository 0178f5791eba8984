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
//
// It goes in windows of lines. Reading, judging and compressing a window takes
// all cores, beside the writing and folding in of the window before. What the
// lines mean together (references, lanes, clock) is settled one line after the
// other; sealing and signing then go on in all lanes at once.
const (
	bulkNotes = 256
	bulkBytes = 1 << 20
)

// ImportNotes records one submission for each line that next gives, until
// io.EOF. Lines that cannot be taken are named and the rest goes on. A line
// that was imported before, or that is the same as another, adds nothing: it
// is known by its own "ref" or else by its content. A line is not changed
// after next has given it.
func (n *Notebook) ImportNotes(ctx context.Context, next func() ([]byte, error), kind string, dry bool) (*ImportReport, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	if n.readOnly && !dry {
		return nil, n.closedToWriting()
	}
	b := &bulk{n: n, ctx: ctx, kind: kind, dry: dry, rep: &ImportReport{Encoding: "utf-8"}, refs: map[string]record.ID{}}
	return b.rep, b.run(next)
}

type bulk struct {
	n    *Notebook
	ctx  context.Context
	kind string
	dry  bool
	rep  *ImportReport
	// refs are the references, with their content, of the window at hand, and
	// older of the one before, which the view may not have had yet when the
	// lines at hand were looked up. Trying out keeps all in refs.
	refs, older map[string]record.ID
	writing     chan error // of the window that is being written; nil if none is
}

func (b *bulk) run(next func() ([]byte, error)) error {
	for {
		lines, end := b.window(next)
		b.read(lines)
		// From here on nothing else uses the notebook.
		if err := b.written(); err != nil {
			return err
		}
		err := b.settle(lines)
		if err == nil && end != nil && !errors.Is(end, io.EOF) {
			b.rep.Rows++
			err = end
		}
		if err != nil || end != nil {
			return errors.Join(err, b.written())
		}
	}
}

// window takes lines until there are enough for a frame. The error, if any, is
// that of the line that comes after them.
func (b *bulk) window(next func() ([]byte, error)) (lines []*bulkLine, err error) {
	for size := 0; len(lines) < bulkNotes && size < 2*bulkBytes; {
		text, err := next()
		l := &bulkLine{text: text}
		if err != nil && !errors.As(err, &l.refused) {
			return lines, err
		}
		if l.refused == nil {
			if _, err := io.ReadFull(b.n.cfg.Rand, l.own.Ack[:]); err != nil {
				return lines, err
			}
			l.now = b.n.now()
		}
		lines, size = append(lines, l), size+len(text)
	}
	return lines, nil
}

func (b *bulk) refuse(ie *casework.InputError) {
	b.rep.Refused++
	b.rep.Reports = append(b.rep.Reports, RowReport{Row: b.rep.Rows, Line: b.rep.Rows, Status: "refused", Field: ie.Field, Code: ie.Code})
}

// settle takes the lines of a window in their order, and hands what is new to
// the writer. After an error what came before it is still written.
func (b *bulk) settle(lines []*bulkLine) error {
	p := b.n.newPen()
	var taken []*bulkLine
	var failed error
	for _, l := range lines {
		b.rep.Rows++
		ok, err := b.take(p, l)
		if err != nil {
			failed = err
			break
		}
		if ok {
			taken = append(taken, l)
		}
	}
	if b.dry {
		b.rep.Created += len(taken)
		return failed
	}
	b.older, b.refs = b.refs, map[string]record.ID{}
	if err := b.seal(taken); err != nil {
		return errors.Join(failed, err)
	}
	b.write(taken)
	return failed
}

// take settles one line and reports whether it adds something. Only a failing
// disk or view is an error.
func (b *bulk) take(p *pen, l *bulkLine) (bool, error) {
	if l.err != nil {
		return false, l.err
	}
	if l.refused != nil {
		b.refuse(l.refused)
		return false, nil
	}
	own := &l.own
	known, ok := b.refs[own.Ref]
	if !ok {
		known, ok = b.older[own.Ref]
	}
	if !ok {
		known, ok = l.known.Hash, l.isKnown
	}
	switch {
	case ok && known != l.hash():
		b.refuse(&casework.InputError{Code: "ref_reused", Field: "ref"})
		return false, nil
	case ok:
		b.rep.Unchanged++
		return false, nil
	}
	if ie := b.place(l); ie != nil {
		b.refuse(ie)
		return false, nil
	}
	b.refs[own.Ref] = l.hash()
	if b.dry {
		return true, nil
	}
	for i := range l.parts {
		part := &l.parts[i]
		var err error
		if part.header, part.tip, err = p.next(part.caseID, record.ID{}, record.Content); err != nil {
			return false, err
		}
		part.tip.seq = part.header.LaneSeq // its head is known when it is sealed
		part.header.Epoch = part.epoch
		part.priv = b.n.author(part.tip.realm).priv
	}
	return true, nil
}

// place finds the case and the key of each part before anything is written for
// any of them, or says why the line cannot be taken.
func (b *bulk) place(l *bulkLine) *casework.InputError {
	size := 0
	for i := range l.parts {
		part := &l.parts[i]
		c, err := b.n.lookup(part.ref)
		if err != nil {
			return &casework.InputError{Code: "unknown_child", Field: "children"}
		}
		part.caseID, part.epoch = c.ID, b.n.writable(c)
		key, ok := b.n.box.Case(part.caseID, part.epoch)
		if !ok {
			return &casework.InputError{Code: "no_key", Field: "children"}
		}
		part.key = key
		if part.packErr != nil || part.packed.Size() > record.MaxBody {
			return &casework.InputError{Code: casework.CodeTooLong}
		}
		size += part.packed.Size() + entryHead
	}
	if size > journal.MaxFrame/2 { // well below what a frame holds
		return &casework.InputError{Code: casework.CodeTooLong}
	}
	return nil
}

// entryHead is about how many bytes an entry has besides its body.
const entryHead = 420
