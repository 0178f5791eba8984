// Package storetest is the conformance suite that every endpoint.Store passes.
package storetest

import (
	"bytes"
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

func testEmpty(t *testing.T, b *bench) {
	log := ID("case")
	b.view(t, func(r endpoint.Reader) error {
		if _, ok, err := r.End(log); ok || err != nil {
			t.Errorf("end of an unknown log: %v %v", ok, err)
		}
		if st, err := r.State(log); st != nil || err != nil {
			t.Errorf("state of an unknown log: %v %v", st, err)
		}
		if _, ok, err := r.Find(log, ID("x")); ok || err != nil {
			t.Errorf("found in an unknown log: %v %v", ok, err)
		}
		if _, err := r.Item(log, 1); !errors.Is(err, endpoint.ErrNotFound) {
			t.Errorf("item of an unknown log: %v", err)
		}
		if logs, err := r.Logs(); len(logs) != 0 || err != nil {
			t.Errorf("logs: %v %v", logs, err)
		}
		return nil
	})
	if d, err := b.s.Check(ctx); len(d) != 0 || err != nil {
		t.Errorf("check: %v %v", d, err)
	}
	if err := b.s.Writable(); err != nil {
		t.Errorf("writable: %v", err)
	}
}

func testReadBack(t *testing.T, b *bench) {
	log, other := ID("case"), ID("other case")
	wraps := []endpoint.Wrap{{Reader: ID("z"), Data: []byte("for z")}, {Reader: ID("a"), Data: []byte("for a")}}
	b.update(t, log, func(w endpoint.Writer) error {
		if err := w.Append(item(log, 1), wraps, end(1)); err != nil {
			return err
		}
		if got, err := w.Item(log, 1); err != nil || string(got.Bytes) != "bytes of 1" {
			t.Errorf("own write not read: %q %v", got.Bytes, err)
		}
		return w.SetState([]byte("state"))
	})
	b.update(t, other, func(w endpoint.Writer) error { return add(w, other) })
	b.view(t, func(r endpoint.Reader) error {
		got, err := r.Item(log, 1)
		want := item(log, 1)
		if err != nil || got.Log != want.Log || !bytes.Equal(got.Bytes, want.Bytes) || got.Receipt.Receipt != want.Receipt.Receipt {
			t.Errorf("item: %+v %v", got, err)
		}
		if e, ok, err := r.End(log); e != end(1) || !ok || err != nil {
			t.Errorf("end: %+v %v %v", e, ok, err)
		}
		if seq, ok, err := r.Find(log, want.Log.Entry); seq != 1 || !ok || err != nil {
			t.Errorf("find: %d %v %v", seq, ok, err)
		}
		if _, ok, _ := r.Find(other, want.Log.Entry); ok {
			t.Error("an entry of one log was found in another")
		}
		if st, err := r.State(log); string(st) != "state" || err != nil {
			t.Errorf("state: %q %v", st, err)
		}
		w, err := r.Wraps(log, want.Log.Entry)
		if err != nil || len(w) != 2 || bytes.Compare(w[0].Reader[:], w[1].Reader[:]) >= 0 {
			t.Errorf("wraps: %v %v", w, err)
		}
		if logs, err := r.Logs(); len(logs) != 2 || err != nil {
			t.Errorf("logs: %v %v", logs, err)
		}
		return nil
	})
}

func testOrder(t *testing.T, b *bench) {
	log := ID("case")
	b.update(t, log, func(w endpoint.Writer) error { return add(w, log) })
	low, dup := item(log, 2), item(log, 2)
	low.Log.DirSeq = 0
	dup.Log.Entry = item(log, 1).Log.Entry
	for _, c := range []struct {
		name string
		item endpoint.Item
		end  endpoint.LogEnd
	}{
		{"gap", item(log, 3), end(3)},
		{"again", item(log, 1), end(1)},
		{"end elsewhere", item(log, 2), end(3)},
		{"directory falls", low, end(2)},
		{"entry twice", dup, end(2)},
	} {
		err := b.s.Update(ctx, log, func(w endpoint.Writer) error { return w.Append(c.item, nil, c.end) })
		if !errors.Is(err, endpoint.ErrOrder) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	b.update(t, log, func(w endpoint.Writer) error { return add(w, log) })
}

func testRollback(t *testing.T, b *bench) {
	log, stop := ID("case"), errors.New("stop")
	err := b.s.Update(ctx, log, func(w endpoint.Writer) error {
		if err := errors.Join(add(w, log), w.SetState([]byte("x")), w.Admit(ID("p"))); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatalf("update: %v", err)
	}
	b.view(t, func(r endpoint.Reader) error {
		_, ok, _ := r.End(log)
		may, _ := r.MayRead(ID("p"), log)
		st, _ := r.State(log)
		if ok || may || st != nil {
			t.Error("a failed transaction left something behind")
		}
		return nil
	})
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

func testLarge(t *testing.T, b *bench) {
	log := ID("case")
	it := item(log, 1)
	it.Bytes = bytes.Repeat([]byte("0123456789abcdef"), (record.MaxBody+4096)/16)
	state := bytes.Repeat([]byte("s"), 600<<10)
	b.update(t, log, func(w endpoint.Writer) error {
		return errors.Join(w.Append(it, nil, end(1)), w.SetState(state))
	})
	b.update(t, log, func(w endpoint.Writer) error { return w.SetState(state[:10]) })
	b.view(t, func(r endpoint.Reader) error {
		if got, err := r.Item(log, 1); err != nil || !bytes.Equal(got.Bytes, it.Bytes) {
			t.Errorf("large entry: %d bytes, %v", len(got.Bytes), err)
		}
		if st, err := r.State(log); err != nil || len(st) != 10 {
			t.Errorf("shortened state: %d bytes, %v", len(st), err)
		}
		return nil
	})
}

func testAccess(t *testing.T, b *bench) {
	mine, yours := ID("mine"), ID("yours")
	for _, log := range []record.ID{mine, yours} {
		b.update(t, log, func(w endpoint.Writer) error {
			return errors.Join(add(w, log), w.Admit(ID("person "+log.String())), w.Admit(ID("lead")), w.Admit(ID("lead")))
		})
	}
	b.view(t, func(r endpoint.Reader) error {
		for _, c := range []struct {
			person, log record.ID
			want        bool
		}{
			{ID("person " + mine.String()), mine, true},
			{ID("person " + mine.String()), yours, false},
			{ID("stranger"), mine, false},
			{ID("lead"), ID("not there"), false},
		} {
			if got, err := r.MayRead(c.person, c.log); got != c.want || err != nil {
				t.Errorf("may read: %v %v, want %v", got, err, c.want)
			}
		}
		ids, err := r.Readable(ID("lead"))
		if err != nil || len(ids) != 2 || bytes.Compare(ids[0][:], ids[1][:]) >= 0 {
			t.Errorf("readable: %v %v", ids, err)
		}
		return nil
	})
}

func testReopen(t *testing.T, b *bench) {
	log := ID("case")
	for range 20 {
		b.update(t, log, func(w endpoint.Writer) error {
			return errors.Join(add(w, log), w.SetState([]byte("kept")), w.Admit(ID("p")), w.SetSeen(ID("p"), 1234))
		})
	}
	if err := b.s.Close(); err != nil {
		t.Fatal(err)
	}
	b.s = b.open(t, b.dir)
	b.view(t, func(r endpoint.Reader) error {
		for n := uint64(1); n <= 20; n++ {
			if got, err := r.Item(log, n); err != nil || string(got.Bytes) != fmt.Sprintf("bytes of %d", n) {
				t.Errorf("number %d after a restart: %q %v", n, got.Bytes, err)
			}
		}
		st, _ := r.State(log)
		may, _ := r.MayRead(ID("p"), log)
		seen, _ := r.Seen(ID("p"))
		never, err := r.Seen(ID("q"))
		if string(st) != "kept" || !may || seen != 1234 || never != 0 || err != nil {
			t.Errorf("after a restart: state %q, may read %v, seen %d, never seen %d %v", st, may, seen, never, err)
		}
		return nil
	})
	b.update(t, log, func(w endpoint.Writer) error { return add(w, log) })
	if d, err := b.s.Check(ctx); len(d) != 0 || err != nil {
		t.Errorf("check: %v %v", d, err)
	}
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
