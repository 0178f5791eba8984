package vault

import (
	"context"

	"github.com/dgraph-io/badger/v4"
)

// Bulk fills the view fast and not in one transaction: for rebuilding, when
// nobody reads. After a failure Wipe and begin again.
type Bulk struct {
	v       *Vault
	ctx     context.Context
	batch   *badger.WriteBatch
	pending int // bytes since the last look at the free space
	err     error
}

// bulkStep is how many bytes go in between two looks at the free space.
const bulkStep = 1 << 20

// Bulk begins a bulk load. Flush must be called once at its end; until then
// neither Close nor Wipe may be.
func (v *Vault) Bulk(ctx context.Context) *Bulk {
	b := &Bulk{v: v, ctx: ctx}
	v.write.Lock() // until Flush
	if b.err = v.room(); b.err == nil {
		v.mu.RLock()
		if v.db == nil {
			b.err = ErrClosed
		} else {
			b.batch = v.db.NewWriteBatch()
		}
		v.mu.RUnlock()
	}
	return b
}

// Put adds a value. An error ends the load; Flush returns it again.
func (b *Bulk) Put(k Key, value []byte) error {
	if b.check(len(value)) != nil {
		return b.err
	}
	var sealed []byte
	if sealed, b.err = b.v.sealValue(k, value); b.err == nil {
		b.err = b.v.judge(b.batch.Set(k.b, sealed))
	}
	return b.err
}

// Delete removes a value, for a replay in which later frames undo earlier ones.
func (b *Bulk) Delete(k Key) error {
	if b.check(len(k.b)) == nil {
		b.err = b.v.judge(b.batch.Delete(append([]byte(nil), k.b...)))
	}
	return b.err
}

func (b *Bulk) check(n int) error {
	if b.err != nil {
		return b.err
	}
	if b.v == nil {
		b.err = ErrClosed
		return b.err
	}
	if b.pending += n; b.pending < bulkStep {
		return nil
	}
	b.pending = 0
	if b.err = b.ctx.Err(); b.err == nil && !b.v.InMemory() {
		var free uint64
		if free, b.err = b.v.opt.FreeBytes(b.v.dir); b.err == nil && free < b.v.opt.MinFree {
			b.err = ErrFull
		}
	}
	if b.err != nil {
		b.v.dirty.Store(true)
	}
	return b.err
}

// Flush writes what is left and ends the load.
func (b *Bulk) Flush() error {
	if b.v == nil {
		return b.err
	}
	if b.batch != nil {
		if b.err == nil {
			b.err = b.v.judge(b.batch.Flush())
		} else {
			b.batch.Cancel()
		}
	}
	b.v.write.Unlock()
	b.v = nil
	return b.err
}
