package trust

import (
	"maps"
	"slices"

	"wherry/storage/record"
)

// Directory is the verified state of a council's directory log. It starts with
// nothing but the root fingerprint that was pinned, and believes no record
// that does not lead back to it. It is not safe for concurrent change; a
// server hands out a Clone and swaps it.
type Directory struct {
	pinned  record.ID
	seq     uint64
	time    int64
	root    RootBody
	invites map[record.ID]Invite
	devices map[record.ID]Device
	people  map[record.ID][]Person     // versions, by rising Since
	links   map[[2]record.ID]record.ID // (old realm, old device) to new device
	keys    map[string]keyUse          // every key of the directory, so that none serves twice
}

type keyUse struct {
	person record.ID // zero for keys that are nobody's
}

// Device is one enrolled laptop.
type Device struct {
	ID     record.ID
	Pub    []byte // Ed25519
	Person record.ID
	Seq    uint64 // directory position from which it counts
	Link   *Link  // its notebook's life before the council, if any
}

// Person is someone in the directory, as from position Since.
type Person struct {
	ID       record.ID
	Name     string
	Role     string
	Team     string
	KEM      []byte // HPKE public key that case keys are sealed to
	Sign     []byte // Ed25519 public key
	Since    uint64 // directory position of this version
	KeySince uint64 // directory position of the present person key
}

// Invite is the state of an invitation.
type Invite struct {
	Body   InviteBody
	Seq    uint64    // directory position of the invitation
	Second bool      // it carries a valid second signature
	Spent  bool      // a device has enrolled with it
	Device record.ID // the device that spent it
}

// NewDirectory returns an empty directory under the pinned root fingerprint.
func NewDirectory(rootFingerprint record.ID) *Directory {
	return &Directory{
		pinned:  rootFingerprint,
		invites: map[record.ID]Invite{},
		devices: map[record.ID]Device{},
		people:  map[record.ID][]Person{},
		links:   map[[2]record.ID]record.ID{},
		keys:    map[string]keyUse{},
	}
}

// Clone returns an independent copy.
func (d *Directory) Clone() *Directory {
	c := *d
	c.invites, c.devices, c.links, c.keys = maps.Clone(d.invites), maps.Clone(d.devices), maps.Clone(d.links), maps.Clone(d.keys)
	c.people = make(map[record.ID][]Person, len(d.people))
	for id, v := range d.people {
		c.people[id] = slices.Clip(v) // versions are only ever appended
	}
	return &c
}

// Apply takes record seq of the directory log: the statement's bytes and the
// time (Unix milliseconds) at which the endpoint says it received it. Time is
// not allowed to run backwards: a record counts as received no earlier than
// the one before it, so that an endpoint can hardly revive what has expired.
// On an error nothing has changed.
func (d *Directory) Apply(seq uint64, stmt []byte, at int64) error {
	if seq != d.seq+1 {
		return ErrOrder
	}
	s, err := ParseStatement(stmt)
	if err != nil {
		return err
	}
	if s.Realm != d.pinned {
		return ErrWrongRoot
	}
	at = max(at, d.time)
	if (seq == 1) != (s.Kind == KindRoot) {
		return ErrNotTrusted
	}
	switch s.Kind {
	case KindRoot:
		err = d.applyRoot(s)
	case KindInvite:
		err = d.applyInvite(seq, s)
	case KindDeviceAdd:
		err = d.applyDevice(seq, s, at)
	default:
		err = ErrNewer
	}
	if err != nil {
		return err
	}
	d.seq, d.time = seq, at
	return nil
}

func (d *Directory) applyRoot(s *Statement) error {
	body, err := VerifyRoot(s, d.pinned)
	if err != nil {
		return err
	}
	d.root = *body
	for _, k := range append([][]byte{body.Root, body.Endpoint, body.RecoverySign}, body.Admins...) {
		d.keys[string(k)] = keyUse{}
	}
	d.keys[string(body.RecoveryKEM)] = keyUse{}
	return nil
}

// VerifyRoot checks a root statement against the pinned fingerprint.
func VerifyRoot(s *Statement, fingerprint record.ID) (*RootBody, error) {
	var b RootBody
	if s.Kind != KindRoot || len(s.Sigs) != 1 || record.Decode(s.Body, &b) != nil {
		return nil, ErrMalformed
	}
	if s.Realm != fingerprint {
		return nil, ErrWrongRoot
	}
	if err := b.check(fingerprint); err != nil {
		return nil, err
	}
	if !s.signedBy(0, b.Root) {
		return nil, ErrNotTrusted
	}
	return &b, nil
}
