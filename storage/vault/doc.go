// Package vault is the working store of a notebook: a view of the journal,
// kept in Badger. Everything in it can be rebuilt from the journal and is,
// whenever a stop was unclean or anything about its files disagrees.
//
// Badger loses acknowledged writes at a power cut, swallows some sync errors,
// dies of a full disk and gives back altered text for a flipped bit, so none of
// that is left to it. Before Badger opens, a marker DIRTY is synced; only an
// orderly Close takes it away, after syncing every file and sealing a list of
// their hashes (view.seal). Open lets Badger see the files only if the list
// answers to every one of them; otherwise they are wiped. Values are sealed by
// us, bound to their key; keys are opaque. While the disk is nearly full the
// view is kept in memory, where Badger needs no disk.
//
//	DIRTY      present from before Badger opens until after an orderly close
//	view.seal  names, sizes and hashes of the files in db, under a keyed MAC
//	db/        Badger's own files
//	load/      sorted rows that wait for the end of a large Bulk
package vault

import "errors"

var (
	// ErrTooLarge reports a value over MaxValue or an Update over MaxUpdate.
	ErrTooLarge = errors.New("vault: larger than the view takes")
	// ErrDamaged reports a value that does not open. The view is then dirty
	// and will be rebuilt at the next Open.
	ErrDamaged = errors.New("vault: value damaged")
	// ErrFull reports that too little space is free for Badger to be safe, or,
	// from a Bulk, that the disk does not take the rows.
	ErrFull = errors.New("vault: too little free space")
	// ErrReadOnly reports a write inside View.
	ErrReadOnly = errors.New("vault: writing inside a view")
	// ErrClosed reports use after Close.
	ErrClosed = errors.New("vault: closed")
	// Stop, returned by Scan's function, ends the scan without an error.
	Stop = errors.New("vault: stop scanning")
)

// MaxValue bounds a value in bytes before sealing: 256 KiB. Badger's value
// log, which needs collecting and writes slower, is then never used.
const MaxValue = 256 << 10

// State is what Open found.
type State int

const (
	// Clean: the view is as an orderly Close left it. Whether it has all that
	// the journal has is for the caller to see from Tip.
	Clean State = iota
	// Rebuild: the view is empty; the caller fills it from the journal.
	Rebuild
)

// String names the state.
func (s State) String() string {
	if s == Clean {
		return "clean"
	}
	return "rebuild"
}
