package notebook

import (
	"slices"

	"wherry/storage/journal"
	"wherry/storage/record"
)

// A page of a case log is kept in one of two forms. Item 3 has everything as
// it was sent. Item 17, which is written since, leaves out what the journal has
// or says already: of entries that we wrote ourselves their bytes, of receipts
// all but their time and signature. Both are read as a pulledItem.

// pageItem is item 17. Chain is the chain before its first record; numbers run
// on from From.
type pageItem struct {
	_         struct{} `cbor:",toarray"`
	Case      record.ID
	Gen       uint64
	From      uint64
	Chain     record.ID
	Records   []pageRecord
	Head      record.SignedHead
	Authority []byte
}

type pageRecord struct {
	_       struct{} `cbor:",toarray"`
	ID      record.ID
	DirSeq  uint64
	Entry   []byte // nothing where held: it stands in our own frame
	Time    int64  // of the receipt
	Sig     []byte // of the receipt
	Problem string
	Held    bool
}

// pageOf makes the journal's item of a page that was accepted.
func pageOf(p pulledItem, before record.ID) journal.Item {
	for i := range p.Records {
		if r := &p.Records[i]; r.Held && r.Problem == "" {
			r.Entry = []byte{}
		}
	}
	short := pageItem{Case: p.Case, Gen: p.Gen, From: p.From, Chain: before, Records: []pageRecord{}, Head: p.Head, Authority: p.Authority}
	for _, r := range p.Records {
		short.Records = append(short.Records, pageRecord{ID: r.Log.Entry, DirSeq: r.Log.DirSeq, Entry: r.Entry,
			Time: r.Received, Sig: r.Receipt.Sig, Problem: r.Problem, Held: r.Held})
	}
	for i, r := range short.long().Records {
		if r.Log != p.Records[i].Log || r.Received != p.Records[i].Received || r.Receipt.Receipt != p.Records[i].Receipt.Receipt {
			return item(itemPulled, p) // a receipt that says more than follows from the page
		}
	}
	return item(itemPage, short)
}

// long is the page as it was accepted, but for the bytes of what we wrote.
func (s *pageItem) long() *pulledItem {
	p := &pulledItem{Case: s.Case, Gen: s.Gen, From: s.From, Head: s.Head, Authority: s.Authority, Records: make([]pulledRecord, len(s.Records))}
	chain := s.Chain
	for i, r := range s.Records {
		log := record.LogRecord{Seq: s.From + uint64(i), Entry: r.ID, DirSeq: r.DirSeq}
		chain = record.Chain(chain, log)
		p.Records[i] = pulledRecord{Log: log, Entry: r.Entry, Received: r.Time, Problem: r.Problem, Held: r.Held,
			Receipt: record.SignedReceipt{Sig: r.Sig, Receipt: record.Receipt{Realm: s.Head.Head.Realm, Case: s.Case,
				Entry: r.ID, Gen: s.Gen, Seq: log.Seq, Chain: chain, Time: r.Time}}}
	}
	return p
}

// readPage reads a page of either form.
func readPage(it journal.Item) (*pulledItem, error) {
	if it.Type == itemPage {
		var s pageItem
		if err := record.Decode(it.Data, &s); err != nil {
			return nil, err
		}
		return s.long(), nil
	}
	p := new(pulledItem)
	return p, record.Decode(it.Data, p)
}

// rewritePage drops the bodies of a page, in the form that it has.
func rewritePage(it journal.Item) (journal.Item, bool) {
	if it.Type == itemPulled {
		var p pulledItem
		if record.Decode(it.Data, &p) != nil {
			return it, false
		}
		p.dropBodies()
		next := item(it.Type, p)
		return next, len(next.Data) != len(it.Data)
	}
	var s pageItem
	if record.Decode(it.Data, &s) != nil {
		return it, false
	}
	for i := range s.Records {
		s.Records[i].Entry = withoutBody(s.Records[i].Entry, s.Case)
	}
	next := item(it.Type, s)
	return next, len(next.Data) != len(it.Data)
}

// frameless reports that the frame in which an entry was held is not there any
// more. It can only be told in a rebuild.
func (n *Notebook) frameless(r *pulledRecord) bool {
	return n.stored != nil && r.Held && !n.stored[r.Log.Entry]
}

// lost reports that a page counts on a frame of ours that the journal has lost
// since: the page has no copy.
func (n *Notebook) lost(r *pulledRecord) bool {
	return n.frameless(r) && len(r.Entry) == 0
}

// lacks reports that something of a page was lost here. The cursor then stays
// before the page, so that the next exchange brings it again, with the bytes.
func (n *Notebook) lacks(p *pulledItem) bool {
	return slices.ContainsFunc(p.Records, func(r pulledRecord) bool { return n.lost(&r) })
}

func parses(b []byte) bool {
	_, err := record.Parse(b)
	return err == nil
}
