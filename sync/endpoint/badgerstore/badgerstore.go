// Package badgerstore keeps the council's logs in an embedded Badger store:
// one process, one folder, nothing else to run.
//
// Badger is trusted with as little as possible. Every value carries our own
// checksum over its key and bytes, because Badger returns altered bytes for a
// flipped bit. A clean stop writes the size and SHA-256 of every file, and the
// next start compares them before Badger sees one, because Badger panics on
// some damage in goroutines that nobody can recover. The free-space gate keeps
// a full disk from killing the process inside a memory map.
package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

// Schema is the layout of keys and values. A store of another number is
// refused untouched.
const Schema = 1

// DefaultMinFree is the room that must be left before a transaction is begun,
// besides what a compaction may need: two memtables and their flush.
const DefaultMinFree = 2 * memTable

// maxCompaction bounds what one compaction writes: a full level 0 and what it
// overlaps. A store smaller than that needs no more than its own size.
const maxCompaction = 96 << 20

const memTable = 16 << 20

// openFloor is the room without which Badger must not write at all: it writes
// through memory maps, where a full disk is a fatal signal and not an error.
const openFloor = 2 * memTable

// Options of a store. The zero value is right except where a test needs more.
type Options struct {
	MinFree  uint64                           // bytes; 0 means DefaultMinFree
	Free     func(dir string) (uint64, error) // nil asks the file system
	ReadOnly bool                             // for checking a damaged store: writes nothing
	Commit   func(commit func() error) error  // nil commits; tests make it fail or stop it
}

// Store implements endpoint.Store.
type Store struct {
	db     *badger.DB
	dir    string
	lock   *os.File
	o      Options
	sums   map[string]fileSum // of table files that were whole at the start
	logs   keyedMutex
	failed atomic.Bool // a write failed; set once, never cleared
	tables tableSize
}

var _ endpoint.Store = (*Store)(nil)

// Open opens the store in dir, creating it if dir is absent or empty. A store
// that was stopped cleanly is compared with its file sums first, and refused
// with ErrStoreDamaged if they differ. One that was not is opened as Badger recovers it. With hardly
// any room left a cleanly stopped store is opened for reading only.
func Open(dir string, o Options) (*Store, error) {
	if o.MinFree == 0 {
		o.MinFree = DefaultMinFree
	}
	if o.Free == nil {
		o.Free = freeSpace
	}
	if o.Commit == nil {
		o.Commit = func(commit func() error) error { return commit() }
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFile(lockPath(dir))
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, lock: lock, o: o}
	if err := s.open(); err != nil {
		lock.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) open() error {
	state, err := readSums(s.dir)
	if err != nil {
		return err
	}
	if state.schema > Schema {
		return endpoint.ErrStoreNewer
	}
	s.sums = state.files
	if !s.o.ReadOnly {
		if len(state.differ) > 0 {
			return damaged("file " + state.differ[0].File + ": " + state.differ[0].Reason)
		}
		if s.noRoom() {
			if !state.clean {
				return endpoint.ErrStoreFull
			}
			s.o.ReadOnly = true
		}
	}
	if !s.o.ReadOnly {
		if err := prepare(s.dir); err != nil {
			return err
		}
	}
	db, err := openBadger(s.dir, s.o.ReadOnly)
	if err != nil {
		return err
	}
	s.db = db
	return nil
}

// prepare makes a store ready for Badger to write: it takes the clean-stop
// sums away, for they will no longer hold, and deletes zero-length logs, which
// hold nothing and at which Badger stumbles after a crash (dgraph-io/badger
// issue 2207).
func prepare(dir string) error {
	if err := os.Remove(filepath.Join(dir, sumsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Size() > 0 || !(strings.HasSuffix(f.Name(), ".mem") || strings.HasSuffix(f.Name(), ".vlog")) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// openBadger opens the database; a panic on damage becomes an error where it
// happens in this goroutine.
func openBadger(dir string, readOnly bool) (db *badger.DB, err error) {
	defer func() {
		if recover() != nil {
			db, err = nil, damaged("the database cannot be opened")
		}
	}()
	db, err = badger.Open(badger.DefaultOptions(dir).
		WithSyncWrites(true).
		WithReadOnly(readOnly).
		WithMemTableSize(memTable).
		WithNumMemtables(2).WithNumCompactors(2).
		WithBaseTableSize(4 << 20).WithNumLevelZeroTables(4).WithNumLevelZeroTablesStall(8).
		WithValueThreshold(1 << 20). // every value stays in the tables
		WithValueLogFileSize(1 << 20).
		WithCompression(options.None). // values are ciphertext
		WithBlockCacheSize(0).WithIndexCacheSize(0).
		WithNumVersionsToKeep(1).WithMetricsEnabled(false).
		WithChecksumVerificationMode(options.NoVerification). // ours covers every value
		WithCompactL0OnClose(false).
		WithExternalMagic(Schema).
		WithLogger(nil))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", openError(err), err)
	}
	return db, nil
}

func openError(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fs.ErrPermission
	case strings.Contains(err.Error(), "directory lock"):
		return endpoint.ErrStoreInUse
	default:
		return endpoint.ErrStoreDamaged
	}
}

// View implements endpoint.Store.
func (s *Store) View(ctx context.Context, fn func(endpoint.Reader) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer catch(&err)
	return s.db.View(func(b *badger.Txn) error { return fn(&txn{b: b}) })
}

// Update implements endpoint.Store.
func (s *Store) Update(ctx context.Context, log record.ID, fn func(endpoint.Writer) error) (err error) {
	unlock, err := s.logs.Lock(ctx, log)
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.Writable(); err != nil {
		return err
	}
	defer catch(&err)
	b := s.db.NewTransaction(true)
	defer b.Discard()
	if err := fn(&txn{b: b, log: log}); err != nil {
		return err
	}
	if err := s.o.Commit(b.Commit); err != nil {
		if errors.Is(err, badger.ErrConflict) {
			return err // nothing was written; a second writer of one log is a bug, not a bad disk
		}
		s.failed.Store(true)
		return fmt.Errorf("%w: commit failed", endpoint.ErrStoreFull)
	}
	return nil
}

// catch turns a panic on damaged bytes into an error: one bad block must not
// end the service for everyone.
func catch(err *error) {
	if recover() != nil {
		*err = damaged("a block cannot be read")
	}
}

// Close implements endpoint.Store. After a clean close the file sums are
// written; after a failed write they are not, so that the next start looks.
// With no room to flush, Badger is left as a crash would leave it: every
// acknowledged write is in its synced log, and the next start recovers it.
func (s *Store) Close() error {
	defer s.lock.Close()
	if !s.o.ReadOnly && s.noRoom() {
		return fmt.Errorf("%w: no room to close cleanly", endpoint.ErrStoreFull)
	}
	err := s.db.Close()
	if err != nil {
		return fmt.Errorf("%w: close failed", endpoint.ErrStoreFull)
	}
	if s.o.ReadOnly || s.failed.Load() {
		return nil
	}
	return writeSums(s.dir, s.sums)
}

// Distrust makes the store's end count as unclean, so that the next start
// looks it over again: a check has found damage that file sums would bless.
func (s *Store) Distrust() { s.failed.Store(true) }
