// Package storetest is the conformance suite that every endpoint.Store passes.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

// Suite runs the whole suite. open opens the store kept in dir; opening the
// same dir again after Close must find everything.
func Suite(t *testing.T, open func(t *testing.T, dir string) endpoint.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"empty store answers", testEmpty},
		{"append is read back", testReadBack},
		{"numbers leave no gap", testOrder},
		{"an error writes nothing", testRollback},
		{"one log, many writers", testConcurrent},
		{"a view does not move", testSnapshot},
		{"large values", testLarge},
		{"who may read", testAccess},
		{"which cases name a blob", testBlobs},
		{"everything survives a restart", testReopen},
		{"a cancelled context", testCancel},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{dir: t.TempDir(), open: open}
			b.s = open(t, b.dir)
			c.run(t, b)
			if err := b.s.Close(); err != nil {
				t.Fatalf("close: %v", err)
			}
		})
	}
}

// bench is one store under test.
type bench struct {
	dir  string
	open func(*testing.T, string) endpoint.Store
	s    endpoint.Store
}

var ctx = context.Background()

// ID makes a distinct id from a word.
func ID(word string) record.ID { return record.Hash("storetest", []byte(word)) }

// item makes record n of a log, with bytes that name it.
func item(log record.ID, n uint64) endpoint.Item {
	entry := ID(fmt.Sprintf("%s entry %d", log, n))
	return endpoint.Item{
		Log:     record.LogRecord{Seq: n, Entry: entry, DirSeq: 1},
		Bytes:   []byte(fmt.Sprintf("bytes of %d", n)),
		Receipt: record.SignedReceipt{Receipt: record.Receipt{Case: log, Entry: entry, Gen: 1, Seq: n, Time: int64(n)}, Sig: make([]byte, 64)},
	}
}

func end(n uint64) endpoint.LogEnd {
	return endpoint.LogEnd{Gen: 1, Seq: n, Chain: ID(fmt.Sprint("chain", n)), DirSeq: 1}
}

// add appends the next record of a log.
func add(w endpoint.Writer, log record.ID) error {
	last, _, err := w.End(log)
	if err != nil {
		return err
	}
	return w.Append(item(log, last.Seq+1), nil, end(last.Seq+1))
}

func (b *bench) update(t *testing.T, log record.ID, fn func(endpoint.Writer) error) {
	t.Helper()
	if err := b.s.Update(ctx, log, fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func (b *bench) view(t *testing.T, fn func(endpoint.Reader) error) {
	t.Helper()
	if err := b.s.View(ctx, fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func testConcurrent(t *testing.T, b *bench) {
	const writers, each = 8, 10
	logs := []record.ID{ID("one"), ID("two")}
	var wg sync.WaitGroup
	errs := make(chan error, writers*each)
	for i := range writers {
		wg.Go(func() {
			for range each {
				log := logs[i%2]
				errs <- b.s.Update(ctx, log, func(w endpoint.Writer) error { return add(w, log) })
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatalf("update: %v", err)
		}
	}
	b.view(t, func(r endpoint.Reader) error {
		for _, log := range logs {
			for n := uint64(1); n <= writers*each/2; n++ {
				if got, err := r.Item(log, n); err != nil || got.Log.Seq != n {
					t.Errorf("number %d: %+v %v", n, got.Log, err)
				}
			}
			if e, _, _ := r.End(log); e.Seq != writers*each/2 {
				t.Errorf("log ends at %d", e.Seq)
			}
		}
		return nil
	})
}

func testSnapshot(t *testing.T, b *bench) {
	log := ID("case")
	b.update(t, log, func(w endpoint.Writer) error { return add(w, log) })
	b.view(t, func(r endpoint.Reader) error {
		b.update(t, log, func(w endpoint.Writer) error { return add(w, log) })
		if e, _, _ := r.End(log); e.Seq != 1 {
			t.Errorf("the view moved to %d", e.Seq)
		}
		if _, err := r.Item(log, 2); !errors.Is(err, endpoint.ErrNotFound) {
			t.Errorf("the view shows a later record: %v", err)
		}
		return nil
	})
}

func testCancel(t *testing.T, b *bench) {
	log := ID("case")
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := b.s.View(gone, func(endpoint.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("view: %v", err)
	}
	held := make(chan struct{})
	done := make(chan error, 1)
	b.update(t, log, func(w endpoint.Writer) error {
		go func() {
			close(held)
			done <- b.s.Update(gone, log, func(endpoint.Writer) error { return nil })
		}()
		<-held
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("update waiting behind another: %v", err)
		}
		return nil
	})
}
