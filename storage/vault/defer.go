package vault

import (
	"context"
	"maps"
)

// Limits of the overlay: beyond them it is written out at once.
const (
	lateRows  = 2048
	lateBytes = 4 << 20
)

// Defer runs fn as Update does, but what it writes goes into memory and is
// written to Badger later: before the next View or Update, when much has
// gathered, or at Flush and Close. It is seen at once all the same. The view is
// not the record, so nothing is lost by a stop in between: it is then rebuilt.
//
// If writing out fails, the view is marked dirty, what was deferred stays in
// memory and is seen, and Defer reports no error for it.
func (v *Vault) Defer(fn func(*Tx) error) error {
	v.write.Lock()
	defer v.write.Unlock()
	w := &writes{values: map[string][]byte{}}
	if err := v.read(w, fn); err != nil {
		return err
	}
	v.lateMu.Lock()
	if v.late == nil {
		v.late = map[string][]byte{}
	}
	maps.Copy(v.late, w.values)
	v.lateBy += w.size
	full := len(v.late) >= lateRows || v.lateBy >= lateBytes
	v.lateMu.Unlock()
	if full {
		if err := v.flush(); err != nil {
			v.dirty.Store(true)
		}
	}
	return nil
}

// Pending is how many rows wait in memory to be written out.
func (v *Vault) Pending() int {
	v.lateMu.RLock()
	defer v.lateMu.RUnlock()
	return len(v.late)
}

// Flush writes out what was deferred. After an error it is still there.
func (v *Vault) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if v.Pending() == 0 {
		return nil
	}
	v.write.Lock()
	defer v.write.Unlock()
	return v.flush()
}

// flush is Flush with write held.
func (v *Vault) flush() error {
	v.lateMu.RLock()
	w := &writes{values: v.late, size: v.lateBy}
	v.lateMu.RUnlock()
	if len(w.values) == 0 {
		return nil
	}
	if err := v.room(); err != nil {
		return err
	}
	// Nobody changes the map meanwhile: that needs write, which is held.
	if err := v.judge(v.commit(w)); err != nil {
		return err
	}
	v.forgetLate()
	return nil
}

func (v *Vault) forgetLate() {
	v.lateMu.Lock()
	defer v.lateMu.Unlock()
	v.late, v.lateBy = nil, 0
}
