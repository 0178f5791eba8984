package wire

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestRFC9421VectorB26 checks the code that builds the signature base against
// the RFC's own Ed25519 vector (RFC 9421, appendix B.2.6, with the key of
// B.1.4 and the request of B.2).
func TestRFC9421VectorB26(t *testing.T) {
	const (
		pub    = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"
		priv   = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU"
		params = `("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`
		want   = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
		base   = `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ` + params
	)
	r := httptest.NewRequest(http.MethodPost, "https://example.com/foo?param=Value&Pet=dog", strings.NewReader(`{"hello": "world"}`))
	r.Header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Length", "18")
	got, ok := signatureBase(r, []string{"date", "@method", "@path", "@authority", "content-type", "content-length"}, params)
	if !ok || got != base {
		t.Fatalf("signature base:\n%s", got)
	}
	key, err := base64.RawURLEncoding.DecodeString(pub)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(want)
	if err != nil {
		t.Fatal(err)
	}
	if !ed25519.Verify(key, []byte(got), sig) {
		t.Fatal("the RFC's signature does not verify over our base")
	}
	seed, err := base64.RawURLEncoding.DecodeString(priv)
	if err != nil {
		t.Fatal(err)
	}
	if made := ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(got)); !bytes.Equal(made, sig) {
		t.Fatal("we would sign otherwise")
	}
	if q, _ := component(r, "@query"); q != "?param=Value&Pet=dog" {
		t.Fatal("query", q)
	}
}

// TestProfileIsFrozen pins every byte that is signed and sent.
func TestProfileIsFrozen(t *testing.T) {
	r := signed(t, "https://Council.Example:443/v1/push?x=1", "body")
	const (
		params = `("@method" "@authority" "@path" "@query" "content-digest");created=1790000000;nonce="AQIDAAAAAAAAAAAAAAAAAA";` +
			`keyid="467eac9d98591f5272a83520a30e21f0f535a595eef560f2ec1e6b75b8445b2d";alg="ed25519";tag="wherry-sync-1"`
		digest = "sha-256=:Iw2DWNyOiJC0xY3utikS7i8gNXrpKlzIYbmOaP4xrLU=:"
		sig    = "wherry=:WNHoi01tfmAzh1IdvOF1mHrhHcFjqaFtqrE+1WJRz6n9UrjoA/mANxcwN8vKGU5v/g+rfo5H2ri9Km8DsTmjDg==:"
		want   = `"@method": POST
"@authority": council.example
"@path": /v1/push
"@query": ?x=1
"content-digest": ` + digest + `
"@signature-params": ` + params
	)
	if base, ok := signatureBase(r, covered, params); !ok || base != want {
		t.Errorf("base:\n%s", base)
	}
	for name, v := range map[string]string{"Signature-Input": "wherry=" + params, "Content-Digest": digest, "Signature": sig, "Wherry-Wire": "1"} {
		if r.Header.Get(name) != v {
			t.Errorf("%s: %s", name, r.Header.Get(name))
		}
	}
}

func TestSignRefuses(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "https://h/", nil)
	if err := Sign(r, nil, testKey(1), time.Unix(-1, 0), [NonceBytes]byte{}); !errors.Is(err, ErrUnsigned) {
		t.Error("before 1970:", err)
	}
	r.Host, r.URL.Host = "", ""
	if err := Sign(r, nil, testKey(1), testNow, [NonceBytes]byte{}); !errors.Is(err, ErrUnsigned) {
		t.Error("no host:", err)
	}
	r.URL.Host = "h:443"
	if host, ok := component(r, "@authority"); !ok || host != "h" {
		t.Error("host from the address:", host)
	}
	r.Header["Date"] = []string{"a\nb"}
	if _, ok := component(r, "date"); ok {
		t.Error("a header line smuggles another")
	}
	for _, name := range []string{"@status", "missing"} {
		if _, ok := component(r, name); ok {
			t.Error(name)
		}
	}
}
