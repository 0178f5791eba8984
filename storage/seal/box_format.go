package seal

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"

	"wherry/storage/record"
)

// The key box, version 1, numbers big-endian:
//
//	 0   4  magic "WHB1"
//	 4   2  version, 1
//	 6   8  generation, from 1
//	14   4  number of records
//	18  ..  records, in ascending order of type and tag, none twice
//	..  32  HMAC-SHA256 over all before, keyed from the vault key
//	..  32  SHA-256 over all before
//
// A record:
//
//	 0   1  type: 1 case key, 2 outgoing wraps, 3 secret
//	 1  32  tag: a keyed hash of what the record is about
//	33   4  length, n
//	37   n  the content, sealed with magic, type and tag as associated data
//
// The content of a case key: case 32, epoch 32, key 32. Of wraps: entry 32,
// case 32 (zeros if not known), count 4, then each with a length of 4 before
// it. Of a secret: length of the name 1, name, value.
const (
	boxMagic    = "WHB1"
	boxVersion  = 1
	boxLimit    = 64 << 20
	boxHead     = 4 + 2 + 8 + 4
	boxItemHead = 1 + 32 + 4

	// MaxSecret bounds the value of a Secret: 64 KiB.
	MaxSecret = 64 << 10
	// MaxWrap bounds one outgoing wrap: 64 KiB.
	MaxWrap = 64 << 10
	// MaxWraps bounds the outgoing wraps of one entry.
	MaxWraps = 4096
)

type itemType byte

const (
	itemCaseKey itemType = 1
	itemWraps   itemType = 2
	itemSecret  itemType = 3
)

// boxID is the place of a record in the file.
type boxID struct {
	typ itemType
	tag [32]byte
}

func (a boxID) compare(b boxID) int {
	if a.typ != b.typ {
		return int(a.typ) - int(b.typ)
	}
	return bytes.Compare(a.tag[:], b.tag[:])
}

func (a boxID) aad() []byte {
	b := append([]byte(boxMagic), byte(a.typ))
	return append(b, a.tag[:]...)
}

// boxRecord is one record, still sealed.
type boxRecord struct {
	id     boxID
	sealed []byte
}

// boxFile is one copy, parsed; the records are in the file's order.
type boxFile struct {
	generation uint64
	records    []boxRecord
	raw        []byte
}

func (f *boxFile) encode(mac Key) ([]byte, error) {
	size := boxHead + 2*sumSize
	for _, r := range f.records {
		size += boxItemHead + len(r.sealed)
	}
	if size > boxLimit {
		return nil, ErrTooLarge
	}
	b := make([]byte, 0, size)
	b = append(b, boxMagic...)
	b = binary.BigEndian.AppendUint16(b, boxVersion)
	b = binary.BigEndian.AppendUint64(b, f.generation)
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.records)))
	for _, r := range f.records {
		b = append(b, byte(r.id.typ))
		b = append(b, r.id.tag[:]...)
		b = appendPart(b, r.sealed)
	}
	sum := mac.MAC(b)
	return appendSum(append(b, sum[:]...)), nil
}

func (f *boxFile) authentic(mac Key) bool {
	end := len(f.raw) - 2*sumSize
	sum := mac.MAC(f.raw[:end])
	return subtle.ConstantTimeCompare(sum[:], f.raw[end:end+sumSize]) == 1
}

// parseBox reads one copy without a key.
func parseBox(b []byte) (*boxFile, error) {
	if err := checkFrame(b, boxMagic, boxVersion); err != nil {
		return nil, err
	}
	if len(b) < boxHead+2*sumSize {
		return nil, ErrDamaged
	}
	f := &boxFile{raw: b, generation: binary.BigEndian.Uint64(b[6:])}
	rest := b[boxHead : len(b)-2*sumSize]
	count := binary.BigEndian.Uint32(b[14:])
	if f.generation == 0 || f.generation > maxGeneration || uint64(count)*(boxItemHead+Overhead) > uint64(len(rest)) {
		return nil, ErrDamaged
	}
	f.records = make([]boxRecord, 0, count)
	for range count {
		if len(rest) < boxItemHead {
			return nil, ErrDamaged
		}
		id := boxID{itemType(rest[0]), [32]byte(rest[1:33])}
		n := binary.BigEndian.Uint32(rest[33:])
		rest = rest[boxItemHead:]
		if id.typ < itemCaseKey || id.typ > itemSecret || n < Overhead || uint64(n) > uint64(len(rest)) {
			return nil, ErrDamaged
		}
		if k := len(f.records); k > 0 && f.records[k-1].id.compare(id) >= 0 {
			return nil, ErrDamaged
		}
		f.records = append(f.records, boxRecord{id, rest[:n:n]})
		rest = rest[n:]
	}
	if len(rest) > 0 {
		return nil, ErrDamaged
	}
	return f, nil
}

func (c CaseKey) encode() []byte {
	b := append([]byte{}, c.Case[:]...)
	b = append(b, c.Epoch[:]...)
	return append(b, c.Key[:]...)
}

func (w EntryWraps) encode() []byte {
	b := append([]byte{}, w.Entry[:]...)
	b = append(b, w.Case[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(w.Wraps)))
	for _, x := range w.Wraps {
		b = appendPart(b, x)
	}
	return b
}

func (s Secret) encode() []byte {
	b := append([]byte{byte(len(s.Name))}, s.Name...)
	return append(b, s.Value...)
}

// decodeItem reads the opened content of a record.
func decodeItem(t itemType, b []byte) (BoxItem, error) {
	const id = len(record.ID{})
	switch t {
	case itemCaseKey:
		if len(b) != 3*id {
			return nil, ErrDamaged
		}
		return CaseKey{record.ID(b[:id]), record.ID(b[id : 2*id]), Key(b[2*id:])}, nil
	case itemWraps:
		return decodeWraps(b)
	case itemSecret:
		if len(b) == 0 || b[0] == 0 || len(b) < 1+int(b[0]) {
			return nil, ErrDamaged
		}
		n := 1 + int(b[0])
		return Secret{string(b[1:n]), bytes.Clone(b[n:])}, nil
	}
	return nil, ErrDamaged
}

func decodeWraps(b []byte) (BoxItem, error) {
	const id = len(record.ID{})
	if len(b) < 2*id+4 {
		return nil, ErrDamaged
	}
	w := EntryWraps{Entry: record.ID(b[:id]), Case: record.ID(b[id : 2*id])}
	count := binary.BigEndian.Uint32(b[2*id:])
	rest := b[2*id+4:]
	if count > MaxWraps || uint64(count)*4 > uint64(len(rest)) {
		return nil, ErrDamaged
	}
	w.Wraps = make([][]byte, 0, count)
	for range count {
		if len(rest) < 4 {
			return nil, ErrDamaged
		}
		n := binary.BigEndian.Uint32(rest)
		rest = rest[4:]
		if n > MaxWrap || uint64(n) > uint64(len(rest)) {
			return nil, ErrDamaged
		}
		w.Wraps = append(w.Wraps, bytes.Clone(rest[:n]))
		rest = rest[n:]
	}
	if len(rest) > 0 {
		return nil, ErrDamaged
	}
	return w, nil
}
