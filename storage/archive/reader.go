package archive

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Member is one file inside a backup.
type Member struct {
	Name   string
	Size   int64
	SHA256 [sha256.Size]byte
	at     int64 // where it begins in the stream of plain bytes
}

// Archive is a backup that was read whole and found to be as it was written.
// Its methods may be called from several goroutines.
type Archive struct {
	Header   *Header
	Members  []Member // by name
	Manifest Manifest
	file     *chunks
}

// ReadHeader reads the clear part. ErrNotBackup, ErrNewerFormat or a Damage
// says that there is none that can be used.
func ReadHeader(r io.ReaderAt) (*Header, error) {
	b := make([]byte, headMax)
	n, err := r.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return parseHeader(b[:n])
}

// Open reads a backup of size bytes from its beginning to its end and checks
// every chunk, name, size and hash, and the manifest. Nothing of a backup that
// is not whole is given out; a Damage says where it is not. At most a few chunks are held
// in memory.
func Open(ctx context.Context, r io.ReaderAt, size int64, h *Header, vault seal.Key) (*Archive, error) {
	c := &chunks{r: r, h: h, key: h.key(vault), sealed: size - h.size}
	if c.count = (c.sealed + sealedSize - 1) / sealedSize; c.count <= 0 || c.sealed-(c.count-1)*sealedSize <= seal.Overhead {
		return nil, &Damage{Chunk: -1, Reason: ReasonCut}
	}
	s := &stream{ctx: ctx, c: c}
	a := &Archive{Header: h, file: c}
	if err := a.scan(s); err != nil {
		var d *Damage
		if errors.As(err, &d) && d.Chunk < 0 {
			d.Chunk = s.pos / chunkSize
		}
		return nil, err
	}
	return a, nil
}

// scan reads the stream of plain bytes.
func (a *Archive) scan(s io.Reader) error {
	var seen contents
	at := int64(0)
	read := func(n int) ([]byte, error) {
		b := make([]byte, n)
		k, err := io.ReadFull(s, b)
		at += int64(k)
		return b, whole(err, ReasonStream)
	}
	for {
		part, err := read(1)
		if err != nil {
			return err
		}
		switch part[0] {
		case partMember:
			m, err := member(s, read, &seen)
			if err != nil {
				return err
			}
			m.at = at
			at += m.Size + sha256.Size
			a.Members = append(a.Members, m)
		case partManifest:
			return a.manifest(s, read, &seen)
		default:
			return &Damage{Chunk: -1, Reason: ReasonStream}
		}
	}
}

// member reads one file of the stream and checks its hash.
func member(s io.Reader, read func(int) ([]byte, error), seen *contents) (Member, error) {
	var m Member
	n, err := read(1)
	if err != nil {
		return m, err
	}
	name, err := read(int(n[0]))
	if err != nil {
		return m, err
	}
	size, err := read(8)
	if err != nil {
		return m, err
	}
	m.Name, m.Size = string(name), int64(binary.BigEndian.Uint64(size))
	if err := seen.admit(m.Name, m.Size); errors.Is(err, ErrName) {
		return m, &Damage{Chunk: -1, Reason: ReasonName} // the name itself may be anything
	} else if err != nil {
		return m, &Damage{Chunk: -1, Member: m.Name, Reason: ReasonSize}
	}
	h := sha256.New()
	if _, err := io.CopyN(h, s, m.Size); err != nil {
		return m, in(m.Name, whole(err, ReasonStream))
	}
	var sum [sha256.Size]byte
	if _, err := io.ReadFull(s, sum[:]); err != nil {
		return m, in(m.Name, whole(err, ReasonStream))
	}
	if m.SHA256 = [sha256.Size]byte(h.Sum(nil)); m.SHA256 != sum {
		return m, &Damage{Chunk: -1, Member: m.Name, Reason: ReasonHash}
	}
	seen.take(m.Name, m.Size, sum)
	return m, nil
}

// manifest reads the last part, after which nothing may come.
func (a *Archive) manifest(s io.Reader, read func(int) ([]byte, error), seen *contents) error {
	bad := &Damage{Chunk: -1, Reason: ReasonManifest}
	n, err := read(4)
	if err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(n)
	if size > maxManifest {
		return bad
	}
	body, err := read(int(size))
	if err != nil {
		return err
	}
	if record.Decode(body, &a.Manifest) != nil {
		return bad
	}
	if k, err := s.Read(make([]byte, 1)); k > 0 || err == nil {
		return &Damage{Chunk: -1, Reason: ReasonStream}
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	m := &a.Manifest
	if m.Members != seen.count || m.Bytes != seen.bytes || m.Contents != seen.sum {
		return bad
	}
	return nil
}

// whole makes an early end a Damage.
func whole(err error, reason string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &Damage{Chunk: -1, Reason: reason}
	}
	return err
}

// in says in which file a damage lies.
func in(name string, err error) error {
	var d *Damage
	if errors.As(err, &d) {
		d.Member = name
	}
	return err
}

// Member finds a file by its name.
func (a *Archive) Member(name string) (Member, bool) {
	i, ok := slices.BinarySearchFunc(a.Members, name, func(m Member, name string) int { return strings.Compare(m.Name, name) })
	if !ok {
		return Member{}, false
	}
	return a.Members[i], true
}

// File reads a file inside the backup; ErrNoMember if there is none.
func (a *Archive) File(name string) (*io.SectionReader, error) {
	m, ok := a.Member(name)
	if !ok {
		return nil, ErrNoMember
	}
	return io.NewSectionReader(a.file, m.at, m.Size), nil
}
