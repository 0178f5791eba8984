package trust

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"wherry/storage/record"
)

// Actions of access entries.
const (
	ActionGenesis = "genesis" // begins a case in the realm of its header
	ActionAdopt   = "adopt"   // brings a case of a linked realm into the council
)

// Actions of key entries.
const (
	ActionEpoch = "epoch" // a new case key; the entry's own id names the epoch
	ActionGrant = "grant" // an existing epoch's key, sealed to more readers
)

// Limits of clear bodies.
const (
	MaxAdoptedLanes = 256
	MaxWraps        = 512
	MaxWrapBytes    = 4 << 10
	MaxBlobs        = 16 // that one content entry may name; others name none
)

// Readers that are not people. They name wraps only; nobody is served under
// them.
var (
	// RecoveryReader names the wrap to the council recovery key.
	RecoveryReader = record.Hash("wherry-reader-1", []byte("recovery"))
	// PrevReader names the previous epoch's key, sealed under the new one.
	PrevReader = record.Hash("wherry-reader-1", []byte("previous epoch"))
)

// IsReservedReader reports whether id is RecoveryReader or PrevReader.
func IsReservedReader(id record.ID) bool { return id == RecoveryReader || id == PrevReader }

// AccessBody is the clear body of an access entry.
//
// "genesis": Nonce, Person and Team; the rest zero. The header's case id is
// CaseID(header realm, author, Nonce).
//
// "adopt": all fields. Nonce is the one of the adopted genesis, so that the
// case id can be checked at once: it is CaseID(OldRealm, old device, Nonce).
type AccessBody struct {
	_        struct{} `cbor:",toarray"`
	Action   string
	Nonce    []byte    // 16 bytes
	Person   record.ID // who the case belongs to: the author's own person
	Team     string    // whose leads are entitled to read
	Genesis  record.ID // entry that began the case in OldRealm
	OldRealm record.ID
	Lanes    []LaneHead // every lane of the old realm, by rising lane id
}

// LaneHead is where a lane ends: its last sequence number and entry.
type LaneHead struct {
	_    struct{} `cbor:",toarray"`
	Lane record.ID
	Seq  uint64
	Head record.ID
}

// KeyBody is the clear body of a key entry.
//
// "epoch": Epoch is zero (the entry's own id names it); PrevEpoch is zero for
// the first epoch of a case, and else the epoch whose key the PrevReader wrap
// holds. "grant": Epoch is the epoch granted, Check its check, PrevEpoch zero.
type KeyBody struct {
	_         struct{} `cbor:",toarray"`
	Action    string
	Epoch     record.ID
	PrevEpoch record.ID
	Check     []byte    // 32 bytes: commitment to the case key
	Wraps     []WrapRef // by rising reader id, each reader once
}

// WrapRef names a wrap without holding it (no wrapped key is ever inside an
// entry): for whom, and the SHA-256 of its bytes.
type WrapRef struct {
	_      struct{} `cbor:",toarray"`
	Reader record.ID
	Hash   record.ID
}

// Wrap is a case key sealed to one reader. It travels beside its entry and
// rests in the key box or the endpoint's wrap table.
type Wrap struct {
	_      struct{} `cbor:",toarray"`
	Reader record.ID
	Data   []byte
}

// WrapHash is what a WrapRef holds for the wrap's bytes.
func WrapHash(data []byte) record.ID { return sha256.Sum256(data) }

type wrapAAD struct {
	_      struct{} `cbor:",toarray"`
	Domain string
	Realm  record.ID
	Case   record.ID
	Reader record.ID
	Check  []byte
}

// WrapAAD is the associated data of a wrap. The epoch's id is not known before
// its entry exists, so the wrap is bound to the key's check instead.
func WrapAAD(realm, caseID, reader record.ID, check []byte) []byte {
	return record.Encode(wrapAAD{Domain: "wherry-wrap-1", Realm: realm, Case: caseID, Reader: reader, Check: check})
}

// GenesisBody makes the body of a genesis entry.
func GenesisBody(person record.ID, team string, nonce [16]byte) AccessBody {
	return AccessBody{Action: ActionGenesis, Nonce: nonce[:], Person: person, Team: team, Lanes: []LaneHead{}}
}

// AdoptBody makes the body of an adopt entry. The nonce is the genesis
// entry's; lanes may come in any order and are not changed.
func AdoptBody(person record.ID, team string, oldRealm, genesis record.ID, nonce [16]byte, lanes []LaneHead) AccessBody {
	l := slices.Clone(lanes)
	slices.SortFunc(l, func(a, b LaneHead) int { return bytes.Compare(a.Lane[:], b.Lane[:]) })
	return AccessBody{Action: ActionAdopt, Nonce: nonce[:], Person: person, Team: team,
		Genesis: genesis, OldRealm: oldRealm, Lanes: l}
}

// EpochBody makes the body of an epoch entry; refs may come in any order.
func EpochBody(prev record.ID, check []byte, refs []WrapRef) KeyBody {
	return KeyBody{Action: ActionEpoch, PrevEpoch: prev, Check: check, Wraps: sortedRefs(refs)}
}

// GrantBody makes the body of a grant entry; refs may come in any order.
func GrantBody(epoch record.ID, check []byte, refs []WrapRef) KeyBody {
	return KeyBody{Action: ActionGrant, Epoch: epoch, Check: check, Wraps: sortedRefs(refs)}
}

func sortedRefs(refs []WrapRef) []WrapRef {
	r := slices.Clone(refs)
	slices.SortFunc(r, func(a, b WrapRef) int { return bytes.Compare(a.Reader[:], b.Reader[:]) })
	return r
}

// Bytes is the canonical form: the entry's body.
func (b AccessBody) Bytes() []byte { return record.Encode(b) }

// Bytes is the canonical form: the entry's body.
func (b KeyBody) Bytes() []byte { return record.Encode(b) }

// ParseAccess reads an access body strictly. An action that this release does
// not know is ErrNewer.
func ParseAccess(data []byte) (*AccessBody, error) {
	var b AccessBody
	if err := record.Decode(data, &b); err != nil {
		return nil, ErrMalformed
	}
	if b.Action != ActionGenesis && b.Action != ActionAdopt {
		return nil, unknownAction(b.Action)
	}
	if len(b.Nonce) != 16 || b.Person.IsZero() || IsReservedReader(b.Person) || !cleanTeam(b.Team) || b.Lanes == nil {
		return nil, ErrMalformed
	}
	if b.Action == ActionGenesis {
		if !b.Genesis.IsZero() || !b.OldRealm.IsZero() || len(b.Lanes) != 0 {
			return nil, ErrMalformed
		}
		return &b, nil
	}
	if b.Genesis.IsZero() || b.OldRealm.IsZero() || len(b.Lanes) == 0 || len(b.Lanes) > MaxAdoptedLanes {
		return nil, ErrMalformed
	}
	for i, l := range b.Lanes {
		if l.Lane.IsZero() || l.Seq == 0 || l.Head.IsZero() || i > 0 && bytes.Compare(b.Lanes[i-1].Lane[:], l.Lane[:]) >= 0 {
			return nil, ErrMalformed
		}
	}
	return &b, nil
}

// ParseKey reads a key body strictly. An action that this release does not
// know is ErrNewer.
func ParseKey(data []byte) (*KeyBody, error) {
	var b KeyBody
	if err := record.Decode(data, &b); err != nil {
		return nil, ErrMalformed
	}
	if b.Action != ActionEpoch && b.Action != ActionGrant {
		return nil, unknownAction(b.Action)
	}
	if len(b.Check) != 32 || len(b.Wraps) == 0 || len(b.Wraps) > MaxWraps ||
		(b.Action == ActionGrant) == b.Epoch.IsZero() || b.Action == ActionGrant && !b.PrevEpoch.IsZero() {
		return nil, ErrMalformed
	}
	prev := false
	for i, w := range b.Wraps {
		if w.Reader.IsZero() || w.Hash.IsZero() || i > 0 && bytes.Compare(b.Wraps[i-1].Reader[:], w.Reader[:]) >= 0 {
			return nil, ErrMalformed
		}
		prev = prev || w.Reader == PrevReader
	}
	if prev == b.PrevEpoch.IsZero() {
		return nil, ErrMalformed
	}
	return &b, nil
}

// cleanTeam: a solo notebook has no team, and says so with the empty string.
func cleanTeam(team string) bool { return team == "" || cleanName(team) }

func unknownAction(a string) error {
	if a == "" || len(a) > 32 {
		return ErrMalformed
	}
	return ErrNewer
}
