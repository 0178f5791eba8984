package notebook

import (
	"context"
	"errors"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

func (r replica) Accept(ctx context.Context, p *wire.Page, _ int64) error {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	if p.Case == record.DirectoryLog(n.council.realm) {
		return n.acceptDirectory(ctx, p)
	}
	return n.acceptCase(ctx, p)
}

// follows checks that a page continues the log that we hold, and that its head
// agrees if the page reaches it.
func (n *Notebook) follows(p *wire.Page) error {
	gen, seq, chain := n.cursor(p.Case)
	if seq == 0 {
		gen, chain = p.Gen, record.ChainStart(n.council.realm, p.Case, p.Gen)
	}
	if !n.headHolds(p.Head) || p.Head.Head.Case != p.Case || p.Gen != gen || p.Head.Head.Gen != gen || p.From != seq+1 {
		return ErrTampered
	}
	for i, rec := range p.Records {
		if rec.Log.Seq != seq+1+uint64(i) {
			return ErrTampered
		}
		chain = record.Chain(chain, rec.Log)
		r := rec.Receipt.Receipt
		if r.Case != p.Case || r.Seq != rec.Log.Seq || r.Gen != p.Gen || r.Chain != chain {
			return ErrTampered
		}
		if c := n.st.cases[p.Case]; c != nil && c.Proven == rec.Log.Seq && c.ProvenAt != chain {
			return ErrTampered // the log is not the one that we hold receipts of
		}
	}
	reached := seq + uint64(len(p.Records))
	if reached > p.Head.Head.Seq || (reached == p.Head.Head.Seq && chain != p.Head.Head.Chain) {
		return ErrTampered
	}
	return nil
}

func (n *Notebook) acceptDirectory(ctx context.Context, p *wire.Page) error {
	dir := n.st.dir.Clone()
	d := directoryItem{Gen: p.Gen, From: p.From, Head: p.Head, Records: []directoryRecord{}}
	for _, rec := range p.Records {
		s, err := trust.ParseStatement(rec.Entry)
		if err != nil || s.ID() != rec.Log.Entry {
			return ErrTampered
		}
		at := rec.Receipt.Receipt.Time
		if err := dir.Apply(rec.Log.Seq, rec.Entry, at); errors.Is(err, trust.ErrNewer) {
			return err
		} else if err != nil {
			return ErrTampered
		}
		d.Records = append(d.Records, directoryRecord{Log: rec.Log, Statement: rec.Entry, At: at})
	}
	if n.st.dir.Seq() == 0 && !p.Head.Verify(dir.EndpointKey()) {
		return ErrTampered
	}
	for _, rec := range p.Records {
		if rec.Receipt.Receipt.Entry != rec.Log.Entry || !rec.Receipt.Verify(dir.EndpointKey()) {
			return ErrTampered
		}
	}
	before := n.st.dir
	n.st.dir = dir
	if err := n.follows(p); err != nil {
		n.st.dir = before
		return err
	}
	n.st.dir = before
	return n.append(ctx, item(itemDirectory, d))
}

// acceptCase judges every record of a page as the door must have judged it,
// puts the keys that it brings into the key box, and then keeps the page as
// one frame with the head it reached.
func (n *Notebook) acceptCase(ctx context.Context, p *wire.Page) error {
	if err := n.follows(p); err != nil {
		return err
	}
	auth, err := n.authority(ctx, p.Case, p.Gen)
	if err != nil {
		return err
	}
	faces, err := n.twoFaces(ctx, p)
	if err != nil {
		return err
	}
	out := pulledItem{Case: p.Case, Gen: p.Gen, From: p.From, Head: p.Head, Records: []pulledRecord{}}
	keys := &keyring{n: n, caseID: p.Case}
	for _, rec := range p.Records {
		pr := pulledRecord{Log: rec.Log, Entry: rec.Entry, Receipt: rec.Receipt, Received: rec.Receipt.Receipt.Time}
		if rec.Receipt.Receipt.Entry != rec.Log.Entry || !rec.Receipt.Verify(n.st.dir.EndpointKey()) {
			return ErrTampered
		}
		e, err := record.Parse(rec.Entry)
		if err != nil || e.ID() != rec.Log.Entry {
			pr.Problem = "unreadable"
			serr := auth.Skip(n.st.dir, rec.Log)
			if errors.Is(serr, trust.ErrDirectoryBehind) {
				return engine.ErrDirectory
			}
			if err == nil || serr != nil {
				return ErrTampered
			}
			out.Records = append(out.Records, pr)
			continue
		}
		if pr.Held, err = n.holds(ctx, e.ID()); err != nil {
			return err
		}
		v, err := auth.Follow(n.st.dir, rec.Log, e, rec.Wraps)
		if errors.Is(err, trust.ErrDirectoryBehind) {
			return engine.ErrDirectory
		}
		if err != nil {
			return ErrTampered
		}
		faces = faces || v.Ahead // its author had seen more than this log holds
		if v.Code != trust.OK {
			pr.Problem = string(v.Code) + "/" + v.Reason
		} else if e.Header().Class == record.Key {
			keys.take(e, rec.Wraps)
		}
		out.Records = append(out.Records, pr)
	}
	if c := n.st.cases[p.Case]; c != nil && c.Disposed != nil {
		out.dropBodies()
		*keys = keyring{n: n, caseID: p.Case} // and nothing that opens them
	}
	keys.settle(auth)
	if len(keys.items) > 0 {
		if err := n.putKeys(keys.items...); err != nil {
			return err
		}
	}
	out.Authority = auth.Bytes()
	_, _, before := n.cursor(p.Case)
	if p.From == 1 {
		before = record.ChainStart(n.council.realm, p.Case, p.Gen)
	}
	if err := n.append(ctx, pageOf(out, before)); err != nil {
		return err
	}
	if c := n.st.cases[p.Case]; c != nil && keys.met {
		if err := n.reread(ctx, c); err != nil {
			c.Unread, n.st.touched[c.ID] = true, true // the index asks again
		}
		n.keepSummaries()
	}
	if faces {
		n.alarms++ // said at the end of the exchange; the page is kept
	}
	return nil
}

// twoFaces compares what the entries' authors had seen of this case log and of
// the directory with what was shown to us. The door checks what an author
// claims, so a difference means that the endpoint shows two faces to two people
// (fork consistency). The page is kept all the same: a cursor must never stick.
func (n *Notebook) twoFaces(ctx context.Context, p *wire.Page) (bool, error) {
	_, _, chain := n.cursor(p.Case)
	if p.From == 1 {
		chain = record.ChainStart(n.council.realm, p.Case, p.Gen)
	}
	here := map[uint64][16]byte{}
	for _, rec := range p.Records {
		chain = record.Chain(chain, rec.Log)
		here[rec.Log.Seq] = [16]byte(chain[:16])
	}
	dirLog := record.DirectoryLog(n.council.realm)
	for _, rec := range p.Records {
		e, err := record.Parse(rec.Entry)
		if err != nil || e.Header().Realm != n.council.realm {
			continue
		}
		for _, x := range []struct {
			seen record.Seen
			log  record.ID
			gen  uint64
		}{{e.Header().CaseSeen, p.Case, p.Gen}, {e.Header().DirSeen, dirLog, n.st.meta.DirGen}} {
			if x.seen.Seq == 0 || x.seen.Gen != x.gen {
				continue
			}
			want, ok := here[x.seen.Seq]
			if x.log == dirLog || !ok {
				if ok, err = n.get(ctx, &want, tableChain, x.log, x.seen.Seq); err != nil {
					return false, err
				}
			}
			if ok && want != x.seen.Prefix {
				return true, nil
			}
		}
	}
	return false, nil
}

// authority returns the state of a case's rules at our cursor.
func (n *Notebook) authority(ctx context.Context, id record.ID, gen uint64) (*trust.CaseAuthority, error) {
	c := n.st.cases[id]
	if c == nil || c.Seq == 0 {
		return trust.NewCaseAuthority(n.council.realm, id, gen), nil
	}
	b, err := n.pieces(ctx, tableAuthority, id)
	if err != nil {
		return nil, err
	}
	return trust.ParseCaseAuthority(b)
}

// holds reports whether an entry is stored here.
func (n *Notebook) holds(ctx context.Context, id record.ID) (bool, error) {
	var w whereRow
	return n.get(ctx, &w, tableWhere, id)
}
