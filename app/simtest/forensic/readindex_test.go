package forensic_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"wherry/storage/blob"
	"wherry/storage/record"
	"wherry/storage/seal"
)

var errIndex = errors.New("a part of the index does not open")

// index opens a saved index, in one file or in a folder (docs/formats/index.md).
func (r *reader) index(rel, name string, b []byte) error {
	key := r.key.Derive("index")
	switch {
	case rel == "index.sealed":
		return r.chunked(key, b)
	case name == "manifest":
		const head = 4 + 1 + 1 + 1
		plain, err := seal.Open(key.Derive("index-manifest"), append([]byte("wherry-index-manifest-1"), b[:head]...), b[head:])
		r.add(inIndex, plain)
		return err
	}
	file, err := hex.DecodeString(strings.TrimSuffix(name, ".seg"))
	if err != nil {
		return err
	}
	return r.segment(key.Derive("index-segment", file), b)
}

func unpack(b []byte) []byte {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil
	}
	defer z.Close()
	out, _ := z.DecodeAll(b, nil) // what is not packed is looked at as it is
	return out
}

func (r *reader) chunked(key seal.Key, b []byte) error {
	const head = 4 + 1 + 16
	number := uint64(0)
	for at := head; at < len(b); number++ {
		size := int(binary.BigEndian.Uint32(b[at:]))
		aad := binary.BigEndian.AppendUint64(append([]byte("wherry-index-1"), b[:head]...), number)
		packed, err := seal.Open(key, append(aad, 0), b[at+4:at+4+size])
		if err != nil {
			if packed, err = seal.Open(key, append(aad, 1), b[at+4:at+4+size]); err != nil {
				return errIndex
			}
		}
		r.add(inIndex, unpack(packed))
		at += 4 + size
	}
	return nil
}

// segment opens every piece of a segment's file. The directory at its end says
// how long they are; the number of sections is the one with which that adds up.
func (r *reader) segment(key seal.Key, b []byte) error {
	const head, piece = 4 + 1, 1 << 20
	aad := func(n uint64) []byte { return binary.BigEndian.AppendUint64([]byte("wherry-index-segment-1"), n) }
	end := len(b) - 4 - int(binary.BigEndian.Uint32(b[len(b)-4:])) - seal.Overhead
	plain, err := seal.Open(key, aad(^uint64(0)), b[end:len(b)-4])
	if err != nil {
		return errIndex
	}
	var v []int
	for len(plain) > 0 {
		n, k := binary.Uvarint(plain)
		v, plain = append(v, int(n)), plain[k:]
	}
	for sections := 1; 6+2*sections <= len(v); sections++ {
		var sizes []int
		frames := v[6+2*sections:]
		for i := range sections {
			sizes = append(sizes, v[6+2*i+1])
		}
		for i := 3; i < len(frames); i += 4 {
			sizes = append(sizes, frames[i])
		}
		pieces, total := []int{}, head
		for _, size := range sizes {
			for {
				n := min(size, piece)
				pieces, total, size = append(pieces, n), total+n+seal.Overhead, size-n
				if size == 0 {
					break
				}
			}
		}
		if len(frames)%4 != 0 || total != end {
			continue
		}
		at := head
		for i, n := range pieces {
			part, err := seal.Open(key, aad(uint64(i)), b[at:at+n+seal.Overhead])
			if err != nil {
				return errIndex
			}
			r.add(inIndex, part)
			r.add(inIndex, unpack(part))
			at += n + seal.Overhead
		}
		return nil
	}
	return errIndex
}

// blob opens an attachment with the key that an entry or draft gives. One that
// nobody names any more should not be there.
func (r *reader) blob(name string) error {
	id, err := record.ParseID(filepath.Base(name))
	if err != nil {
		r.add("an unfinished attachment", []byte(name))
		return nil
	}
	key, ok := r.blobs[id]
	if !ok {
		r.add("an attachment that nothing names", []byte(name))
		return nil
	}
	s, err := blob.Open(filepath.Join(r.dir, "blobs"))
	if err != nil {
		return err
	}
	f, err := s.Open(r.t.Context(), id, key)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := io.ReadAll(f)
	r.add("an attachment", plain)
	return err
}
