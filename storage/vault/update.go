package vault

import (
	"context"
	"errors"
	"path/filepath"
	"sort"

	"github.com/dgraph-io/badger/v4"
)

// Update runs fn once and commits what it wrote: readers see all of it or
// nothing. Updates run one after another. If fn fails the view is as before; a
// failure of Badger's also marks the view dirty.
func (v *Vault) Update(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.write.Lock()
	defer v.write.Unlock()
	if err := v.flush(); err != nil {
		return err
	}
	if err := v.room(); err != nil {
		return err
	}
	w := &writes{values: map[string][]byte{}}
	if err := v.read(w, fn); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return v.judge(v.commit(w))
}

// commit writes everything in one transaction of Badger's, or, where that is
// too small, in several while no reader is let in. A crash between them is no
// matter: the view is then rebuilt. write is held.
func (v *Vault) commit(w *writes) error {
	if len(w.values) == 0 {
		return nil
	}
	v.fresh = false
	keys := make([]string, 0, len(w.values))
	for k := range w.values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	err := v.commitOne(keys, w)
	if !errors.Is(err, badger.ErrTxnTooBig) {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return ErrClosed
	}
	batch := v.db.NewWriteBatch()
	defer batch.Cancel()
	if err := v.writeAll(keys, w, batch.Set, batch.Delete); err != nil {
		return err
	}
	return batch.Flush()
}

func (v *Vault) commitOne(keys []string, w *writes) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return ErrClosed
	}
	txn := v.db.NewTransaction(true)
	defer txn.Discard()
	if err := v.writeAll(keys, w, txn.Set, txn.Delete); err != nil {
		return err
	}
	return txn.Commit()
}

func (v *Vault) writeAll(keys []string, w *writes, set func(k, v []byte) error, del func(k []byte) error) error {
	for _, k := range keys {
		var sealed []byte
		var err error
		if value := w.values[k]; value != nil {
			if sealed, err = v.sealValue([]byte(k), value); err == nil {
				err = set([]byte(k), sealed)
			}
		} else {
			err = del([]byte(k))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// judge marks the view dirty where Badger has failed.
func (v *Vault) judge(err error) error {
	if err != nil && !errors.Is(err, ErrClosed) {
		v.dirty.Store(true)
	}
	return err
}

// room keeps Badger from writing to a volume where it might run out of space,
// and stops its background compaction in time. write is held.
func (v *Vault) room() error {
	v.mu.RLock()
	memory, still, compactors, closed := v.memory, v.still, v.compactors, v.db == nil
	v.mu.RUnlock()
	if memory || closed {
		return nil
	}
	if still {
		return ErrFull
	}
	free, err := v.opt.FreeBytes(v.dir)
	if err == nil && free < v.opt.MinFree {
		err = ErrFull
	}
	if err == nil && free < compactRoom {
		err = reserve(filepath.Join(v.dir, dbName))
	}
	if err != nil {
		v.dirty.Store(true)
		return err
	}
	if !compactors || free >= compactRoom {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return ErrClosed
	}
	if v.cancelBulk() {
		v.dirty.Store(true)
	}
	if err = v.leave((*badger.DB).Close); err == nil {
		err = v.openBadger()
	}
	return v.judge(err)
}
