package index

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"wherry/storage/seal"
)

// A sealed file is a head and then frames, each a length and one sealed chunk.
// The head's random id, the chunk's number and whether it is the last are bound
// into every seal, so chunks can be neither moved, nor dropped, nor taken from
// another save. See docs/formats/index.md.
const (
	sealedMagic  = "WHXS"
	sealedFormat = 1
	sealedHead   = len(sealedMagic) + 1 + 16
	sealedDomain = "wherry-index-1"
	chunkSize    = 1 << 20                          // plain bytes in a chunk, before compression
	maxFrame     = chunkSize + 4096 + seal.Overhead // sealed bytes in a frame
	maxTip       = 4096                             // bytes
)

// ErrTip reports a tip that is too long to be saved.
var ErrTip = errors.New("index: tip is too long")

// SaveSealed writes the index to path under key, without a trace of removed
// notes. Tip says up to where the journal is covered; it is opaque here and
// sealed with the rest. The file is replaced only once the new one is synced,
// so a failure leaves the old one. A stop may leave seal.TempPath(path) behind;
// the next save removes it, and whoever erases path must erase it too.
func (x *Index) SaveSealed(ctx context.Context, path string, key seal.Key, tip []byte) error {
	if len(tip) > maxTip {
		return ErrTip
	}
	temp := seal.TempPath(path)
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = writeSealed(ctx, f, key, tip, x)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		_ = os.Remove(temp) // the next save removes it otherwise
		return err
	}
	return seal.SyncDir(filepath.Dir(path))
}

func writeSealed(ctx context.Context, f io.Writer, key seal.Key, tip []byte, x *Index) error {
	head := append([]byte(sealedMagic), sealedFormat)
	head = append(head, make([]byte, 16)...)
	if _, err := rand.Read(head[len(head)-16:]); err != nil {
		return err
	}
	if _, err := f.Write(head); err != nil {
		return err
	}
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	w := &chunkWriter{ctx: ctx, f: f, key: key, head: head, packer: packer}
	first := append(binary.AppendUvarint(nil, uint64(len(tip))), tip...)
	if _, err := w.Write(first); err != nil {
		return err
	}
	if err := writeSnapshot(w, x); err != nil {
		return err
	}
	return w.chunk(true)
}

// chunkAAD is what chunk number n of a file is bound to.
func chunkAAD(head []byte, n uint64, last bool) []byte {
	aad := append([]byte(sealedDomain), head...)
	aad = binary.BigEndian.AppendUint64(aad, n)
	if last {
		return append(aad, 1)
	}
	return append(aad, 0)
}

// chunkWriter cuts what is written into chunks and seals them.
type chunkWriter struct {
	ctx    context.Context
	f      io.Writer
	key    seal.Key
	head   []byte
	packer *zstd.Encoder
	n      uint64
	plain  []byte // at most chunkSize
	packed []byte
}

func (w *chunkWriter) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		if len(w.plain) == chunkSize {
			if err := w.chunk(false); err != nil {
				return done, err
			}
		}
		n := min(len(p)-done, chunkSize-len(w.plain))
		w.plain = append(w.plain, p[done:done+n]...)
		done += n
	}
	return done, nil
}

func (w *chunkWriter) chunk(last bool) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.packed = w.packer.EncodeAll(w.plain, w.packed[:0])
	sealed, err := seal.Seal(w.key, chunkAAD(w.head, w.n, last), w.packed)
	if err != nil {
		return err
	}
	w.n++
	clear(w.plain)
	w.plain = w.plain[:0]
	if _, err := w.f.Write(binary.BigEndian.AppendUint32(nil, uint32(len(sealed)))); err != nil {
		return err
	}
	_, err = w.f.Write(sealed)
	return err
}

func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrSnapshot
	}
	return err
}

// LoadSealed reads what SaveSealed wrote, and the tip. A file that is damaged,
// cut, or sealed under another key is ErrSnapshot; one of another format or
// made by other rules is ErrRules; in both cases the index must be built again.
// An absent file is fs.ErrNotExist.
func LoadSealed(ctx context.Context, path string, key seal.Key) (*Index, []byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return readSealed(ctx, f, key)
}

func readSealed(ctx context.Context, f io.Reader, key seal.Key) (*Index, []byte, error) {
	head := make([]byte, sealedHead)
	if err := readFull(f, head); err != nil {
		return nil, nil, err
	}
	if string(head[:len(sealedMagic)]) != sealedMagic {
		return nil, nil, ErrSnapshot
	}
	if head[len(sealedMagic)] != sealedFormat {
		return nil, nil, ErrRules
	}
	unpacker, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, nil, err
	}
	defer unpacker.Close()
	c := &chunkReader{ctx: ctx, f: f, key: key, head: head, unpacker: unpacker}
	r := bufio.NewReader(c)
	n, err := binary.ReadUvarint(r)
	if err != nil || n > maxTip {
		return nil, nil, c.fault()
	}
	tip := make([]byte, n)
	if err := readFull(r, tip); err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, err
	}
	x, err := Load(data)
	if err != nil {
		return nil, nil, err
	}
	return x, tip, nil
}

// chunkReader yields the plain bytes of the chunks. It ends only after the last
// chunk, with nothing behind it.
type chunkReader struct {
	ctx      context.Context
	f        io.Reader
	key      seal.Key
	head     []byte
	unpacker *zstd.Decoder
	n        uint64
	rest     []byte
	last     bool
	err      error
	sealed   []byte
	plain    []byte
}

// fault is the error that stopped the reader, or that its bytes make no sense.
func (r *chunkReader) fault() error {
	if r.err != nil && !errors.Is(r.err, io.EOF) {
		return r.err
	}
	return ErrSnapshot
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 && r.err == nil {
		r.err = r.chunk()
	}
	if len(r.rest) == 0 {
		return 0, r.err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *chunkReader) chunk() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	var length [4]byte
	if r.last {
		switch _, err := io.ReadFull(r.f, length[:1]); {
		case err == nil:
			return ErrSnapshot // something follows
		default:
			return err
		}
	}
	if err := readFull(r.f, length[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n < seal.Overhead || n > maxFrame {
		return ErrSnapshot
	}
	if r.sealed == nil {
		r.sealed, r.plain = make([]byte, maxFrame), make([]byte, 0, chunkSize)
	}
	if err := readFull(r.f, r.sealed[:n]); err != nil {
		return err
	}
	packed, err := seal.Open(r.key, chunkAAD(r.head, r.n, false), r.sealed[:n])
	if err != nil {
		packed, err = seal.Open(r.key, chunkAAD(r.head, r.n, true), r.sealed[:n])
		r.last = true
	}
	if err != nil {
		return ErrSnapshot
	}
	r.n++
	plain, err := r.unpacker.DecodeAll(packed, r.plain[:0])
	if err != nil || !r.last && len(plain) != chunkSize {
		return ErrSnapshot
	}
	r.plain, r.rest = plain, plain
	return nil
}
