package archive

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"wherry/storage/seal"
)

// chunks gives out the plain bytes of a backup by their place in the stream.
type chunks struct {
	r      io.ReaderAt
	h      *Header
	key    seal.Key
	sealed int64 // bytes after the clear part
	count  int64

	mu    sync.Mutex
	cache []cached // most recently used first
}

type cached struct {
	chunk int64
	plain []byte
}

// cacheChunks is how many opened chunks are kept for reading here and there.
const cacheChunks = 12

// open reads and unseals one chunk.
func (c *chunks) open(i int64) ([]byte, error) {
	size := min(sealedSize, c.sealed-i*sealedSize)
	buf := make([]byte, size)
	if n, err := c.r.ReadAt(buf, c.h.size+i*sealedSize); n < len(buf) {
		if errors.Is(err, io.EOF) {
			return nil, &Damage{Chunk: i, Reason: ReasonCut}
		}
		return nil, err
	}
	plain, err := seal.Open(c.key, c.h.aad(i, i == c.count-1), buf)
	if err != nil {
		return nil, &Damage{Chunk: i, Reason: ReasonChunk}
	}
	return plain, nil
}

// ReadAt reads plain bytes. Every byte comes from a chunk that was
// authenticated in this call or is kept from one before.
func (c *chunks) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		i := off / chunkSize
		if i >= c.count {
			return n, io.EOF
		}
		plain, err := c.kept(i)
		if err != nil {
			return n, err
		}
		from := off - i*chunkSize
		if from >= int64(len(plain)) {
			return n, io.EOF
		}
		k := copy(p[n:], plain[from:])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

func (c *chunks) kept(i int64) ([]byte, error) {
	c.mu.Lock()
	k := slices.IndexFunc(c.cache, func(x cached) bool { return x.chunk == i })
	if k >= 0 {
		x := c.cache[k]
		c.cache = slices.Insert(slices.Delete(c.cache, k, k+1), 0, x)
		c.mu.Unlock()
		return x.plain, nil
	}
	c.mu.Unlock()
	plain, err := c.open(i) // others go on meanwhile
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cache = slices.Insert(c.cache[:min(len(c.cache), cacheChunks-1)], 0, cached{i, plain})
	return plain, nil
}

// stream reads the plain bytes from the first to the last.
type stream struct {
	ctx   context.Context
	c     *chunks
	next  int64
	plain []byte
	pos   int64
}

func (s *stream) Read(p []byte) (int, error) {
	for len(s.plain) == 0 {
		if err := s.ctx.Err(); err != nil {
			return 0, err
		}
		if s.next == s.c.count {
			return 0, io.EOF
		}
		plain, err := s.c.open(s.next)
		if err != nil {
			return 0, err
		}
		if s.next < s.c.count-1 && len(plain) != chunkSize {
			return 0, &Damage{Chunk: s.next, Reason: ReasonStream}
		}
		s.plain = plain
		s.next++
	}
	n := copy(p, s.plain)
	s.plain, s.pos = s.plain[n:], s.pos+int64(n)
	return n, nil
}
