package wire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wherry/storage/record"
)

// Errors of request signatures.
var (
	ErrUnsigned  = errors.New("wire: request is not validly signed")
	ErrClock     = errors.New("wire: request was signed at another time")
	ErrReplay    = errors.New("wire: request was sent before")
	ErrNonceFull = errors.New("wire: too many requests within the clock window")
)

// Headers of a signed request (RFC 9530, RFC 9421).
const (
	headerDigest = "Content-Digest"
	headerInput  = "Signature-Input"
	headerSig    = "Signature"
	sigLabel     = "wherry"
)

// covered are the components that the profile signs, in this order.
var covered = []string{"@method", "@authority", "@path", "@query", "content-digest"}

// Lookup finds the Ed25519 key of an enrolled device.
type Lookup func(device record.ID) (ed25519.PublicKey, bool)

// Sign signs a request over its whole body by the fixed profile of RFC 9421
// that docs/formats/trust.md describes, and says which wire version it speaks.
// The nonce must be random and new; now is the endpoint's clock as far as the
// client knows it.
func Sign(req *http.Request, body []byte, key ed25519.PrivateKey, now time.Time, nonce [NonceBytes]byte) error {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok || now.Unix() < 0 {
		return ErrUnsigned
	}
	params := profile(sigInput{created: now.Unix(), nonce: nonce, device: record.DeviceID(pub)})
	req.Header.Set(HeaderVersion, strconv.Itoa(Version))
	req.Header.Set(headerDigest, contentDigest(body))
	base, ok := signatureBase(req, covered, params)
	if !ok {
		return ErrUnsigned
	}
	sig := ed25519.Sign(key, []byte(base))
	req.Header.Set(headerInput, sigLabel+"="+params)
	req.Header.Set(headerSig, sigLabel+"=:"+base64.StdEncoding.EncodeToString(sig)+":")
	return nil
}

// Verify checks a request's signature over its body and returns the device
// that made it. Only a valid signature is told that its clock is off or that
// its nonce is used. Pass nil for nonces where strangers may call and calling
// twice is harmless (enrolment), so that they cannot fill the cache.
func Verify(req *http.Request, body []byte, lookup Lookup, now time.Time, nonces *NonceCache) (record.ID, error) {
	input, ok1 := single(req.Header, headerInput)
	sigText, ok2 := single(req.Header, headerSig)
	digest, ok3 := single(req.Header, headerDigest)
	if !ok1 || !ok2 || !ok3 || digest != contentDigest(body) {
		return record.ID{}, ErrUnsigned
	}
	in, params, ok := parseInput(input)
	if !ok {
		return record.ID{}, ErrUnsigned
	}
	sig, ok := parseSignature(sigText)
	if !ok {
		return record.ID{}, ErrUnsigned
	}
	pub, ok := lookup(in.device)
	if !ok || len(pub) != ed25519.PublicKeySize || record.DeviceID(pub) != in.device {
		return record.ID{}, ErrUnsigned
	}
	base, ok := signatureBase(req, covered, params)
	if !ok || !ed25519.Verify(pub, []byte(base), sig) {
		return record.ID{}, ErrUnsigned
	}
	if off := now.Sub(time.Unix(in.created, 0)); off > ClockSkew || off < -ClockSkew {
		return in.device, ErrClock
	}
	if nonces != nil {
		if err := nonces.Use(in.device, in.nonce, now); err != nil {
			return in.device, err
		}
	}
	return in.device, nil
}

// contentDigest is the value of Content-Digest (RFC 9530) with SHA-256 alone.
func contentDigest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// signatureBase builds what is signed (RFC 9421 section 2.5): one line for each
// component, then the parameters.
func signatureBase(req *http.Request, names []string, params string) (string, bool) {
	var b strings.Builder
	for _, name := range names {
		value, ok := component(req, name)
		if !ok {
			return "", false
		}
		b.WriteString(`"` + name + `": ` + value + "\n")
	}
	b.WriteString(`"@signature-params": ` + params)
	return b.String(), true
}

// component is the value of one covered component: the derived ones of RFC
// 9421 section 2.2 that we use, else a header field (section 2.1).
func component(req *http.Request, name string) (string, bool) {
	switch name {
	case "@method":
		return req.Method, req.Method != ""
	case "@authority":
		return authority(req)
	case "@path":
		p := req.URL.EscapedPath()
		if p == "" {
			p = "/"
		}
		return p, true
	case "@query":
		return "?" + req.URL.RawQuery, true
	}
	if strings.HasPrefix(name, "@") {
		return "", false
	}
	values := req.Header.Values(name)
	if len(values) == 0 {
		return "", false
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		if strings.ContainsAny(v, "\r\n") {
			return "", false
		}
		trimmed[i] = strings.TrimSpace(v)
	}
	return strings.Join(trimmed, ", "), true
}

// authority is the host in lower case, without the port that https implies.
func authority(req *http.Request) (string, bool) {
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	host = strings.TrimSuffix(strings.ToLower(host), ":443")
	return host, host != "" && !strings.ContainsAny(host, " \t\r\n\"")
}

func single(h http.Header, name string) (string, bool) {
	v := h.Values(name)
	if len(v) != 1 {
		return "", false
	}
	return v[0], true
}
