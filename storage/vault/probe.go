package vault

import (
	"errors"
	"path/filepath"
	"runtime"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/y"

	"wherry/storage/seal"
)

// probeRows is how many rows a probe reads from the beginning of each table.
const probeRows = 20

// Probe opens the view in dir for reading only and reads the first rows of
// every table, writing nothing. Badger may panic in a goroutine of its own, or
// be killed by a signal, when its files are not what it expects: so a child
// process does this (the doctor), and only how it ends counts. A view that no
// orderly close sealed is not looked at, because Open rebuilds it anyway.
//
// On Windows Badger cannot open for reading only; nothing is tried there.
func Probe(dir string, key seal.Key) error {
	k := deriveKeys(key)
	s, ok := sealed(dir, k.seal)
	if !ok || runtime.GOOS == "windows" {
		return nil
	}
	o := badgerOptions(filepath.Join(dir, dbName), s.schema, false, false, newBadgerLog()).WithReadOnly(true)
	db, err := badger.Open(o)
	if err != nil {
		return err
	}
	cell := newCell(k.values, s.salt)
	err = db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.PrefetchValues = false
		it := txn.NewIterator(o)
		defer it.Close()
		for _, t := range db.Tables() {
			rows := 0
			for it.Seek(y.ParseKey(t.Left)); it.Valid() && rows < probeRows; it.Next() {
				if err := probeRow(it.Item(), cell); err != nil {
					return err
				}
				rows++
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

func probeRow(item *badger.Item, cell *seal.Cell) (err error) {
	verr := item.Value(func(raw []byte) error {
		if _, err = cell.Open(item.Key(), raw); err != nil {
			err = ErrDamaged
		}
		return nil
	})
	return errors.Join(verr, err)
}
