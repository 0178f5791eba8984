package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"hash"

	"wherry/storage/seal"
)

// domainMAC begins what seal.Key.MAC hashes (docs/formats/seal.md).
const domainMAC = "wherry-mac-1\x00"

// checksum makes the MACs of seal.Key.MAC over single parts. It keeps the
// keyed state from one to the next, which halves the cost for small frames. It
// is for one goroutine at a time.
type checksum struct {
	h    hash.Hash
	head [len(domainMAC) + 4]byte // the domain and the length of the part
	sum  [macSize]byte
}

func newChecksum(k seal.Key) *checksum {
	c := &checksum{h: hmac.New(sha256.New, k[:])}
	copy(c.head[:], domainMAC)
	return c
}

func (c *checksum) of(b []byte) [macSize]byte {
	binary.BigEndian.PutUint32(c.head[len(domainMAC):], uint32(len(b)))
	c.h.Reset()
	c.h.Write(c.head[:])
	c.h.Write(b)
	c.h.Sum(c.sum[:0])
	return c.sum
}

// add appends the keyed checksum of all that is in b.
func (c *checksum) add(b []byte) []byte {
	sum := c.of(b)
	return append(b, sum[:]...)
}

// holds reports whether the last 32 bytes of b are the MAC of the rest.
func (c *checksum) holds(b []byte) bool {
	n := len(b) - macSize
	sum := c.of(b[:n])
	return subtle.ConstantTimeCompare(sum[:], b[n:]) == 1
}
