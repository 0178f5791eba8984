package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
)

// Key is 256 secret bits. It prints as "[key]" under every verb and refuses to
// be written as text or JSON, so that no log or file gets one by accident.
// The zero Key means "no key": nothing is sealed under it.
type Key [32]byte

// Domains under which a key is used. No two begin alike, and none can be
// reached by choosing the other inputs of a use.
const (
	domainDerive = "wherry-derive-1\x00"
	domainMAC    = "wherry-mac-1\x00"
	domainRecord = "rec1" // storage format name; see aead.go
)

// NewKey reads a new key from a source of random bytes.
func NewKey(rand io.Reader) (Key, error) {
	var k Key
	if _, err := io.ReadFull(rand, k[:]); err != nil {
		return Key{}, fmt.Errorf("seal: no random bytes: %w", err)
	}
	if k.isZero() {
		return Key{}, ErrNoKey // a source that yields zeros is no source
	}
	return k, nil
}

// Derive returns the key for one purpose: HKDF-Expand with SHA-256 (RFC 5869)
// over the label and the context parts, each with its length before it. From
// the zero Key comes the zero Key, so a wiped key derives nothing usable.
func (k Key) Derive(label string, ctx ...[]byte) Key {
	if k.isZero() {
		return Key{}
	}
	info := appendPart([]byte(domainDerive), []byte(label))
	for _, c := range ctx {
		info = appendPart(info, c)
	}
	return Key(expand(k, info, len(k)))
}

// MAC returns HMAC-SHA256 (RFC 2104) of the parts, each with its length
// before it.
func (k Key) MAC(parts ...[]byte) [32]byte {
	defer clear(k[:]) // this copy may lie on the heap
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte(domainMAC))
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

// Wipe overwrites the key. Copies made before are not reached: keys are passed
// by value, and only the long-lived holder can be wiped.
func (k *Key) Wipe() {
	clear(k[:])
	runtime.KeepAlive(k)
}

// Equal compares in constant time.
func (k Key) Equal(other Key) bool { return subtle.ConstantTimeCompare(k[:], other[:]) == 1 }

func (k Key) isZero() bool { return k.Equal(Key{}) }

// String returns "[key]".
func (Key) String() string { return "[key]" }

// Format writes "[key]" for every verb; without it %x would print the bytes.
func (Key) Format(s fmt.State, _ rune) { io.WriteString(s, "[key]") }

// LogValue keeps keys out of structured logs.
func (Key) LogValue() slog.Value { return slog.StringValue("[key]") }

var errKeyText = errors.New("seal: a key is never written as text")

// MarshalText always fails.
func (Key) MarshalText() ([]byte, error) { return nil, errKeyText }

func appendPart(b, part []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}

// expand is HKDF-Expand. Key is uniformly random, so the extract step has
// nothing to do (RFC 5869 section 3.3).
func expand(k Key, info []byte, n int) []byte {
	defer clear(k[:]) // this copy lies on the heap
	out, err := hkdf.Expand(sha256.New, k[:], string(info), n)
	if err != nil {
		panic("seal: " + err.Error()) // n is a constant far below the limit
	}
	return out
}
