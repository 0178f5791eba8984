package vault

import (
	"context"

	"github.com/dgraph-io/badger/v4"
)

// Bulk fills the view fast and not in one transaction: for rebuilding, when
// nobody reads. It serves one goroutine. After a failure Wipe and begin again.
type Bulk struct {
	v       *Vault
	ctx     context.Context
	batch   *badger.WriteBatch // nil when the load has ended
	pending int                // bytes since the last look at the free space
	err     error
}

// bulkStep is how many bytes go in between two looks at the free space.
const bulkStep = 1 << 20

// Bulk begins a bulk load, of which there is one at a time: beginning another
// ends the first. The view is dirty until Flush has ended it well.
func (v *Vault) Bulk(ctx context.Context) *Bulk {
	b := &Bulk{v: v, ctx: ctx}
	v.write.Lock()
	defer v.write.Unlock()
	if b.err = v.flush(); b.err == nil {
		b.err = v.room()
	}
	if b.err != nil {
		return b
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		b.err = ErrClosed
		return b
	}
	if v.cancelBulk() {
		v.dirty.Store(true)
	}
	b.batch = v.db.NewWriteBatch()
	v.bulk, v.fresh = b, false
	return b
}

// cancelBulk ends the load that is under way and reports whether there was
// one. mu is held for writing.
func (v *Vault) cancelBulk() bool {
	b := v.bulk
	if b == nil {
		return false
	}
	v.bulk = nil
	b.batch.Cancel()
	b.batch = nil
	if b.err == nil {
		b.err = ErrClosed
	}
	return true
}

// Put adds a value. An error ends the load; Flush returns it again.
func (b *Bulk) Put(k Key, value []byte) error {
	if len(value) > MaxValue {
		return b.do(0, ErrTooLarge, nil)
	}
	sealed, err := b.v.sealValue(k.b, value)
	return b.do(len(sealed), err, func() error { return b.batch.Set(k.b, sealed) })
}

// Delete removes a value, for a replay in which later frames undo earlier ones.
func (b *Bulk) Delete(k Key) error {
	return b.do(len(k.b), nil, func() error { return b.batch.Delete(append([]byte(nil), k.b...)) })
}

// do runs one step of the load while the view stays open.
func (b *Bulk) do(size int, err error, step func() error) error {
	b.v.mu.RLock()
	defer b.v.mu.RUnlock()
	if b.err != nil {
		return b.err
	}
	if b.batch == nil {
		b.err = ErrClosed
		return b.err
	}
	if b.err = err; b.err == nil {
		b.err = b.room(size)
	}
	if b.err == nil {
		b.err = b.v.judge(step())
	}
	return b.err
}

// room looks at the context and the free space once in a while.
func (b *Bulk) room(size int) error {
	if b.pending += size; b.pending < bulkStep {
		return nil
	}
	b.pending = 0
	if err := b.ctx.Err(); err != nil || b.v.memory {
		return err
	}
	free, err := b.v.opt.FreeBytes(b.v.dir)
	if err == nil && free < b.v.opt.MinFree {
		err = ErrFull
	}
	return err
}

// Flush writes what is left and ends the load. After an error it writes
// nothing more and returns that error; the view is then dirty.
func (b *Bulk) Flush() error {
	b.v.mu.Lock()
	defer b.v.mu.Unlock()
	if b.batch == nil {
		return b.err
	}
	if b.err != nil {
		b.v.cancelBulk()
		b.v.dirty.Store(true)
		return b.err
	}
	b.err = b.v.judge(b.batch.Flush())
	b.batch, b.v.bulk = nil, nil
	return b.err
}
