package trust

import (
	"crypto/ed25519"
	"io"

	"wherry/storage/record"
)

// NewDeviceAdd makes the statement by which a notebook accepts an invitation:
// device and person are its private keys, kem the public key that case keys
// are to be sealed to, link its life before the council (nil if it had none).
// The bytes are the same however often it is made with the same keys, so a
// lost answer is mended by sending it again.
func NewDeviceAdd(inv *Invitation, device, person ed25519.PrivateKey, kem []byte, link *Link) (*Statement, error) {
	secret, ok := signerOf(inv.Secret)
	if !ok || len(device) != ed25519.PrivateKeySize || len(person) != ed25519.PrivateKeySize {
		return nil, ErrMalformed
	}
	body := DeviceBody{Invitation: inv.body.Invitation, Device: publicOf(device), PersonSign: publicOf(person), PersonKEM: kem, Link: link}
	if err := body.check(inv.Root); err != nil {
		return nil, err
	}
	s := &Statement{Kind: KindDeviceAdd, Realm: inv.Root, Body: record.Encode(body)}
	s.Sign(secret)
	s.Sign(device)
	s.Sign(person)
	return s, nil
}

// NewLink ties the device of a notebook that was used alone (its realm's root
// and its old device key) to the new device that accepts an invitation into
// realm.
func NewLink(realm, invitation record.ID, device ed25519.PublicKey, oldRoot, oldDevice ed25519.PrivateKey) (*Link, error) {
	if len(oldRoot) != ed25519.PrivateKeySize || len(oldDevice) != ed25519.PrivateKeySize || len(device) != ed25519.PublicKeySize {
		return nil, ErrMalformed
	}
	root, old := publicOf(oldRoot), publicOf(oldDevice)
	msg := linkBytes(realm, device, invitation, record.RealmID(root), old)
	return &Link{Realm: record.RealmID(root), Root: root, Device: old,
		Sig:     record.SignMessage(oldDevice, domainLink, msg),
		RootSig: record.SignMessage(oldRoot, domainLink, msg)}, nil
}

// newSigner makes an Ed25519 key from 32 bytes of random.
func newSigner(random io.Reader) (ed25519.PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func signerOf(seed []byte) (ed25519.PrivateKey, bool) {
	if len(seed) != ed25519.SeedSize {
		return nil, false
	}
	return ed25519.NewKeyFromSeed(seed), true
}
