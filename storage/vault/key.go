package vault

import (
	"encoding/binary"
	"fmt"

	"wherry/storage/record"
)

// hashSize is the length in bytes of a keyed hash inside a key.
const hashSize = 16

// Key is where a value lies: a table and parts. It is opaque on the disk.
type Key struct{ b []byte }

// K makes a key, or the prefix of keys that begin with the same parts. A
// record.ID or string becomes 16 bytes of a keyed hash, so that the disk shows
// no id or word; a uint64 becomes 8 big-endian bytes, so that Scan goes in its
// order. Any other type is a programming error and panics.
func (v *Vault) K(table byte, parts ...any) Key {
	ids := v.keys.Load().ids
	b := append(make([]byte, 0, 1+len(parts)*hashSize), table)
	for _, p := range parts {
		switch p := p.(type) {
		case record.ID:
			b = ids.part(b, table, 'i', p[:])
		case string:
			b = ids.part(b, table, 's', []byte(p))
		case uint64:
			b = binary.BigEndian.AppendUint64(b, p)
		default:
			panic(fmt.Sprintf("vault: a key part of type %T", p))
		}
	}
	return Key{b}
}
