package record

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

// ID names an entry, case, lane, device, person, realm or blob: 32 bytes,
// nearly always a hash of what it names. The zero ID means "none".
type ID [32]byte

// ErrID reports text that is not 64 lower-case hexadecimal digits.
var ErrID = errors.New("record: not an id")

// ParseID reads the form that String writes.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 2*len(id) {
		return ID{}, ErrID
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ID{}, ErrID
		}
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, ErrID
	}
	return id, nil
}

// String returns 64 lower-case hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Short returns the first eight digits, for people to compare at a glance.
func (id ID) Short() string { return hex.EncodeToString(id[:4]) }

// IsZero reports whether the id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText writes the hexadecimal form (JSON uses it).
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the hexadecimal form.
func (id *ID) UnmarshalText(b []byte) error {
	v, err := ParseID(string(b))
	if err != nil {
		return err
	}
	*id = v
	return nil
}

// MarshalBinary and UnmarshalBinary make an ID a CBOR byte string.
func (id ID) MarshalBinary() ([]byte, error) { return id[:], nil }

// UnmarshalBinary reads exactly 32 bytes.
func (id *ID) UnmarshalBinary(b []byte) error {
	if len(b) != len(id) {
		return ErrID
	}
	copy(id[:], b)
	return nil
}

// Hash is SHA-256 over domain, a zero byte, then each part with its length as
// four big-endian bytes before it, so that no two lists of parts collide.
func Hash(domain string, parts ...[]byte) ID {
	h := sha256.New()
	h.Write([]byte(domain))
	h.Write([]byte{0})
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	var id ID
	h.Sum(id[:0])
	return id
}

// DeviceID names a device by its Ed25519 public key.
func DeviceID(pub []byte) ID { return Hash("wherry-device-1", pub) }

// RealmID names a root of trust by its Ed25519 public key: the fingerprint
// that a notebook pins.
func RealmID(rootPub []byte) ID { return Hash("wherry-realm-1", rootPub) }

// CaseID binds a case to the realm and device that began it, so that only that
// device's genesis entry is valid for it.
func CaseID(realm, device ID, nonce [16]byte) ID {
	return Hash("wherry-case-1", realm[:], device[:], nonce[:])
}

// LaneID names one device's chain in one case; the nonce is new for each
// incarnation, so that a restored disk image cannot continue an old lane.
func LaneID(caseID, device ID, nonce [16]byte) ID {
	return Hash("wherry-lane-1", caseID[:], device[:], nonce[:])
}

// DirectoryLog is the id under which the directory's log is numbered.
func DirectoryLog(realm ID) ID { return Hash("wherry-directory-1", realm[:]) }
