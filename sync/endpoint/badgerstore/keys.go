package badgerstore

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

// Tables are told apart by the first byte of a key. All ids in keys are hashes
// or random, so a key says nothing about anybody.
const (
	tableEnd    = 'e' // log → LogEnd
	tableState  = 's' // log ‖ part → acceptance state
	tableItem   = 'r' // log ‖ seq → log record and receipt
	tableBytes  = 'b' // log ‖ seq ‖ part → entry bytes
	tableFind   = 'f' // log ‖ entry → seq
	tableWrap   = 'w' // log ‖ entry ‖ reader → wrap
	tableAccess = 'a' // person ‖ log → empty
	tableSeen   = 'p' // person → Unix milliseconds
	tableBlob   = 'n' // blob ‖ log → empty
)

// maxPart keeps every value inside Badger's LSM tree: its value log swallows
// sync errors and so must never be used.
const maxPart = 256 << 10

func key(table byte, ids ...record.ID) []byte {
	k := make([]byte, 1, 1+32*len(ids)+16)
	k[0] = table
	for _, id := range ids {
		k = append(k, id[:]...)
	}
	return k
}

func seqKey(table byte, log record.ID, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(key(table, log), seq)
}

func partKey(prefix []byte, part int) []byte {
	return binary.BigEndian.AppendUint16(append([]byte(nil), prefix...), uint16(part))
}

// sumSize is the length of the checksum before each value. It covers the key,
// so that a value moved to another key is found out too.
const sumSize = 16

func sum(k, v []byte) []byte {
	h := sha256.New()
	h.Write([]byte("wherry-store-1"))
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(k))))
	h.Write(k)
	h.Write(v)
	return h.Sum(nil)[:sumSize]
}

func seal(k, v []byte) []byte { return append(sum(k, v), v...) }

func open(k, stored []byte) ([]byte, error) {
	if len(stored) < sumSize || string(sum(k, stored[sumSize:])) != string(stored[:sumSize]) {
		return nil, damaged("value does not match its checksum")
	}
	return stored[sumSize:], nil
}

func damaged(reason string) error {
	return fmt.Errorf("%w: %s", endpoint.ErrStoreDamaged, reason)
}

// place says which log, entry and number a key belongs to, for a report.
func place(k []byte) endpoint.Damage {
	var d endpoint.Damage
	if len(k) < 33 || k[0] == tableSeen {
		return d
	}
	copy(d.Log[:], k[1:33])
	rest := k[33:]
	switch k[0] {
	case tableItem, tableBytes:
		if len(rest) >= 8 {
			d.Seq = binary.BigEndian.Uint64(rest)
		}
	case tableFind, tableWrap:
		if len(rest) >= 32 {
			copy(d.Entry[:], rest)
		}
	case tableAccess, tableBlob:
		d.Log = record.ID{}
		if len(rest) >= 32 {
			copy(d.Log[:], rest)
		}
	}
	return d
}
