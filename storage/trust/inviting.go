package trust

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"io"

	"wherry/storage/record"
)

// InviteRequest is whom an administrator invites.
type InviteRequest struct {
	Name      string
	Role      string
	Team      string
	Lifetime  int64 // milliseconds; 0 < Lifetime ≤ MaxInvitation
	NewPerson bool  // a random person id, although name and team are known
}

// NewInvitation makes an invitation with an administrator's key file. Second
// is the key file for the second signature, nil if there is none; roles that
// widen reading need one, else ErrCountersign. Now is in Unix milliseconds.
func NewInvitation(admin *KeyFile, r InviteRequest, second *KeyFile, now int64, random io.Reader) (*Invitation, error) {
	if admin.Kind != KeyAdmin {
		return nil, ErrKeyFile
	}
	root, err := ParseStatement(admin.Root)
	if err != nil {
		return nil, ErrKeyFile
	}
	name, err := CleanName(r.Name)
	if err != nil {
		return nil, err
	}
	team, err := CleanName(r.Team)
	if err != nil {
		return nil, err
	}
	if second != nil && (second.Realm != admin.Realm || second.Kind != KeyRoot && second.Kind != KeyPerson) {
		return nil, ErrKeyFile
	}
	if second == nil && Widens(r.Role) {
		return nil, ErrCountersign
	}
	secret, err := newSigner(random)
	if err != nil {
		return nil, err
	}
	person := PersonID(admin.Sign, name, team)
	if r.NewPerson {
		if _, err := io.ReadFull(random, person[:]); err != nil {
			return nil, err
		}
	}
	pub := publicOf(secret)
	body := InviteBody{Invitation: InvitationID(pub), Secret: pub, Person: person, Name: name, Role: r.Role, Team: team,
		Issued: now, Expires: now + r.Lifetime}
	s := &Statement{Kind: KindInvite, Realm: admin.Realm, Body: record.Encode(body)}
	s.Sign(admin.Sign)
	if second != nil {
		s.Sign(second.Sign)
	}
	inv := &Invitation{URL: admin.URL, CA: admin.CA, Root: admin.Realm, Secret: secret.Seed(),
		Statement: s.Bytes(), RootStatement: root.Bytes()}
	if err := inv.check(); err != nil {
		return nil, err
	}
	return inv, nil
}

// PersonID names a person by the administrator's key, name and team, so that
// inviting the same person again names the same person. It says nothing to
// those without the key.
func PersonID(admin ed25519.PrivateKey, name, team string) record.ID {
	m := hmac.New(sha256.New, admin.Seed())
	for _, p := range []string{"wherry-person-1", name, team} {
		m.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		m.Write([]byte(p))
	}
	var id record.ID
	m.Sum(id[:0])
	return id
}
