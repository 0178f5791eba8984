package vault

import (
	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

const (
	memTable = 8 << 20 // bytes; the largest transaction is 15 % of it

	// DefaultMinFree is what must be free for Badger to write: two memtables
	// on their way to the disk and some.
	DefaultMinFree = 20 << 20
	// flushRoom is what closing needs: one memtable written out.
	flushRoom = 12 << 20
	// compactRoom is what background compaction may need at once. Below it
	// there is none: Badger writes through memory maps, and a full disk then
	// kills the process.
	compactRoom = 512 << 20
	// logRoom is what Badger's log takes of a nearly full volume from the start:
	// a memtable and a transaction.
	logRoom = 10 << 20
	// crowded is how many small tables a view may gather over short runs before
	// one is closed with compaction.
	crowded = 12
)

// badgerOptions are Badger's settings for a view that the journal can rebuild:
// no syncing of its own, no value log, no cleartext log lines, checksums on.
func badgerOptions(dir string, schema uint64, compactors bool, compactOnClose bool, log badger.Logger) badger.Options {
	o := badger.DefaultOptions(dir).
		WithSyncWrites(false).
		WithMemTableSize(memTable).
		WithNumMemtables(2).
		WithNumCompactors(2).
		WithBaseTableSize(4 << 20).
		WithNumLevelZeroTables(4).
		WithNumLevelZeroTablesStall(1 << 20). // never make a save wait
		WithValueThreshold(1 << 20).
		WithValueLogFileSize(1 << 20).
		WithCompression(options.None). // values are ciphertext
		WithBlockCacheSize(0).         // neither compression nor encryption needs it
		WithIndexCacheSize(0).
		WithNumVersionsToKeep(1).
		WithDetectConflicts(false). // one writer at a time: see Update
		WithMetricsEnabled(false).
		WithChecksumVerificationMode(options.OnBlockRead).
		WithVerifyValueChecksum(true).
		WithCompactL0OnClose(compactOnClose).
		WithExternalMagic(uint16(schema)).
		WithLogger(log)
	o.TableSizeMultiplier = 1 // small tables in the last level too: a close hashes only new ones
	if !compactors {
		o = o.WithNumCompactors(0)
	}
	if dir == "" {
		o = o.WithInMemory(true)
	}
	return o
}
