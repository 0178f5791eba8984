package notebook

import (
	"context"
	"errors"

	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/record"
)

// The search index lies behind everything else: it is loaded when somebody
// searches, or by Warm once the caseload is on the screen, and it catches up
// with the journal from the frame that its snapshot covers. Nothing waits for
// it but a search.

// wordsBatch is how many new entries wait before their words are added in one
// go; a search, a rest or a lock adds them sooner.
const wordsBatch = 256

// noted is a new entry whose words the index does not have yet.
type noted struct {
	e  *record.Entry
	in *inner
}

// noteWords hands an opened entry to the index, if there is one.
func (n *Notebook) noteWords(e *record.Entry, in *inner) {
	if n.idx == nil {
		return
	}
	if n.noted = append(n.noted, noted{e, in}); len(n.noted) >= wordsBatch {
		n.addWords()
	}
}

func (n *Notebook) addWords() {
	for _, w := range n.noted {
		putWords(n.idx, w.e, w.in)
	}
	clear(n.noted)
	n.noted = n.noted[:0]
}

func putWords(x *index.Index, e *record.Entry, in *inner) {
	text := searchText(in)
	if text == "" {
		return
	}
	h := e.Header()
	x.Put(index.Doc{ID: e.ID(), Case: h.Case, Kind: in.Kind, Author: h.Author.String(), Time: h.Time.Time().UnixMilli(), Text: text})
}

// Warm makes the search index ready. It holds up nothing else while it works,
// and Close breaks it off.
func (n *Notebook) Warm(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(n.life, stop)()
	n.warming.Lock()
	defer n.warming.Unlock()
	n.mu.Lock()
	if n.closed || n.idx != nil {
		defer n.mu.Unlock()
		if n.closed {
			return ErrClosed
		}
		return nil
	}
	key := n.vault.Derive("index")
	n.mu.Unlock()
	x, at, err := index.LoadDir(ctx, indexDir(n.dir), key)
	from, keys := uint64(0), map[record.ID]uint64(nil)
	if err == nil && n.j.HoldsTip(journal.Tip(at)) {
		from, keys = at.Seq+1, n.readKeys(at)
	}
	if keys == nil {
		from, x = 0, index.New()
	}
	for {
		to, err := n.catchUp(ctx, x, from)
		if err != nil {
			return err
		}
		n.mu.Lock()
		if n.closed {
			n.mu.Unlock()
			return ErrClosed
		}
		if n.j.Tip().Seq <= to {
			n.adopt(ctx, x, keys)
			n.mu.Unlock()
			return nil
		}
		n.mu.Unlock()
		from = to + 1
	}
}

// adopt takes a caught-up index into use. keys is how many keys each case had
// that the index was saved with: where there are others by now, entries from
// before may have become readable.
func (n *Notebook) adopt(ctx context.Context, x *index.Index, keys map[record.ID]uint64) {
	n.idx = x
	for _, c := range n.st.cases {
		if c.gone() {
			x.RemoveCase(c.ID)
			continue
		}
		if had, ok := keys[c.ID]; c.Unread || ok && had != n.keysOf(c) {
			if n.reread(ctx, c) == nil { // else the next loading tries again
				c.Unread, n.st.touched[c.ID] = false, true
			}
		}
	}
	n.nameRegister()
	n.keepSummaries()
}

// catchUp adds the words of every frame from a number on and returns the last
// that it saw. Content whose key is not here is met again when the key comes.
func (n *Notebook) catchUp(ctx context.Context, x *index.Index, from uint64) (uint64, error) {
	to := n.j.Tip().Seq
	err := n.j.Replay(ctx, from, func(f journal.Frame) error {
		to = max(to, f.Seq)
		for _, it := range f.Items {
			effective(it, func(b []byte) {
				e, err := record.Parse(b)
				if err != nil || e.Header().Class != record.Content {
					return
				}
				if in, err := n.openEntry(e); err == nil {
					putWords(x, e, in)
				}
			})
		}
		return nil
	})
	if errors.Is(err, journal.ErrDamaged) {
		err = nil // named elsewhere; the rest can be searched
	}
	return to, err
}

// effective calls fn with the bytes of every entry that a journal item brings
// and that takes effect.
func effective(it journal.Item, fn func([]byte)) {
	if it.Type != itemPulled && it.Type != itemPage {
		entriesOf(it, fn)
		return
	}
	if p, err := readPage(it); err == nil {
		for _, r := range p.Records {
			if r.Problem == "" && !r.Held {
				fn(r.Entry)
			}
		}
	}
}

// saveWords writes the index, if it is loaded. It is disposable: a failure only
// costs time at the next search.
func (n *Notebook) saveWords(ctx context.Context) {
	if n.idx == nil {
		return
	}
	n.addWords()
	// The keys first: without those of its very tip an index is made anew.
	if n.writeKeys(n.j.Tip()) == nil {
		_ = n.idx.SaveDir(ctx, indexDir(n.dir), n.vault.Derive("index"), index.Tip(n.j.Tip()))
	}
}

// Rest does what can wait: it is called when nothing was typed for a while. The
// index stays in memory: a lock, which ends the program, is never far.
func (n *Notebook) Rest(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	if n.idx != nil {
		n.addWords()
	}
	n.keepSummaries()
	n.saveBriefs()
	return n.view.Flush(ctx)
}
