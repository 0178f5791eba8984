package endpoint_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/endpoint"
	"wherry/sync/endpoint/badgerstore"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

// The kit is a council, its running endpoint and people with devices. Keys
// come from names, so that two runs have the same bytes.

var ctx = context.Background()

func signer(name string) ed25519.PrivateKey {
	seed := record.Hash("test-key", []byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func public(name string) []byte { return signer(name).Public().(ed25519.PublicKey) }

var kems sync.Map

func kem(name string) []byte {
	if k, ok := kems.Load(name); ok {
		return k.([]byte)
	}
	ikm := record.Hash("test-kem", []byte(name))
	priv, err := hpke.MLKEM768X25519().DeriveKeyPair(ikm[:])
	if err != nil {
		panic(err)
	}
	kems.Store(name, priv.PublicKey().Bytes())
	return priv.PublicKey().Bytes()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// town is a council and the endpoint that serves it.
type town struct {
	t      testing.TB
	folder string
	opts   badgerstore.Options
	limits endpoint.Limits
	wrap   func(http.Handler) http.Handler // between TLS and the handlers

	realm record.ID
	root  *trust.Statement
	now   *clock
	log   *buffer

	store  *badgerstore.Store
	audit  *endpoint.Audit
	server *endpoint.Server
	http   *httptest.Server

	clients []*remote.Client
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newTown(t *testing.T, set ...func(*town)) *town {
	t.Helper()
	w := prepareTown(t, t.TempDir())
	for _, f := range set {
		f(w)
	}
	w.start()
	t.Cleanup(w.stop)
	return w
}

func prepareTown(t testing.TB, folder string) *town {
	w := &town{t: t, folder: folder, realm: record.RealmID(public("root")), log: &buffer{},
		now:    &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)},
		limits: endpoint.Limits{DeviceRate: 1e6, DeviceBurst: 1e6, EnrolRate: 1e6, EnrolBurst: 1e6}}
	body := trust.RootBody{Name: "Testshire", Root: public("root"), Endpoint: public("endpoint"), Admins: [][]byte{public("admin")},
		RecoveryKEM: kem("recovery"), RecoverySign: public("recovery"), Time: 1}
	w.root = &trust.Statement{Kind: trust.KindRoot, Realm: w.realm, Body: record.Encode(body)}
	w.root.Sign(signer("root"))
	return w
}

func (w *town) start() {
	w.t.Helper()
	var err error
	if w.store, err = badgerstore.Open(filepath.Join(w.folder, "store"), w.opts); err != nil {
		w.t.Fatalf("open: %v", err)
	}
	if w.audit, err = endpoint.OpenAudit(filepath.Join(w.folder, endpoint.AuditFile), w.now.Now); err != nil {
		w.t.Fatalf("audit: %v", err)
	}
	w.server, err = endpoint.New(ctx, endpoint.Config{Store: w.store, Root: w.root.Bytes(), Key: signer("endpoint"), Audit: w.audit,
		Log: endpoint.NewLogger(w.log), Limits: w.limits, Now: w.now.Now})
	if err != nil {
		w.t.Fatalf("server: %v", err)
	}
	h := w.server.Handler()
	if w.wrap != nil {
		h = w.wrap(h)
	}
	w.http = httptest.NewUnstartedServer(nil)
	w.http.Config = endpoint.HTTPServer(h, endpoint.NewLogger(w.log))
	w.http.TLS = endpoint.TLS(testCertificate())
	w.http.StartTLS()
}

func (w *town) stop() {
	if w.http == nil {
		return
	}
	for _, c := range w.clients {
		c.Close()
	}
	w.http.Close()
	w.http = nil
	if err := w.store.Close(); err != nil {
		w.t.Logf("close: %v", err)
	}
	if err := w.audit.Close(); err != nil {
		w.t.Errorf("audit: %v", err)
	}
}

func (w *town) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

func (w *town) ca() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.http.Certificate().Raw})
}

func (w *town) client(key ed25519.PrivateKey) *remote.Client {
	w.t.Helper()
	c, err := remote.New(remote.Options{URL: w.http.URL, CA: w.ca(), Key: key, Now: w.now.Now})
	if err != nil {
		w.t.Fatal(err)
	}
	w.clients = append(w.clients, c)
	return c
}

// invite makes an invitation for a person; leads and records officers are
// countersigned by the root.
func (w *town) invite(name, role, team string, life time.Duration) *trust.Statement {
	at := w.now.Now().UnixMilli()
	secret := public("secret of " + name)
	s := &trust.Statement{Kind: trust.KindInvite, Realm: w.realm, Body: record.Encode(trust.InviteBody{
		Invitation: trust.InvitationID(secret), Secret: secret, Person: personID(name), Name: name, Role: role, Team: team,
		Issued: at, Expires: at + life.Milliseconds()})}
	s.Sign(signer("admin"))
	if trust.Widens(role) {
		s.Sign(signer("root"))
	}
	return s
}

func personID(name string) record.ID { return record.Hash("test-person", []byte(name)) }

// accept makes the statement by which a device takes up name's invitation.
func (w *town) accept(name, device string, link *trust.Link) *trust.Statement {
	s := &trust.Statement{Kind: trust.KindDeviceAdd, Realm: w.realm, Body: record.Encode(trust.DeviceBody{
		Invitation: trust.InvitationID(public("secret of " + name)), Device: public(device),
		PersonSign: public(device + " person"), PersonKEM: kem(device + " person"), Link: link})}
	s.Sign(signer("secret of " + name))
	s.Sign(signer(device))
	s.Sign(signer(device + " person"))
	return s
}

func enrolRequest(invite, device *trust.Statement) *wire.EnrolRequest {
	return &wire.EnrolRequest{Invite: invite.Bytes(), Device: device.Bytes()}
}

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
		Time: record.NewHLC(time.Unix(1, 0))}
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
