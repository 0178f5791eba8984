package vault

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"wherry/storage/seal"
)

// Options are for callers with wishes of their own; Open needs only a schema.
type Options struct {
	// Schema is the version of what the caller keeps in the view; a view of
	// another schema is rebuilt.
	Schema uint64
	// MinFree is what must be free on the volume for Badger to write there;
	// zero means DefaultMinFree.
	MinFree uint64
	// FreeBytes tells what this user may still write on the volume of dir;
	// nil asks the system.
	FreeBytes func(dir string) (uint64, error)
}

// keys are the vault's keys, all derived from the one it is given.
type keys struct {
	values, seal seal.Key
	ids          *hasher
}

func deriveKeys(k seal.Key) keys {
	return keys{values: k.Derive("view/cells"), ids: newHasher(k.Derive("view/ids")), seal: k.Derive("view/seal")}
}

// noKeys are of no use: what is left after Close.
func noKeys() *keys { return &keys{ids: newHasher(seal.Key{})} }

// Vault is an open view. Its methods may be called from several goroutines,
// but not from inside the functions given to Update and View.
type Vault struct {
	dir  string
	opt  Options
	keys atomic.Pointer[keys] // zero keys after Close

	cells  atomic.Pointer[seal.Cell] // seals values; nil after Close
	sealed atomic.Uint64             // how many this view's key has sealed
	salt   [16]byte                  // makes that key; drawn when the view is begun

	lateMu sync.RWMutex      // guards late: what was deferred, plain, nil for a deletion
	late   map[string][]byte // changed only with write held too
	lateBy int               // bytes in it

	write sync.Mutex   // one Update, Wipe or Close at a time; also guards fresh
	mu    sync.RWMutex // guards the fields below: held for reading while db is in use
	db    *badger.DB   // nil after Close
	log   *badgerLog   // db's
	bulk  *Bulk        // the load that is under way, if one is
	fresh bool         // nothing was written since the view was begun empty
	// memory says that the view is kept in memory for want of disk space.
	memory     bool
	still      bool // opened for reading: nothing on the disk is changed, ever
	compactors bool
	onDisk     viewSeal // what view.seal states, if it holds
	tip        [32]byte
	tipSeq     uint64
	dirty      atomic.Bool
}

// Open opens the view in dir, wiping it first unless every file of it is as an
// orderly Close left it. Only one process may hold it: the notebook's lock
// sees to that.
func Open(dir string, key seal.Key, schema uint64) (*Vault, State, error) {
	return OpenWith(dir, key, Options{Schema: schema})
}

// OpenWith is Open with options.
func OpenWith(dir string, key seal.Key, o Options) (*Vault, State, error) {
	if o.MinFree == 0 {
		o.MinFree = DefaultMinFree
	}
	if o.FreeBytes == nil {
		o.FreeBytes = freeBytes
	}
	k := deriveKeys(key)
	v := &Vault{dir: dir, opt: o}
	v.keys.Store(&k)
	s, clean := sealed(dir, k.seal)
	if clean = clean && s.schema == o.Schema && s.cells < seal.MaxCells; clean {
		v.onDisk = s
	}
	if err := v.begin(v.onDisk); err != nil {
		return nil, Rebuild, err
	}
	if state, err := v.openDisk(clean); err == nil {
		return v, state, nil
	}
	// The view is not the record: a disk that takes no view is no reason not
	// to read the notebook.
	v.memory, v.fresh, v.tip, v.tipSeq = true, true, [32]byte{}, 0
	if err := v.begin(viewSeal{}); err != nil {
		return nil, Rebuild, err
	}
	if err := v.openBadger(); err != nil {
		return nil, Rebuild, err
	}
	return v, Rebuild, nil
}

// openDisk opens the view on the disk, if there is room for Badger to write.
func (v *Vault) openDisk(clean bool) (State, error) {
	if _, ok := givenUp.Load(v.dir); ok {
		return Rebuild, errStuck
	}
	if err := again(func() error { return os.MkdirAll(v.dir, 0o700) }); err != nil {
		return Rebuild, err
	}
	if err := v.enough(0); err != nil {
		return Rebuild, err
	}
	if err := v.enter(clean); err != nil {
		return Rebuild, err
	}
	if clean {
		if v.openBadger() == nil {
			v.tip, v.tipSeq = v.onDisk.tip, v.onDisk.tipSeq
			return Clean, nil
		}
		if err := v.begin(viewSeal{}); err != nil {
			return Rebuild, err
		}
		if err := v.wipeFiles(); err != nil {
			return Rebuild, err
		}
	}
	v.onDisk, v.fresh = viewSeal{}, true
	return Rebuild, v.openBadger()
}

// enter syncs the marker, and makes the folder ready for Badger.
func (v *Vault) enter(clean bool) error {
	mark := func() error { return seal.WriteFileSync(filepath.Join(v.dir, dirtyName), []byte("open\n")) }
	if err := again(mark); err != nil {
		return err
	}
	if err := removeAgain(filepath.Join(v.dir, sealName)); err != nil {
		return err
	}
	if clean {
		return nil
	}
	return v.wipeFiles()
}

// begin takes the key of a view's values: that of the one on the disk, or a new
// one for one that is begun empty.
func (v *Vault) begin(s viewSeal) error {
	v.salt = s.salt
	if v.salt == [16]byte{} {
		if _, err := rand.Read(v.salt[:]); err != nil {
			return err
		}
		s.cells = 0
	}
	v.cells.Store(newCell(v.keys.Load().values, v.salt))
	v.sealed.Store(s.cells)
	return nil
}

// newCell seals the values of the view with that salt.
func newCell(k seal.Key, salt [16]byte) *seal.Cell {
	k = k.Derive("view", salt[:])
	defer k.Wipe()
	return seal.NewCell(k)
}

// wipeFiles begins an empty view.
func (v *Vault) wipeFiles() error {
	for _, name := range []string{loadName, dbName} {
		if err := again(func() error { return os.RemoveAll(filepath.Join(v.dir, name)) }); err != nil {
			return err
		}
	}
	return again(func() error { return os.Mkdir(filepath.Join(v.dir, dbName), 0o700) })
}

// Tip is the tip given to the last orderly Close: the number of the journal's
// last frame and its MAC; zero if the view was or must be rebuilt. A caller
// whose journal is elsewhere wipes or catches up.
func (v *Vault) Tip() (uint64, [32]byte) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.tipSeq, v.tip
}

// InMemory reports whether the view is kept in memory because the volume is
// nearly full or takes no writes. It is then rebuilt at every Open.
func (v *Vault) InMemory() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.memory
}

// MarkDirty makes the next Open rebuild the view, whatever else happens.
func (v *Vault) MarkDirty() { v.dirty.Store(true) }

// LeaveDisk empties the view and keeps it in memory from now on, when the disk
// has filled up under it. What is on the disk is wiped at the next Open.
func (v *Vault) LeaveDisk() error {
	v.write.Lock()
	defer v.write.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return ErrClosed
	}
	v.forgetLate()
	_ = v.abandon() // it gives its space free; DIRTY is there
	v.memory, v.onDisk, v.tip, v.tipSeq, v.fresh = true, viewSeal{}, [32]byte{}, 0, true
	if err := v.begin(viewSeal{}); err != nil {
		return err
	}
	return v.openBadger()
}

// Wipe empties the view, so that the caller fills it from the journal. A Bulk
// under way ends with ErrClosed.
func (v *Vault) Wipe() error {
	v.write.Lock()
	defer v.write.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil {
		return ErrClosed
	}
	v.forgetLate()
	if v.fresh {
		v.dirty.Store(false)
		return nil
	}
	onDisk := !v.memory && !v.still
	err := v.abandon()
	if err != nil && !onDisk {
		return err
	}
	v.tip, v.tipSeq, v.fresh = [32]byte{}, 0, true
	v.dirty.Store(false)
	if err := v.begin(viewSeal{}); err != nil {
		return err
	}
	if onDisk {
		v.onDisk = viewSeal{}
		if !errors.Is(err, errStuck) && v.wipeFiles() == nil && v.enough(0) == nil && v.openBadger() == nil {
			return nil
		}
	}
	v.memory = true
	return v.openBadger()
}
