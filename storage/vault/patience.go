package vault

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"
)

// errStuck reports that Badger cannot end because the disk takes nothing.
var errStuck = errors.New("vault: the disk does not take what the view has in memory")

// givenUp holds the folders of views that Badger still works on in this
// process, against a disk that takes nothing: nobody else is let in.
var givenUp sync.Map

// maxFlushFailures is how many times Badger may fail to write a table, trying
// once a second, before it is given up. A virus scanner lets go sooner.
const maxFlushFailures = 5

// badgerLog takes Badger's lines, which may hold keys, and keeps none. Badger
// tries without end to write out a table that the disk does not take, and says
// so only here.
type badgerLog struct {
	failures atomic.Int64
	stuck    chan struct{} // closed when the last hope is gone
}

func newBadgerLog() *badgerLog { return &badgerLog{stuck: make(chan struct{})} }

func (l *badgerLog) Errorf(format string, _ ...any) {
	if strings.HasPrefix(format, "error flushing memtable") && l.failures.Add(1) == maxFlushFailures {
		close(l.stuck)
	}
}

func (*badgerLog) Warningf(string, ...any) {}
func (*badgerLog) Infof(string, ...any)    {}
func (*badgerLog) Debugf(string, ...any)   {}

// leave ends the database by way of act; mu is held for writing. If Badger gets
// stuck, the goroutine
// that waits for it is left behind: nothing can end it but the disk or the end
// of the process.
func (v *Vault) leave(act func(*badger.DB) error) error {
	db, log := v.db, v.log
	v.db = nil
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- errors.New("vault: Badger failed to end")
			}
		}()
		done <- act(db)
	}()
	select {
	case err := <-done:
		return err
	case <-log.stuck:
		givenUp.Store(v.dir, true)
		v.dirty.Store(true)
		return errStuck
	}
}
