package vault

import (
	"context"
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// Compact gives back the room of rows that were replaced or deleted: half of a
// view, and more, of which much was rewritten. Its beginning holds up reading
// and writing, for about as long as writing out a few tables takes; the rest
// goes on beside them, and Close waits for it. It is not begun where the volume
// might run out of space, and a view that stays large is as good as before.
func (v *Vault) Compact(ctx context.Context) error {
	if ok, err := v.empty(ctx); !ok || err != nil {
		return err
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return ErrClosed
	}
	return v.judge(v.db.Flatten(1))
}

// Closed reports that nothing can be read or written any more: it was closed, or
// it could not be opened again in mid-run.
func (v *Vault) Closed() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.db == nil
}

// empty moves what is in memory and in the first level below it, which is done
// by a Badger that closes and was opened to do so. It reports false where there
// is nothing to be done, or no room.
func (v *Vault) empty(ctx context.Context) (bool, error) {
	v.write.Lock()
	defer v.write.Unlock()
	if err := v.flush(); err != nil {
		return false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.db == nil:
		return false, ErrClosed
	case v.bulk != nil || v.memory || v.still || !v.compactors || v.dirty.Load() || ctx.Err() != nil:
		return false, ctx.Err()
	}
	size := uint64(0)
	for _, t := range v.db.Tables() {
		size += uint64(t.OnDiskSize)
	}
	if err := v.enough(size + 4*memTable); errors.Is(err, ErrFull) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	level0 := v.onDisk.level0
	defer func() { v.onDisk.level0 = level0 }()
	for _, merging := range []uint16{crowded, 0} {
		v.onDisk.level0 = merging
		err := v.leave((*badger.DB).Close)
		if err == nil {
			err = v.openBadger()
		}
		if err != nil {
			return false, v.judge(err)
		}
	}
	return true, nil
}
