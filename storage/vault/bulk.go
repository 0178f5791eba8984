package vault

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// Bulk fills the view fast and not in one transaction: for rebuilding, when
// nobody reads. What it was given is seen only after its Flush. It serves one
// goroutine. After a failure Wipe, or LeaveDisk after ErrFull, and begin again.
//
// Rows gather in memory, where a later one takes the place of an earlier one
// of the same key. A view that is still empty gets all of them at the end, in
// the order of their keys, as finished tables; rows that do not fit into memory
// wait in sorted files until then. Any other view gets them in batches.
type Bulk struct {
	v    *Vault
	ctx  context.Context
	rows map[string][]byte // nil for a deletion; nil itself when the load has ended
	size int               // bytes of rows
	runs *runs             // nil where rows go in batches
	err  error
}

const (
	// bulkSize is how many bytes of rows gather in memory; as many again may be
	// on their way to the disk.
	bulkSize = 16 << 20
	// rowCost is what a row takes in memory besides key and value, about.
	rowCost = 96
)

// row is a whole key with its value; nil for a deletion.
type row struct {
	key   string
	value []byte
}

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
	if v.fresh && !v.memory {
		b.runs = newRuns(v, filepath.Join(v.dir, loadName))
	}
	b.rows = map[string][]byte{}
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
	b.end()
	if b.err == nil {
		b.err = ErrClosed
	}
	return true
}

// end forgets what the load has gathered. mu is held for writing.
func (b *Bulk) end() {
	b.v.bulk, b.rows = nil, nil
	if b.runs != nil {
		b.runs.drop()
	}
}

// Put adds a value, whose bytes the caller does not change afterwards. An error
// ends the load; Flush returns it again.
func (b *Bulk) Put(k Key, value []byte) error {
	if value == nil {
		value = []byte{} // nil is a deletion
	}
	return b.add(k, value)
}

// Delete removes a value, for a replay in which later frames undo earlier ones.
func (b *Bulk) Delete(k Key) error { return b.add(k, nil) }

// add runs one step of the load while the view stays open.
func (b *Bulk) add(k Key, value []byte) error {
	b.v.mu.RLock()
	full, err := b.gather(k, value)
	b.v.mu.RUnlock()
	if full {
		return b.pour()
	}
	return err
}

func (b *Bulk) gather(k Key, value []byte) (full bool, err error) {
	switch {
	case b.err != nil:
		return false, b.err
	case b.rows == nil:
		b.err = ErrClosed
	case len(value) > MaxValue:
		b.err = ErrTooLarge
	default:
		b.err = b.ctx.Err()
	}
	if b.err != nil {
		return false, b.err
	}
	old, ok := b.rows[string(k.b)]
	if !ok {
		b.size += len(k.b) + rowCost
	}
	b.size += len(value) - len(old)
	b.rows[string(k.b)] = value
	return b.size >= bulkSize, nil
}

// pour passes on what has gathered.
func (b *Bulk) pour() error {
	b.v.mu.Lock()
	defer b.v.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	rows := rowsOf(b.rows)
	b.rows, b.size = map[string][]byte{}, 0
	if b.err = b.v.enough(bulkSize); b.err == nil {
		if b.runs != nil {
			b.err = b.runs.add(rows)
		} else {
			b.err = b.v.batch(rows)
		}
	}
	return b.v.judge(b.err)
}

// Flush writes what is left and ends the load. After an error it writes
// nothing more and returns that error; the view is then dirty. ErrFull also
// says that the disk would not take the rows for another reason.
func (b *Bulk) Flush() error {
	b.v.mu.Lock()
	defer b.v.mu.Unlock()
	if b.rows == nil {
		return b.err
	}
	defer b.end()
	if b.err == nil {
		b.err = b.ctx.Err()
	}
	if b.err == nil {
		b.err = b.finish()
	}
	return b.v.judge(b.err)
}

func (b *Bulk) finish() error {
	rows := rowsOf(b.rows)
	if b.runs == nil {
		if err := b.v.enough(0); err != nil {
			return err
		}
		return b.v.batch(rows)
	}
	err := b.runs.keep(rows)
	if err == nil {
		err = b.v.enough(b.runs.volume + b.runs.volume/8)
	}
	if err == nil {
		err = b.v.stream(b.ctx, b.runs)
	}
	if err == nil || b.ctx.Err() != nil {
		return err
	}
	return errors.Join(ErrFull, err)
}

func rowsOf(rows map[string][]byte) []row {
	out := make([]row, 0, len(rows))
	for key, value := range rows {
		out = append(out, row{key, value})
	}
	return out
}

// enough reports ErrFull unless so many bytes can be written to the volume and
// MinFree stays.
func (v *Vault) enough(bytes uint64) error {
	if v.memory {
		return nil
	}
	free, err := v.opt.FreeBytes(v.dir)
	if err == nil && free < v.opt.MinFree+bytes {
		err = ErrFull
	}
	return err
}

// batch writes plain rows in as many of Badger's transactions as they need. mu
// is held.
func (v *Vault) batch(rows []row) error {
	if err := v.sealRows(rows); err != nil {
		return err
	}
	batch := v.db.NewWriteBatch()
	defer batch.Cancel()
	for _, r := range rows {
		var err error
		if r.value != nil {
			err = batch.Set([]byte(r.key), r.value)
		} else {
			err = batch.Delete([]byte(r.key))
		}
		if err != nil {
			return err
		}
	}
	return batch.Flush()
}

// sealStep is how many rows one goroutine seals at a time.
const sealStep = 512

// sealRows sorts rows by key and seals their values, on all cores.
func (v *Vault) sealRows(rows []row) error {
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.key, b.key) })
	var steps []int
	for at := 0; at < len(rows); at += sealStep {
		steps = append(steps, at)
	}
	return onAllCores(steps, func(at int) error {
		var key []byte
		for i := at; i < min(len(rows), at+sealStep); i++ {
			if rows[i].value == nil {
				continue
			}
			key = append(key[:0], rows[i].key...)
			sealed, err := v.sealValue(key, rows[i].value)
			if err != nil {
				return err
			}
			rows[i].value = sealed
		}
		return nil
	})
}
