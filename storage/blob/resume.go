package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"

	"wherry/storage/seal"
)

// Resume goes on with a blob whose writer was stopped. It opens every chunk
// that was written, in order, drops what is torn, and the Writer's Offset says
// from which plain byte to go on. seen, if not nil, is given the plain bytes
// that are there already, so that the caller can tell whether the source is
// still the same. Errors: ErrName, ErrMissing, ErrDamaged (not even the
// beginning is whole, or it is of another key), ErrFailed.
func (s *Store) Resume(ctx context.Context, name string, key seal.Key, seen io.Writer) (*Writer, error) {
	if !isPartial(name) {
		return nil, ErrName
	}
	f, err := s.opt.FS.Edit(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, failure(err)
	}
	w, err := s.resume(ctx, f, name, key, seen)
	if err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

func (s *Store) resume(ctx context.Context, f File, name string, key seal.Key, seen io.Writer) (*Writer, error) {
	var h header
	if n, err := f.ReadAt(h[:], 0); n < len(h) {
		if err != io.EOF {
			return nil, failure(err)
		}
		return nil, &Damage{Chunk: -1}
	}
	if err := h.check(key); err != nil {
		return nil, err
	}
	w := s.writer(ctx, key, h, name)
	w.f, w.sealed = f, headSize
	w.sum.Write(h[:])
	buf, plain := make([]byte, sealedChunk), make([]byte, 0, ChunkSize)
	for w.chunk < maxChunks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := f.ReadAt(buf, w.sealed)
		if n < len(buf) {
			if err != io.EOF {
				return nil, failure(err)
			}
			break
		}
		// The last chunk of a blob that was stopped just before its naming does
		// not open here either, and is written again.
		if plain, err = w.seal.open(plain[:0], buf, w.chunk, false); err != nil {
			break
		}
		if seen != nil {
			if _, err := seen.Write(plain); err != nil {
				return nil, err
			}
		}
		w.sum.Write(buf)
		w.sealed += sealedChunk
		w.chunk++
	}
	clear(plain[:cap(plain)])
	if err := f.Truncate(w.sealed); err != nil {
		return nil, failure(err)
	}
	return w, nil
}
