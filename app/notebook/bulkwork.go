package notebook

import (
	"crypto/ed25519"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// bulkLine is one line on its way through an import.
type bulkLine struct {
	text    []byte
	now     time.Time // when it was read
	refused *casework.InputError
	err     error // of the view
	known   refRow
	isKnown bool // the view has its reference
	own     ownItem
	parts   []bulkPart
}

func (l *bulkLine) hash() record.ID { return l.own.RefHash }

// bulkPart is what a line says about one child.
type bulkPart struct {
	ref     string
	in      *inner
	packed  seal.Packed
	packErr error

	caseID, epoch record.ID
	key           seal.Key
	header        record.Header
	tip           *tip
	priv          ed25519.PrivateKey
	entry         *record.Entry
}

// each runs do for every number below n on all cores, and returns when all are
// done.
func each(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var at atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				i := int(at.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	all.Wait()
}

// read judges lines, each by itself, and compresses what they say. Of the
// notebook it uses the view only, while the window before is folded in.
func (b *bulk) read(lines []*bulkLine) {
	each(len(lines), func(i int) { lines[i].read(b) })
}

func (l *bulkLine) read(b *bulk) {
	if l.refused != nil {
		return
	}
	s, err := casework.DecodeSubmission(l.text, b.kind)
	l.text = nil
	if err == nil {
		if ie := casework.Refusal(s.Validate(l.now)); ie != nil {
			err = ie
		}
	}
	if errors.As(err, &l.refused) {
		return
	}
	if l.err = err; err != nil {
		return
	}
	canonical, payloads := s.CanonicalSplit()
	hash := record.Hash("wherry-submission-1", []byte(s.Kind), canonical)
	l.own.RefHash = hash
	l.own.Ref = lineName(s.Ref, hash)
	if l.isKnown, l.err = b.n.get(b.ctx, &l.known, tableRef, l.own.Ref); l.err != nil || l.isKnown {
		return
	}
	kind, _ := casework.LookupKind(s.Kind)
	l.parts = make([]bulkPart, len(payloads))
	for i, p := range payloads {
		part := &l.parts[i]
		part.ref = p.Ref
		part.in = &inner{Kind: s.Kind, Schema: uint64(kind.Schema), Visit: l.own.Ack, Ref: s.Ref, Payload: p.Payload}
		part.packed, part.packErr = seal.PackPayload(record.Encode(*part.in))
	}
}

// seal seals and signs what was settled: each entry names the one before it in
// its lane, so a lane is one piece of work, and lanes go side by side.
func (b *bulk) seal(taken []*bulkLine) error {
	var lanes [][]*bulkPart
	at := map[*tip]int{}
	for _, l := range taken {
		for i := range l.parts {
			part := &l.parts[i]
			n, ok := at[part.tip]
			if !ok {
				n, lanes = len(lanes), append(lanes, nil)
				at[part.tip] = n
			}
			lanes[n] = append(lanes[n], part)
		}
	}
	errs := make([]error, len(lanes))
	each(len(lanes), func(i int) {
		for _, part := range lanes[i] {
			if errs[i] = part.seal(); errs[i] != nil {
				return
			}
		}
	})
	return errors.Join(errs...)
}

func (part *bulkPart) seal() error {
	part.header.Prev = part.tip.head
	body, err := part.packed.Seal(part.key, part.header.AAD())
	if err != nil {
		return err
	}
	if part.entry, err = record.New(part.header, body, part.priv); err != nil {
		return err
	}
	part.tip.head = part.entry.ID()
	part.packed = seal.Packed{}
	return nil
}

// write begins to write lines in frames and to fold them in. Until written has
// returned, nothing else may use the notebook's memory.
func (b *bulk) write(taken []*bulkLine) {
	if len(taken) == 0 {
		return
	}
	b.writing = make(chan error, 1)
	go func() { b.writing <- b.frames(taken) }() // joined by written
}

// written waits for the window that is being written.
func (b *bulk) written() error {
	if b.writing == nil {
		return nil
	}
	err := <-b.writing
	b.writing = nil
	return err
}

func (b *bulk) frames(taken []*bulkLine) error {
	for len(taken) > 0 {
		var items []journal.Item
		size := 0
		for len(items) < len(taken) && size <= bulkBytes {
			own := taken[len(items)].finish(b.n)
			it := item(itemOwn, *own)
			b.n.ready(it, own)
			items, size = append(items, it), size+len(it.Data)
		}
		if err := b.n.append(b.ctx, items...); err != nil {
			return err
		}
		b.rep.Created += len(items)
		taken = taken[len(items):]
	}
	return nil
}

// finish gathers a line's entries, and leaves them opened for the fold.
func (l *bulkLine) finish(n *Notebook) *ownItem {
	for i := range l.parts {
		e := l.parts[i].entry
		n.fresh[e.ID()] = l.parts[i].in
		l.own.Entries = append(l.own.Entries, e.Bytes())
		l.own.parsed = append(l.own.parsed, e)
	}
	l.own.Ref = shortName(l.own.Ref, l.own.RefHash)
	return &l.own
}
