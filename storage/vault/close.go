package vault

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"

	"wherry/storage/seal"
)

// Close closes the view and states that it holds all of the journal up
// to the frame of that number and MAC.
// If anything went wrong before or goes wrong now, the marker stays and the
// next Open rebuilds: an error here never means that a record is lost. A Bulk
// under way ends with ErrClosed, and the view is dirty. The keys are dropped.
func (v *Vault) Close(seq uint64, tip [32]byte) error {
	v.write.Lock()
	defer v.write.Unlock()
	if err := v.flush(); err != nil {
		v.dirty.Store(true)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return nil
	}
	macs := v.keys.Swap(noKeys()).seal
	v.cells.Store(nil)
	v.forgetLate()
	if v.memory || v.still {
		err := v.abandon()
		if tip != v.onDisk.tip && !v.still {
			// What lies on the disk is older than the journal, which its tip
			// says too, should the disk not take the marker.
			_ = os.WriteFile(filepath.Join(v.dir, dirtyName), []byte("old\n"), 0o600)
		}
		return err
	}
	if v.cancelBulk() {
		v.dirty.Store(true)
	}
	if free, err := v.opt.FreeBytes(v.dir); err != nil || free < flushRoom {
		return errors.Join(err, v.abandon())
	}
	level0 := uint16(1) // the memtable on its way
	for _, t := range v.db.Tables() {
		if t.Level == 0 {
			level0++
		}
	}
	if err := v.leave((*badger.DB).Close); err != nil || v.dirty.Load() {
		return err
	}
	return v.sealFiles(macs, viewSeal{schema: v.opt.Schema, tipSeq: seq, tip: tip, salt: v.salt, cells: v.sealed.Load(), level0: level0})
}

// Abandon closes the view without writing anything out, for when the disk has
// failed or been taken away: what waits in memory is given up, and the next
// Open rebuilds.
func (v *Vault) Abandon() error {
	v.write.Lock()
	defer v.write.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return nil
	}
	v.keys.Store(noKeys())
	v.cells.Store(nil)
	v.forgetLate()
	return v.abandon()
}

// sealFiles syncs the view's files, states what they are, and only then takes
// the marker away.
func (v *Vault) sealFiles(macs seal.Key, s viewSeal) error {
	db := filepath.Join(v.dir, dbName)
	dropEmpty(db)
	// A megabyte about a value log that is never used; Badger makes it anew.
	if err := removeAgain(filepath.Join(db, "DISCARD")); err != nil {
		return err
	}
	var err error
	if s.files, err = sumFiles(db, true, v.onDisk.files); err != nil {
		return err
	}
	raw := s.bytes(macs)
	if err := again(func() error { return seal.WriteFileSync(filepath.Join(v.dir, sealName), raw) }); err != nil {
		return err
	}
	if err := removeAgain(filepath.Join(v.dir, dirtyName)); err != nil {
		return err
	}
	return seal.SyncDir(v.dir)
}

// abandon closes Badger without writing out what it has in memory: dropping
// everything first leaves it nothing to write, and gives its space free.
func (v *Vault) abandon() error {
	v.cancelBulk()
	if v.memory || v.still {
		return v.leave((*badger.DB).Close)
	}
	v.dirty.Store(true)
	return v.leave(func(db *badger.DB) error { return errors.Join(db.DropAll(), db.Close()) })
}
