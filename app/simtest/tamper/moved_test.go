package tamper_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wherry/app/simtest/crash/rig"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// TestMovedEntries is CR-03: the ciphertext of an entry is put under another
// child, lane, place, author, class or time. Whoever cannot sign is refused by
// the signature; whoever signs the new header with a key of their own, as a
// colleague's laptop could, is refused by the seal.
func TestMovedEntries(t *testing.T) {
	rng := rig.Seed(t)
	_, own, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	id := func() (i record.ID) {
		for k := range i {
			i[k] = byte(rng.Uint32())
		}
		return i
	}
	key := seal.Key(id())
	// Two children under one key: nothing but the binding tells them apart.
	header := func() record.Header {
		return record.Header{Format: record.FormatEntry, Alg: record.AlgEd25519, Class: record.Content, Realm: id(), Case: id(), Epoch: id(),
			Lane: id(), LaneSeq: 2 + rng.Uint64N(1000), Prev: id(), Time: record.NewHLC(time.Unix(1_790_000_000+rng.Int64N(1e6), 0)),
			Author: record.DeviceID(own.Public().(ed25519.PublicKey))}
	}
	write := func(h record.Header, text string) *record.Entry {
		body, err := seal.SealPayload(key, h.AAD(), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		e, err := record.New(h, body, own)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	changes := map[string]func(h *record.Header, o record.Header){
		"child":  func(h *record.Header, o record.Header) { h.Case = o.Case },
		"realm":  func(h *record.Header, o record.Header) { h.Realm = o.Realm },
		"lane":   func(h *record.Header, o record.Header) { h.Lane = o.Lane },
		"place":  func(h *record.Header, o record.Header) { h.LaneSeq = o.LaneSeq + 1000 },
		"prev":   func(h *record.Header, o record.Header) { h.Prev = o.Prev },
		"epoch":  func(h *record.Header, o record.Header) { h.Epoch = o.Epoch },
		"time":   func(h *record.Header, o record.Header) { h.Time = o.Time + 1<<40 },
		"author": func(h *record.Header, o record.Header) { h.Author = id() },
		"all":    func(h *record.Header, o record.Header) { *h = o },
	}
	moved, unsigned := 0, 0
	for moved < rig.Count(1000, 50_000) {
		ha, hb := header(), header()
		a, b := write(ha, "about the first child"), write(hb, "about the second child")
		if plain, err := seal.OpenPayload(key, a.Header().AAD(), a.Body()); err != nil || string(plain) != "about the first child" {
			t.Fatalf("an entry in its place does not open: %v", err)
		}
		// Bytes exchanged without a key: no entry any more, or not signed.
		raw := bytes.Replace(a.Bytes(), a.Body(), b.Body(), 1)
		if e, err := record.Parse(raw); err == nil && e.Verify(own.Public().(ed25519.PublicKey)) == nil && bytes.Equal(e.Body(), b.Body()) {
			t.Errorf("another body under a signed header is taken")
		}
		unsigned++
		for what, change := range changes {
			h := ha
			change(&h, hb)
			e, err := record.New(h, a.Body(), own)
			if err != nil {
				continue // refused already
			}
			moved++
			if _, err := seal.OpenPayload(key, e.Header().AAD(), e.Body()); err == nil {
				t.Errorf("a note moved to another %s opens", what)
			}
		}
	}
	f := rig.NewFigures("CR-03 entries put somewhere else")
	f.Add("bodies exchanged without a key", "%d", unsigned)
	f.Add("moved and signed anew", "%d", moved)
	f.Sum(moved+unsigned, 0)
	f.Print(t)
}

// TestGuessesAreDear is CR-07: what a thief with a copy of the folder pays for
// each guess, and that the second way in is not in it.
func TestGuessesAreDear(t *testing.T) {
	n := intact(t)
	dir := filepath.Join(t.TempDir(), "nb")
	if err := seal.DefaultKDF.Check(); err != nil || seal.DefaultKDF.MemoryKiB < 256<<10 || seal.FloorKDF.MemoryKiB < 64<<10 || seal.FloorKDF.Time < 3 {
		t.Errorf("too cheap: %+v, floor %+v", seal.DefaultKDF, seal.FloorKDF)
	}
	var code seal.RecoveryCode
	for i := range code {
		code[i] = byte(31 * i)
	}
	if _, err := seal.CreateKeyFile(dir, record.ID{1}, []byte(rig.Passphrase), code, seal.DefaultKDF); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := seal.UnlockKeyFile(dir, []byte("another guess altogether")); err == nil {
		t.Error("a wrong guess opens")
	}
	took := time.Since(begun)
	kit, err := os.ReadFile(filepath.Join(filepath.Dir(n.Dir), "kit"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorkbench(t)
	for path, text := range snapshot(t, n.Dir) {
		if bytes.Contains([]byte(text), w.code[:]) || bytes.Contains([]byte(text), kit[:40]) {
			t.Errorf("%s holds the recovery code", filepath.Base(path))
		}
	}
	f := rig.NewFigures("CR-07 a guess at the passphrase")
	f.Add("memory and passes", "%d MiB, %d", seal.DefaultKDF.MemoryKiB>>10, seal.DefaultKDF.Time)
	f.Add("time on this machine", "%v", took.Round(time.Millisecond))
	f.Sum(1, 0)
	f.Print(t)
}
