package seal

import (
	_ "embed"
	"encoding/binary"
	"math/bits"
	"runtime"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// MaxPayload bounds a payload before sealing and after opening: 4 MiB. What a
// sealed payload can make a reader allocate is bounded by it.
const MaxPayload = 4 << 20

// A payload inside its seal:
//
//	0  1  form: 0 as it is, 1 zstd with dictionary 1
//	1  4  length of the payload
//	5  4  length of the body, n
//	9  n  body
//	.. .. zeros up to the padded length
const (
	formPlain   = 0
	formDict1   = 1
	newestForm  = formDict1
	rawDict     = 0 // no id in the frame: any zstd reads it, given the text
	payloadHead = 1 + 4 + 4
	minPadded   = 512
	maxBuckets  = 8 << 10
)

// dict1 is invented prose and the field names of records, used as history by
// zstd. It is part of the format: another text gets another form number.
//
//go:embed dict1.txt
var dict1 []byte

var (
	encoder = remade[zstd.Encoder]{make: func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(atOnce()), zstd.WithEncoderLevel(zstd.SpeedFastest),
			zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true), zstd.WithLowerEncoderMem(true),
			zstd.WithEncoderDictRaw(rawDict, dict1))
		if err != nil {
			panic("seal: " + err.Error()) // settings are constants
		}
		return e
	}}
	decoder = remade[zstd.Decoder]{make: func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(atOnce()), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(MaxPayload), zstd.WithDecoderMaxWindow(MaxPayload),
			zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderDictRaw(rawDict, dict1))
		if err != nil {
			panic("seal: " + err.Error()) // settings are constants
		}
		return d
	}}
)

// atOnce is how many payloads are packed or unpacked at the same time.
func atOnce() int { return min(4, runtime.GOMAXPROCS(0)) }

// remade is a thing that is costly to make and holds pieces of what it last
// worked on: made once, until it is dropped.
type remade[T any] struct {
	make func() *T
	at   atomic.Pointer[T]
}

func (k *remade[T]) get() *T {
	if v := k.at.Load(); v != nil {
		return v
	}
	v := k.make()
	k.at.Store(v) // two at once make two, and one of them is kept
	return v
}

func (k *remade[T]) drop() { k.at.Store(nil) }

// SealPayload compresses plain, pads it so that its length says little, and
// seals it. Errors: ErrTooLarge beyond MaxPayload, ErrNoKey.
func SealPayload(k Key, aad, plain []byte) ([]byte, error) {
	p, err := PackPayload(plain)
	if err != nil {
		return nil, err
	}
	return p.Seal(k, aad)
}

// Packed is a payload that is compressed and padded and not sealed yet: the
// half of SealPayload that needs no key, and takes longest.
type Packed struct{ b []byte }

// PackPayload is the first half of SealPayload; Packed.Seal is the other.
func PackPayload(plain []byte) (Packed, error) {
	if len(plain) > MaxPayload {
		return Packed{}, ErrTooLarge
	}
	return Packed{packPayload(plain)}, nil
}

// Size is the length that the payload will have when it is sealed, in bytes.
func (p Packed) Size() int { return Overhead + len(p.b) }

// Seal seals the payload and binds it to aad, as SealPayload does.
func (p Packed) Seal(k Key, aad []byte) ([]byte, error) {
	if len(p.b) < minPadded {
		return nil, ErrTooLarge // packed by nobody
	}
	return Seal(k, aad, p.b)
}

// OpenPayload returns what SealPayload sealed, else ErrSealed; ErrNewerFormat
// if it is authentic and of a form that this version does not know.
func OpenPayload(k Key, aad, sealed []byte) ([]byte, error) {
	if len(sealed) > Overhead+paddedSize(payloadHead+MaxPayload) {
		return nil, ErrSealed
	}
	packed, err := Open(k, aad, sealed)
	if err != nil {
		return nil, err
	}
	return unpackPayload(packed)
}

func packPayload(plain []byte) []byte {
	form, body := byte(formPlain), plain
	if z := encoder.get().EncodeAll(plain, nil); len(z) < len(plain) {
		form, body = formDict1, z
	}
	out := make([]byte, payloadHead, paddedSize(payloadHead+len(body)))
	out[0] = form
	binary.BigEndian.PutUint32(out[1:], uint32(len(plain)))
	binary.BigEndian.PutUint32(out[5:], uint32(len(body)))
	out = append(out, body...)
	return out[:cap(out)]
}

// unpackPayload is strict: lengths, padding and its zeros are exactly as
// packPayload writes them.
func unpackPayload(b []byte) ([]byte, error) {
	if len(b) < minPadded {
		return nil, ErrSealed
	}
	if b[0] > newestForm {
		return nil, ErrNewerFormat
	}
	size, n := binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:])
	if size > MaxPayload || n > size || (n == size) != (b[0] == formPlain) ||
		len(b) != paddedSize(payloadHead+int(n)) {
		return nil, ErrSealed
	}
	body, padding := b[payloadHead:payloadHead+n], b[payloadHead+n:]
	for _, c := range padding {
		if c != 0 {
			return nil, ErrSealed
		}
	}
	if b[0] == formPlain {
		return append([]byte{}, body...), nil
	}
	// The buffer's capacity is a limit: more than was announced is an error.
	plain, err := decoder.get().DecodeAll(body, make([]byte, 0, size))
	if err != nil || len(plain) != int(size) {
		return nil, ErrSealed
	}
	return plain, nil
}

// paddedSize is the length to which n bytes are padded: 512 bytes, then the
// powers of two up to 8 KiB, then Padmé (Nikitin et al., "Reducing Metadata
// Leakage from Encrypted Files and Communication with PURBs", 2019): of the
// length's binary digits only as many from the top are kept as there are
// digits in its exponent. At most 12 % are added beyond 8 KiB, and a length
// tells O(log log n) bits.
func paddedSize(n int) int {
	if n <= minPadded {
		return minPadded
	}
	e := bits.Len(uint(n)) - 1 // floor(log2 n)
	if n <= maxBuckets {
		return 1 << bits.Len(uint(n-1))
	}
	s := bits.Len(uint(e)) // floor(log2 e) + 1
	mask := 1<<(e-s) - 1
	return (n + mask) &^ mask
}
