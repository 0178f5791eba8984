package wire

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wherry/storage/record"
)

var testNow = time.Unix(1_790_000_000, 0)

func testKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32))
}

func testDevice(seed byte) record.ID {
	return record.DeviceID(testKey(seed).Public().(ed25519.PublicKey))
}

func lookupOne(seed byte) Lookup {
	return func(id record.ID) (ed25519.PublicKey, bool) {
		return testKey(seed).Public().(ed25519.PublicKey), id == testDevice(seed)
	}
}

func signed(t testing.TB, url, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err := Sign(r, []byte(body), testKey(1), testNow, [NonceBytes]byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerifyRoundTrip(t *testing.T) {
	for _, url := range []string{"https://h/v1/push", "https://h:8443/v1/push?a=b%20c&d", "https://127.0.0.1:1/v1/a%2Fb", "https://h", "https://[::1]:8443/x?"} {
		r := signed(t, url, "body")
		id, err := Verify(r, []byte("body"), lookupOne(1), testNow, NewNonceCache(10, 10))
		if err != nil || id != testDevice(1) {
			t.Errorf("%s: %v", url, err)
		}
		if r.Header.Get(HeaderVersion) != "1" || Newer(r.Header) {
			t.Error("version header")
		}
	}
	r := httptest.NewRequest(http.MethodGet, "https://h/v1/events", nil)
	if err := Sign(r, nil, testKey(1), testNow, [NonceBytes]byte{9}); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(r, nil, lookupOne(1), testNow, nil); err != nil {
		t.Fatal("empty body:", err)
	}
}

// TestClientAndServerAgree signs a client request and verifies what a server
// makes of it on the other side of a real connection.
func TestClientAndServerAgree(t *testing.T) {
	var got error
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, got = Verify(r, []byte("body"), lookupOne(1), testNow, nil)
		SetTime(w.Header(), testNow)
	}))
	defer srv.Close()
	for _, path := range []string{"/v1/push", "", "/v1/a%2Fb?x=%20y&&z"} {
		req, err := http.NewRequest(http.MethodPost, srv.URL+path, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		if err := Sign(req, []byte("body"), testKey(1), testNow, [NonceBytes]byte{4}); err != nil {
			t.Fatal(err)
		}
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got != nil {
			t.Errorf("%q: %v", path, got)
		}
		if at, ok := ServerTime(resp.Header); !ok || !at.Equal(testNow) {
			t.Error("server time", at, ok)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(r *http.Request)
		body  string
		now   time.Time
		want  error
	}{
		{"honest", func(*http.Request) {}, "body", testNow, nil},
		{"other body", func(*http.Request) {}, "b0dy", testNow, ErrUnsigned},
		{"other body and digest", func(r *http.Request) { r.Header.Set("Content-Digest", contentDigest([]byte("b0dy"))) }, "b0dy", testNow, ErrUnsigned},
		{"other method", func(r *http.Request) { r.Method = "PUT" }, "body", testNow, ErrUnsigned},
		{"other path", func(r *http.Request) { r.URL.Path = "/v1/pull" }, "body", testNow, ErrUnsigned},
		{"other query", func(r *http.Request) { r.URL.RawQuery = "x=2" }, "body", testNow, ErrUnsigned},
		{"other host", func(r *http.Request) { r.Host = "other" }, "body", testNow, ErrUnsigned},
		{"no signature", func(r *http.Request) { r.Header.Del("Signature") }, "body", testNow, ErrUnsigned},
		{"no input", func(r *http.Request) { r.Header.Del("Signature-Input") }, "body", testNow, ErrUnsigned},
		{"no digest", func(r *http.Request) { r.Header.Del("Content-Digest") }, "body", testNow, ErrUnsigned},
		{"two signatures", func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) }, "body", testNow, ErrUnsigned},
		{"two digests", func(r *http.Request) { r.Header.Add("Content-Digest", contentDigest(nil)) }, "body", testNow, ErrUnsigned},
		{"second digest algorithm", func(r *http.Request) {
			r.Header.Set("Content-Digest", r.Header.Get("Content-Digest")+", md5=:AAAA:")
		}, "body", testNow, ErrUnsigned},
		{"other tag", swap("wherry-sync-1", "wherry-sync-2"), "body", testNow, ErrUnsigned},
		{"other algorithm", swap("ed25519", "hmac-sha256"), "body", testNow, ErrUnsigned},
		{"fewer components", swap(` "content-digest"`, ""), "body", testNow, ErrUnsigned},
		{"other order", swap(`"@method" "@authority"`, `"@authority" "@method"`), "body", testNow, ErrUnsigned},
		{"later created", swap("created=1790000000", "created=1790000001"), "body", testNow, ErrUnsigned},
		{"created with a leading zero", swap("created=179", "created=0179"), "body", testNow, ErrUnsigned},
		{"expires added", swap(";alg", ";expires=1;alg"), "body", testNow, ErrUnsigned},
		{"space added", swap(";alg", "; alg"), "body", testNow, ErrUnsigned},
		{"other nonce", swap("AQID", "AQIE"), "body", testNow, ErrUnsigned},
		{"nonce with stray bits", swap(`AAAA";keyid`, `AAAB";keyid`), "body", testNow, ErrUnsigned},
		{"upper-case key id", func(r *http.Request) {
			r.Header.Set("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), testDevice(1).String(), strings.ToUpper(testDevice(1).String()), 1))
		}, "body", testNow, ErrUnsigned},
		{"other label", func(r *http.Request) { r.Header.Set("Signature", "sig1="+r.Header.Get("Signature")[7:]) }, "body", testNow, ErrUnsigned},
		{"two labels", func(r *http.Request) {
			r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+", "+r.Header.Get("Signature-Input"))
		}, "body", testNow, ErrUnsigned},
		{"unknown device", func(r *http.Request) {
			if err := Sign(r, []byte("body"), testKey(2), testNow, [NonceBytes]byte{1}); err != nil {
				panic(err)
			}
		}, "body", testNow, ErrUnsigned},
		{"at the edge, late", func(*http.Request) {}, "body", testNow.Add(ClockSkew), nil},
		{"too late", func(*http.Request) {}, "body", testNow.Add(ClockSkew + time.Second), ErrClock},
		{"at the edge, early", func(*http.Request) {}, "body", testNow.Add(-ClockSkew), nil},
		{"too early", func(*http.Request) {}, "body", testNow.Add(-ClockSkew - time.Second), ErrClock},
		{"wrong clock and wrong signature", func(r *http.Request) { r.Method = "PUT" }, "body", testNow.Add(time.Hour), ErrUnsigned},
	} {
		r := signed(t, "https://h/v1/push?x=1", "body")
		c.spoil(r)
		nonces := NewNonceCache(10, 10)
		_, err := Verify(r, []byte(c.body), lookupOne(1), c.now, nonces)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && nonces.Len() != 0 {
			t.Errorf("%s: an invalid request used a nonce", c.name)
		}
	}
}

func swap(old, next string) func(r *http.Request) {
	return func(r *http.Request) {
		in := r.Header.Get("Signature-Input")
		out := strings.Replace(in, old, next, 1)
		if in == out {
			panic("nothing to swap: " + old)
		}
		r.Header.Set("Signature-Input", out)
	}
}

// TestLookupDecides: a device that the directory no longer gives does not get
// in, whatever it once could sign.
func TestLookupDecides(t *testing.T) {
	r := signed(t, "https://h/v1/push", "body")
	pub := testKey(1).Public().(ed25519.PublicKey)
	for name, lookup := range map[string]Lookup{
		"not given":  func(record.ID) (ed25519.PublicKey, bool) { return pub, false },
		"other key":  func(record.ID) (ed25519.PublicKey, bool) { return testKey(2).Public().(ed25519.PublicKey), true },
		"no key":     func(record.ID) (ed25519.PublicKey, bool) { return nil, true },
		"broken key": func(record.ID) (ed25519.PublicKey, bool) { return pub[:31], true },
	} {
		if _, err := Verify(r, []byte("body"), lookup, testNow, nil); !errors.Is(err, ErrUnsigned) {
			t.Error(name, err)
		}
	}
}

func TestReplay(t *testing.T) {
	nonces := NewNonceCache(10, 10)
	r := signed(t, "https://h/v1/push", "body")
	for i, want := range []error{nil, ErrReplay, ErrReplay} {
		if _, err := Verify(r, []byte("body"), lookupOne(1), testNow, nonces); !errors.Is(err, want) {
			t.Fatal(i, err)
		}
	}
}

// FuzzVerify: headers that were not made by Sign never verify, and none panics.
func FuzzVerify(f *testing.F) {
	r := signed(f, "https://h/v1/push", "body")
	input, sig := r.Header.Get("Signature-Input"), r.Header.Get("Signature")
	f.Add(input, sig, r.Header.Get("Content-Digest"))
	f.Add("wherry=(", "wherry=::", "")
	f.Fuzz(func(t *testing.T, in, s, digest string) {
		q := httptest.NewRequest(http.MethodPost, "https://h/v1/push", strings.NewReader("body"))
		q.Header["Signature-Input"], q.Header["Signature"], q.Header["Content-Digest"] = []string{in}, []string{s}, []string{digest}
		if _, err := Verify(q, []byte("body"), lookupOne(1), testNow, nil); err == nil && (in != input || s != sig) {
			t.Fatal("other headers verify")
		}
		if got, params, ok := parseInput(in); ok && sigLabel+"="+profile(got) != in || ok && sigLabel+"="+params != in {
			t.Fatal("two forms of one input")
		}
	})
}
