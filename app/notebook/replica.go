package notebook

import (
	"context"
	"errors"
	"slices"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

// replica is the notebook as the sync engine sees it. Each method locks for
// itself, so that the network never holds up typing.
type replica struct{ n *Notebook }

var _ engine.Store = replica{}

func (r replica) Known(context.Context) (*wire.HeadsRequest, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	n.asked = n.asked[:0]
	m := n.st.meta
	req := &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(n.council.realm), Gen: m.DirGen, Seq: m.DirSeq}}
	for _, c := range n.st.sorted() {
		// A case of which a receipt names more than we hold is asked for by
		// saying nothing: its head must come, and must reach that far.
		if c.Seq > 0 && c.Proven <= c.Seq {
			n.asked = append(n.asked, asked{wire.CasePos{Case: c.ID, Gen: c.Gen, Seq: c.Seq}, c.Chain})
			req.Known = append(req.Known, wire.CasePos{Case: c.ID, Gen: c.Gen, Seq: c.Seq})
		}
	}
	return req, nil
}

// asked is a log as it was held when the heads were asked for.
type asked struct {
	pos   wire.CasePos
	chain record.ID
}

// Unchanged checks the endpoint's signed word for the logs that it sent no
// head of: each stands exactly where we hold it to. A log that the endpoint has
// lost breaks the digest.
func (r replica) Unchanged(_ context.Context, resp *wire.HeadsResponse) error {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	moved := map[record.ID]bool{}
	for _, h := range resp.Heads {
		moved[h.Head.Case] = true
	}
	var digest record.ID
	for _, a := range n.asked {
		if !moved[a.pos.Case] {
			digest = record.Same(digest, a.pos.Case, a.pos.Gen, a.pos.Seq, a.chain)
		}
	}
	u := resp.Same.Unchanged
	if u.Realm != n.council.realm || u.Digest != digest || !resp.Same.Verify(n.st.dir.EndpointKey()) {
		return ErrTampered
	}
	return nil
}

// Heads checks that no head contradicts what we hold, and returns what goes
// further. A head that went back, or that is as long but different, is proof
// against the endpoint.
func (r replica) Heads(_ context.Context, heads []record.SignedHead) ([]wire.CasePos, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	newest := map[record.ID]record.SignedHead{}
	for _, h := range heads {
		if !n.headHolds(h) {
			return nil, ErrTampered
		}
		if old, ok := newest[h.Head.Case]; !ok || h.Head.Seq > old.Head.Seq {
			newest[h.Head.Case] = h
		}
	}
	var behind []wire.CasePos
	for id, h := range newest {
		gen, seq, chain := n.cursor(id)
		switch {
		case seq > 0 && h.Head.Gen != gen, h.Head.Seq == seq && seq > 0 && h.Head.Chain != chain:
			return nil, ErrTampered
		case h.Head.Seq < seq, n.st.cases[id] != nil && h.Head.Seq < n.st.cases[id].Proven:
			return nil, ErrTampered // went back without a lawful restore
		case h.Head.Seq > seq:
			behind = append(behind, wire.CasePos{Case: id, Gen: h.Head.Gen, Seq: seq})
			if c := n.st.cases[id]; c != nil {
				c.Behind = true
			}
		}
	}
	slices.SortFunc(behind, func(a, b wire.CasePos) int { return slices.Compare(a.Case[:], b.Case[:]) })
	return behind, nil
}

// headHolds verifies a head's signature by the pinned endpoint key. Before the
// first directory page the key is not known yet; that page brings its own proof.
func (n *Notebook) headHolds(h record.SignedHead) bool {
	return h.Head.Realm == n.council.realm && h.Verify(n.st.dir.EndpointKey())
}

func (n *Notebook) cursor(id record.ID) (gen, seq uint64, chain record.ID) {
	if id == record.DirectoryLog(n.council.realm) {
		return n.st.meta.DirGen, n.st.meta.DirSeq, n.st.meta.DirChain
	}
	if c := n.st.cases[id]; c != nil {
		return c.Gen, c.Seq, c.Chain
	}
	return 0, 0, record.ID{}
}

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
	keys.settle(auth)
	if len(keys.items) > 0 {
		if err := n.putKeys(keys.items...); err != nil {
			return err
		}
	}
	out.Authority = auth.Bytes()
	if err := n.append(ctx, item(itemPulled, out)); err != nil {
		return err
	}
	if c := n.st.cases[p.Case]; c != nil && keys.met {
		n.reread(ctx, c)
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

// keyring collects the case keys that a page brings for this person.
type keyring struct {
	n      *Notebook
	caseID record.ID
	items  []seal.BoxItem
	fresh  map[record.ID]seal.Key
	prev   map[record.ID]prevWrap // by the epoch whose key opens them
	met    bool                   // a key entry was on the page
}

func (k *keyring) get(epoch record.ID) (seal.Key, bool) {
	if key, ok := k.fresh[epoch]; ok {
		return key, true
	}
	return k.n.box.Case(k.caseID, epoch)
}

func (k *keyring) put(epoch record.ID, key seal.Key) {
	if _, ok := k.get(epoch); ok {
		return
	}
	if k.fresh == nil {
		k.fresh = map[record.ID]seal.Key{}
	}
	k.fresh[epoch] = key
	k.items = append(k.items, seal.CaseKey{Case: k.caseID, Epoch: epoch, Key: key})
}

// prevPrefix names, in the key box, the sealed key of a previous epoch that
// waits: for the key that opens it, which a later grant may bring, or for the
// entry that says what the previous key must be.
const prevPrefix = "prev/"

// prevWrap is the previous epoch's key under an epoch's key.
type prevWrap struct {
	_    struct{} `cbor:",toarray"`
	Prev record.ID
	AAD  []byte
	Data []byte
}

func (k *keyring) waiting(epoch record.ID) (prevWrap, bool) {
	if w, ok := k.prev[epoch]; ok {
		return w, true
	}
	var w prevWrap
	b, ok := k.n.box.Secret(prevPrefix + epoch.String())
	return w, ok && record.Decode(b, &w) == nil
}

// take opens the wraps of a key entry that are meant for us. A wrap that does
// not open to the committed key is left out: the entry then has no key here.
func (k *keyring) take(e *record.Entry, wraps []wire.Wrap) {
	b, err := trust.ParseKey(e.Body())
	if err != nil {
		return
	}
	k.met = true
	epoch := e.ID()
	if b.Action == trust.ActionGrant {
		epoch = b.Epoch
	}
	h := e.Header()
	for _, w := range wraps {
		switch {
		case !named(b, w):
		case w.Reader == trust.PrevReader && !b.PrevEpoch.IsZero():
			p := prevWrap{Prev: b.PrevEpoch, AAD: trust.WrapAAD(h.Realm, h.Case, trust.PrevReader, b.Check), Data: w.Data}
			if k.prev == nil {
				k.prev = map[record.ID]prevWrap{}
			}
			k.prev[epoch] = p
			k.items = append(k.items, seal.Secret{Name: prevPrefix + epoch.String(), Value: record.Encode(p)})
		case w.Reader == k.n.person():
			key, err := k.n.kem.UnwrapKey(trust.WrapAAD(h.Realm, h.Case, w.Reader, b.Check), w.Data)
			if err == nil && trust.KeyChecks(key, b.Check) {
				k.put(epoch, key)
			}
		}
	}
}

// settle opens what waits, down the chain of epochs: a previous key counts
// only if it is the one that its own epoch's entry committed to.
func (k *keyring) settle(auth *trust.CaseAuthority) {
	epochs := auth.Epochs()
	check := map[record.ID][]byte{}
	for _, e := range epochs {
		check[e.ID] = e.Check
	}
	for moved := true; moved; {
		moved = false
		for _, e := range epochs {
			w, ok := k.waiting(e.ID)
			if !ok || check[w.Prev] == nil {
				continue
			}
			key, ok := k.get(e.ID)
			if _, have := k.get(w.Prev); have || !ok {
				continue
			}
			prev, err := seal.Open(key, w.AAD, w.Data)
			if err == nil && len(prev) == len(key) && trust.KeyChecks(seal.Key(prev), check[w.Prev]) {
				k.put(w.Prev, seal.Key(prev))
				k.items = append(k.items, seal.DropSecret{Name: prevPrefix + e.ID.String()})
				delete(k.prev, e.ID)
				moved = true
			}
		}
	}
}

// named reports whether the key entry names exactly these wrap bytes.
func named(b *trust.KeyBody, w wire.Wrap) bool {
	return slices.ContainsFunc(b.Wraps, func(r trust.WrapRef) bool {
		return r.Reader == w.Reader && r.Hash == trust.WrapHash(w.Data)
	})
}

// Outbox gathers entries to push: of a case just adopted, first the adoption
// and its epoch, then the foreign lanes, then the rest.
func (r replica) Outbox(ctx context.Context, max int, skip map[record.ID]bool) (*wire.PushRequest, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	rows := n.st.waiting()
	slices.SortStableFunc(rows, func(a, b outRow) int { return n.pushRank(a) - n.pushRank(b) })
	req := &wire.PushRequest{Items: []wire.PushItem{}}
	size := 0
	clear(n.sending)
	blocked := map[record.ID]bool{}
	for _, o := range rows {
		c := n.st.cases[o.Case]
		if skip[o.Entry] || blocked[o.Case] || c.Realm != n.council.realm {
			blocked[o.Case] = blocked[o.Case] || skip[o.Entry]
			continue
		}
		row, _, err := n.find(ctx, o.Entry)
		if err != nil {
			return nil, err
		}
		it := wire.PushItem{Entry: row.Entry, Wraps: []wire.Wrap{}}
		for _, w := range n.box.Wraps(o.Entry) {
			var wrap wire.Wrap
			if err := record.Decode(w, &wrap); err != nil {
				return nil, err
			}
			it.Wraps = append(it.Wraps, wrap)
			size += len(w)
		}
		size += len(row.Entry)
		if len(req.Items) > 0 && (size > max || len(req.Items) == wire.MaxPushItems) {
			break
		}
		req.Items = append(req.Items, it)
		n.sending[o.Entry] = true
		n.forget(o.Case)
	}
	if len(req.Items) == 0 {
		return req, nil
	}
	// What is shown to the council must be known to be ours after any stop.
	return req, n.j.Mark(ctx)
}

func (n *Notebook) pushRank(o outRow) int {
	switch {
	case o.Realm != n.council.realm:
		return 1
	case o.LaneSeq <= 2 && n.adopted(o.Case):
		return 0
	}
	return 2
}

// adopted reports whether a case began in the notebook's own realm.
func (n *Notebook) adopted(id record.ID) bool {
	c := n.st.cases[id]
	return c != nil && c.Creator == n.solo.id && len(c.Lanes) > 1
}

func (r replica) Answered(ctx context.Context, req *wire.PushRequest, resp *wire.PushResponse) error {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	clear(n.sending)
	var got receiptsItem
	var items []journal.Item
	var drop []seal.BoxItem
	if len(resp.Results) != len(req.Items) {
		return ErrTampered
	}
	for i, res := range resp.Results {
		e, err := record.Parse(req.Items[i].Entry)
		if err != nil {
			return err
		}
		if res.Entry.IsZero() && res.Code == wire.CodeRefused {
			res.Entry = e.ID() // the endpoint could not read it
		}
		if res.Entry != e.ID() {
			return ErrTampered
		}
		switch res.Code {
		case wire.CodeOK, wire.CodeDup:
			rc := res.Receipt
			if rc == nil || rc.Receipt.Entry != res.Entry || rc.Receipt.Case != e.Header().Case || rc.Receipt.Realm != n.council.realm || !rc.Verify(n.st.dir.EndpointKey()) {
				return ErrTampered
			}
			got.Receipts = append(got.Receipts, *rc)
			if len(n.box.Wraps(res.Entry)) > 0 {
				drop = append(drop, seal.DropWraps{Entry: res.Entry})
			}
		case wire.CodeFork, wire.CodeRefused, wire.CodeHeld:
			items = append(items, item(itemResult, resultItem{Entry: res.Entry, Code: res.Code, Reason: res.Reason}))
		}
	}
	if len(got.Receipts) > 0 {
		items = append(items, item(itemReceipts, got))
	}
	if len(items) == 0 {
		return nil
	}
	if err := n.append(ctx, items...); err != nil {
		return err
	}
	if len(drop) > 0 {
		return n.putKeys(drop...)
	}
	return nil
}

func (r replica) Finished(ctx context.Context, now int64, workers []wire.WorkerSeen) error {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	y := syncedItem{At: now, Workers: []workerSeen{}}
	for _, w := range workers {
		y.Workers = append(y.Workers, workerSeen{Person: w.Person, Last: w.Last})
	}
	return n.append(ctx, item(itemSynced, y))
}
