package wire

import (
	"crypto/ed25519"
	"encoding/base64"
	"strconv"
	"strings"

	"wherry/storage/record"
)

// sigInput is what varies in the profile's Signature-Input.
type sigInput struct {
	created int64 // Unix seconds
	nonce   [NonceBytes]byte
	device  record.ID
}

// profile writes the signature parameters: the only form that is accepted, so
// that no structured-field parser is needed.
func profile(in sigInput) string {
	return `("` + strings.Join(covered, `" "`) + `")` +
		";created=" + strconv.FormatInt(in.created, 10) +
		`;nonce="` + base64.RawURLEncoding.EncodeToString(in.nonce[:]) +
		`";keyid="` + in.device.String() +
		`";alg="ed25519";tag="` + SigTag + `"`
}

// parseInput reads Signature-Input. It takes the values from their places and
// accepts the header only if writing them again gives the same bytes.
func parseInput(header string) (in sigInput, params string, ok bool) {
	if len(header) > 512 {
		return sigInput{}, "", false
	}
	params, ok = strings.CutPrefix(header, sigLabel+"=")
	if !ok {
		return sigInput{}, "", false
	}
	created, ok1 := between(params, ";created=", ";")
	nonce, ok2 := between(params, `;nonce="`, `"`)
	keyid, ok3 := between(params, `;keyid="`, `"`)
	if !ok1 || !ok2 || !ok3 {
		return sigInput{}, "", false
	}
	t, err := strconv.ParseUint(created, 10, 40)
	if err != nil {
		return sigInput{}, "", false
	}
	in.created = int64(t)
	raw, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil || len(raw) != NonceBytes {
		return sigInput{}, "", false
	}
	in.nonce = [NonceBytes]byte(raw)
	if in.device, err = record.ParseID(keyid); err != nil {
		return sigInput{}, "", false
	}
	return in, params, profile(in) == params
}

func between(s, before, after string) (string, bool) {
	_, rest, ok := strings.Cut(s, before)
	if !ok {
		return "", false
	}
	v, _, ok := strings.Cut(rest, after)
	return v, ok
}

// parseSignature reads the Signature header: one signature under our label.
func parseSignature(header string) ([]byte, bool) {
	text, ok := strings.CutPrefix(header, sigLabel+"=:")
	if !ok {
		return nil, false
	}
	text, ok = strings.CutSuffix(text, ":")
	if !ok || len(text) != base64.StdEncoding.EncodedLen(ed25519.SignatureSize) {
		return nil, false
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(text)
	return sig, err == nil && len(sig) == ed25519.SignatureSize
}
