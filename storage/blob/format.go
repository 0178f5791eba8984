package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"

	"wherry/storage/seal"
)

// A sealed blob, version 1, numbers big-endian:
//
//	 0   4  magic "WHT1"
//	 4   2  version, 1
//	 6  32  salt, random
//	38  32  commitment to the key
//	70  ..  chunks
//
// A chunk is nonce 12 ‖ ciphertext ‖ tag 16, by AES-256-GCM. All chunks hold
// ChunkSize bytes but the last, which holds at least one unless the blob is
// empty. What the seal of a chunk binds beside its bytes: the 70 bytes of the
// beginning, the chunk's number from 0 (8 bytes), and 1 for the last, else 0.
const (
	// Version is the format that this package writes.
	Version = 1
	// ChunkSize is how many plain bytes a chunk seals.
	ChunkSize = 256 << 10
	// MaxSize bounds a blob's plain bytes: 200 MiB.
	MaxSize = 200 << 20

	magic       = "WHT1"
	headSize    = 70
	saltAt      = 6
	saltSize    = 32
	commitAt    = saltAt + saltSize
	overhead    = 12 + 16
	sealedChunk = ChunkSize + overhead
	maxChunks   = MaxSize / ChunkSize
	// MaxSealed bounds a blob's file.
	MaxSealed = headSize + maxChunks*sealedChunk
)

// header is the beginning of a blob, as stored.
type header [headSize]byte

// newHeader makes the beginning of a new blob under a key.
func newHeader(key seal.Key, salt [saltSize]byte) header {
	var h header
	copy(h[:], magic)
	binary.BigEndian.PutUint16(h[4:], Version)
	copy(h[saltAt:], salt[:])
	c := h.commitment(key)
	copy(h[commitAt:], c[:])
	return h
}

func (h *header) salt() []byte { return h[saltAt:commitAt] }

// commitment says which key a blob belongs to: plain GCM lets one ciphertext
// open under two.
func (h *header) commitment(key seal.Key) seal.Key { return key.Derive("blob-commitment", h.salt()) }

// check refuses a beginning that is of another key, or of no blob at all.
func (h *header) check(key seal.Key) error {
	if string(h[:4]) != magic {
		return &Damage{Chunk: -1}
	}
	switch v := binary.BigEndian.Uint16(h[4:]); {
	case v > Version:
		return ErrNewerFormat
	case v != Version:
		return &Damage{Chunk: -1}
	}
	c := h.commitment(key)
	if key == (seal.Key{}) || subtle.ConstantTimeCompare(c[:], h[commitAt:]) != 1 {
		return &Damage{Chunk: -1}
	}
	return nil
}

// sealer seals and opens the chunks of one blob.
type sealer struct {
	head header
	gcm  cipher.AEAD // draws a nonce of its own for each chunk
	aad  []byte
}

func newSealer(key seal.Key, h header) *sealer {
	k := key.Derive("blob", h.salt())
	defer k.Wipe()
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic("blob: " + err.Error()) // 32 bytes are a key
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("blob: " + err.Error()) // AES has the block size of GCM
	}
	return &sealer{head: h, gcm: gcm, aad: make([]byte, 0, headSize+9)}
}

func (s *sealer) bind(chunk int64, last bool) []byte {
	s.aad = append(s.aad[:0], s.head[:]...)
	s.aad = binary.BigEndian.AppendUint64(s.aad, uint64(chunk))
	if last {
		return append(s.aad, 1)
	}
	return append(s.aad, 0)
}

func (s *sealer) seal(dst, plain []byte, chunk int64, last bool) []byte {
	return s.gcm.Seal(dst, nil, plain, s.bind(chunk, last))
}

func (s *sealer) open(dst, sealed []byte, chunk int64, last bool) ([]byte, error) {
	b, err := s.gcm.Open(dst, nil, sealed, s.bind(chunk, last))
	if err != nil {
		return nil, &Damage{Chunk: chunk}
	}
	return b, nil
}

// SealedSize is the size of the file of so many plain bytes.
func SealedSize(plain int64) int64 {
	chunks := max(1, (plain+ChunkSize-1)/ChunkSize)
	return headSize + plain + chunks*overhead
}

// shape says how many chunks a file of so many bytes has and how many plain
// bytes they hold, if it can be a blob at all.
func shape(size int64) (chunks, plain int64, ok bool) {
	body := size - headSize
	if body < overhead || size > MaxSealed {
		return 0, 0, false
	}
	chunks = (body + sealedChunk - 1) / sealedChunk
	last := body - (chunks-1)*sealedChunk
	if last < overhead || last == overhead && chunks > 1 {
		return 0, 0, false
	}
	return chunks, body - chunks*overhead, true
}
