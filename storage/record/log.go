package record

import (
	"crypto/ed25519"
	"encoding/binary"
)

// LogRecord is one line of a case log: the number that the endpoint gave an
// entry, and the directory position at which its author's rights were judged.
// Seq starts at 1 and has no gaps; DirSeq never falls.
type LogRecord struct {
	_      struct{} `cbor:",toarray"`
	Seq    uint64
	Entry  ID
	DirSeq uint64
}

// ChainStart is the chain value before the first record of a generation.
func ChainStart(realm, caseID ID, gen uint64) ID {
	return Hash("wherry-chain-0", realm[:], caseID[:], be64(gen))
}

// Chain extends a chain value by one record.
func Chain(prev ID, r LogRecord) ID {
	return Hash("wherry-chain-1", prev[:], be64(r.Seq), r.Entry[:], be64(r.DirSeq))
}

func be64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// Head is the endpoint's statement of how long a log is and what is in it.
type Head struct {
	_      struct{} `cbor:",toarray"`
	Realm  ID
	Case   ID
	Gen    uint64
	Seq    uint64
	Chain  ID
	DirSeq uint64
	Time   int64 // Unix milliseconds at the endpoint
}

// SignedHead is a Head with the endpoint's Ed25519 signature.
type SignedHead struct {
	_    struct{} `cbor:",toarray"`
	Head Head
	Sig  []byte
}

// Receipt is the endpoint's proof that it holds an entry durably, and when it
// received it.
type Receipt struct {
	_     struct{} `cbor:",toarray"`
	Realm ID
	Case  ID
	Entry ID
	Gen   uint64
	Seq   uint64
	Chain ID    // after this entry
	Time  int64 // Unix milliseconds at the endpoint
}

// SignedReceipt is a Receipt with the endpoint's Ed25519 signature.
type SignedReceipt struct {
	_       struct{} `cbor:",toarray"`
	Receipt Receipt
	Sig     []byte
}

const (
	domainHead    = "wherry-head-1"
	domainReceipt = "wherry-receipt-1"
)

// Sign signs the head with the endpoint's key.
func (h Head) Sign(priv ed25519.PrivateKey) SignedHead {
	return SignedHead{Head: h, Sig: SignMessage(priv, domainHead, Encode(h))}
}

// Verify reports whether the pinned endpoint key signed the head.
func (s SignedHead) Verify(endpoint []byte) bool {
	return VerifyMessage(endpoint, domainHead, Encode(s.Head), s.Sig)
}

// Sign signs the receipt with the endpoint's key.
func (r Receipt) Sign(priv ed25519.PrivateKey) SignedReceipt {
	return SignedReceipt{Receipt: r, Sig: SignMessage(priv, domainReceipt, Encode(r))}
}

// Verify reports whether the pinned endpoint key signed the receipt.
func (s SignedReceipt) Verify(endpoint []byte) bool {
	return VerifyMessage(endpoint, domainReceipt, Encode(s.Receipt), s.Sig)
}

// Unchanged is the endpoint's statement that logs stand where a notebook holds
// them to. Without it a log that went missing would look like one that did not
// move.
type Unchanged struct {
	_      struct{} `cbor:",toarray"`
	Realm  ID
	Digest ID    // Same, folded over the logs in the order that they were asked for
	Time   int64 // Unix milliseconds at the endpoint
}

// SignedUnchanged is an Unchanged with the endpoint's Ed25519 signature.
type SignedUnchanged struct {
	_         struct{} `cbor:",toarray"`
	Unchanged Unchanged
	Sig       []byte
}

const domainUnchanged = "wherry-unchanged-1"

// Same extends a digest by one log and where it stands.
func Same(digest, log ID, gen, seq uint64, chain ID) ID {
	return Hash("wherry-same-1", digest[:], log[:], be64(gen), be64(seq), chain[:])
}

// Sign signs the statement with the endpoint's key.
func (u Unchanged) Sign(priv ed25519.PrivateKey) SignedUnchanged {
	return SignedUnchanged{Unchanged: u, Sig: SignMessage(priv, domainUnchanged, Encode(u))}
}

// Verify reports whether the pinned endpoint key signed the statement.
func (s SignedUnchanged) Verify(endpoint []byte) bool {
	return VerifyMessage(endpoint, domainUnchanged, Encode(s.Unchanged), s.Sig)
}
