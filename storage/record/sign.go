package record

import "crypto/ed25519"

// SignMessage signs msg under a domain, so that a signature made for one
// purpose is worth nothing for another.
func SignMessage(priv ed25519.PrivateKey, domain string, msg []byte) []byte {
	h := Hash(domain, msg)
	return ed25519.Sign(priv, h[:])
}

// VerifyMessage reports whether sig is pub's signature over msg in domain.
func VerifyMessage(pub []byte, domain string, msg, sig []byte) bool {
	if len(pub) != ed25519.PublicKeySize || len(sig) != ed25519.SignatureSize {
		return false
	}
	h := Hash(domain, msg)
	return ed25519.Verify(ed25519.PublicKey(pub), h[:], sig)
}
