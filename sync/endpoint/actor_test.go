package endpoint_test

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

// actor is an enrolled person at their laptop.
type actor struct {
	w      *town
	name   string
	person record.ID
	key    ed25519.PrivateKey
	id     record.ID // device
	*remote.Client
}

func (w *town) enrol(name, role, team string) *actor { return w.enrolLinked(name, role, team, nil) }

func (w *town) enrolLinked(name, role, team string, link *trust.Link) *actor {
	w.t.Helper()
	a := &actor{w: w, name: name, person: personID(name), key: signer(name), id: record.DeviceID(public(name)), Client: w.client(signer(name))}
	if _, err := a.Enrol(ctx, enrolRequest(w.invite(name, role, team, 72*time.Hour), w.accept(name, name, link))); err != nil {
		w.t.Fatalf("enrol %s: %v", name, err)
	}
	return a
}

// again gives the actor a client of the endpoint after a restart.
func (a *actor) again() { a.Client = a.w.client(a.key) }

// lane is one device's chain in one case.
type lane struct {
	a     *actor
	realm record.ID
	id    record.ID
	log   record.ID
	nonce [16]byte
	seq   uint64
	last  record.ID
	epoch record.ID

	caseSeen, dirSeen record.Seen // what the next entries claim; zero: nothing yet
}

func (a *actor) begin(tag string) *lane {
	h := record.Hash("nonce", []byte(tag))
	nonce := [16]byte(h[:16])
	return &lane{a: a, realm: a.w.realm, log: record.CaseID(a.w.realm, a.id, nonce), nonce: nonce,
		id: record.Hash("lane", []byte(tag), a.id[:])}
}

// join starts a lane of another actor in the same case.
func (l *lane) join(a *actor) *lane {
	return &lane{a: a, realm: l.realm, log: l.log, id: record.Hash("lane", l.log[:], a.id[:]), epoch: l.epoch}
}

// entry writes the lane's next entry.
func (l *lane) entry(class record.Class, body []byte) *record.Entry {
	h := record.Header{Class: class, Realm: l.realm, Case: l.log, Lane: l.id, LaneSeq: l.seq + 1, Prev: l.last, Author: l.a.id,
		Time: record.NewHLC(time.Unix(1, 0)), CaseSeen: l.caseSeen, DirSeen: l.dirSeen}
	if class == record.Content {
		h.Epoch = l.epoch
	}
	e := must(record.New(h, body, l.a.key))
	l.seq, l.last = l.seq+1, e.ID()
	return e
}

func item(e *record.Entry, wraps ...wire.Wrap) wire.PushItem {
	if wraps == nil {
		wraps = []wire.Wrap{}
	}
	return wire.PushItem{Entry: e.Bytes(), Wraps: wraps}
}

func (l *lane) genesis(team string) wire.PushItem {
	return item(l.entry(record.Access, trust.GenesisBody(l.a.person, team, l.nonce).Bytes()))
}

func wrapFor(reader record.ID) wire.Wrap {
	return wire.Wrap{Reader: reader, Data: []byte("key wrapped to " + reader.String())}
}

// newEpoch seals a new epoch to the readers and the recovery key.
func (l *lane) newEpoch(readers ...record.ID) wire.PushItem {
	var refs []trust.WrapRef
	var wraps []wire.Wrap
	readers = append(readers, trust.RecoveryReader)
	if !l.epoch.IsZero() {
		readers = append(readers, trust.PrevReader)
	}
	for _, r := range readers {
		w := wrapFor(r)
		wraps = append(wraps, w)
		refs = append(refs, trust.WrapRef{Reader: r, Hash: trust.WrapHash(w.Data)})
	}
	check := record.Hash("check", l.log[:], []byte{byte(l.seq)})
	e := l.entry(record.Key, trust.EpochBody(l.epoch, check[:], refs).Bytes())
	l.epoch = e.ID()
	return item(e, wraps...)
}

func (l *lane) note(text string) wire.PushItem { return item(l.entry(record.Content, []byte(text))) }

// open begins a case for its writer and the given readers, with n notes.
func (l *lane) open(team string, n int, readers ...record.ID) *wire.PushRequest {
	items := []wire.PushItem{l.genesis(team), l.newEpoch(append(readers, l.a.person)...)}
	for i := range n {
		items = append(items, l.note(fmt.Sprintf("sealed note %d", i)))
	}
	return &wire.PushRequest{Items: items}
}

// push sends items and fails the test unless every answer is want.
func (a *actor) push(want string, items ...wire.PushItem) *wire.PushResponse {
	a.w.t.Helper()
	resp, err := a.Push(ctx, &wire.PushRequest{Items: items})
	if err != nil {
		a.w.t.Fatalf("%s pushes: %v", a.name, err)
	}
	for i, r := range resp.Results {
		if r.Code != want {
			a.w.t.Fatalf("%s pushes item %d: %s %s, want %s", a.name, i, r.Code, r.Reason, want)
		}
	}
	return resp
}

// pullAll reads a whole log.
func (a *actor) pullAll(log record.ID) *wire.Page {
	a.w.t.Helper()
	var whole *wire.Page
	pos := wire.CasePos{Case: log, Gen: 1}
	for {
		resp, err := a.Pull(ctx, &wire.PullRequest{Cases: []wire.CasePos{pos}, MaxBytes: wire.TargetBatch})
		if err != nil {
			a.w.t.Fatalf("%s pulls: %v", a.name, err)
		}
		p := &resp.Pages[0]
		if whole == nil {
			whole = p
		} else {
			whole.Records = append(whole.Records, p.Records...)
			whole.Head = p.Head
		}
		if !p.More {
			break
		}
		pos.Seq += uint64(len(p.Records))
	}
	checkPage(a.w, whole)
	return whole
}

// checkPage proves a whole log as a notebook would: numbers, chain, receipts,
// head.
func checkPage(w *town, p *wire.Page) {
	w.t.Helper()
	chain := record.ChainStart(w.realm, p.Case, p.Gen)
	var dir uint64
	for i, r := range p.Records {
		chain = record.Chain(chain, r.Log)
		if r.Log.Seq != uint64(i+1) || r.Log.DirSeq < dir {
			w.t.Errorf("record %d: number %d, directory %d after %d", i, r.Log.Seq, r.Log.DirSeq, dir)
		}
		dir = r.Log.DirSeq
		if !r.Receipt.Verify(public("endpoint")) || r.Receipt.Receipt.Chain != chain || r.Receipt.Receipt.Entry != r.Log.Entry {
			w.t.Errorf("receipt %d does not hold", i)
		}
	}
	if h := p.Head; !h.Verify(public("endpoint")) || h.Head.Chain != chain || h.Head.Seq != uint64(len(p.Records)) {
		w.t.Errorf("head at %d does not match a log of %d", h.Head.Seq, len(p.Records))
	}
}
