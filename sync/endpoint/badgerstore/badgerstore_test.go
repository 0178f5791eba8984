package badgerstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/storage/record"
	"wherry/sync/endpoint"
	"wherry/sync/endpoint/storetest"
)

var ctx = context.Background()

func openStore(t *testing.T, dir string) endpoint.Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

func TestSuite(t *testing.T) { storetest.Suite(t, openStore) }

// fill appends n records of 300 bytes to a new log and returns its id.
func fill(t *testing.T, s endpoint.Store, name string, n int) record.ID {
	t.Helper()
	log := storetest.ID(name)
	for i := 1; i <= n; i++ {
		seq := uint64(i)
		it := endpoint.Item{
			Log:     record.LogRecord{Seq: seq, Entry: storetest.ID(name + string(rune(i)))},
			Bytes:   []byte(strings.Repeat(name, 300/len(name))),
			Receipt: record.SignedReceipt{Sig: []byte{}},
		}
		err := s.Update(ctx, log, func(w endpoint.Writer) error {
			return w.Append(it, []endpoint.Wrap{{Reader: storetest.ID("r"), Data: []byte("wrap")}}, endpoint.LogEnd{Seq: seq})
		})
		if err != nil {
			t.Fatalf("append: %v", err)
		}
	}
	return log
}

func TestSecondOpenIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	if _, err := Open(dir, Options{}); !errors.Is(err, endpoint.ErrStoreInUse) {
		t.Errorf("second open: %v", err)
	}
	if _, _, err := Inspect(dir); !errors.Is(err, endpoint.ErrStoreInUse) {
		t.Errorf("inspect of an open store: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir).Close()
}

func TestFreeSpaceGate(t *testing.T) {
	room := uint64(1 << 40)
	dir := t.TempDir()
	free := func(string) (uint64, error) { return room, nil }
	s, err := Open(dir, Options{Free: free})
	if err != nil {
		t.Fatal(err)
	}
	log := fill(t, s, "case", 2)
	room = DefaultMinFree - 1
	err = s.Update(ctx, log, func(endpoint.Writer) error { t.Error("transaction begun"); return nil })
	if !errors.Is(err, endpoint.ErrStoreFull) {
		t.Errorf("update with no room: %v", err)
	}
	if err := readAll(s, log, 2); err != nil {
		t.Errorf("reading with no room: %v", err)
	}
	room = 1 << 40
	if err := s.Writable(); err != nil {
		t.Errorf("after room was made: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	room = 1 << 20 // next to nothing: the clean store opens, for reading only
	if s, err = Open(dir, Options{Free: free}); err != nil {
		t.Fatal(err)
	}
	if err := readAll(s, log, 2); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	if err := s.Writable(); !errors.Is(err, endpoint.ErrStoreFull) {
		t.Errorf("writable on a full disk: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func readAll(s endpoint.Store, log record.ID, n uint64) error {
	return s.View(ctx, func(r endpoint.Reader) error {
		for seq := uint64(1); seq <= n; seq++ {
			if _, err := r.Item(log, seq); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestFailedCommitStopsWriting(t *testing.T) {
	bad := false
	dir := t.TempDir()
	s, err := Open(dir, Options{Commit: func(commit func() error) error {
		if bad {
			return errors.New("input/output error")
		}
		return commit()
	}})
	if err != nil {
		t.Fatal(err)
	}
	log := fill(t, s, "case", 1)
	bad = true
	add := func(w endpoint.Writer) error {
		it := endpoint.Item{Log: record.LogRecord{Seq: 2, Entry: storetest.ID("late")}}
		return w.Append(it, nil, endpoint.LogEnd{Seq: 2})
	}
	if err := s.Update(ctx, log, add); !errors.Is(err, endpoint.ErrStoreFull) {
		t.Errorf("failed commit: %v", err)
	}
	bad = false
	if err := s.Update(ctx, log, add); !errors.Is(err, endpoint.ErrStoreFull) {
		t.Errorf("after a failed commit: %v", err)
	}
	if err := readAll(s, log, 1); err != nil {
		t.Errorf("reading after a failed commit: %v", err)
	}
	s.Close()
	if clean, _, err := Inspect(dir); clean || err != nil {
		t.Errorf("the stop counts as clean: %v", err)
	}
}

// TestCrash copies the folder of a running store, as a kill would leave it,
// with the zero-length log at which Badger stumbles, and opens the copy.
func TestCrash(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	s := openStore(t, dir)
	log := fill(t, s, "case", 10)
	if err := os.CopyFS(copied, os.DirFS(dir)); err == nil {
		err = os.WriteFile(filepath.Join(copied, "00009.mem"), nil, 0o600)
		if err != nil {
			t.Fatal(err)
		}
	} else {
		t.Fatal(err)
	}
	s.Close()
	after := openStore(t, copied)
	defer after.Close()
	if err := readAll(after, log, 10); err != nil {
		t.Errorf("after a crash: %v", err)
	}
}

// TestFlips flips single bits in the files of a cleanly stopped store: the
// next start must refuse it, and a read-only check must never return a changed
// value as true, nor panic.
func TestFlips(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	fill(t, s, "alpha", 40)
	fill(t, s, "beta", 40)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := storeFiles(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("files: %v %v", files, err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		name := files[i%len(files)]
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(whole) == 0 {
			continue
		}
		bad := append([]byte(nil), whole...)
		bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		write(t, path, bad)
		if _, err := Open(dir, Options{}); !errors.Is(err, endpoint.ErrStoreDamaged) {
			t.Errorf("flip in %s: open said %v", name, err)
		}
		clean, found, err := Inspect(dir)
		if !clean || err != nil || len(found) != 1 || found[0].File != name {
			t.Errorf("flip in %s: inspect said %v %v %v", name, clean, found, err)
		}
		write(t, path, whole)
	}
	s2 := openStore(t, dir)
	defer s2.Close()
	if d, err := s2.Check(ctx); len(d) > 0 || err != nil {
		t.Errorf("the mended store: %v %v", d, err)
	}
}

// TestValueFlips flips bits inside stored values where the file sums do not
// help: Check must name the log of each.
func TestValueFlips(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	log := fill(t, s, "gamma", 40)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
	if len(tables) == 0 {
		t.Fatal("no table file")
	}
	whole, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; ; {
		i := strings.Index(string(whole[at:]), "gammagamma")
		if i < 0 {
			break
		}
		at += i + 3
		bad := append([]byte(nil), whole...)
		bad[at] ^= 0x20
		write(t, tables[0], bad)
		ro, err := Open(dir, Options{ReadOnly: true})
		if err != nil {
			t.Fatalf("read-only open: %v", err)
		}
		found, err := ro.Check(ctx)
		if err != nil || len(found) != 1 || found[0].Log != log || found[0].Seq == 0 {
			t.Errorf("flip at %d: %+v %v", at, found, err)
		}
		if err := ro.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		at += 3000
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNewerStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	openStore(t, dir).Close()
	data := record.Encode(sumsBody{Schema: Schema + 1, Files: []fileSum{}})
	h := record.Hash("wherry-sums-1", data)
	write(t, filepath.Join(dir, sumsFile), append(data, h[:]...))
	if _, err := Open(dir, Options{}); !errors.Is(err, endpoint.ErrStoreNewer) {
		t.Errorf("newer store: %v", err)
	}
}
