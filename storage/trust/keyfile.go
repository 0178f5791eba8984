package trust

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Kinds of key files.
const (
	KeyRoot     = "root"     // the council root; offline
	KeyAdmin    = "admin"    // an administrator; signs the directory
	KeyRecovery = "recovery" // the council recovery key
	KeyPerson   = "person"   // a lead's or records officer's signing key, for a second signature
)

const keyFileMagic = "wherry-key-1"

// KeyFile is a private key that a person keeps in a passphrase-sealed file,
// with what is needed to use it on a machine that holds nothing else.
type KeyFile struct {
	Kind  string
	Realm record.ID
	Sign  ed25519.PrivateKey
	KEM   *seal.KEMPrivate // recovery only
	Root  []byte           // root and admin: bytes of the root statement
	URL   string           // admin: the endpoint's address, for invitations
	CA    []byte           // admin: PEM certificates that the endpoint's must lead to
}

// KeyFileKind reads the clear line of a key file. It tells a key file from any
// other bytes without its passphrase.
func KeyFileKind(data []byte) (kind string, realm record.ID, ok bool) {
	line, _, found := bytes.Cut(data[:min(len(data), 128)], []byte("\n"))
	parts := strings.Split(string(line), " ")
	if !found || len(parts) != 3 || parts[0] != keyFileMagic {
		return "", record.ID{}, false
	}
	realm, err := record.ParseID(parts[2])
	switch parts[1] {
	case KeyRoot, KeyAdmin, KeyRecovery, KeyPerson:
		return parts[1], realm, err == nil
	}
	return "", record.ID{}, false
}

func keyFileLine(kind string, realm record.ID) string {
	return keyFileMagic + " " + kind + " " + realm.String() + "\n"
}

const endpointKeyMagic = "wherry-endpoint-key-1 "

// EncodeEndpointKey is the content of the endpoint's own key file. The server
// must start unattended, so it is protected by file permissions alone; it can
// sign heads and receipts and nothing else.
func EncodeEndpointKey(priv ed25519.PrivateKey) []byte {
	return []byte(endpointKeyMagic + base64.RawURLEncoding.EncodeToString(priv.Seed()) + "\n")
}

// ParseEndpointKey reads the form that EncodeEndpointKey writes.
func ParseEndpointKey(data []byte) (ed25519.PrivateKey, error) {
	text, ok := strings.CutPrefix(string(data), endpointKeyMagic)
	if !ok {
		return nil, ErrKeyFile
	}
	seed, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSuffix(text, "\n"))
	priv, ok := signerOf(seed)
	if err != nil || !ok {
		return nil, ErrKeyFile
	}
	return priv, nil
}
