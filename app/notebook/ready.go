package notebook

import (
	"context"
	"runtime"

	"wherry/storage/journal"
	"wherry/storage/record"
)

// What a frame's items say is at hand already when the frame was just made
// here, or when a rebuild has read ahead: it is not decoded, parsed and opened
// once more. It is found by the very bytes that it was made from.

// ready leaves what an item says for the fold of its frame.
func (n *Notebook) ready(it journal.Item, own *ownItem) {
	if n.readied == nil {
		n.readied = map[*byte]any{}
	}
	n.readied[&it.Data[0]] = own
}

func (n *Notebook) ownOf(it journal.Item) (*ownItem, error) {
	if own, ok := readied[*ownItem](n, it); ok {
		return own, nil
	}
	own := new(ownItem)
	return own, record.Decode(it.Data, own)
}

func (n *Notebook) pageIn(it journal.Item) (*pulledItem, error) {
	if p, ok := readied[*pulledItem](n, it); ok {
		return p, nil
	}
	return readPage(it)
}

func readied[T any](n *Notebook, it journal.Item) (v T, ok bool) {
	if len(it.Data) > 0 {
		v, ok = n.readied[&it.Data[0]].(T)
	}
	return v, ok
}

// entry is the parsed entry number i.
func (own *ownItem) entry(i int) (*record.Entry, error) {
	if i < len(own.parsed) && own.parsed[i] != nil {
		return own.parsed[i], nil
	}
	return record.Parse(own.Entries[i])
}

func (p *pulledItem) entry(i int) (*record.Entry, error) {
	if i < len(p.parsed) && p.parsed[i] != nil {
		return p.parsed[i], nil
	}
	return record.Parse(p.Records[i].Entry)
}

// aheadFrame is a frame of which everything that needs no order is done.
type aheadFrame struct {
	journal.Frame
	done    chan struct{}
	readied map[*byte]any
	fresh   map[record.ID]*inner
}

// replayAhead is Journal.Replay for a rebuild: while fn folds one frame in, the
// next are decoded and opened, as many at once as there are cores. fn is called
// in order and by one goroutine; all others have ended when replayAhead
// returns.
func (n *Notebook) replayAhead(ctx context.Context, from uint64, fn func(journal.Frame) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	frames := make(chan *aheadFrame, max(1, runtime.GOMAXPROCS(0)-1))
	var replayed error
	go func() {
		defer close(frames)
		replayed = n.j.Replay(ctx, from, func(f journal.Frame) error {
			a := &aheadFrame{Frame: f, done: make(chan struct{})}
			go func() { defer close(a.done); a.work(n) }()
			frames <- a // and every one is taken out below
			return nil
		})
	}()
	defer func() { n.readied = nil; clear(n.fresh) }()
	var failed error
	for a := range frames {
		<-a.done
		if failed != nil {
			continue
		}
		n.readied, n.fresh = a.readied, a.fresh
		if failed = fn(a.Frame); failed != nil {
			stop()
		}
	}
	if failed != nil {
		return failed
	}
	return replayed
}

// work decodes and opens what a frame brings. What does not decode or open is
// met again in the fold, which says so. It uses the key box only.
func (a *aheadFrame) work(n *Notebook) {
	a.readied, a.fresh = map[*byte]any{}, map[record.ID]*inner{}
	for _, it := range a.Items {
		switch it.Type {
		case itemOwn:
			own := new(ownItem)
			if record.Decode(it.Data, own) != nil {
				continue
			}
			for _, b := range own.Entries {
				own.parsed = append(own.parsed, a.open(n, b))
			}
			a.readied[&it.Data[0]] = own
		case itemPulled, itemPage:
			p, err := readPage(it)
			if err != nil {
				continue
			}
			for _, r := range p.Records {
				if r.Held || r.Problem != "" {
					p.parsed = append(p.parsed, nil)
					continue
				}
				p.parsed = append(p.parsed, a.open(n, r.Entry))
			}
			a.readied[&it.Data[0]] = p
		}
	}
}

// open parses an entry, nil if that fails, and opens its content.
func (a *aheadFrame) open(n *Notebook, b []byte) *record.Entry {
	e, err := record.Parse(b)
	if err != nil {
		return nil
	}
	if e.Header().Class == record.Content {
		if in, err := n.openEntry(e); err == nil {
			a.fresh[e.ID()] = in
		}
	}
	return e
}
