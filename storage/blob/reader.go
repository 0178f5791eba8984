package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"sync"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Reader gives out the plain bytes of a blob, from anywhere in it. Every chunk
// is authenticated before a byte of it is given out, and the last one at
// opening, so that the length is true. It may be used by several goroutines.
type Reader struct {
	ctx    context.Context
	mu     sync.Mutex
	f      File
	seal   *sealer
	chunks int64
	size   int64
	at     int64 // of Read
	held   int64 // number of the chunk in plain; -1: none
	plain  []byte
	buf    []byte
}

// Open opens a blob under its key. Errors: ErrMissing, ErrDamaged,
// ErrNewerFormat, or of the disk.
func (s *Store) Open(ctx context.Context, id record.ID, key seal.Key) (*Reader, error) {
	f, err := s.file(id)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(ctx, f, key)
	if err != nil {
		f.Close()
	}
	return r, err
}

func (s *Store) file(id record.ID) (File, error) {
	f, err := s.opt.FS.Open(s.Path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	return f, err
}

// NewReader reads a blob from a file, which Close closes.
func NewReader(ctx context.Context, f File, key seal.Key) (*Reader, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	var h header
	if n, err := f.ReadAt(h[:], 0); n < len(h) {
		if err != io.EOF {
			return nil, err
		}
		return nil, &Damage{Chunk: -1}
	}
	if err := h.check(key); err != nil {
		return nil, err
	}
	chunks, plain, ok := shape(size)
	if !ok {
		return nil, &Damage{Chunk: -1}
	}
	r := &Reader{ctx: ctx, f: f, seal: newSealer(key, h), chunks: chunks, size: plain, held: -1,
		buf: make([]byte, min(sealedChunk, size-headSize)), plain: make([]byte, 0, min(ChunkSize, plain))}
	if err := r.load(chunks - 1); err != nil {
		return nil, err
	}
	return r, nil
}

// Size is the number of plain bytes.
func (r *Reader) Size() int64 { return r.size }

// load makes a chunk the held one.
func (r *Reader) load(i int64) error {
	if r.held == i {
		return nil
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	n := int64(sealedChunk)
	if i == r.chunks-1 {
		n = r.size - i*ChunkSize + overhead
	}
	if k, err := r.f.ReadAt(r.buf[:n], headSize+i*sealedChunk); int64(k) < n {
		if err == io.EOF { // cut while it was open
			return &Damage{Chunk: i}
		}
		return err
	}
	r.held = -1
	plain, err := r.seal.open(r.plain[:0], r.buf[:n], i, i == r.chunks-1)
	if err != nil {
		return err
	}
	r.plain, r.held = plain, i
	return nil
}

// ReadAt reads plain bytes from an offset.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.readAt(p, off)
}

func (r *Reader) readAt(p []byte, off int64) (n int, err error) {
	if r.f == nil {
		return 0, ErrClosed
	}
	if off < 0 {
		return 0, fs.ErrInvalid
	}
	for n < len(p) {
		if off >= r.size {
			return n, io.EOF
		}
		i := off / ChunkSize
		if err := r.load(i); err != nil {
			return n, err
		}
		k := copy(p[n:], r.plain[off-i*ChunkSize:])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

// Read reads on from where the last Read or Seek left off.
func (r *Reader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.readAt(p, r.at)
	r.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// Seek sets where Read goes on.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	default:
		return 0, fs.ErrInvalid
	}
	if offset < 0 {
		return 0, fs.ErrInvalid
	}
	r.at = offset
	return offset, nil
}

// Close closes the file and overwrites the plain bytes that were held.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.f == nil {
		return nil
	}
	clear(r.plain[:cap(r.plain)])
	r.held = -1
	err := r.f.Close()
	r.f = nil
	return err
}

// Verify checks that a blob's sealed bytes are those that its id names; it
// needs no key. Errors: ErrMissing, ErrDamaged, or of the disk.
func (s *Store) Verify(ctx context.Context, id record.ID) error {
	f, err := s.file(id)
	if err != nil {
		return err
	}
	defer f.Close()
	h, buf := sha256.New(), make([]byte, ChunkSize)
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := f.ReadAt(buf, at)
		h.Write(buf[:n])
		at += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if at > MaxSealed {
			return &Damage{Chunk: -1}
		}
	}
	if record.ID(h.Sum(nil)) != id {
		return &Damage{Chunk: -1}
	}
	return nil
}

// VerifyWith is Verify, and opens every chunk under the blob's key.
func (s *Store) VerifyWith(ctx context.Context, id record.ID, key seal.Key) error {
	r, err := s.Open(ctx, id, key)
	if err != nil {
		return err
	}
	defer r.Close()
	for i := range r.chunks {
		if err := r.load(i); err != nil {
			return err
		}
	}
	return s.Verify(ctx, id)
}
