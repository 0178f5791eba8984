package endpoint_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/pem"
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
	blobs  endpoint.BlobOptions
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
		Blobs: endpoint.NewBlobs(filepath.Join(w.folder, endpoint.BlobFolder), w.blobs),
		Log:   endpoint.NewLogger(w.log), Limits: w.limits, Now: w.now.Now})
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
