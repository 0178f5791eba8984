package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
)

// Sizes of a sealed blob, in bytes: salt ‖ commitment ‖ nonce ‖ ciphertext ‖ tag.
const (
	saltSize   = 24
	commitSize = 32
	gcmSize    = 12 + 16 // nonce before, tag after
	// Overhead is what Seal adds to a plaintext.
	Overhead = saltSize + commitSize + gcmSize
	// MaxPlain bounds one sealed blob: 64 MiB.
	MaxPlain = 64 << 20
)

// Seal encrypts plaintext and binds it to aad, which is not part of the
// result. Each call draws 24 random bytes and makes from them, the key and aad
// a key of its own for AES-256-GCM with a random nonce; so the number of blobs
// under one Key is not limited by GCM, and a nonce cannot be used twice by any
// caller. A 32-byte commitment from the same derivation says which key and aad
// a blob belongs to: plain GCM lets one blob open under two keys.
func Seal(k Key, aad, plaintext []byte) ([]byte, error) {
	if k.isZero() {
		return nil, ErrNoKey
	}
	if len(plaintext) > MaxPlain {
		return nil, ErrTooLarge
	}
	out := make([]byte, saltSize, Overhead+len(plaintext))
	if _, err := rand.Read(out); err != nil {
		return nil, err
	}
	aead, commit := recordKey(k, out, aad)
	out = append(out, commit...)
	return aead.Seal(out, nil, plaintext, aad), nil
}

// Open returns the plaintext of a blob that Seal made under the same key and
// aad, or ErrSealed. It never returns part of a plaintext.
func Open(k Key, aad, sealed []byte) ([]byte, error) {
	if k.isZero() || len(sealed) < Overhead || len(sealed) > Overhead+MaxPlain {
		return nil, ErrSealed
	}
	salt, rest := sealed[:saltSize], sealed[saltSize:]
	aead, commit := recordKey(k, salt, aad)
	if subtle.ConstantTimeCompare(commit, rest[:commitSize]) != 1 {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, nil, rest[commitSize:], aad)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// recordKey derives the blob's cipher and commitment. The label comes first in
// the derivation, so that no salt, which an attacker may choose, can make it
// equal to another use of the key.
func recordKey(k Key, salt, aad []byte) (cipher.AEAD, []byte) {
	sum := sha256.Sum256(aad)
	info := make([]byte, 0, len(domainRecord)+saltSize+len(sum))
	info = append(info, domainRecord...)
	info = append(info, salt...)
	info = append(info, sum[:]...)
	okm := expand(k, info, 32+commitSize)
	block, err := aes.NewCipher(okm[:32])
	if err != nil {
		panic("seal: " + err.Error()) // 32 bytes are always an AES key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("seal: " + err.Error()) // always from crypto/aes
	}
	return aead, okm[32:]
}
