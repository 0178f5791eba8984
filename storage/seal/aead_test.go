package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// The layout by hand, with nothing of this package but the bytes.
func openByHand(t *testing.T, k Key, aad, sealed []byte) []byte {
	t.Helper()
	salt, commit, nonce, ct := sealed[:24], sealed[24:56], sealed[56:68], sealed[68:]
	sum := sha256.Sum256(aad)
	info := bytes.Join([][]byte{[]byte("rec1"), salt, sum[:]}, nil)
	t1 := hmacOf(k[:], info, []byte{1})
	t2 := hmacOf(k[:], t1, info, []byte{2})
	if !bytes.Equal(commit, t2) {
		t.Fatal("commitment differs from its description")
	}
	block, err := aes.NewCipher(t1)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, nonce, ct, aad)
	if err != nil {
		t.Fatal("ciphertext differs from its description")
	}
	return plain
}

func TestSealByHand(t *testing.T) {
	k, aad, want := testKey(3), []byte("header"), []byte("the note")
	sealed, err := Seal(k, aad, want)
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed) != 84+len(want) || Overhead != 84 {
		t.Fatalf("%d bytes", len(sealed))
	}
	if got := openByHand(t, k, aad, sealed); !bytes.Equal(got, want) {
		t.Fatalf("%q", got)
	}
}

func TestSealOpens(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		k := Key(rapid.SliceOfN(rapid.ByteMin(1), 32, 32).Draw(r, "key"))
		aad := rapid.SliceOf(rapid.Byte()).Draw(r, "aad")
		plain := rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		sealed, err := Seal(k, aad, plain)
		if err != nil {
			r.Fatal(err)
		}
		got, err := Open(k, aad, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			r.Fatalf("%x %v", got, err)
		}
		other := k
		other[5] ^= 4
		for _, err := range []error{
			second(Open(other, aad, sealed)),
			second(Open(k, append([]byte("x"), aad...), sealed)),
			second(Open(k, aad, sealed[:len(sealed)-1])),
			second(Open(k, aad, append(bytes.Clone(sealed), 0))),
		} {
			if !errors.Is(err, ErrSealed) {
				r.Fatalf("opened what it should not: %v", err)
			}
		}
	})
}

func second(_ []byte, err error) error { return err }

func TestSealFindsEveryFlip(t *testing.T) {
	k, aad := testKey(9), []byte("aad")
	sealed, err := Seal(k, aad, []byte("a short note"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 * len(sealed) {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if plain, err := Open(k, aad, bad); !errors.Is(err, ErrSealed) || plain != nil {
			t.Fatalf("bit %d: %q %v", i, plain, err)
		}
	}
	for n := range len(sealed) {
		if _, err := Open(k, aad, sealed[:n]); !errors.Is(err, ErrSealed) {
			t.Fatalf("opened the first %d bytes", n)
		}
	}
}

// Two sealings of one text share nothing: salt, commitment, nonce, ciphertext.
func TestSealNeverRepeats(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s, err := Seal(testKey(1), nil, []byte("the same text again"))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]byte{s[:24], s[24:56], s[56:68], s[68:]} {
			if seen[string(part)] {
				t.Fatal("a part came twice")
			}
			seen[string(part)] = true
		}
	}
}

// A blob that plain GCM would accept under a second key is refused, because
// the commitment is the first key's.
func TestSealCommitsToItsKey(t *testing.T) {
	a, b := testKey(1), testKey(2)
	sa, err := Seal(a, nil, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	// Everything of b's blob but the commitment, under a's salt.
	_, commitB := recordKey(b, sa[:24], nil)
	aeadB, _ := recordKey(b, sa[:24], nil)
	forged := bytes.Clone(sa[:56])
	forged = aeadB.Seal(forged, nil, []byte("y"), nil)
	if _, err := Open(b, nil, forged); !errors.Is(err, ErrSealed) {
		t.Fatal("opened with another key's commitment")
	}
	copy(forged[24:], commitB)
	if got, err := Open(b, nil, forged); err != nil || string(got) != "y" {
		t.Fatal("the forgery is wrong for another reason, so this proves nothing")
	}
}

func TestSealLimits(t *testing.T) {
	if _, err := Seal(testKey(1), nil, make([]byte, MaxPlain+1)); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
}

func FuzzOpen(f *testing.F) {
	k := testKey(1)
	sealed, _ := Seal(k, []byte("a"), []byte("seed"))
	f.Add([]byte("a"), sealed)
	f.Add([]byte("b"), sealed)
	f.Add([]byte{}, make([]byte, Overhead))
	f.Fuzz(func(t *testing.T, aad, data []byte) {
		plain, err := Open(k, aad, data)
		if err == nil && !bytes.Equal(openByHand(t, k, aad, data), plain) {
			t.Fatal("opened to something else")
		}
		if err != nil && (!errors.Is(err, ErrSealed) || plain != nil) {
			t.Fatal("wrong kind of failure")
		}
	})
}
