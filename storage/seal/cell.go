package seal

import (
	"crypto/aes"
	"crypto/cipher"
)

// CellOverhead is how much longer a sealed cell is than its plain text, in
// bytes: a random nonce of 12 and a tag of 16.
const CellOverhead = 12 + 16

// MaxCells is how many cells one key may seal: with random nonces of 96 bits,
// 2^32 messages under one key keep the chance of a repeat below 2^-32 (NIST SP
// 800-38D section 8.3). A holder counts and takes a new key well before.
const MaxCells = 1 << 31

// Cell seals many small values under one key: AES-256-GCM with a random nonce,
// a fifth of the cost of Seal. It is for stores that can be made again from the
// record: a cell does not commit to its key, and its key has a limit.
type Cell struct{ aead cipher.AEAD }

// NewCell begins sealing under a key that is used for nothing else.
func NewCell(k Key) *Cell {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic("seal: " + err.Error()) // a Key has the right length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("seal: " + err.Error())
	}
	return &Cell{aead}
}

// Seal encrypts plain and binds it to aad.
func (c *Cell) Seal(aad, plain []byte) []byte {
	return c.aead.Seal(make([]byte, 0, len(plain)+CellOverhead), nil, plain, aad)
}

// Open returns the plain text of a cell sealed under the same key and aad, or
// ErrSealed.
func (c *Cell) Open(aad, sealed []byte) ([]byte, error) {
	plain, err := c.aead.Open(nil, nil, sealed, aad)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
