package trust

import (
	"crypto/ed25519"
	"io"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Council is the private side of a new council, as `wherry-endpoint init`
// makes it. Root, admin and recovery keys leave in sealed files for other
// machines; only Endpoint and Statement stay with the server.
type Council struct {
	Name      string
	Root      ed25519.PrivateKey
	Admin     ed25519.PrivateKey
	Endpoint  ed25519.PrivateKey
	Recovery  ed25519.PrivateKey
	KEM       *seal.KEMPrivate // of the recovery key
	Statement *Statement       // "root": record 1 of the directory
}

// NewCouncil makes all keys of a council and the root statement, dated now
// (Unix milliseconds).
func NewCouncil(name string, now int64, random io.Reader) (*Council, error) {
	name, err := CleanName(name)
	if err != nil {
		return nil, err
	}
	c := &Council{Name: name}
	for _, k := range []*ed25519.PrivateKey{&c.Root, &c.Admin, &c.Endpoint, &c.Recovery} {
		if *k, err = newSigner(random); err != nil {
			return nil, err
		}
	}
	if c.KEM, err = seal.NewKEM(); err != nil {
		return nil, err
	}
	body := RootBody{Name: name, Root: publicOf(c.Root), Endpoint: publicOf(c.Endpoint),
		Admins: [][]byte{publicOf(c.Admin)}, RecoveryKEM: c.KEM.Public(), RecoverySign: publicOf(c.Recovery), Time: now}
	if err := body.check(c.Realm()); err != nil {
		return nil, err
	}
	c.Statement = &Statement{Kind: KindRoot, Realm: c.Realm(), Body: record.Encode(body)}
	c.Statement.Sign(c.Root)
	return c, nil
}

// Realm is the council's id and the fingerprint of its root.
func (c *Council) Realm() record.ID { return record.RealmID(publicOf(c.Root)) }

// RootFile is the content of root.key.
func (c *Council) RootFile() *KeyFile {
	return &KeyFile{Kind: KeyRoot, Realm: c.Realm(), Sign: c.Root, Root: c.Statement.Bytes()}
}

// AdminFile is the content of admin.key. It carries the endpoint's address and
// certificates, because invitations are made where no endpoint can be reached.
func (c *Council) AdminFile(url string, ca []byte) *KeyFile {
	return &KeyFile{Kind: KeyAdmin, Realm: c.Realm(), Sign: c.Admin, Root: c.Statement.Bytes(), URL: url, CA: ca}
}

// RecoveryFile is the content of recovery.key.
func (c *Council) RecoveryFile() *KeyFile {
	return &KeyFile{Kind: KeyRecovery, Realm: c.Realm(), Sign: c.Recovery, KEM: c.KEM}
}
