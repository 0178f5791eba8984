package notebook

import (
	"wherry/storage/record"
)

// What the council gave is checked again as it was when it came: pages follow
// one another, receipts and heads are signed by the endpoint, and all agree.

func (v *verifier) lie(file string, caseID, entry record.ID, reason string) {
	v.rep.Damaged = append(v.rep.Damaged, DamagedPart{File: file, Case: caseID, Entry: entry, Reason: reason})
	v.rep.Tampered = true
}

func (v *verifier) endpoint() []byte {
	if v.n.st.dir == nil {
		return nil
	}
	return v.n.st.dir.EndpointKey()
}

// page checks one page of a case log, and every entry of it.
func (v *verifier) page(p *pulledItem) {
	key := v.endpoint()
	if key == nil || !p.Head.Verify(key) || p.Head.Head.Case != p.Case {
		v.lie("journal", p.Case, record.ID{}, "head not signed by the endpoint")
	}
	c := v.n.st.cases[p.Case]
	var seq uint64
	chain := record.ChainStart(p.Head.Head.Realm, p.Case, p.Gen)
	if c != nil && c.Seq > 0 {
		seq, chain = c.Seq, c.Chain
	}
	follows := p.From == seq+1 // else the journal lost a page, which is named
	for i, r := range p.Records {
		chain = record.Chain(chain, r.Log)
		rc := r.Receipt.Receipt
		switch {
		case key == nil || !r.Receipt.Verify(key) || rc.Entry != r.Log.Entry || rc.Case != p.Case || rc.Seq != r.Log.Seq:
			v.lie("journal", p.Case, r.Log.Entry, "receipt not signed by the endpoint")
		case r.Log.Seq != p.From+uint64(i) || follows && rc.Chain != chain:
			v.lie("journal", p.Case, r.Log.Entry, "page does not follow the log")
			follows = false // once is enough
		case r.Held && !v.agrees(rc): // our own: a receipt was given for it too, or will be
			v.lie("journal", p.Case, r.Log.Entry, "receipt contradicts the log")
		}
		if r.Problem != "" {
			v.rep.Damaged = append(v.rep.Damaged, DamagedPart{File: "council", Entry: r.Log.Entry, Case: p.Case, Reason: r.Problem})
			continue
		}
		if r.Held {
			continue // checked where we wrote it
		}
		v.entry(r.Entry, false)
	}
	end := p.From + uint64(len(p.Records)) - 1
	if follows && end == p.Head.Head.Seq && chain != p.Head.Head.Chain {
		v.lie("journal", p.Case, record.ID{}, "head contradicts its page")
	}
}

// receipts checks the proofs that entries of ours have.
func (v *verifier) receipts(r *receiptsItem) {
	key := v.endpoint()
	for _, sr := range r.Receipts {
		switch j := v.n.st.meta.Joining; {
		case key == nil || !sr.Verify(key) || j == nil || sr.Receipt.Realm != j.Root:
			v.lie("journal", sr.Receipt.Case, sr.Receipt.Entry, "receipt not signed by the endpoint")
		case !v.agrees(sr.Receipt):
			v.lie("journal", sr.Receipt.Case, sr.Receipt.Entry, "receipt contradicts the log")
		}
	}
}

// logPlace is a number in a case log.
type logPlace struct {
	id       record.ID
	gen, seq uint64
}

// agrees holds a receipt against what was said of the same place in its log
// before: in the answer to a push, or in a page.
func (v *verifier) agrees(r record.Receipt) bool {
	at := logPlace{r.Case, r.Gen, r.Seq}
	r.Time = 0 // the hour of the answer is no part of the log
	before, ok := v.said[at]
	if ok {
		delete(v.said, at) // both have been met
		return before == r
	}
	if v.said == nil {
		v.said = map[logPlace]record.Receipt{}
	}
	v.said[at] = r
	return true
}

// directory checks a page of the directory after it was applied, which judged
// its statements.
func (v *verifier) directory(d *directoryItem) {
	m := v.n.st.meta
	key := v.endpoint()
	if key == nil || !d.Head.Verify(key) || m.Joining == nil || d.Head.Head.Case != record.DirectoryLog(m.Joining.Root) {
		v.lie("journal", record.ID{}, record.ID{}, "directory head not signed by the endpoint")
		return
	}
	if m.DirSeq == d.Head.Head.Seq && m.DirChain != d.Head.Head.Chain {
		v.lie("journal", record.ID{}, record.ID{}, "directory head contradicts its page")
	}
}
