package notebook

import (
	"context"
	"crypto/ed25519"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// CR-03: notes cannot be moved between children, entries, lanes, devices or
// epochs. An entry's seal is bound to all of its header, its signature to the
// sealed bytes; both are tried, the second by a thief who may sign.

// held is an entry with the key that opens it.
type held struct {
	e   *record.Entry
	key seal.Key
}

func heldIn(t *testing.T, n *Notebook) []held {
	t.Helper()
	var out []held
	for _, c := range n.st.sorted() {
		err := n.eachEntry(context.Background(), c.ID, func(_ uint64, row *entryRow, _ *proofRow) error {
			e, err := record.Parse(row.Entry)
			if err != nil || e.Header().Epoch.IsZero() {
				return err
			}
			key, ok := n.box.Case(e.Header().Case, e.Header().Epoch)
			if !ok {
				t.Error("an entry of ours has no key")
			}
			out = append(out, held{e, key})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// rawEntry is an entry's array, to be put together otherwise.
type rawEntry struct {
	_      struct{} `cbor:",toarray"`
	Header []byte
	Sig    []byte
	Body   []byte
}

// fields of a header that name what a body belongs to.
var movable = map[string]func(to *record.Header, from record.Header){
	"realm":    func(h *record.Header, f record.Header) { h.Realm = f.Realm },
	"case":     func(h *record.Header, f record.Header) { h.Case = f.Case },
	"lane":     func(h *record.Header, f record.Header) { h.Lane = f.Lane },
	"sequence": func(h *record.Header, f record.Header) { h.LaneSeq = f.LaneSeq },
	"previous": func(h *record.Header, f record.Header) { h.Prev = f.Prev },
	"epoch":    func(h *record.Header, f record.Header) { h.Epoch = f.Epoch },
	"author":   func(h *record.Header, f record.Header) { h.Author = f.Author },
	"time":     func(h *record.Header, f record.Header) { h.Time = f.Time },
	"class":    func(h *record.Header, f record.Header) { h.Class = f.Class },
	"all":      func(h *record.Header, f record.Header) { *h = f },
}

func TestNotesCannotBeMoved(t *testing.T) {
	n, _ := create(t)
	fill(t, n)
	other, err := Create(context.Background(), filepath.Join(t.TempDir(), "other"), "Tom Garrod", testPass, testCode, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	fill(t, other)
	pool := append(heldIn(t, n), heldIn(t, other)...)
	for _, h := range pool {
		if _, err := unsealEntry(h.key, h.e); err != nil {
			t.Fatalf("an entry in its own place does not open: %v", err)
		}
	}
	trials := 1000
	switch {
	case os.Getenv("WHERRY_TORTURE") != "":
		trials = 50_000
	case testing.Short():
		trials = 100
	}
	_, thief, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, met := rand.New(rand.NewPCG(1, 2)), map[string]int{}
	for done := 0; done < trials; {
		a, b := pool[r.IntN(len(pool))], pool[r.IntN(len(pool))]
		for field, move := range movable {
			h := a.e.Header()
			if move(&h, b.e.Header()); string(h.AAD()) == string(a.e.Header().AAD()) {
				continue // nothing was moved
			}
			done++
			met[field]++
			// As it stands: the signature is over other sealed bytes.
			var raw rawEntry
			if err := record.Decode(b.e.Bytes(), &raw); err != nil {
				t.Fatal(err)
			}
			raw.Body = a.e.Body()
			if _, err := record.Parse(record.Encode(raw)); err == nil {
				t.Fatal("a body was taken under another entry's header")
			}
			// Signed anew by somebody who holds both cases' keys.
			moved, err := record.New(h, a.e.Body(), thief)
			if err != nil {
				continue // such a header is refused as it is
			}
			for _, key := range []seal.Key{a.key, b.key} {
				if in, err := unsealEntry(key, moved); err == nil {
					t.Fatalf("%s: a note of %s opened in another place", field, in.Kind)
				}
			}
		}
	}
	for field := range movable {
		if field != "class" && met[field] == 0 {
			t.Errorf("%s was never moved", field)
		}
	}
	t.Logf("%d moves of %d entries", trials, len(pool))
}
