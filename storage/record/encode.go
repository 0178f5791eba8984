package record

import (
	"bytes"
	"errors"

	"github.com/fxamacker/cbor/v2"
)

// MaxEncoded bounds what Decode looks at: 16 MiB.
const MaxEncoded = 16 << 20

// ErrEncoding reports bytes that are not the one canonical form of a value.
var ErrEncoding = errors.New("record: not canonical CBOR")

var (
	encMode = must(func() (cbor.EncMode, error) {
		o := cbor.CoreDetEncOptions() // RFC 8949 section 4.2.1
		o.BinaryMarshaler = cbor.BinaryMarshalerByteString
		return o.EncMode()
	}())
	decMode = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		UTF8:              cbor.UTF8RejectInvalid,
		MaxNestedLevels:   16,
		MaxArrayElements:  1 << 17,
		MaxMapPairs:       1 << 12,
		BinaryUnmarshaler: cbor.BinaryUnmarshalerByteString,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // settings are constants; tests cover them
	}
	return v
}

// Encode returns the deterministic CBOR of v (RFC 8949 section 4.2.1). It
// panics on a type that CBOR cannot hold, which is a programming error.
func Encode(v any) []byte {
	b, err := encMode.Marshal(v)
	if err != nil {
		panic("record: value cannot be encoded: " + err.Error())
	}
	return b
}

// Decode reads one canonical value that fills data, into the pointer v. Bytes
// that mean the same but are written otherwise are refused, so that a hash of
// the bytes is a hash of the meaning.
func Decode(data []byte, v any) error {
	if len(data) > MaxEncoded {
		return ErrEncoding
	}
	if err := decMode.Unmarshal(data, v); err != nil {
		return ErrEncoding
	}
	again, err := encMode.Marshal(v)
	if err != nil || !bytes.Equal(again, data) {
		return ErrEncoding
	}
	return nil
}
