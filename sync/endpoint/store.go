package endpoint

import (
	"context"
	"errors"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// Errors of a Store. Every implementation wraps these and no others, so that
// the handlers can answer without knowing which engine is below.
var (
	// ErrStoreInUse: another process has the store open.
	ErrStoreInUse = errors.New("endpoint: the store is in use by another process")
	// ErrStoreDamaged: stored bytes do not match their checksum, or cannot be read.
	ErrStoreDamaged = errors.New("endpoint: the store is damaged")
	// ErrStoreNewer: a newer release wrote the store.
	ErrStoreNewer = errors.New("endpoint: the store was written by a newer release")
	// ErrStoreFull: too little room is left to write safely, or a write has
	// failed in this run. Nothing was written; reading goes on.
	ErrStoreFull = errors.New("endpoint: the store takes no more writes")
	// ErrNotFound: the log has no such record.
	ErrNotFound = errors.New("endpoint: no such record")
	// ErrOrder: an append that would leave a gap in a log's numbers, or go back.
	ErrOrder = errors.New("endpoint: append out of order")
)

// LogEnd is where a log stands: generation, number and chain value of its last
// record. DirSeq is the directory position of that record and never falls.
type LogEnd struct {
	_      struct{} `cbor:",toarray"`
	Gen    uint64
	Seq    uint64
	Chain  record.ID
	DirSeq uint64
}

// Item is one numbered record of a log with the bytes it stands for: an entry
// in a case log, a statement in the directory. The receipt carries the time at
// which the council received it.
type Item struct {
	Log     record.LogRecord
	Bytes   []byte
	Receipt record.SignedReceipt
	Wrapped bool // wraps are kept with it
}

// Wrap is a case key sealed to one reader, as handed over with the entry that
// names its hash. Wraps rest in a table of their own, because they must be
// destroyable when the entry is not.
type Wrap = wire.Wrap

// Reader is one consistent picture of the store.
type Reader interface {
	// End returns where a log stands; false for a log that does not exist.
	End(log record.ID) (LogEnd, bool, error)
	// State returns the acceptance rules' memory of a log, nil if none.
	State(log record.ID) ([]byte, error)
	// Find returns the number of an entry in a log.
	Find(log, entry record.ID) (seq uint64, ok bool, err error)
	// Item returns record seq of a log, or ErrNotFound.
	Item(log record.ID, seq uint64) (Item, error)
	// Wraps returns the wraps kept with an entry, ordered by reader.
	Wraps(log, entry record.ID) ([]Wrap, error)
	// MayRead reports whether a person was let in to a log. It costs the same
	// for a log that is not theirs and for one that does not exist.
	MayRead(person, log record.ID) (bool, error)
	// Readable lists the logs that a person may read, ordered by id.
	Readable(person record.ID) ([]record.ID, error)
	// Logs lists every log, ordered by id.
	Logs() ([]record.ID, error)
	// BlobLogs lists the logs in which an entry names a blob, ordered by id.
	BlobLogs(blob record.ID) ([]record.ID, error)
	// Seen returns when a person was last here, in Unix milliseconds; 0: never.
	Seen(person record.ID) (int64, error)
}

// Writer is a transaction on one log. It reads its own writes.
type Writer interface {
	Reader
	// Append adds the next record: item.Log.Seq must be the log's last number
	// plus one and its DirSeq not below the last, else ErrOrder. end is where
	// the log then stands.
	Append(item Item, wraps []Wrap, end LogEnd) error
	// SetState replaces the acceptance rules' memory of the log.
	SetState(state []byte) error
	// Admit lets a person read the log; admitting twice is harmless.
	Admit(person record.ID) error
	// NameBlob notes that an entry of the log names a blob; twice is harmless.
	NameBlob(blob record.ID) error
	// SetSeen notes that a person was here, at a time in Unix milliseconds.
	SetSeen(person record.ID, at int64) error
}

// Damage names something that a check found wrong. Entry and Log are zero
// where the damage cannot be pinned to one.
type Damage struct {
	File   string
	Log    record.ID
	Entry  record.ID
	Seq    uint64
	Reason string
}

// Store keeps the council's logs. Implementations pass storetest.
type Store interface {
	// View runs fn over one consistent picture.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn in one transaction on one log. Transactions on the same
	// log run one after another, on different logs side by side. When Update
	// returns nil the changes have reached the disk; on any error from fn
	// nothing is written. After a failed write every later Update in this run
	// returns ErrStoreFull, because what the disk holds is then uncertain.
	Update(ctx context.Context, log record.ID, fn func(Writer) error) error
	// Writable reports, without writing, whether Update would be tried.
	Writable() error
	// Check reads every value and names those that are damaged.
	Check(ctx context.Context) ([]Damage, error)
	// Close makes everything durable and releases the store.
	Close() error
}
