package vault

import (
	"log"
	"runtime"
	"sync/atomic"
	"testing"
)

// What another goroutine logs while the database is opened again does not end
// the program.
func TestOthersMayLogWhileTheViewIsCompacted(t *testing.T) {
	v := mustOpen(t, t.TempDir(), Rebuild, plenty)
	put(t, v, v.K(1, uint64(1)), "x")
	var stop, hit atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { hit.Store(recover() != nil) }()
		for !stop.Load() {
			log.Print("a line of somebody else")
			runtime.Gosched()
		}
	}()
	before := log.Writer()
	log.SetOutput(noFatal{})
	log.Print("and here")
	log.SetOutput(before)
	err := v.Compact(bg)
	stop.Store(true)
	<-done
	if err != nil || hit.Load() {
		t.Errorf("%v; a line of another goroutine panicked: %v", err, hit.Load())
	}
	mustClose(t, v, tipA)
	defer func() {
		log.SetOutput(before)
		if recover() == nil {
			t.Error("a fatal line is let go")
		}
	}()
	log.SetOutput(noFatal{})
	log.Fatal("an end")
}
