package record

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Class is all that a blind endpoint needs to know of an entry's meaning.
type Class uint8

// The classes. Bodies of Access and Key entries are signed but in clear; those
// of Content and Receipt entries are sealed.
const (
	Content Class = 1 + iota
	Access
	Key
	ReceiptClass
)

// Format and algorithm numbers of this release. AlgEd25519 leaves room for a
// second, post-quantum signature under another number.
const (
	FormatEntry uint8 = 1
	AlgEd25519  uint8 = 1
)

// MaxBody bounds an entry's body, and so what a hostile peer can make us hold.
const MaxBody = 1<<20 + 64<<10

const maxBlobs = 64

// Errors of entries.
var (
	ErrEntry     = errors.New("record: malformed entry")
	ErrSignature = errors.New("record: signature does not verify")
	ErrNewer     = errors.New("record: entry of a newer format")
	ErrNoBody    = errors.New("record: body was lawfully dropped")
)

// Seen says how far its writer had read a log: generation, position and the
// first bytes of the chain there. It shows a fork at the next exchange.
type Seen struct {
	_      struct{} `cbor:",toarray"`
	Gen    uint64
	Seq    uint64
	Prefix [16]byte
}

// Header is the signed part of an entry. Its canonical CBOR is the array of
// its fields in this order; the entry's id is the hash of those bytes.
type Header struct {
	_        struct{} `cbor:",toarray"`
	Format   uint8
	Alg      uint8
	Class    Class
	Realm    ID
	Case     ID
	Lane     ID
	LaneSeq  uint64 // from 1, without gaps
	Prev     ID     // the lane's previous entry; zero for the first
	CaseSeen Seen
	DirSeen  Seen
	Epoch    ID  // the key entry whose case key seals the body; zero in clear
	Time     HLC // when the device wrote it
	Author   ID  // device
	Blobs    []ID
	CTHash   ID // SHA-256 of the body as stored
}

// sealedHeader is Header without CTHash: what the seal authenticates. The
// hash cannot be in it, since it covers the sealed bytes.
type sealedHeader struct {
	_        struct{} `cbor:",toarray"`
	Format   uint8
	Alg      uint8
	Class    Class
	Realm    ID
	Case     ID
	Lane     ID
	LaneSeq  uint64
	Prev     ID
	CaseSeen Seen
	DirSeen  Seen
	Epoch    ID
	Time     HLC
	Author   ID
	Blobs    []ID
}

// AAD is the associated data of the seal: exactly the header without CTHash.
func (h Header) AAD() []byte {
	return Encode(sealedHeader{
		Format: h.Format, Alg: h.Alg, Class: h.Class, Realm: h.Realm, Case: h.Case,
		Lane: h.Lane, LaneSeq: h.LaneSeq, Prev: h.Prev, CaseSeen: h.CaseSeen, DirSeen: h.DirSeen,
		Epoch: h.Epoch, Time: h.Time, Author: h.Author, Blobs: blobs(h.Blobs),
	})
}

func blobs(b []ID) []ID {
	if b == nil {
		return []ID{}
	}
	return b
}

// Entry is one immutable signed fact. Its bytes are kept as received.
type Entry struct {
	id     ID
	header Header
	body   []byte
	sig    []byte
	bytes  []byte
}

// envelope is the stored and sent form: header bytes verbatim, signature, body.
// An empty body means that the ciphertext was lawfully dropped.
type envelope struct {
	_      struct{} `cbor:",toarray"`
	Header []byte
	Sig    []byte
	Body   []byte
}

// New completes h with the body's hash, signs it and returns the entry. The
// caller has set every other field; Format and Alg are set here.
func New(h Header, body []byte, priv ed25519.PrivateKey) (*Entry, error) {
	h.Format, h.Alg, h.Blobs = FormatEntry, AlgEd25519, blobs(h.Blobs)
	h.CTHash = sha256.Sum256(body)
	if err := check(&h, body); err != nil {
		return nil, err
	}
	hb := Encode(h)
	id := Hash("wherry-entry-1", hb)
	return build(id, h, hb, ed25519.Sign(priv, id[:]), body), nil
}

func build(id ID, h Header, hb, sig, body []byte) *Entry {
	return &Entry{id: id, header: h, body: body, sig: sig,
		bytes: Encode(envelope{Header: hb, Sig: sig, Body: body})}
}

// Parse reads an entry and checks everything but its signature, for which the
// author's key is needed (Verify).
func Parse(data []byte) (*Entry, error) {
	var env envelope
	if err := Decode(data, &env); err != nil {
		return nil, ErrEntry
	}
	if format(env.Header) > FormatEntry {
		return nil, ErrNewer
	}
	var h Header
	if err := Decode(env.Header, &h); err != nil {
		return nil, ErrEntry
	}
	if h.Format != FormatEntry || h.Alg != AlgEd25519 || len(env.Sig) != ed25519.SignatureSize {
		return nil, ErrEntry
	}
	if len(env.Body) > 0 && sha256.Sum256(env.Body) != h.CTHash {
		return nil, fmt.Errorf("%w: body does not match its hash", ErrEntry)
	}
	if err := check(&h, env.Body); err != nil {
		return nil, err
	}
	return &Entry{id: Hash("wherry-entry-1", env.Header), header: h, body: env.Body, sig: env.Sig, bytes: data}, nil
}

// format peeks at the first element of the header array: a newer format may
// hold fields that this release cannot name.
func format(header []byte) uint8 {
	if len(header) < 2 || header[0]&0xe0 != 0x80 || header[1] > 23 {
		return 0
	}
	return header[1]
}

func check(h *Header, body []byte) error {
	switch {
	case h.Class < Content || h.Class > ReceiptClass:
		return fmt.Errorf("%w: class", ErrEntry)
	case h.Realm.IsZero() || h.Case.IsZero() || h.Lane.IsZero() || h.Author.IsZero():
		return fmt.Errorf("%w: missing id", ErrEntry)
	case h.LaneSeq == 0 || (h.LaneSeq == 1) != h.Prev.IsZero():
		return fmt.Errorf("%w: lane", ErrEntry)
	case len(h.Blobs) > maxBlobs || len(body) > MaxBody:
		return fmt.Errorf("%w: too large", ErrEntry)
	}
	return nil
}

// ID is the hash of the header: the same wherever the entry is held.
func (e *Entry) ID() ID { return e.id }

// Header returns the signed header.
func (e *Entry) Header() Header { return e.header }

// Body returns the body as stored, or nothing if it was dropped.
func (e *Entry) Body() []byte { return e.body }

// HasBody reports whether the body is still there.
func (e *Entry) HasBody() bool { return len(e.body) > 0 }

// Bytes returns the entry as received; callers must not change them.
func (e *Entry) Bytes() []byte { return e.bytes }

// Verify checks the author's signature. That pub belongs to Header().Author is
// checked too.
func (e *Entry) Verify(pub []byte) error {
	if len(pub) != ed25519.PublicKeySize || DeviceID(pub) != e.header.Author {
		return ErrSignature
	}
	if !ed25519.Verify(ed25519.PublicKey(pub), e.id[:], e.sig) {
		return ErrSignature
	}
	return nil
}

// WithoutBody returns the entry with its body dropped: same id, still
// verifiable, nothing left to read.
func (e *Entry) WithoutBody() *Entry {
	var env envelope
	if err := Decode(e.bytes, &env); err != nil {
		return e
	}
	return build(e.id, e.header, env.Header, e.sig, []byte{})
}
