package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path/filepath"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Writer writes one blob in constant memory. Nothing of it has a name until
// Commit. It is not for several goroutines.
type Writer struct {
	ctx    context.Context
	s      *Store
	f      File
	name   string // of the unfinished file
	seal   *sealer
	sum    hash.Hash // of the sealed bytes
	plain  []byte    // the chunk that is being filled
	out    []byte    // its sealed form
	chunk  int64
	sealed int64 // bytes in the file
	err    error
	done   bool // committed, aborted or kept
}

// Create begins a blob under a key that the caller drew for it alone.
func (s *Store) Create(ctx context.Context, key seal.Key) (*Writer, error) {
	if key == (seal.Key{}) {
		return nil, ErrNoKey
	}
	var salt [saltSize]byte
	var name [16]byte
	if _, err := io.ReadFull(s.opt.Rand, salt[:]); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(s.opt.Rand, name[:]); err != nil {
		return nil, err
	}
	if err := s.ready(); err != nil {
		return nil, err
	}
	if err := s.room(sealedChunk); err != nil {
		return nil, err
	}
	w := s.writer(ctx, key, newHeader(key, salt), hex.EncodeToString(name[:])+partSuffix)
	f, err := s.opt.FS.Create(w.path())
	if err != nil {
		return nil, failure(err)
	}
	w.f = f
	if err := w.put(w.seal.head[:]); err != nil {
		w.Abort()
		return nil, err
	}
	return w, nil
}

func (s *Store) writer(ctx context.Context, key seal.Key, h header, name string) *Writer {
	return &Writer{ctx: ctx, s: s, name: name, seal: newSealer(key, h), sum: sha256.New(),
		plain: make([]byte, 0, ChunkSize), out: make([]byte, 0, sealedChunk)}
}

// ready makes the folder of blobs.
func (s *Store) ready() error {
	made, err := s.opt.FS.Mkdir(s.dir)
	if err == nil && made {
		err = s.opt.FS.SyncDir(filepath.Dir(s.dir))
	}
	if err != nil {
		return failure(err)
	}
	return nil
}

// room keeps the last space on the disk for notes and drafts.
func (s *Store) room(n uint64) error {
	free, err := s.opt.FS.FreeBytes(s.dir)
	if err != nil {
		return failure(err)
	}
	if free < s.opt.MinFree+n {
		return ErrFull
	}
	return nil
}

func (w *Writer) path() string { return filepath.Join(w.s.dir, w.name) }

// Name is what Resume takes to go on with this blob after a stop.
func (w *Writer) Name() string { return w.name }

// Offset is how many plain bytes have been taken.
func (w *Writer) Offset() int64 { return w.chunk*ChunkSize + int64(len(w.plain)) }

// Write takes plain bytes. A full chunk is kept back until more comes: only
// then is it known that it is not the last. After an error only Abort is left.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.Offset()+int64(len(p)) > MaxSize {
		w.err = ErrTooLarge
		return 0, w.err
	}
	n := len(p)
	for len(p) > 0 {
		if len(w.plain) == ChunkSize {
			if err := w.flush(false); err != nil {
				return 0, err
			}
		}
		k := min(len(p), ChunkSize-len(w.plain))
		w.plain, p = append(w.plain, p[:k]...), p[k:]
	}
	return n, nil
}

func (w *Writer) flush(last bool) error {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err == nil {
		w.err = w.s.room(uint64(len(w.plain)) + overhead)
	}
	if w.err != nil {
		return w.err
	}
	w.out = w.seal.seal(w.out[:0], w.plain, w.chunk, last)
	if w.err = w.put(w.out); w.err != nil {
		return w.err
	}
	w.chunk++
	clear(w.plain)
	w.plain = w.plain[:0]
	return nil
}

func (w *Writer) put(b []byte) error {
	if _, err := w.f.WriteAt(b, w.sealed); err != nil {
		return failure(err)
	}
	w.sum.Write(b)
	w.sealed += int64(len(b))
	return nil
}

// Sync makes durable what is sealed so far. Called before Commit it leaves
// Commit little to wait for.
func (w *Writer) Sync() error {
	if w.err != nil {
		return w.err
	}
	if err := w.f.Sync(); err != nil {
		w.err = failure(err) // a second sync may succeed over pages that are lost
	}
	return w.err
}

// Commit makes the blob durable and gives it its name. When it returns nil the
// blob survives a power cut. After an error nothing has been named, or the name
// may not last; the blob counts as not written.
func (w *Writer) Commit() (Ref, error) {
	size := w.Offset()
	if err := w.flush(true); err != nil {
		w.Abort()
		return Ref{}, err
	}
	w.err, w.done = ErrClosed, true
	ref := Ref{ID: record.ID(w.sum.Sum(nil)), Size: size, Sealed: w.sealed}
	fsys, dir := w.s.opt.FS, w.s.folder(ref.ID)
	err := w.f.Sync()
	if cerr := w.f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		var made bool
		if made, err = fsys.Mkdir(dir); err == nil && made {
			err = fsys.SyncDir(w.s.dir)
		}
	}
	if err != nil {
		fsys.Remove(w.path()) // else it is swept later
		return Ref{}, failure(err)
	}
	if err := fsys.Rename(w.path(), w.s.Path(ref.ID)); err != nil {
		fsys.Remove(w.path())
		return Ref{}, failure(err)
	}
	if err := errors.Join(fsys.SyncDir(dir), fsys.SyncDir(w.s.dir)); err != nil {
		fsys.Remove(w.s.Path(ref.ID)) // nobody knows the name
		return Ref{}, failure(err)
	}
	return ref, nil
}

// Abort gives the blob up and removes what was written of it. After Commit or
// Keep it does nothing.
func (w *Writer) Abort() {
	if w.done {
		return
	}
	w.Keep()
	w.s.opt.FS.Remove(w.path()) // else it is swept later
}

// Keep stops writing and leaves the unfinished file for Resume.
func (w *Writer) Keep() {
	if w.done {
		return
	}
	w.done = true
	clear(w.plain[:cap(w.plain)])
	w.f.Close()
	if w.err == nil {
		w.err = ErrClosed
	}
}
