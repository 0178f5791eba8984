package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"wherry/storage/record"
	"wherry/storage/seal"
)

const (
	// Version is the format that this package writes.
	Version = 1

	magic     = "WHA1"
	saltSize  = 32
	headFixed = 4 + 2 + 32 + 8 + saltSize + 2
	headMax   = headFixed + maxKeyFile + sha256.Size

	chunkSize  = 1 << 20 // of plain bytes
	sealedSize = chunkSize + seal.Overhead

	maxKeyFile  = 4 << 10
	maxManifest = 4 << 10
	// MaxMembers bounds the files in one backup, and so a reader's memory.
	MaxMembers = 1 << 18
)

// What follows in the stream of plain bytes.
const (
	partMember   = 1
	partManifest = 2
)

// Header is the clear part of a backup.
type Header struct {
	Notebook record.ID
	Created  time.Time // to the hour
	KeyFile  []byte    // a copy of key.A
	salt     [saltSize]byte
	hash     [sha256.Size]byte
	size     int64
}

// The clear part keeps this layout in every version, so that an older program
// can tell "newer" from "damaged".
//
//	 0  4  "WHA1"
//	 4  2  version
//	 6 32  notebook id
//	38  8  created, in whole hours since 1970
//	46 32  salt
//	78  2  length of the key file, n
//	80  n  the key file
//	…  32  SHA-256 of the above
func (h *Header) encode() []byte {
	b := make([]byte, 0, headFixed+len(h.KeyFile)+sha256.Size)
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint16(b, Version)
	b = append(b, h.Notebook[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.Created.Unix()/3600))
	b = append(b, h.salt[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.KeyFile)))
	b = append(b, h.KeyFile...)
	h.hash = sha256.Sum256(b)
	h.size = int64(len(b) + sha256.Size)
	return append(b, h.hash[:]...)
}

// parseHeader reads the clear part at the beginning of b.
func parseHeader(b []byte) (*Header, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, ErrNotBackup
	}
	bad := &Damage{Chunk: -1, Reason: ReasonHeader}
	if len(b) < headFixed {
		return nil, bad
	}
	n := int(binary.BigEndian.Uint16(b[headFixed-2:]))
	if n > maxKeyFile || len(b) < headFixed+n+sha256.Size {
		return nil, bad
	}
	end := headFixed + n
	h := &Header{hash: sha256.Sum256(b[:end]), size: int64(end + sha256.Size)}
	if !bytes.Equal(h.hash[:], b[end:end+sha256.Size]) {
		return nil, bad
	}
	hours := binary.BigEndian.Uint64(b[38:])
	switch v := binary.BigEndian.Uint16(b[4:]); {
	case v > Version:
		return nil, ErrNewerFormat
	case v == 0 || hours > 1<<32:
		return nil, bad
	}
	copy(h.Notebook[:], b[6:])
	h.Created = time.Unix(int64(hours)*3600, 0).UTC()
	copy(h.salt[:], b[46:])
	h.KeyFile = bytes.Clone(b[headFixed:end])
	return h, nil
}

// key is the key of this backup's chunks.
func (h *Header) key(vault seal.Key) seal.Key { return vault.Derive("backup", h.salt[:]) }

// aad binds a chunk to this backup, to its place, and to being the last or not.
func (h *Header) aad(chunk int64, last bool) []byte {
	b := make([]byte, 0, len(magic)+sha256.Size+9)
	b = append(b, magic...)
	b = append(b, h.hash[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(chunk))
	if last {
		return append(b, 1)
	}
	return append(b, 0)
}

// Reasons of damage.
const (
	ReasonHeader   = "beginning damaged"
	ReasonCut      = "backup ends early"
	ReasonChunk    = "sealed chunk does not open"
	ReasonStream   = "content does not follow the format"
	ReasonName     = "file name not allowed"
	ReasonSize     = "file too large"
	ReasonHash     = "file does not have its hash"
	ReasonManifest = "manifest does not fit the content"
)

// Manifest is what a backup says of itself, after everything else.
type Manifest struct {
	_        struct{} `cbor:",toarray"`
	Backup   record.ID
	Created  int64 // Unix milliseconds
	Expires  int64 // when whoever keeps it is to destroy it; Unix milliseconds
	Journal  uint64
	Tip      uint64 // number of the journal's last frame
	TipMAC   record.ID
	Entries  uint64    // sealed entries that the notebook could open
	List     record.ID // hash of their ids and payload hashes, as ListHash makes it
	Drafts   uint64
	Members  uint64
	Bytes    uint64    // of all members
	Contents record.ID // hash of every member's name, size and SHA-256; the writer's doing
}

// limit is the size that a file of this name may have at most; 0: no notebook
// has a file of this name.
func limit(name string) int64 {
	segment := func(s string) bool {
		n, err := strconv.ParseUint(s, 10, 64)
		return len(s) == 8 && err == nil && n > 0
	}
	id := func(s string) bool {
		_, err := record.ParseID(s)
		return err == nil
	}
	switch {
	case name == "box.A":
		return 64 << 20
	case name == "settings.sealed":
		return 64 << 10
	case name == "journal/mark.A", name == "journal/mark.B":
		return 4 << 10
	case len(name) == len("journal/00000001.wj") && name[:8] == "journal/" && name[16:] == ".wj" && segment(name[8:16]):
		return 24 << 20
	case len(name) == len("drafts/")+64+len(".wd") && name[:7] == "drafts/" && name[71:] == ".wd" && id(name[7:71]):
		return 4 << 20
	case len(name) == len("blobs/xx/")+64 && name[:6] == "blobs/" && name[8] == '/' && id(name[9:]) && name[6:8] == name[9:11]:
		return 256 << 20
	}
	return 0
}

// Limit is the most bytes that a backup takes of a file of this name; 0 if it
// takes none.
func Limit(name string) int64 { return limit(name) }

// contents runs over the members as both sides see them.
type contents struct {
	last  string
	count uint64
	bytes uint64
	sum   record.ID
}

// admit checks the next member's name and size.
func (c *contents) admit(name string, size int64) error {
	switch max := limit(name); {
	case max == 0 || name <= c.last:
		return ErrName
	case size < 0 || size > max || c.count == MaxMembers:
		return ErrTooLarge
	}
	c.last = name
	return nil
}

// take folds a member that has been read whole into the running hash.
func (c *contents) take(name string, size int64, sum [sha256.Size]byte) {
	c.count++
	c.bytes += uint64(size)
	c.sum = record.Hash("wherry-backup-1", c.sum[:], []byte(name), binary.BigEndian.AppendUint64(nil, uint64(size)), sum[:])
}
