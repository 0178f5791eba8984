package vault

import (
	"bytes"
	"context"
	"errors"
	"sort"
	"strings"

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

// writes are what an Update will commit: plain values by key, nil for a
// deletion.
type writes struct {
	values map[string][]byte
	size   int
}

// View runs fn on the view as it is at this moment. What was deferred is
// written out first, so that scans need not merge; if that fails they do.
func (v *Vault) View(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_ = v.Flush(ctx) // what stays in the overlay is still seen
	return v.read(nil, fn)
}

// Value returns one value, and whether there is one, without writing out what
// was deferred.
func (v *Vault) Value(ctx context.Context, k Key) (value []byte, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	err = v.read(nil, func(tx *Tx) error {
		value, ok, err = tx.Get(k)
		return err
	})
	return value, ok, err
}

func (v *Vault) read(w *writes, fn func(*Tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return ErrClosed
	}
	v.lateMu.RLock()
	defer v.lateMu.RUnlock()
	txn := v.db.NewTransaction(false)
	defer txn.Discard()
	return fn(&Tx{v: v, txn: txn, writes: w})
}

// Put keeps a value of at most MaxValue bytes, sealed and bound to its key. The
// caller does not change the bytes afterwards.
func (tx *Tx) Put(k Key, value []byte) error {
	if len(value) > MaxValue {
		return ErrTooLarge
	}
	if value == nil {
		value = []byte{} // nil is a deletion
	}
	return tx.write(k, value)
}

// Delete removes the value if there is one.
func (tx *Tx) Delete(k Key) error { return tx.write(k, nil) }

func (tx *Tx) write(k Key, value []byte) error {
	if tx.writes == nil {
		return ErrReadOnly
	}
	if tx.writes.size += len(k.b) + len(value) + seal.CellOverhead; tx.writes.size > MaxUpdate {
		return ErrTooLarge
	}
	tx.writes.values[string(k.b)] = value
	return nil
}

// unwritten returns what this Update wrote or an earlier one deferred: nil for
// a deletion.
func (tx *Tx) unwritten(key string) (value []byte, ok bool) {
	if tx.writes != nil {
		if value, ok = tx.writes.values[key]; ok {
			return value, true
		}
	}
	value, ok = tx.v.late[key]
	return value, ok
}

// Get returns the value, and whether there is one.
func (tx *Tx) Get(k Key) ([]byte, bool, error) {
	if value, ok := tx.unwritten(string(k.b)); ok {
		return bytes.Clone(value), value != nil, nil
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
	if tx.writes != nil || len(tx.v.late) > 0 {
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
	o.PrefetchValues = false // they lie beside their keys
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

// merged walks what is written, what was deferred and what this Update wrote.
func (tx *Tx) merged(prefix []byte, fn func(suffix, value []byte) error) error {
	var all []pair
	err := tx.walk(prefix, func(suffix, value []byte) error {
		if _, rewritten := tx.unwritten(string(prefix) + string(suffix)); !rewritten {
			all = append(all, pair{suffix, value})
		}
		return nil
	})
	if err != nil {
		return err
	}
	add := func(values map[string][]byte) {
		for key := range values {
			if !strings.HasPrefix(key, string(prefix)) {
				continue
			}
			if value, _ := tx.unwritten(key); value != nil {
				all = append(all, pair{[]byte(key)[len(prefix):], bytes.Clone(value)})
			}
		}
	}
	add(tx.v.late)
	if tx.writes != nil {
		own := map[string][]byte{}
		for key, value := range tx.writes.values {
			if _, both := tx.v.late[key]; !both { // else it was added just now
				own[key] = value
			}
		}
		add(own)
	}
	sort.Slice(all, func(i, j int) bool { return bytes.Compare(all[i].suffix, all[j].suffix) < 0 })
	for _, p := range all {
		if err := fn(p.suffix, p.value); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) sealValue(key, value []byte) ([]byte, error) {
	c := v.cells.Load()
	if c == nil {
		return nil, ErrClosed
	}
	v.sealed.Add(1)
	return c.Seal(key, value), nil
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
	c := v.cells.Load()
	if c == nil {
		return nil, ErrClosed
	}
	out, err := c.Open(key, sealed)
	if err != nil {
		v.dirty.Store(true)
		return nil, ErrDamaged
	}
	return out, nil
}
