package vault

import (
	"errors"
	"path/filepath"
	"runtime"

	"github.com/dgraph-io/badger/v4"

	"wherry/storage/seal"
)

// probeRows bounds what a probe reads of the view.
const probeRows = 2000

// Probe opens the view in dir for reading only and reads some of it, writing
// nothing. Badger may panic in a goroutine of its own, or be killed by a
// signal, when its files are not what it expects: so a child process does this
// (the doctor), and only how it ends counts. A view that no orderly close
// sealed is not looked at, because Open rebuilds it anyway.
//
// Where Badger cannot open for reading only (Windows), nothing is tried.
func Probe(dir string, key seal.Key) error {
	s, ok := sealed(dir, deriveKeys(key).seal)
	if !ok || runtime.GOOS == "windows" {
		return nil
	}
	db, err := badger.Open(badgerOptions(filepath.Join(dir, dbName), s.schema, false, false).WithReadOnly(true))
	if err != nil {
		return err
	}
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		rows := 0
		for it.Rewind(); it.Valid() && rows < probeRows; it.Next() {
			if err := it.Item().Value(func([]byte) error { return nil }); err != nil {
				return err
			}
			rows++
		}
		return nil
	})
	return errors.Join(err, db.Close())
}
