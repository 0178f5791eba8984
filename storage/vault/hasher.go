package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"wherry/storage/seal"
)

// hasher is seal.Key.MAC for many short inputs: it keeps states in which the
// key has been worked in.
type hasher struct{ states sync.Pool }

type hashState struct {
	mac hash.Hash
	buf []byte
	sum [sha256.Size]byte
}

func newHasher(k seal.Key) *hasher {
	h := &hasher{}
	h.states.New = func() any { return &hashState{mac: hmac.New(sha256.New, k[:])} }
	return h
}

// domainMAC is the domain of seal.Key.MAC.
const domainMAC = "wherry-mac-1\x00"

// part appends the first hashSize bytes of MAC([table, kind], part) to dst.
func (h *hasher) part(dst []byte, table, kind byte, part []byte) []byte {
	s := h.states.Get().(*hashState)
	b := append(s.buf[:0], domainMAC...)
	b = append(b, 0, 0, 0, 2, table, kind)
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	b = append(b, part...)
	s.mac.Reset()
	s.mac.Write(b)
	dst = append(dst, s.mac.Sum(s.sum[:0])[:hashSize]...)
	clear(b) // it holds a name
	s.buf = b
	h.states.Put(s)
	return dst
}
