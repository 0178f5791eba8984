package vault

import (
	"bytes"
	"context"
	"errors"
	"sort"

	"github.com/dgraph-io/badger/v4"

	"wherry/storage/seal"
)

// MaxUpdate bounds what one Update writes, in bytes after sealing: 64 MiB.
const MaxUpdate = 64 << 20

// Tx is a view of one moment, and in an Update what it has written since. It
// is valid only inside the function it was given to.
type Tx struct {
	v      *Vault
	txn    *badger.Txn // for reading only
	writes *writes     // nil in View
}

// writes are what an Update will commit: sealed values by key, nil for a
// deletion.
type writes struct {
	values map[string][]byte
	size   int
}

// View runs fn on the view as it is at this moment.
func (v *Vault) View(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return v.read(nil, fn)
}

func (v *Vault) read(w *writes, fn func(*Tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return ErrClosed
	}
	txn := v.db.NewTransaction(false)
	defer txn.Discard()
	return fn(&Tx{v: v, txn: txn, writes: w})
}

// Put keeps a value of at most MaxValue bytes, sealed and bound to its key.
func (tx *Tx) Put(k Key, value []byte) error {
	sealed, err := tx.v.sealValue(k, value)
	if err != nil {
		return err
	}
	return tx.write(k, sealed)
}

// Delete removes the value if there is one.
func (tx *Tx) Delete(k Key) error { return tx.write(k, nil) }

func (tx *Tx) write(k Key, sealed []byte) error {
	if tx.writes == nil {
		return ErrReadOnly
	}
	if tx.writes.size += len(k.b) + len(sealed); tx.writes.size > MaxUpdate {
		return ErrTooLarge
	}
	tx.writes.values[string(k.b)] = sealed
	return nil
}

// Get returns the value, and whether there is one.
func (tx *Tx) Get(k Key) ([]byte, bool, error) {
	if tx.writes != nil {
		if sealed, ok := tx.writes.values[string(k.b)]; ok {
			if sealed == nil {
				return nil, false, nil
			}
			value, err := tx.v.openValue(k.b, sealed)
			return value, err == nil, err
		}
	}
	item, err := tx.txn.Get(k.b)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, tx.v.judge(err)
	}
	value, err := tx.v.openItem(item)
	return value, err == nil, err
}

// Scan calls fn with what follows the prefix in each key, and the value, in
// the order of the keys. It ends at fn's first error; Stop ends it without
// one. fn may keep what it is given. In an Update, all values are read before
// fn is first called, so that fn may write.
func (tx *Tx) Scan(prefix Key, fn func(suffix, value []byte) error) error {
	walk := tx.walk
	if tx.writes != nil {
		walk = tx.merged
	}
	err := walk(prefix.b, fn)
	if errors.Is(err, Stop) {
		return nil
	}
	return err
}

func (tx *Tx) walk(prefix []byte, fn func(suffix, value []byte) error) error {
	o := badger.DefaultIteratorOptions
	o.Prefix = prefix
	it := tx.txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		item := it.Item()
		value, err := tx.v.openItem(item)
		if err != nil {
			return err
		}
		if err := fn(item.KeyCopy(nil)[len(prefix):], value); err != nil {
			return err
		}
	}
	return nil
}

type pair struct{ suffix, value []byte }

// merged walks what was there and what this Update wrote.
func (tx *Tx) merged(prefix []byte, fn func(suffix, value []byte) error) error {
	var all []pair
	err := tx.walk(prefix, func(suffix, value []byte) error {
		key := string(prefix) + string(suffix)
		if _, rewritten := tx.writes.values[key]; !rewritten {
			all = append(all, pair{suffix, value})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for key, sealed := range tx.writes.values {
		if sealed == nil || !bytes.HasPrefix([]byte(key), prefix) {
			continue
		}
		value, err := tx.v.openValue([]byte(key), sealed)
		if err != nil {
			return err
		}
		all = append(all, pair{[]byte(key)[len(prefix):], value})
	}
	sort.Slice(all, func(i, j int) bool { return bytes.Compare(all[i].suffix, all[j].suffix) < 0 })
	for _, p := range all {
		if err := fn(p.suffix, p.value); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) sealValue(k Key, value []byte) ([]byte, error) {
	if len(value) > MaxValue {
		return nil, ErrTooLarge
	}
	return seal.Seal(v.keys.Load().values, k.b, value)
}

// openItem opens an item's seal. The key it is bound to is the one under which
// it was found, so that a value moved elsewhere does not open.
func (v *Vault) openItem(item *badger.Item) (out []byte, err error) {
	verr := item.Value(func(raw []byte) error {
		out, err = v.openValue(item.Key(), raw)
		return nil
	})
	if verr != nil {
		v.dirty.Store(true)
		return nil, ErrDamaged
	}
	return out, err
}

func (v *Vault) openValue(key, sealed []byte) ([]byte, error) {
	out, err := seal.Open(v.keys.Load().values, key, sealed)
	if err != nil {
		v.dirty.Store(true)
		return nil, ErrDamaged
	}
	return out, nil
}
