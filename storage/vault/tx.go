package vault

import (
	"context"
	"errors"

	"github.com/dgraph-io/badger/v4"

	"wherry/storage/seal"
)

// Tx is one transaction: all its writes are seen together or not at all. It is
// valid only inside the function it was given to.
type Tx struct {
	v      *Vault
	txn    *badger.Txn
	update bool
}

// Update runs fn and commits what it wrote, in one transaction. Updates run
// one after another. If it fails the view is as before; a failure of Badger's
// also marks the view dirty.
func (v *Vault) Update(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.write.Lock()
	defer v.write.Unlock()
	if err := v.room(); err != nil {
		return err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return ErrClosed
	}
	txn := v.db.NewTransaction(true)
	defer txn.Discard()
	if err := fn(&Tx{v: v, txn: txn, update: true}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return v.judge(txn.Commit())
}

// View runs fn on the view as it is at this moment.
func (v *Vault) View(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return ErrClosed
	}
	txn := v.db.NewTransaction(false)
	defer txn.Discard()
	return fn(&Tx{v: v, txn: txn})
}

// judge turns an error of Badger's into ours.
func (v *Vault) judge(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, badger.ErrTxnTooBig):
		return ErrTooLarge
	}
	v.dirty.Store(true)
	return err
}

// room keeps Badger from writing to a volume where it might run out of space,
// and stops its background compaction in time.
func (v *Vault) room() error {
	v.mu.RLock()
	memory, compactors := v.memory, v.compactors
	v.mu.RUnlock()
	if memory {
		return nil
	}
	free, err := v.opt.FreeBytes(v.dir)
	if err != nil {
		return err
	}
	if free < v.opt.MinFree {
		v.dirty.Store(true)
		return ErrFull
	}
	if !compactors || free >= compactRoom {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return ErrClosed
	}
	err = v.db.Close()
	v.db = nil
	if err == nil {
		err = v.openBadger()
	}
	if err != nil {
		v.dirty.Store(true)
	}
	return err
}

// Put keeps a value of at most MaxValue bytes, sealed and bound to its key.
func (tx *Tx) Put(k Key, value []byte) error {
	sealed, err := tx.v.sealValue(k, value)
	if err != nil {
		return err
	}
	return tx.v.judge(tx.txn.Set(k.b, sealed))
}

func (v *Vault) sealValue(k Key, value []byte) ([]byte, error) {
	if len(value) > MaxValue {
		return nil, ErrTooLarge
	}
	return seal.Seal(v.values, k.b, value)
}

// Get returns the value, and whether there is one.
func (tx *Tx) Get(k Key) ([]byte, bool, error) {
	item, err := tx.txn.Get(k.b)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, tx.v.judge(err)
	}
	value, err := tx.v.open(item)
	return value, err == nil, err
}

// Delete removes the value if there is one.
func (tx *Tx) Delete(k Key) error { return tx.v.judge(tx.txn.Delete(append([]byte(nil), k.b...))) }

// open opens an item's seal. The key it is bound to is the one under which it
// was found, so that a value moved elsewhere does not open.
func (v *Vault) open(item *badger.Item) ([]byte, error) {
	var out []byte
	err := item.Value(func(raw []byte) (err error) {
		out, err = seal.Open(v.values, item.Key(), raw)
		return err
	})
	if err != nil {
		v.dirty.Store(true)
		return nil, ErrDamaged
	}
	return out, nil
}

// Scan calls fn with what follows the prefix in each key, and the value, in
// the order of the keys. It ends at fn's first error; Stop ends it without
// one. fn may keep what it is given. In an Update, all values are read before
// fn is first called, so that fn may write.
func (tx *Tx) Scan(prefix Key, fn func(suffix, value []byte) error) error {
	err := tx.scan(prefix, fn)
	if errors.Is(err, Stop) {
		return nil
	}
	return err
}

type pair struct{ suffix, value []byte }

func (tx *Tx) scan(prefix Key, fn func(suffix, value []byte) error) error {
	if !tx.update {
		return tx.walk(prefix, fn)
	}
	var all []pair
	err := tx.walk(prefix, func(s, v []byte) error { all = append(all, pair{s, v}); return nil })
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := fn(p.suffix, p.value); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) walk(prefix Key, fn func(suffix, value []byte) error) error {
	o := badger.DefaultIteratorOptions
	o.Prefix = prefix.b
	it := tx.txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		item := it.Item()
		value, err := tx.v.open(item)
		if err != nil {
			return err
		}
		if err := fn(item.KeyCopy(nil)[len(prefix.b):], value); err != nil {
			return err
		}
	}
	return nil
}
