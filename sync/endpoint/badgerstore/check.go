package badgerstore

import (
	"context"

	"github.com/dgraph-io/badger/v4"

	"wherry/sync/endpoint"
)

// Inspect reports, without opening Badger, whether the store in dir was
// stopped cleanly and which of its files differ from the sums written then.
// It takes the lock for as long as it looks.
func Inspect(dir string) (clean bool, damage []endpoint.Damage, err error) {
	lock, err := lockFile(lockPath(dir))
	if err != nil {
		return false, nil, err
	}
	defer lock.Close()
	st, err := readSums(dir)
	if err != nil {
		return false, nil, err
	}
	if st.schema > Schema {
		return false, nil, endpoint.ErrStoreNewer
	}
	return st.clean, st.differ, nil
}

// Check implements endpoint.Store: it reads every value against its checksum.
// Damage that stops the reading ends the list with a line that says so.
func (s *Store) Check(ctx context.Context) (found []endpoint.Damage, err error) {
	defer func() {
		if recover() != nil {
			found = append(found, endpoint.Damage{Reason: "a block cannot be read; what follows it was not checked"})
			err = nil
		}
	}()
	err = s.db.View(func(b *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.PrefetchValues = false // so that a bad block panics here, not in a prefetching goroutine
		it := b.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			k := it.Item().KeyCopy(nil)
			stored, err := it.Item().ValueCopy(nil)
			if err == nil {
				_, err = open(k, stored)
			}
			if err != nil {
				d := place(k)
				d.Reason = "value does not match its checksum"
				found = append(found, d)
			}
		}
		return nil
	})
	return found, err
}
