package trust

import (
	"crypto/ed25519"
	"crypto/hpke"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"wherry/storage/record"
)

// Roles of people in the directory.
const (
	RoleWorker  = "worker"
	RoleLead    = "lead"
	RoleAdmin   = "admin"
	RoleRecords = "records"
)

// Widens reports whether appointing someone to the role widens who may read,
// which takes a second signature (design, section 6).
func Widens(role string) bool { return role == RoleLead || role == RoleRecords }

func knownRole(role string) bool {
	return role == RoleWorker || role == RoleLead || role == RoleAdmin || role == RoleRecords
}

// RootBody is the body of "root", the first record of every directory. Signed
// by Root alone.
type RootBody struct {
	_            struct{} `cbor:",toarray"`
	Name         string   // of the council
	Root         []byte   // Ed25519 public key; its RealmID is the fingerprint that notebooks pin
	Endpoint     []byte   // Ed25519 public key that signs heads and receipts
	Admins       [][]byte // Ed25519 public keys that may sign the directory
	RecoveryKEM  []byte   // HPKE MLKEM768X25519 public key that every case key is sealed to
	RecoverySign []byte   // Ed25519 public key of the recovery holders
	Time         int64    // Unix milliseconds
}

// InviteBody is the body of "invite". Signed first by an administrator, then,
// where Widens holds or a person's team or key changes, by the root, a records
// officer or a serving lead.
type InviteBody struct {
	_          struct{}  `cbor:",toarray"`
	Invitation record.ID // InvitationID(Secret)
	Secret     []byte    // Ed25519 public half of the one-use secret
	Person     record.ID
	Name       string // NFC
	Role       string
	Team       string // NFC
	Issued     int64  // Unix milliseconds
	Expires    int64  // Unix milliseconds, judged against the endpoint's time of receipt
}

// DeviceBody is the body of "device.add". Signed by the invitation's secret,
// the device and the person key, in this order: each proves that its private
// half is held.
type DeviceBody struct {
	_          struct{} `cbor:",toarray"`
	Invitation record.ID
	Device     []byte // Ed25519 public key; its DeviceID signs entries
	PersonSign []byte // Ed25519 public key
	PersonKEM  []byte // HPKE MLKEM768X25519 public key
	Link       *Link  // a notebook used alone before; nil if enrolled from birth
}

// Link ties the device of a notebook that was used alone to its new device.
// The new device signs the statement around it; the old device and the old
// realm's root sign the link, so that both sides agree.
type Link struct {
	_       struct{}  `cbor:",toarray"`
	Realm   record.ID // the old realm: RealmID(Root)
	Root    []byte    // the old realm's Ed25519 root
	Device  []byte    // the old device's Ed25519 public key
	Sig     []byte    // by Device over the link's message
	RootSig []byte    // by Root over the same
}

const domainLink = "wherry-link-1"

type linkMessage struct {
	_          struct{} `cbor:",toarray"`
	Realm      record.ID
	Device     []byte
	Invitation record.ID
	OldRealm   record.ID
	OldDevice  []byte
}

func linkBytes(realm record.ID, device []byte, invitation, oldRealm record.ID, oldDevice []byte) []byte {
	return record.Encode(linkMessage{Realm: realm, Device: device, Invitation: invitation, OldRealm: oldRealm, OldDevice: oldDevice})
}

// InvitationID names an invitation by the public half of its secret.
func InvitationID(secretPub []byte) record.ID { return record.Hash("wherry-invitation-1", secretPub) }

// MaxInvitation is the longest an invitation may live: 720 hours, in
// milliseconds (the command contract).
const MaxInvitation int64 = 720 * 60 * 60 * 1000

const maxName = 200 // bytes of UTF-8

// CleanName returns a name or team in the one form that is signed and
// compared: NFC, single spaces, none at the ends. Empty or overlong names,
// control characters and bidirectional overrides (which let one name be shown
// as another) are refused with ErrMalformed.
func CleanName(s string) (string, error) {
	s = strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	if s == "" || len(s) > maxName {
		return "", ErrMalformed
	}
	for _, r := range s {
		if unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError { // broken UTF-8 reads as this
			return "", ErrMalformed
		}
	}
	return s, nil
}

func cleanName(s string) bool {
	c, err := CleanName(s)
	return err == nil && c == s
}

func signKey(k []byte) bool { return len(k) == ed25519.PublicKeySize }

func kemKey(k []byte) bool {
	_, err := hpke.MLKEM768X25519().NewPublicKey(k)
	return err == nil
}

// check says whether the body is well formed; signatures are judged elsewhere.
func (b *RootBody) check(realm record.ID) error {
	if !cleanName(b.Name) || !signKey(b.Root) || !kemKey(b.RecoveryKEM) || b.Time < 0 ||
		len(b.Admins) == 0 || len(b.Admins) > 64 {
		return ErrMalformed
	}
	if record.RealmID(b.Root) != realm {
		return ErrWrongRoot
	}
	seen := map[string]bool{}
	for _, k := range append([][]byte{b.Root, b.Endpoint, b.RecoverySign}, b.Admins...) {
		if !signKey(k) || seen[string(k)] {
			return ErrMalformed
		}
		seen[string(k)] = true
	}
	return nil
}

func (b *InviteBody) check() error {
	if !signKey(b.Secret) || b.Invitation != InvitationID(b.Secret) || b.Person.IsZero() || IsReservedReader(b.Person) ||
		!cleanName(b.Name) || !cleanName(b.Team) || !knownRole(b.Role) ||
		b.Issued < 0 || b.Expires <= b.Issued || b.Expires-b.Issued > MaxInvitation {
		return ErrMalformed
	}
	return nil
}

func (b *DeviceBody) check(realm record.ID) error {
	if b.Invitation.IsZero() || !signKey(b.Device) || !signKey(b.PersonSign) || !kemKey(b.PersonKEM) ||
		equal(b.Device, b.PersonSign) {
		return ErrMalformed
	}
	l := b.Link
	if l == nil {
		return nil
	}
	if !signKey(l.Root) || !signKey(l.Device) || equal(l.Device, b.Device) || equal(l.Device, b.PersonSign) ||
		l.Realm != record.RealmID(l.Root) || l.Realm == realm {
		return ErrMalformed
	}
	msg := linkBytes(realm, b.Device, b.Invitation, l.Realm, l.Device)
	if !record.VerifyMessage(l.Device, domainLink, msg, l.Sig) || !record.VerifyMessage(l.Root, domainLink, msg, l.RootSig) {
		return ErrNotTrusted
	}
	return nil
}
