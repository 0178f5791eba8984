package vault

import (
	"errors"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// openBadger opens the database as the space on the volume allows. On the disk
// it is tried again a few times: Badger does not tell which of its errors come
// from a file that another program holds.
func (v *Vault) openBadger() error {
	if v.memory {
		return v.tryBadger("", true)
	}
	db := filepath.Join(v.dir, dbName)
	if v.still {
		return v.tryBadger(db, false)
	}
	free, err := v.opt.FreeBytes(v.dir)
	if err != nil {
		return err
	}
	v.compactors = free >= compactRoom
	for pause := time.Millisecond; ; pause *= 8 {
		dropEmpty(db)
		if err = v.tryBadger(db, v.compactors); err == nil || pause > 64*time.Millisecond {
			break
		}
		time.Sleep(pause)
	}
	if err != nil || free >= compactRoom {
		return err
	}
	if err = reserve(db); err == nil {
		err = v.enough(0)
	}
	if err != nil {
		_ = v.leave((*badger.DB).Close)
	}
	return err
}

// tryBadger opens the database. A panic of Badger's in this goroutine is an
// error like any other.
func (v *Vault) tryBadger(dir string, compactors bool) (err error) {
	// Some failures inside Badger's opening end in log.Fatalf, which would end
	// the process: the writer turns them into the panic that is caught here.
	before := log.Writer()
	log.SetOutput(noFatal{})
	defer log.SetOutput(before)
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("vault: the view cannot be opened")
		}
	}()
	to := newBadgerLog()
	compactOnClose := dir != "" && compactors && v.onDisk.level0 >= crowded
	db, err := badger.Open(badgerOptions(dir, v.opt.Schema, compactors, compactOnClose, to).WithReadOnly(v.still && dir != ""))
	if err == nil {
		v.db, v.log = db, to
	}
	return err
}

// noFatal keeps the standard logger from being the last act of the process. Only
// what is on its way to an exit panics: the logger is everybody's, and what
// another goroutine says in it meanwhile is let go.
type noFatal struct{}

func (noFatal) Write(p []byte) (int, error) {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, "log.Fatal") || strings.HasPrefix(f.Function, "log.(*Logger).Fatal") {
			panic("vault: Badger gave up")
		}
	}
	return len(p), nil
}

// dropEmpty removes empty log files, which hold nothing and make Badger's
// first opening fail (badger issue 2207).
func dropEmpty(db string) {
	for _, pattern := range []string{"*.mem", "*.vlog"} {
		names, _ := filepath.Glob(filepath.Join(db, pattern))
		for _, name := range names {
			if info, err := os.Lstat(name); err == nil && info.Size() == 0 {
				os.Remove(name)
			}
		}
	}
}
