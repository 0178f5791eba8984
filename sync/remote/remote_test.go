package remote

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/sync/wire"
)

var (
	ctx  = context.Background()
	seed = record.Hash("test-key")
	key  = ed25519.NewKeyFromSeed(seed[:])
	ask  = &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.Hash("dir")}}
)

// endpoint is a server that answers as a test wants.
func endpoint(t *testing.T, h http.HandlerFunc) (*httptest.Server, *Client) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	c, err := New(Options{URL: s.URL, CA: pemOf(s), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return s, c
}

func pemOf(s *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}

func answer(w http.ResponseWriter, status int, m any) {
	wire.SetTime(w.Header(), time.Now())
	w.WriteHeader(status)
	_, _ = w.Write(record.Encode(m)) // the client has what it needs, or fails the test
}

func heads() *wire.HeadsResponse {
	return &wire.HeadsResponse{Heads: []record.SignedHead{}, Workers: []wire.WorkerSeen{}, Time: 1, Same: record.Unchanged{Realm: record.Hash("realm"), Time: 1}.Sign(ed25519.NewKeyFromSeed(make([]byte, 32))),
		Dir: record.SignedHead{Head: record.Head{Case: record.Hash("dir")}, Sig: []byte{}}}
}

func TestRequestIsSigned(t *testing.T) {
	_, c := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		lookup := func(record.ID) (ed25519.PublicKey, bool) { return key.Public().(ed25519.PublicKey), true }
		if _, err := wire.Verify(r, body, lookup, time.Now(), nil); err != nil {
			t.Errorf("signature: %v", err)
		}
		if r.URL.Path != wire.PathHeads || r.Method != http.MethodPost || r.Header.Get(wire.HeaderVersion) != strconv.Itoa(wire.Version) {
			t.Errorf("request: %s %s", r.Method, r.URL.Path)
		}
		answer(w, 200, heads())
	})
	if got, err := c.Heads(ctx, ask); err != nil || got.Time != 1 {
		t.Errorf("heads: %+v %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		is      error
		problem string
		wait    time.Duration
	}{
		{"too large", status(413, wire.ErrCodeTooLarge, ""), ErrTooLarge, "too_large", 0},
		{"newer", status(426, wire.ErrCodeNewer, ""), ErrNewer, "newer", 0},
		{"used", status(403, wire.ErrCodeInvitation, ""), nil, "invitation", 0},
		{"expired", status(403, wire.ErrCodeExpired, ""), nil, "expired", 0},
		{"unknown device", status(401, wire.ErrCodeUnsigned, ""), nil, "unauthorised", 0},
		{"not there", status(404, wire.ErrCodeNotFound, ""), nil, "unauthorised", 0},
		{"busy", status(429, wire.ErrCodeBusy, "7"), nil, "busy", 7 * time.Second},
		{"busy for a century", status(503, wire.ErrCodeUnavailable, "2000000000"), nil, "busy", wire.MaxRetryAfter},
		{"busy, nonsense", status(503, wire.ErrCodeUnavailable, "-5"), nil, "busy", 0},
		{"full", status(507, wire.ErrCodeFull, ""), nil, "full", 0},
		{"fault", status(500, wire.ErrCodeInternal, ""), nil, "busy", 0},
		{"malformed", status(400, wire.ErrCodeMalformed, ""), nil, "bad_answer", 0},
		{"a proxy's page", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", 407) }, nil, "bad_answer", 0},
		{"not CBOR", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }, ErrAnswer, "bad_answer", 0},
		{"beyond all size", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, wire.MaxBody+2)) }, ErrAnswer, "bad_answer", 0},
		{"another place", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://127.0.0.1:1/", 307) }, nil, "bad_answer", 0},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("short"))
		}, ErrOffline, "offline", 0},
		{"hung up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ErrOffline, "offline", 0},
	} {
		_, client := endpoint(t, c.handler)
		_, err := client.Heads(ctx, ask)
		if err == nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var p interface{ ProblemCode() string }
		if !errors.As(err, &p) || p.ProblemCode() != c.problem {
			t.Errorf("%s: %v, want problem %s", c.name, err, c.problem)
		}
		var busy *BusyError
		if errors.As(err, &busy) && busy.RetryAfter != c.wait {
			t.Errorf("%s: wait %v, want %v", c.name, busy.RetryAfter, c.wait)
		}
	}
}

func status(code int, wireCode, retry string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if retry != "" {
			w.Header().Set("Retry-After", retry)
		}
		answer(w, code, &wire.ErrorBody{Code: wireCode, Message: ""})
	}
}

func TestNobodyThere(t *testing.T) {
	s, c := endpoint(t, nil)
	s.Close()
	if _, err := c.Heads(ctx, ask); !errors.Is(err, ErrOffline) {
		t.Errorf("closed port: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Heads(gone, ask); !errors.Is(err, ErrOffline) || !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

func TestWrongCertificate(t *testing.T) {
	s, _ := endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the request reached a server that is not trusted")
		answer(w, 200, heads())
	})
	other := []byte(`-----BEGIN CERTIFICATE-----
MIIBajCCARCgAwIBAgIBATAKBggqhkjOPQQDAjASMRAwDgYDVQQDEwdhbm90aGVy
MCAXDTI2MDEwMTAwMDAwMFoYDzIxMjYwMTAxMDAwMDAwWjASMRAwDgYDVQQDEwdh
`)
	if _, err := New(Options{URL: s.URL, CA: other, Key: key}); !errors.Is(err, ErrCertificate) {
		t.Errorf("a CA that is none: %v", err)
	}
	if _, err := New(Options{URL: s.URL, Key: key}); !errors.Is(err, ErrCertificate) {
		t.Errorf("no CA: %v", err)
	}
	// The right certificate under a name that it does not have.
	c, err := New(Options{URL: strings.Replace(s.URL, "127.0.0.1", "localhost", 1), CA: pemOf(s), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Heads(ctx, ask); !errors.Is(err, ErrCertificate) {
		t.Errorf("another host: %v", err)
	}
}

// TestClock: the endpoint's clock is taken for signing, once; a second refusal
// is final.
func TestClock(t *testing.T) {
	server := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	var calls, want int
	_, c := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		wire.SetTime(w.Header(), server)
		body, _ := io.ReadAll(r.Body)
		lookup := func(record.ID) (ed25519.PublicKey, bool) { return key.Public().(ed25519.PublicKey), true }
		if _, err := wire.Verify(r, body, lookup, server, nil); err != nil || want < 0 {
			w.WriteHeader(401)
			_, _ = w.Write(record.Encode(&wire.ErrorBody{Code: wire.ErrCodeClock}))
			return
		}
		_, _ = w.Write(record.Encode(heads()))
	})
	for i, n := range []int{2, 1} {
		calls = 0
		if _, err := c.Heads(ctx, ask); err != nil || calls != n {
			t.Errorf("call %d: %d requests, %v", i, calls, err)
		}
	}
	want, calls = -1, 0
	var refused *RefusedError
	if _, err := c.Heads(ctx, ask); !errors.As(err, &refused) || calls != 2 {
		t.Errorf("a clock that cannot be agreed on: %d requests, %v", calls, err)
	}
}

func TestAddresses(t *testing.T) {
	s, _ := endpoint(t, nil)
	for address, ok := range map[string]bool{
		"https://council.example": true, "https://council.example:8443": true, "https://[::1]:8443/": true,
		"http://council.example": false, "https://": false, "council.example": false, "https://u:p@council.example": false,
		"https://council.example/path": false, "https://council.example?q": false, "": false,
	} {
		if _, err := New(Options{URL: address, CA: pemOf(s), Key: key}); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}
