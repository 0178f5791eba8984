package record

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite frozen vectors")

func testKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32))
}

func testHeader(seed byte) Header {
	priv := testKey(seed)
	dev := DeviceID(priv.Public().(ed25519.PublicKey))
	realm := RealmID(testKey(seed + 1).Public().(ed25519.PublicKey))
	c := CaseID(realm, dev, [16]byte{seed})
	return Header{Class: Content, Realm: realm, Case: c, Lane: LaneID(c, dev, [16]byte{9}), LaneSeq: 1,
		Epoch: Hash("e"), Time: NewHLC(time.UnixMilli(1_790_000_000_000)), Author: dev}
}

type vector struct {
	Name  string `json:"name"`
	Bytes string `json:"bytes"`
	ID    string `json:"id,omitempty"`
	Error string `json:"error,omitempty"`
}

// TestVectors keeps the bytes of yesterday readable, and hostile ones refused.
func TestVectors(t *testing.T) {
	const file = "testdata/vectors.json"
	if *update {
		writeVectors(t, file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(data, &vs); err != nil {
		t.Fatal(err)
	}
	if len(vs) < 15 {
		t.Fatalf("only %d vectors", len(vs))
	}
	for _, v := range vs {
		raw, err := hex.DecodeString(v.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Parse(raw)
		if v.Error != "" {
			if err == nil {
				err = e.Verify(testKey(1).Public().(ed25519.PublicKey))
			}
			if err == nil || err.Error() != v.Error {
				t.Errorf("%s: got %v, want %s", v.Name, err, v.Error)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		if e.ID().String() != v.ID || !bytes.Equal(e.Bytes(), raw) {
			t.Errorf("%s: id or bytes changed", v.Name)
		}
		if err := e.Verify(testKey(1).Public().(ed25519.PublicKey)); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

func writeVectors(t *testing.T, file string) {
	var vs []vector
	good := func(name string, e *Entry) {
		vs = append(vs, vector{Name: name, Bytes: hex.EncodeToString(e.Bytes()), ID: e.ID().String()})
	}
	bad := func(name string, b []byte) {
		e, err := Parse(b)
		if err == nil {
			err = e.Verify(testKey(1).Public().(ed25519.PublicKey))
		}
		if err == nil {
			t.Fatalf("hostile vector %s is accepted", name)
		}
		vs = append(vs, vector{Name: name, Bytes: hex.EncodeToString(b), Error: err.Error()})
	}
	mk := func(h Header, body string) *Entry {
		e, err := New(h, []byte(body), testKey(1))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	h := testHeader(1)
	first := mk(h, "first body")
	good("content", first)
	h2 := h
	h2.LaneSeq, h2.Prev = 2, first.ID()
	h2.CaseSeen, h2.DirSeen = Seen{Gen: 1, Seq: 3, Prefix: [16]byte{1}}, Seen{Gen: 1, Seq: 7, Prefix: [16]byte{2}}
	h2.Blobs = []ID{Hash("blob", []byte("1"))}
	good("second in lane, with seen and blob", mk(h2, "second body"))
	for c, n := range map[Class]string{Access: "access", Key: "key", ReceiptClass: "receipt"} {
		hc := h
		hc.Class = c
		good(n, mk(hc, n))
	}
	good("dropped body", first.WithoutBody())
	raw := first.Bytes()
	bad("empty", nil)
	bad("cut short", raw[:len(raw)-1])
	bad("one byte more", append(bytes.Clone(raw), 0))
	flip := func(i int) []byte { b := bytes.Clone(raw); b[i] ^= 1; return b }
	bad("flipped body", flip(len(raw)-1))
	bad("flipped header", flip(60))
	bad("flipped signature", flip(bytes.Index(raw, first.sig)+5))
	var env envelope
	if err := Decode(raw, &env); err != nil {
		t.Fatal(err)
	}
	hb := bytes.Clone(env.Header)
	hb[1] = 2
	bad("newer format", Encode(envelope{Header: hb, Sig: env.Sig, Body: env.Body}))
	hb = bytes.Clone(env.Header)
	hb[2] = 9
	bad("unknown algorithm", Encode(envelope{Header: hb, Sig: env.Sig, Body: env.Body}))
	bad("short signature", Encode(envelope{Header: env.Header, Sig: env.Sig[:63], Body: env.Body}))
	bad("other author's signature", func() []byte {
		e, _ := New(h, []byte("x"), testKey(3))
		return e.Bytes()
	}())
	bad("map instead of array", Encode(map[string][]byte{"Header": env.Header}))
	bad("indefinite array", append(append([]byte{0x9f}, raw[1:]...), 0xff))
	bad("header with long-form integer", func() []byte {
		b := append([]byte{env.Header[0], 0x18, 0x01}, env.Header[2:]...)
		return Encode(envelope{Header: b, Sig: env.Sig, Body: env.Body})
	}())
	h0 := testHeader(1)
	h0.Class = 7
	h0.Blobs = []ID{}
	bad("unknown class", Encode(envelope{Header: Encode(func() Header { h0.Format, h0.Alg = 1, 1; return h0 }()), Sig: env.Sig, Body: nil}))
	out, err := json.MarshalIndent(vs, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAADLeavesOutOnlyTheHash(t *testing.T) {
	h := testHeader(1)
	a := h.AAD()
	h.CTHash = Hash("other")
	if !bytes.Equal(a, h.AAD()) {
		t.Fatal("AAD depends on the ciphertext hash")
	}
	h.LaneSeq++
	if bytes.Equal(a, h.AAD()) {
		t.Fatal("AAD does not cover the lane sequence")
	}
}

func TestDroppedBodyStillVerifies(t *testing.T) {
	e, err := New(testHeader(1), []byte("secret"), testKey(1))
	if err != nil {
		t.Fatal(err)
	}
	d := e.WithoutBody()
	p, err := Parse(d.Bytes())
	if err != nil || p.ID() != e.ID() || p.HasBody() {
		t.Fatal("dropping the body changed the entry", err)
	}
	if err := p.Verify(testKey(1).Public().(ed25519.PublicKey)); err != nil {
		t.Fatal(err)
	}
}

// TestNoFlipSurvives flips every bit of an entry: none may parse and verify to
// the same author with other content.
func TestNoFlipSurvives(t *testing.T) {
	e, _ := New(testHeader(1), []byte("a body of some length"), testKey(1))
	pub := testKey(1).Public().(ed25519.PublicKey)
	for i := range len(e.Bytes()) * 8 {
		b := bytes.Clone(e.Bytes())
		b[i/8] ^= 1 << (i % 8)
		p, err := Parse(b)
		if err == nil && p.Verify(pub) == nil {
			t.Fatalf("flip of bit %d accepted", i)
		}
	}
}

func TestHeadAndReceiptSignatures(t *testing.T) {
	k := testKey(4)
	pub := k.Public().(ed25519.PublicKey)
	s := Head{Realm: Hash("r"), Case: Hash("c"), Gen: 1, Seq: 2, Chain: Hash("x"), Time: 5}.Sign(k)
	if !s.Verify(pub) {
		t.Fatal("own head refused")
	}
	s.Head.Seq++
	if s.Verify(pub) {
		t.Fatal("changed head accepted")
	}
	r := Receipt{Realm: Hash("r"), Entry: Hash("e"), Seq: 1}.Sign(k)
	if !r.Verify(pub) || VerifyMessage(pub, domainHead, Encode(r.Receipt), r.Sig) {
		t.Fatal("receipt domain")
	}
	var again SignedReceipt
	if err := Decode(Encode(r), &again); err != nil || !again.Verify(pub) {
		t.Fatal("receipt does not survive its encoding", err)
	}
}

func TestHLC(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var c HLC
		now := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(rt, "now"))
		for range rapid.IntRange(1, 50).Draw(rt, "n") {
			now = now.Add(time.Duration(rapid.Int64Range(-1e6, 1e6).Draw(rt, "step")) * time.Millisecond)
			n := c.Next(now)
			if n <= c {
				rt.Fatal("clock does not rise")
			}
			c = n
			seen := HLC(rapid.Uint64Range(0, 1<<62).Draw(rt, "seen"))
			if o := c.Observe(seen, now); o < c || (o > c && o.Time().After(now.Add(maxSkew))) {
				rt.Fatal("observe")
			}
		}
	})
}

func TestChainDiffers(t *testing.T) {
	a := LogRecord{Seq: 1, Entry: Hash("a"), DirSeq: 1}
	b := a
	b.DirSeq = 2
	s := ChainStart(Hash("r"), Hash("c"), 1)
	if Chain(s, a) == Chain(s, b) || s == ChainStart(Hash("r"), Hash("c"), 2) {
		t.Fatal("chain ignores a field")
	}
}

func TestParseID(t *testing.T) {
	id := Hash("x")
	if got, err := ParseID(id.String()); err != nil || got != id {
		t.Fatal("round trip", err)
	}
	for _, s := range []string{"", "00", id.String()[1:] + "G", id.String() + "0"} {
		if _, err := ParseID(s); !errors.Is(err, ErrID) {
			t.Errorf("%q accepted", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	e, _ := New(testHeader(1), []byte("body"), testKey(1))
	f.Add(e.Bytes())
	f.Add(e.WithoutBody().Bytes())
	f.Add([]byte{0x83})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Parse(b)
		if err != nil {
			return
		}
		again, err := Parse(bytes.Clone(e.Bytes()))
		if err != nil || again.ID() != e.ID() {
			t.Fatal("not stable")
		}
	})
}
