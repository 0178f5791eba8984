package index

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"wherry/storage/seal"
)

// A segment file is a head and then sealed pieces: the sections and frames of
// the segment, each cut into pieces of at most pieceSize plain bytes, then the
// directory as one, then its size. The file's random name is bound into its
// key, the number of a piece into the piece. See docs/formats/index.md.
const (
	segmentMagic  = "WHXG"
	segmentFormat = 1
	segmentDomain = "wherry-index-segment-1"
	segmentLabel  = "index-segment"
	segmentEnding = ".seg"
	segmentHead   = len(segmentMagic) + 1
	pieceSize     = 1 << 20
)

// directoryPiece is the number under which the directory is sealed.
const directoryPiece = ^uint64(0)

// segmentFile is the file that holds a segment.
type segmentFile struct {
	name  [16]byte
	size  int64
	dirty bool // it holds words of removed notes
}

func (f *segmentFile) path(dir string) string {
	return filepath.Join(dir, hex.EncodeToString(f.name[:])+segmentEnding)
}

func pieceAAD(n uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(segmentDomain), n)
}

// writeSegment writes a segment to a new file of a random name and syncs it.
func writeSegment(ctx context.Context, dir string, key seal.Key, s *segment) (*segmentFile, error) {
	file := &segmentFile{}
	if _, err := rand.Read(file.name[:]); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file.path(dir), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	w := pieceWriter{ctx: ctx, f: f, key: key.Derive(segmentLabel, file.name[:])}
	err = w.segment(s)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = eraseFile(file.path(dir)) // the next save does it otherwise
		return nil, err
	}
	file.size = w.size
	return file, nil
}

type pieceWriter struct {
	ctx  context.Context
	f    io.Writer
	key  seal.Key
	n    uint64
	size int64
}

func (w *pieceWriter) segment(s *segment) error {
	if err := w.write(append([]byte(segmentMagic), segmentFormat)); err != nil {
		return err
	}
	d, err := s.encode(w.part)
	if err != nil {
		return err
	}
	dir := d.encode()
	if err := w.piece(directoryPiece, dir); err != nil {
		return err
	}
	return w.write(binary.BigEndian.AppendUint32(nil, uint32(len(dir))))
}

func (w *pieceWriter) part(part []byte) error {
	for {
		n := min(len(part), pieceSize)
		if err := w.piece(w.n, part[:n]); err != nil {
			return err
		}
		w.n++
		if part = part[n:]; len(part) == 0 {
			return nil
		}
	}
}

func (w *pieceWriter) piece(n uint64, plain []byte) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	sealed, err := seal.Seal(w.key, pieceAAD(n), plain)
	if err != nil {
		return err
	}
	return w.write(sealed)
}

func (w *pieceWriter) write(data []byte) error {
	n, err := w.f.Write(data)
	w.size += int64(n)
	return err
}

// piecesOf is the number of pieces that a part of so many bytes is cut into.
func piecesOf(size uint64) uint64 { return max(1, (size+pieceSize-1)/pieceSize) }

// readSegment reads a segment file. A file that is damaged, cut or another is
// ErrSnapshot.
func readSegment(ctx context.Context, dir string, key seal.Key, file *segmentFile) (*segment, error) {
	f, err := os.Open(file.path(dir))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() != file.size {
		return nil, ErrSnapshot
	}
	r := pieceReader{f: f, key: key.Derive(segmentLabel, file.name[:])}
	d, err := r.directory(file.size)
	if err != nil {
		return nil, err
	}
	sizes := d.sizes()
	first, at := make([]uint64, len(sizes)), make([]int64, len(sizes)) // piece and offset of each part
	n, offset := uint64(0), int64(segmentHead)
	for i, size := range sizes {
		first[i], at[i] = n, offset
		n += piecesOf(size)
		offset += int64(size + piecesOf(size)*seal.Overhead)
	}
	if offset != r.end {
		return nil, ErrSnapshot
	}
	return decodeSegment(ctx, d, func(i int, size uint64) ([]byte, error) { return r.part(first[i], at[i], size) })
}

type pieceReader struct {
	f   io.ReaderAt
	key seal.Key
	end int64 // where the directory begins
}

// read fills b from an offset; an end of the file before that is ErrSnapshot.
func (r *pieceReader) read(b []byte, at int64) error {
	return readFull(io.NewSectionReader(r.f, at, int64(len(b))), b)
}

func (r *pieceReader) directory(size int64) (*directory, error) {
	head, tail := make([]byte, segmentHead), make([]byte, 4)
	if size < int64(segmentHead+seal.Overhead+4) {
		return nil, ErrSnapshot
	}
	if err := r.read(head, 0); err != nil {
		return nil, err
	}
	if err := r.read(tail, size-4); err != nil {
		return nil, err
	}
	if string(head[:4]) != segmentMagic {
		return nil, ErrSnapshot
	}
	if head[4] != segmentFormat {
		return nil, ErrRules
	}
	sealed := int64(binary.BigEndian.Uint32(tail)) + seal.Overhead
	r.end = size - 4 - sealed
	if r.end < int64(segmentHead) || sealed > seal.MaxPlain {
		return nil, ErrSnapshot
	}
	plain, err := r.piece(directoryPiece, r.end, sealed)
	if err != nil {
		return nil, err
	}
	d, ok := decodeDirectory(plain)
	if !ok {
		return nil, ErrSnapshot
	}
	return d, nil
}

func (r *pieceReader) piece(n uint64, at, sealed int64) ([]byte, error) {
	data := make([]byte, sealed)
	if err := r.read(data, at); err != nil {
		return nil, err
	}
	plain, err := seal.Open(r.key, pieceAAD(n), data)
	if err != nil {
		return nil, ErrSnapshot
	}
	return plain, nil
}

func (r *pieceReader) part(first uint64, at int64, size uint64) ([]byte, error) {
	if size <= pieceSize {
		return r.piece(first, at, int64(size+seal.Overhead))
	}
	if at+int64(size) > r.end {
		return nil, ErrSnapshot
	}
	out := make([]byte, 0, size)
	for left := size; left > 0; first++ {
		n := min(left, pieceSize)
		plain, err := r.piece(first, at, int64(n+seal.Overhead))
		if err != nil {
			return nil, err
		}
		out = append(out, plain...)
		at += int64(n + seal.Overhead)
		left -= n
	}
	return out, nil
}

// readFull reads all of b; a file that ends before is damaged.
func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrSnapshot
	}
	return err
}
