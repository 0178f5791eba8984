package endpoint_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

// plain is a client that trusts the endpoint and signs nothing.
func (w *town) plain() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(w.http.Certificate())
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

// post signs and sends a body; change, if any, alters the request after that.
func (w *town) post(key ed25519.PrivateKey, path string, body []byte, change func(*http.Request)) (int, []byte) {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, w.http.URL+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	var nonce [wire.NonceBytes]byte
	rand.Read(nonce[:])
	if err := wire.Sign(req, body, key, w.now.Now(), nonce); err != nil {
		w.t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := w.plain().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, ok := wire.ServerTime(resp.Header); !ok {
		w.t.Errorf("%s: no time in the answer", path)
	}
	return resp.StatusCode, must(io.ReadAll(resp.Body))
}

func ready(w *town) int {
	rec := httptest.NewRecorder()
	w.server.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	return rec.Code
}

func TestDoor(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	heads := must(wire.Encode(&wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}}))
	for _, c := range []struct {
		name   string
		key    ed25519.PrivateKey
		path   string
		body   []byte
		change func(*http.Request)
		status int
		code   string
	}{
		{name: "good", status: 200},
		{name: "unknown device", key: signer("nobody"), status: 401, code: wire.ErrCodeUnsigned},
		{name: "no signature", change: func(r *http.Request) { r.Header.Del("Signature") }, status: 401, code: wire.ErrCodeUnsigned},
		{name: "other route", change: func(r *http.Request) { r.URL.Path = wire.PathPush }, status: 401, code: wire.ErrCodeUnsigned},
		{name: "other body", change: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("x")); r.ContentLength = 1 }, status: 401, code: wire.ErrCodeUnsigned},
		{name: "newer wire", change: func(r *http.Request) { r.Header.Set(wire.HeaderVersion, "2") }, status: 426, code: wire.ErrCodeNewer},
		{name: "not CBOR", body: []byte("{}"), status: 400, code: wire.ErrCodeMalformed},
		{name: "empty", body: []byte{}, status: 400, code: wire.ErrCodeMalformed},
		{name: "no such route", path: "/v1/nothing", status: 404, code: wire.ErrCodeNotFound},
		{name: "a blob is not posted", path: "/v1/blobs/" + strings.Repeat("0", 64), status: 405, code: wire.ErrCodeMethod},
		{name: "events come later", path: wire.PathEvents, status: 404, code: wire.ErrCodeNotFound},
		{name: "wrong method", change: func(r *http.Request) { r.Method = http.MethodPut }, status: 405, code: wire.ErrCodeMethod},
		{name: "giant", body: make([]byte, wire.MaxBody+1), status: 413, code: wire.ErrCodeTooLarge},
		{name: "giant of unknown length", body: make([]byte, wire.MaxBody+1), change: func(r *http.Request) { r.ContentLength = -1 }, status: 413, code: wire.ErrCodeTooLarge},
	} {
		key, path, body := amina.key, wire.PathHeads, heads
		if c.key != nil {
			key = c.key
		}
		if c.path != "" {
			path = c.path
		}
		if c.body != nil {
			body = c.body
		}
		status, answer := w.post(key, path, body, c.change)
		if status != c.status {
			t.Errorf("%s: status %d, want %d", c.name, status, c.status)
		}
		if c.code == "" {
			continue
		}
		var e wire.ErrorBody
		if err := wire.Decode(answer, &e); err != nil || e.Code != c.code {
			t.Errorf("%s: body %q %v, want code %s", c.name, answer, err, c.code)
		}
	}
	resp, err := w.plain().Get(w.http.URL + wire.PathHealth)
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("health without a signature: %v %v", resp, err)
	}
}

func TestReplay(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	body := must(wire.Encode(&wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}}))
	var headers http.Header
	w.post(amina.key, wire.PathHeads, body, func(r *http.Request) { headers = r.Header.Clone() })
	status, answer := w.post(amina.key, wire.PathHeads, body, func(r *http.Request) { r.Header = headers })
	var e wire.ErrorBody
	if wire.Decode(answer, &e) != nil || status != 401 || e.Code != wire.ErrCodeReplay {
		t.Errorf("the same request again: %d %s", status, e.Code)
	}
}

func TestWrongClockIsCorrected(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	for _, off := range []time.Duration{-9 * 365 * 24 * time.Hour, 5 * time.Hour} {
		c, err := remote.New(remote.Options{URL: w.http.URL, CA: w.ca(), Key: amina.key, Now: func() time.Time { return w.now.Now().Add(off) }})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := c.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}}); err != nil {
				t.Errorf("a clock off by %v: %v", off, err)
			}
		}
		c.Close()
	}
}

func TestDeviceRateLimit(t *testing.T) {
	w := newTown(t, func(w *town) { w.limits.DeviceRate, w.limits.DeviceBurst = 1, 3 })
	amina, omar := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Omar", trust.RoleWorker, "North")
	ask := func(a *actor) error {
		_, err := a.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}})
		return err
	}
	var busy *remote.BusyError
	for i := range 3 {
		err := ask(amina)
		if i < 2 && err != nil || i == 2 && (!errors.As(err, &busy) || busy.Status != 429 || busy.RetryAfter != time.Second) {
			t.Errorf("request %d: %v", i, err)
		}
	}
	if err := ask(omar); err != nil {
		t.Errorf("another device is held up too: %v", err)
	}
}

func TestCertificateIsPinned(t *testing.T) {
	w := newTown(t)
	other := httptest.NewUnstartedServer(http.NotFoundHandler())
	other.Config.ErrorLog = log.New(io.Discard, "", 0)
	other.StartTLS()
	defer other.Close()
	c, err := remote.New(remote.Options{URL: other.URL, CA: w.ca(), Key: signer("x")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: w.realm}}); !errors.Is(err, remote.ErrCertificate) {
		t.Errorf("another server: %v", err)
	}
	old, err := tls.Dial("tcp", strings.TrimPrefix(w.http.URL, "https://"), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	if err == nil {
		old.Close()
		t.Error("TLS 1.2 was accepted")
	}
}

// TestSlowBody opens a connection that sends a request and then nothing: it is
// cut off, and holds up nobody.
func TestSlowBody(t *testing.T) {
	w := newTown(t, func(w *town) { w.limits.SlowGrace, w.limits.BodiesEach = 30*time.Millisecond, 1000 })
	pool := x509.NewCertPool()
	pool.AddCert(w.http.Certificate())
	conn, err := tls.Dial("tcp", strings.TrimPrefix(w.http.URL, "https://"), &tls.Config{RootCAs: pool})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /v1/push HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nten bytes."); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn) // ends when the endpoint hangs up
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 400")) {
		t.Errorf("a body that does not come: %q", answer)
	}
	if status, _ := w.post(signer("nobody"), wire.PathPush, make([]byte, 900), nil); status != 401 {
		t.Errorf("after that, another body from the same address: %d", status)
	}
}
