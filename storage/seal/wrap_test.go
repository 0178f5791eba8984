package seal

import (
	"bytes"
	"errors"
	"testing"
)

func fixedKEM(t testing.TB) *KEMPrivate {
	t.Helper()
	seed := testKey(40)
	p, err := ParseKEMPrivate(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWrapOpens(t *testing.T) {
	p, err := NewKEM()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKEMPrivate(p.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Public(), p.Public()) || len(p.Public()) != PublicKeySize || len(p.Bytes()) != PrivateKeySize {
		t.Fatal("a private key does not come back as it was")
	}
	k, aad := testKey(8), []byte("realm, case, reader")
	wrap, err := WrapKey(p.Public(), aad, k)
	if err != nil {
		t.Fatal(err)
	}
	if len(wrap) != WrapSize || WrapSize != 1169 {
		t.Fatalf("%d bytes", len(wrap))
	}
	if got, err := again.UnwrapKey(aad, wrap); err != nil || got != k {
		t.Fatal("the wrapped key does not come back", err)
	}
	if _, err := p.UnwrapKey([]byte("another reader"), wrap); !errors.Is(err, ErrSealed) {
		t.Fatal("opened under other associated data")
	}
	if _, err := fixedKEM(t).UnwrapKey(aad, wrap); !errors.Is(err, ErrSealed) {
		t.Fatal("opened by another reader")
	}
	twice, err := WrapKey(p.Public(), aad, k)
	if err != nil || bytes.Equal(wrap[1:1+encSize], twice[1:1+encSize]) {
		t.Fatal("two wraps share an encapsulated key")
	}
}

func TestWrapFindsFlips(t *testing.T) {
	p, k := fixedKEM(t), testKey(8)
	wrap, err := WrapKey(p.Public(), nil, k)
	if err != nil {
		t.Fatal(err)
	}
	// One bit in every byte; every bit of version and sealed key.
	for i := range 8 * len(wrap) {
		if at := i / 8; at > 0 && at <= encSize && i%8 != at%8 {
			continue
		}
		bad := bytes.Clone(wrap)
		bad[i/8] ^= 1 << (i % 8)
		got, err := p.UnwrapKey(nil, bad)
		if got != (Key{}) || !errors.Is(err, ErrSealed) && !(i < 8 && errors.Is(err, ErrNewerFormat)) {
			t.Fatalf("bit %d: %v", i, err)
		}
	}
}

func TestWrapRefuses(t *testing.T) {
	p, k := fixedKEM(t), testKey(8)
	wrap, err := WrapKey(p.Public(), nil, k)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"nothing":      {nil, ErrSealed},
		"version 0":    {append([]byte{0}, wrap[1:]...), ErrSealed},
		"version 2":    {append([]byte{2}, wrap[1:]...), ErrNewerFormat},
		"version only": {[]byte{1}, ErrSealed},
		"cut":          {wrap[:len(wrap)-1], ErrSealed},
		"longer":       {append(bytes.Clone(wrap), 0), ErrSealed},
		"low order":    {lowOrder(wrap), ErrSealed},
	} {
		if _, err := p.UnwrapKey(nil, c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	pub := p.Public()
	lowPub := bytes.Clone(pub)
	clear(lowPub[PublicKeySize-32:])
	overPub := bytes.Clone(pub)
	overPub[0], overPub[1] = 255, 255 // a coefficient beyond the modulus
	for name, bad := range map[string][]byte{"nothing": nil, "cut": pub[1:], "low order": lowPub, "not reduced": overPub} {
		if _, err := WrapKey(bad, nil, k); !errors.Is(err, ErrPublicKey) {
			t.Errorf("public key, %s: %v", name, err)
		}
	}
	if _, err := WrapKey(pub, nil, Key{}); !errors.Is(err, ErrNoKey) {
		t.Error("wrapped no key", err)
	}
	for _, n := range []int{0, 31, 33} {
		if _, err := ParseKEMPrivate(make([]byte, n)); !errors.Is(err, ErrPrivateKey) {
			t.Errorf("took %d bytes for a private key", n)
		}
	}
}

// lowOrder puts the neutral point in place of the X25519 share.
func lowOrder(wrap []byte) []byte {
	b := bytes.Clone(wrap)
	clear(b[1+encSize-32 : 1+encSize])
	return b
}

func FuzzUnwrap(f *testing.F) {
	p := fixedKEM(f)
	wrap, err := WrapKey(p.Public(), []byte("a"), testKey(8))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("a"), wrap)
	f.Add([]byte("b"), wrap)
	f.Add([]byte{}, []byte{2})
	f.Fuzz(func(t *testing.T, aad, data []byte) {
		k, err := p.UnwrapKey(aad, data)
		if (err == nil) == k.isZero() {
			t.Fatal("a key with an error, or none without")
		}
	})
}
