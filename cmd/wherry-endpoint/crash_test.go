package main

import (
	"bytes"
	"context"
	"io/fs"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// TestKill kills the server while a laptop pushes entry after entry: whatever
// had a receipt is there afterwards, under the same number and receipt, and
// the entry whose answer was lost is taken or found.
func TestKill(t *testing.T) {
	p := newPlace(t)
	p.council()
	s := p.serve(p.d)
	amina := newLaptop(t, p.invite("Amina", "worker", p.path("amina")))
	if err := amina.enrol(s.url); err != nil {
		t.Fatal(err)
	}
	amina.write(2000)
	receipts := map[record.ID]record.Receipt{}
	at := 0
	const rounds, each = 4, 25
	for round := range rounds {
		c := amina.client(s.url)
		for acks := 0; ; acks++ {
			if acks == each {
				go s.cmd.Process.Signal(syscall.SIGKILL) // at whatever moment it arrives
			}
			resp, err := c.Push(context.Background(), &wire.PushRequest{Items: amina.items[at : at+1]})
			if err != nil {
				if acks < each {
					t.Fatalf("round %d: push %d: %v", round, acks, err)
				}
				break
			}
			r := resp.Results[0]
			if r.Code != wire.CodeOK && (acks > 0 || r.Code != wire.CodeDup) {
				t.Fatalf("round %d: push %d: %s %s", round, acks, r.Code, r.Reason)
			}
			receipts[r.Entry] = r.Receipt.Receipt
			at++
		}
		_ = s.cmd.Wait() // killed
		s = p.serve(p.d)
	}
	if len(receipts) < rounds*each {
		t.Fatalf("only %d receipts", len(receipts))
	}
	held := amina.pull(s.url)
	for _, r := range held {
		if want, ok := receipts[r.Log.Entry]; ok && want != r.Receipt.Receipt {
			t.Errorf("entry %d has another receipt than was given", r.Log.Seq)
		}
		delete(receipts, r.Log.Entry)
	}
	if len(receipts) > 0 {
		t.Errorf("%d entries with a receipt are gone", len(receipts))
	}
	if code := s.stop(syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
	if v := p.want(0, "verify", "--data", p.d).last(); v["entries"] != float64(len(held)) {
		t.Errorf("verify: %v, pulled %d", v, len(held))
	}
}

// pull reads the laptop's whole case.
func (l *laptop) pull(url string) []wire.PulledRecord {
	l.t.Helper()
	var all []wire.PulledRecord
	for {
		resp, err := l.client(url).Pull(context.Background(), &wire.PullRequest{MaxBytes: 1 << 20,
			Cases: []wire.CasePos{{Case: l.caseID, Gen: 1, Seq: uint64(len(all))}}})
		if err != nil {
			l.t.Fatal(err)
		}
		all = append(all, resp.Pages[0].Records...)
		if !resp.Pages[0].More {
			return all
		}
	}
}

// TestFlipsAfterAKill flips bits in the files of a server that was killed. It
// has no file sums then. Neither verify nor serve may crash, and what they let
// pass must still hold every entry.
func TestFlipsAfterAKill(t *testing.T) {
	p := newPlace(t)
	p.council()
	s := p.serve(p.d)
	amina := newLaptop(t, p.invite("Amina", "worker", p.path("amina")))
	if err := amina.enrol(s.url); err != nil {
		t.Fatal(err)
	}
	amina.write(30)
	amina.push(s.url)
	s.stop(syscall.SIGKILL)
	rng := mrand.New(mrand.NewPCG(5, 6))
	store := filepath.Join(p.d, "store")
	entries, err := os.ReadDir(store)
	if err != nil {
		t.Fatal(err)
	}
	noticed := 0
	for _, e := range entries {
		whole, err := os.ReadFile(filepath.Join(store, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		used := len(bytes.TrimRight(whole, "\x00"))
		if used == 0 {
			continue
		}
		for range 4 {
			copied := filepath.Join(t.TempDir(), "D")
			if err := os.CopyFS(copied, os.DirFS(p.d)); err != nil {
				t.Fatal(err)
			}
			bad := bytes.Clone(whole)
			bad[rng.IntN(used)] ^= 1 << rng.IntN(8)
			if err := os.WriteFile(filepath.Join(copied, "store", e.Name()), bad, fs.FileMode(0o600)); err != nil {
				t.Fatal(err)
			}
			r := p.run("verify", "--data", copied)
			switch {
			case !slices.Contains([]int{0, 5}, r.code):
				t.Errorf("a flip in %s: verify ends with %d %v", e.Name(), r.code, r.last())
			case r.code == 0 && r.last()["entries"] != 32.0:
				t.Errorf("a flip in %s lost entries in silence: %v", e.Name(), r.last())
			case r.code == 5:
				noticed++
				p.want(5, "serve", "--data", copied, "--listen", "127.0.0.1:0")
			}
		}
	}
	if noticed == 0 {
		t.Error("no flip was noticed")
	}
}
