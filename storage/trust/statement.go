package trust

import (
	"crypto/ed25519"

	"wherry/storage/record"
)

// Kinds of statement in this release. A verifier that meets another kind stops
// with ErrNewer: skipping, say, a revocation would be worse than stopping.
const (
	KindRoot      = "root"
	KindInvite    = "invite"
	KindDeviceAdd = "device.add"
)

// maxStatement bounds one statement in bytes; the largest of this release, a
// device with hybrid public keys, is under 3 KiB.
const maxStatement = 64 << 10

const (
	domainStatement   = "wherry-statement-1"
	domainStatementID = "wherry-statement-id-1"
)

// Statement is one signed line of the directory. Each kind fixes how many
// signatures it has, by whom and in which order.
type Statement struct {
	_     struct{} `cbor:",toarray"`
	Kind  string
	Realm record.ID // of the council whose directory it belongs to
	Body  []byte    // canonical CBOR of the kind's body
	Sigs  []Signature
}

// Signature is an Ed25519 public key and its signature over the statement.
type Signature struct {
	_   struct{} `cbor:",toarray"`
	Key []byte
	Sig []byte
}

type statementCore struct {
	_     struct{} `cbor:",toarray"`
	Kind  string
	Realm record.ID
	Body  []byte
}

// message is what every signature of a statement covers: kind, realm and body,
// but not the other signatures, so that signers need not meet.
func (s *Statement) message() []byte {
	return record.Encode(statementCore{Kind: s.Kind, Realm: s.Realm, Body: s.Body})
}

// Sign appends a signature.
func (s *Statement) Sign(priv ed25519.PrivateKey) {
	s.Sigs = append(s.Sigs, Signature{Key: publicOf(priv), Sig: record.SignMessage(priv, domainStatement, s.message())})
}

// signedBy reports whether signature i is there, is by key and verifies.
func (s *Statement) signedBy(i int, key []byte) bool {
	return i < len(s.Sigs) && equal(s.Sigs[i].Key, key) &&
		record.VerifyMessage(key, domainStatement, s.message(), s.Sigs[i].Sig)
}

// Bytes is the canonical form, signatures included.
func (s *Statement) Bytes() []byte { return record.Encode(s) }

// ID is the hash of Bytes. It covers the signatures, so that a log that names
// a statement says who signed it, and no two readers can be shown the same
// statement with and without its second signature.
func (s *Statement) ID() record.ID { return record.Hash(domainStatementID, s.Bytes()) }

// ParseStatement reads the form of the bytes; who signed it is judged by
// Directory.Apply.
func ParseStatement(data []byte) (*Statement, error) {
	if len(data) > maxStatement {
		return nil, ErrMalformed
	}
	var s Statement
	if err := record.Decode(data, &s); err != nil {
		return nil, ErrMalformed
	}
	if s.Kind == "" || len(s.Kind) > 32 || s.Realm.IsZero() || len(s.Body) == 0 || len(s.Sigs) == 0 || len(s.Sigs) > 8 {
		return nil, ErrMalformed
	}
	for _, g := range s.Sigs {
		if len(g.Key) != ed25519.PublicKeySize || len(g.Sig) != ed25519.SignatureSize {
			return nil, ErrMalformed
		}
	}
	return &s, nil
}

func publicOf(priv ed25519.PrivateKey) []byte {
	pub, ok := priv.Public().(ed25519.PublicKey)
	if !ok {
		panic("trust: ed25519 public key of another type")
	}
	return pub
}

func equal(a, b []byte) bool { return string(a) == string(b) }
