package endpoint_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/endpoint"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

// TestLostAnswer cuts the connection after the push was committed: the retry
// must be dup, with the receipts that were lost.
func TestLostAnswer(t *testing.T) {
	var cut bool
	w := newTown(t, func(w *town) {
		w.wrap = func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if cut && r.URL.Path == wire.PathPush {
					cut = false
					h.ServeHTTP(discard{http.Header{}}, r)
					panic(http.ErrAbortHandler)
				}
				h.ServeHTTP(rw, r)
			})
		}
	})
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	req := c.open("North", 2)
	cut = true
	if _, err := amina.Push(ctx, req); !errors.Is(err, remote.ErrOffline) {
		t.Fatalf("a push whose answer is lost: %v", err)
	}
	committed := amina.pullAll(c.log)
	again := amina.push(wire.CodeDup, req.Items...)
	for i, r := range again.Results {
		if r.Receipt.Receipt != committed.Records[i].Receipt.Receipt {
			t.Errorf("receipt %d differs from the one that was lost", i)
		}
	}
}

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func TestFullDisk(t *testing.T) {
	room := uint64(1 << 40)
	w := newTown(t, func(w *town) { w.opts.Free = func(string) (uint64, error) { return room, nil } })
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 2).Items...)
	room = 1
	_, err := amina.Push(ctx, &wire.PushRequest{Items: []wire.PushItem{c.note("one too many")}})
	var busy *remote.BusyError
	if !errors.As(err, &busy) || busy.Status != http.StatusInsufficientStorage || busy.Code != wire.ErrCodeFull {
		t.Errorf("push to a full disk: %v", err)
	}
	if n := len(amina.pullAll(c.log).Records); n != 4 {
		t.Errorf("reading on a full disk: %d records", n)
	}
	if _, err := amina.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: c.log}}); err != nil {
		t.Errorf("heads on a full disk: %v", err)
	}
	if s := ready(w); s != http.StatusServiceUnavailable {
		t.Errorf("ready on a full disk: %d", s)
	}
	room = 1 << 40
	c.seq, c.last = 4, must(record.Parse(amina.pullAll(c.log).Records[3].Entry)).ID()
	amina.push(wire.CodeOK, c.note("room again"))
	if s := ready(w); s != http.StatusOK {
		t.Errorf("ready with room: %d", s)
	}
}

func TestFailedWrite(t *testing.T) {
	bad := false
	w := newTown(t, func(w *town) {
		w.opts.Commit = func(commit func() error) error {
			if bad {
				return errors.New("input/output error")
			}
			return commit()
		}
	})
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	req := c.open("North", 1)
	bad = true
	for range 2 {
		_, err := amina.Push(ctx, req)
		var busy *remote.BusyError
		if !errors.As(err, &busy) || busy.Status != http.StatusInsufficientStorage {
			t.Errorf("push to a failing disk: %v", err)
		}
		bad = false // it stays refused: what the disk holds is uncertain
	}
	w.restart()
	amina.again()
	amina.push(wire.CodeOK, req.Items...)
}

func TestVerifyNamesDamage(t *testing.T) {
	w := newTown(t)
	amina, lead := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Leah", trust.RoleLead, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 4, lead.person).Items...)
	d := amina.begin("other")
	amina.push(wire.CodeOK, d.open("North", 1).Items...)
	w.stop()
	verify := func() *endpoint.Report {
		t.Helper()
		return verifyFolder(t, w)
	}
	if r := verify(); len(r.Damaged) != 0 || r.Entries != 9 || r.Cases != 2 {
		t.Fatalf("a sound store: %+v", r)
	}
	for _, note := range []string{"sealed note 0", "sealed note 3"} {
		mend := spoil(t, w, note)
		r := verify()
		if !slices.ContainsFunc(r.Damaged, func(x endpoint.Damage) bool { return x.Log == c.log || x.Log == d.log }) {
			t.Errorf("a flip in %q: %+v", note, r.Damaged)
		}
		if r.Entries != 9 {
			t.Errorf("a flip in %q hid entries: %d", note, r.Entries)
		}
		mend()
	}
	if r := verify(); len(r.Damaged) != 0 {
		t.Errorf("the mended store: %+v", r.Damaged)
	}
}
