package archive

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Writer writes a backup. Nothing it writes is readable without the key.
type Writer struct {
	out  *sealer
	seen contents
	err  error
}

// NewWriter writes the clear part to w and returns the writer of the rest.
// Random bytes for the salt come from rand.
func NewWriter(w io.Writer, h Header, vault seal.Key, rand io.Reader) (*Writer, error) {
	if len(h.KeyFile) > maxKeyFile {
		return nil, ErrTooLarge
	}
	if _, err := io.ReadFull(rand, h.salt[:]); err != nil {
		return nil, err
	}
	if _, err := w.Write(h.encode()); err != nil {
		return nil, err
	}
	return &Writer{out: &sealer{w: w, h: &h, key: h.key(vault), buf: make([]byte, 0, chunkSize)}}, nil
}

// Add writes one file of size bytes. Names must ascend. After an error the
// backup is of no use.
func (w *Writer) Add(name string, size int64, r io.Reader) error {
	if w.err != nil {
		return w.err
	}
	if w.err = w.seen.admit(name, size); w.err != nil {
		return w.err
	}
	head := append([]byte{partMember, byte(len(name))}, name...)
	if _, w.err = w.out.Write(binary.BigEndian.AppendUint64(head, uint64(size))); w.err != nil {
		return w.err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w.out, h), io.LimitReader(r, size))
	if err == nil && n < size {
		err = ErrShort
	}
	sum := [sha256.Size]byte(h.Sum(nil))
	if err == nil {
		_, err = w.out.Write(sum[:])
	}
	w.seen.take(name, size, sum)
	w.err = err
	return err
}

// Finish writes the manifest and the last chunk. What the manifest says of the
// members is filled in here.
func (w *Writer) Finish(m Manifest) error {
	if w.err != nil {
		return w.err
	}
	m.Members, m.Bytes, m.Contents = w.seen.count, w.seen.bytes, w.seen.sum
	body := record.Encode(m)
	part := binary.BigEndian.AppendUint32([]byte{partManifest}, uint32(len(body)))
	if _, w.err = w.out.Write(append(part, body...)); w.err != nil {
		return w.err
	}
	if w.err = w.out.finish(); w.err == nil {
		w.err = errors.New("archive: finished")
		return nil
	}
	return w.err
}

// sealer cuts a stream into sealed chunks.
type sealer struct {
	w     io.Writer
	h     *Header
	key   seal.Key
	buf   []byte
	chunk int64
}

// Write keeps a full chunk back until more comes: only then is it known that
// it is not the last.
func (s *sealer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if len(s.buf) == chunkSize {
			if err := s.flush(false); err != nil {
				return 0, err
			}
		}
		k := min(len(p), chunkSize-len(s.buf))
		s.buf, p = append(s.buf, p[:k]...), p[k:]
	}
	return n, nil
}

func (s *sealer) finish() error { return s.flush(true) }

func (s *sealer) flush(last bool) error {
	sealed, err := seal.Seal(s.key, s.h.aad(s.chunk, last), s.buf)
	if err != nil {
		return err
	}
	s.chunk++
	s.buf = s.buf[:0]
	_, err = s.w.Write(sealed)
	return err
}
