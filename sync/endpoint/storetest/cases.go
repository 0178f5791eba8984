package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

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

func testBlobs(t *testing.T, b *bench) {
	one, two := ID("one"), ID("two")
	for _, log := range []record.ID{one, two} {
		b.update(t, log, func(w endpoint.Writer) error {
			err := errors.Join(add(w, log), w.NameBlob(ID("shared")), w.NameBlob(ID("shared")), w.NameBlob(ID("of "+log.String())))
			if logs, _ := w.BlobLogs(ID("of " + log.String())); len(logs) != 1 || logs[0] != log {
				t.Errorf("own write not read: %v", logs)
			}
			return err
		})
	}
	stop := errors.New("stop")
	err := b.s.Update(ctx, one, func(w endpoint.Writer) error {
		return errors.Join(w.NameBlob(ID("never")), stop)
	})
	if !errors.Is(err, stop) {
		t.Fatalf("update: %v", err)
	}
	if err := b.s.Close(); err != nil {
		t.Fatal(err)
	}
	b.s = b.open(t, b.dir)
	b.view(t, func(r endpoint.Reader) error {
		for blob, want := range map[record.ID]int{ID("shared"): 2, ID("of " + one.String()): 1, ID("never"): 0, ID("unknown"): 0} {
			logs, err := r.BlobLogs(blob)
			if err != nil || len(logs) != want || want == 2 && bytes.Compare(logs[0][:], logs[1][:]) >= 0 {
				t.Errorf("%d logs, want %d: %v", len(logs), want, err)
			}
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
