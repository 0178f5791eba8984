package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func testKey(b byte) Key {
	var k Key
	for i := range k {
		k[i] = b + byte(i)
	}
	return k
}

func hmacOf(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func u32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// The derivation by hand: one block of HKDF-Expand is HMAC(key, info ‖ 0x01).
func TestDeriveByHand(t *testing.T) {
	k := testKey(1)
	want := hmacOf(k[:], []byte("wherry-derive-1\x00"), u32(3), []byte("box"), u32(2), []byte("ab"), u32(0), []byte{1})
	if got := k.Derive("box", []byte("ab"), nil); !bytes.Equal(got[:], want) {
		t.Fatal("derivation differs from its description")
	}
	want = hmacOf(k[:], []byte("wherry-mac-1\x00"), u32(2), []byte("ab"), u32(1), []byte("c"))
	if got := k.MAC([]byte("ab"), []byte("c")); !bytes.Equal(got[:], want) {
		t.Fatal("keyed checksum differs from its description")
	}
}

// No two lists of parts give one result.
func TestPartsDoNotRunTogether(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		part := rapid.SliceOfN(rapid.Byte(), 0, 3)
		a := rapid.SliceOfN(part, 0, 3).Draw(r, "a")
		b := rapid.SliceOfN(part, 0, 3).Draw(r, "b")
		same := len(a) == len(b)
		for i := range min(len(a), len(b)) {
			same = same && bytes.Equal(a[i], b[i])
		}
		k := testKey(7)
		if (k.MAC(a...) == k.MAC(b...)) != same || (k.Derive("x", a...) == k.Derive("x", b...)) != same {
			r.Fatal("two lists of parts give one result")
		}
	})
}

func TestKeyIsNeverPrinted(t *testing.T) {
	k := testKey(0x41) // letters, to be seen under %s
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", k, "inside", struct{ K Key }{k})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", k, "inside", struct{ K Key }{k})
	out := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c"} {
		out += fmt.Sprintf(verb+verb+verb, k, &k, struct{ K Key }{k})
	}
	for _, leak := range []string{"ABCD", "41424344", "65 66", "65,66", "101 102"} {
		if strings.Contains(out, leak) {
			t.Fatalf("a key is printed: %q in %q", leak, out)
		}
	}
	if b, err := json.Marshal(k); err == nil {
		t.Fatalf("a key became JSON: %s", b)
	}
	p, err := NewKEM()
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, p); !strings.Contains(s, "[private key]") {
			t.Fatalf("%s prints %q", verb, s)
		}
	}
	if s := fmt.Sprintf("%#v", RecoveryCode{1}); s != "[recovery code]" {
		t.Fatal(s)
	}
}

func TestWipedKeySealsNothing(t *testing.T) {
	k := testKey(1)
	sealed, err := Seal(k, nil, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	k.Wipe()
	if k != (Key{}) || k.Derive("box") != (Key{}) {
		t.Fatal("something is left of a wiped key")
	}
	if _, err := Seal(k, nil, []byte("x")); !errors.Is(err, ErrNoKey) {
		t.Fatalf("sealed under no key: %v", err)
	}
	if _, err := Open(k, nil, sealed); !errors.Is(err, ErrSealed) {
		t.Fatalf("opened under no key: %v", err)
	}
	if _, err := NewKey(bytes.NewReader(make([]byte, 32))); !errors.Is(err, ErrNoKey) {
		t.Fatalf("took 32 zeros for a key: %v", err)
	}
	if _, err := NewKey(strings.NewReader("short")); err == nil {
		t.Fatal("took five bytes for a key")
	}
}
