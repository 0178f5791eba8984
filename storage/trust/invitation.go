package trust

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"

	"wherry/storage/record"
)

const (
	invitationMagic = "wherry-invite-1:"
	maxInvitation   = 128 << 10 // bytes of the file
	maxURL          = 500
	maxCA           = 64 << 10
)

// Invitation is what the invitee is handed, by another way than the endpoint:
// where the council is, which root to pin, and the one-use secret.
type Invitation struct {
	URL           string    // https://HOST[:PORT], no path
	CA            []byte    // PEM certificates that the endpoint's must lead to; empty: the system's
	Root          record.ID // fingerprint to pin
	Secret        []byte    // Ed25519 seed, one use
	Statement     []byte    // "invite"
	RootStatement []byte    // "root"

	body InviteBody // read and verified from Statement
}

type invitationBytes struct {
	_             struct{} `cbor:",toarray"`
	URL           string
	CA            []byte
	Root          record.ID
	Secret        []byte
	Statement     []byte
	RootStatement []byte
}

// String is the one line of the file, without the line end.
func (i *Invitation) String() string {
	return invitationMagic + base64.RawURLEncoding.EncodeToString(record.Encode(invitationBytes{
		URL: i.URL, CA: i.CA, Root: i.Root, Secret: i.Secret, Statement: i.Statement, RootStatement: i.RootStatement}))
}

// ParseInvitation reads an invitation file strictly and checks all that can be
// checked without the directory: the root statement against the fingerprint,
// the administrator's signature, the secret against its public half. Bytes
// that are no invitation are ErrMalformed, a newer format is ErrNewer, and
// signatures that do not lead to the fingerprint are ErrWrongRoot or
// ErrNotTrusted.
func ParseInvitation(file []byte) (*Invitation, error) {
	if len(file) > maxInvitation {
		return nil, ErrMalformed
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(file), "\n"), "\r")
	code, ok := strings.CutPrefix(text, invitationMagic)
	if !ok {
		if strings.HasPrefix(text, "wherry-invite-") {
			return nil, ErrNewer
		}
		return nil, ErrMalformed
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(code)
	if err != nil || strings.ContainsAny(code, "\r\n") {
		return nil, ErrMalformed
	}
	var b invitationBytes
	if record.Decode(data, &b) != nil {
		return nil, ErrMalformed
	}
	i := &Invitation{URL: b.URL, CA: b.CA, Root: b.Root, Secret: b.Secret, Statement: b.Statement, RootStatement: b.RootStatement}
	if err := i.check(); err != nil {
		return nil, err
	}
	return i, nil
}

func (i *Invitation) check() error {
	secret, ok := signerOf(i.Secret)
	if !ok || !endpointURL(i.URL) || !certificates(i.CA) {
		return ErrMalformed
	}
	rs, err := ParseStatement(i.RootStatement)
	if err != nil {
		return err
	}
	root, err := VerifyRoot(rs, i.Root)
	if err != nil {
		return err
	}
	s, err := ParseStatement(i.Statement)
	if err != nil {
		return err
	}
	if s.Realm != i.Root {
		return ErrWrongRoot
	}
	body, err := verifyInvite(s, root)
	if err != nil {
		return err
	}
	if !equal(body.Secret, publicOf(secret)) {
		return ErrMalformed
	}
	i.body = *body
	return nil
}

// Body is what the administrator signed.
func (i *Invitation) Body() InviteBody { return i.body }

func endpointURL(s string) bool {
	if len(s) > maxURL {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Path == "" &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && u.Opaque == ""
}

// certificates: nothing, or PEM blocks of certificates and nothing else.
func certificates(data []byte) bool {
	if len(data) > maxCA {
		return false
	}
	for rest := bytes.TrimSpace(data); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil || b.Type != "CERTIFICATE" {
			return false
		}
	}
	return true
}
