package endpoint

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// Blobs is the folder in which the endpoint keeps sealed attachments, one file
// each, beside the store:
//
//	xx/<id>                           a blob that an accepted entry names
//	part/<person>-<device>-<id>.part  what a device has uploaded so far
//	part/<person>-<device>-<id>.done  all of it, and no entry names it yet
//	lost/<person>-<id>                that person has lost it and cannot supply it
//
// A piece is synced before it is answered, so an upload goes on after any stop
// where its uploader is told. Only bytes whose SHA-256 is the id become .done.
type Blobs struct {
	dir string
	o   BlobOptions

	mu     sync.Mutex
	people map[record.ID]*sync.Mutex // one change at a time for each; guarded by mu
	swept  time.Time                 // guarded by mu
}

// BlobOptions are the outside world and the bounds of a Blobs. The zero value of
// a field but Free means its default.
type BlobOptions struct {
	Free    func(dir string) (uint64, error) // what may still be written on the disk; nil: no limit
	MinFree uint64                           // bytes that must stay free, for the store; 160 MiB
	Waiting int64                            // bytes of one person that no entry names yet; 1 GiB
	Files   int                              // and how many files; 256
	Keep    time.Duration                    // how long what no entry names is kept; 7 days
}

// Names in the folder of blobs.
const (
	blobParts = "part"
	blobLost  = "lost"
	extPart   = ".part"
	extDone   = ".done"
)

// Errors of a Blobs, beside ErrStoreFull.
var (
	errBlobHash    = errors.New("endpoint: a blob's bytes are not those that its id names")
	errBlobWaiting = errors.New("endpoint: too much of this person is waiting for its entries")
)

// offsetError says where an upload goes on.
type offsetError struct{ at int64 }

func (e offsetError) Error() string { return "endpoint: a piece that does not follow" }

// NewBlobs takes the folder dir, which need not exist yet.
func NewBlobs(dir string, o BlobOptions) *Blobs {
	o.MinFree, o.Waiting = or(o.MinFree, 160<<20), or(o.Waiting, 1<<30)
	o.Files, o.Keep = or(o.Files, 256), or(o.Keep, 7*24*time.Hour)
	return &Blobs{dir: dir, o: o, people: map[record.ID]*sync.Mutex{}}
}

// lock lets one request at a time change what a person has uploaded.
func (b *Blobs) lock(person record.ID) (unlock func()) {
	b.mu.Lock()
	m := b.people[person]
	if m == nil {
		m = new(sync.Mutex)
		b.people[person] = m
	}
	b.mu.Unlock()
	m.Lock()
	return m.Unlock
}

func (b *Blobs) parts() string { return filepath.Join(b.dir, blobParts) }

func (b *Blobs) path(id record.ID) string {
	name := id.String()
	return filepath.Join(b.dir, name[:2], name)
}

func (b *Blobs) part(c Caller, id record.ID, ext string) string {
	return filepath.Join(b.parts(), c.Person.String()+"-"+c.Device.String()+"-"+id.String()+ext)
}

func (b *Blobs) lostPath(person, id record.ID) string {
	return filepath.Join(b.dir, blobLost, person.String()+"-"+id.String())
}

// pending says how much of a blob a device has uploaded that no entry names.
func (b *Blobs) pending(c Caller, id record.ID) wire.BlobState {
	if n, ok := size(b.part(c, id, extDone)); ok {
		return wire.BlobState{Offset: uint64(n), Whole: true}
	}
	n, _ := size(b.part(c, id, extPart))
	return wire.BlobState{Offset: uint64(n)}
}

func size(path string) (int64, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Size(), true
}

// open opens a whole blob that an entry names. One whose naming was cut short
// still lies among the uploads.
func (b *Blobs) open(id record.ID) (*os.File, error) {
	f, err := os.Open(b.path(id))
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	list, _ := os.ReadDir(b.parts()) // what cannot be listed is not found
	for _, e := range list {
		if !strings.HasSuffix(e.Name(), "-"+id.String()+extDone) {
			continue
		}
		if f, err = os.Open(filepath.Join(b.parts(), e.Name())); err == nil {
			return f, nil
		}
	}
	return os.Open(b.path(id)) // moved meanwhile, or not there
}

// whole returns the size of a whole blob.
func (b *Blobs) whole(id record.ID) (int64, bool) {
	f, err := b.open(id)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	info, err := f.Stat()
	return info.Size(), err == nil
}

// put takes in a piece. The answer is given when it is durable.
func (b *Blobs) put(c Caller, id record.ID, offset, total int64, piece []byte) (wire.BlobState, error) {
	defer b.lock(c.Person)()
	held := b.pending(c, id)
	if held.Whole {
		return held, nil
	}
	path := b.part(c, id, extPart)
	if int64(held.Offset) > total { // begun with another size, which was wrong
		if err := b.drop(path); err != nil {
			return held, err
		}
		held.Offset = 0
	}
	if offset != int64(held.Offset) {
		return held, offsetError{int64(held.Offset)}
	}
	if err := b.room(c.Person, int64(len(piece))); err != nil {
		return held, err
	}
	if err := b.add(path, offset, piece); err != nil {
		return held, errors.Join(err, b.drop(path))
	}
	held.Offset += uint64(len(piece))
	if int64(held.Offset) < total {
		return held, nil
	}
	if err := b.finish(c, id, path); err != nil {
		return wire.BlobState{}, err
	}
	held.Whole = true
	return held, nil
}

// room reports whether n more bytes may be taken of a person: the disk keeps
// room for entries, and nobody fills it with what no entry names.
func (b *Blobs) room(person record.ID, n int64) error {
	if err := makeFolder(b.parts()); err != nil {
		return fail(err)
	}
	if b.o.Free != nil {
		if free, err := b.o.Free(b.dir); err != nil || free < b.o.MinFree+uint64(n) {
			return ErrStoreFull
		}
	}
	used, files, err := b.waiting(person)
	if err != nil {
		return fail(err)
	}
	if used+n > b.o.Waiting || files > b.o.Files {
		return errBlobWaiting
	}
	return nil
}

// waiting counts what a person has uploaded that no entry names.
func (b *Blobs) waiting(person record.ID) (bytes int64, files int, err error) {
	list, err := os.ReadDir(b.parts())
	if err != nil {
		return 0, 0, err
	}
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), person.String()+"-") {
			continue
		}
		if n, ok := size(filepath.Join(b.parts(), e.Name())); ok {
			bytes, files = bytes+n, files+1
		}
	}
	return bytes, files, nil
}

// add writes a piece behind what is there, durably.
func (b *Blobs) add(path string, offset int64, piece []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fail(err)
	}
	_, err = f.WriteAt(piece, offset)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil && offset == 0 {
		err = syncFolder(b.parts())
	}
	if err != nil {
		return fail(err)
	}
	return nil
}

// finish makes an upload a whole blob if its bytes are those of the id, and
// drops it otherwise.
func (b *Blobs) finish(c Caller, id record.ID, path string) error {
	sum, err := hashFile(path)
	if err != nil {
		return fail(err)
	}
	if sum != id {
		return errors.Join(errBlobHash, b.drop(path))
	}
	if err := errors.Join(os.Rename(path, b.part(c, id, extDone)), syncFolder(b.parts())); err != nil {
		return fail(err)
	}
	return nil
}

func hashFile(path string) (sum record.ID, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.CopyBuffer(h, f, make([]byte, 256<<10))
	return record.ID(h.Sum(nil)), err
}

func (b *Blobs) drop(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(err)
	}
	return nil
}

func makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return errors.Join(syncFolder(filepath.Dir(dir)), syncFolder(filepath.Dir(filepath.Dir(dir))))
}

// syncFolder makes creations and renames in a folder durable.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it has no such call; serve refuses to run there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// fail says of a failed act on the disk that nothing was taken.
func fail(err error) error { return fmt.Errorf("%w: %w", ErrStoreFull, err) }
