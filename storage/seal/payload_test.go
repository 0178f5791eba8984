package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

func TestPayloadOpens(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		k := testKey(4)
		plain := rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		plain = bytes.Repeat(plain, rapid.IntRange(1, 300).Draw(r, "times"))
		sealed, err := SealPayload(k, []byte("h"), plain)
		if err != nil {
			r.Fatal(err)
		}
		got, err := OpenPayload(k, []byte("h"), sealed)
		if err != nil || !bytes.Equal(got, plain) {
			r.Fatalf("%d bytes came back as %d: %v", len(plain), len(got), err)
		}
		if n := len(sealed) - Overhead; n != paddedSize(n) {
			r.Fatalf("%d is not a padded length", n)
		}
	})
}

func TestPayloadLimits(t *testing.T) {
	k := testKey(4)
	for _, plain := range [][]byte{{}, make([]byte, MaxPayload), random(t, MaxPayload)} {
		sealed, err := SealPayload(k, nil, plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := OpenPayload(k, nil, sealed); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes: %v", len(plain), err)
		}
	}
	if _, err := SealPayload(k, nil, make([]byte, MaxPayload+1)); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	if _, err := OpenPayload(k, nil, make([]byte, 8<<20)); !errors.Is(err, ErrSealed) {
		t.Fatal(err)
	}
}

func random(t *testing.T, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return b
}

// The dictionary is part of the format. A change would make every payload that
// was written with it unreadable.
func TestDictionaryIsFrozen(t *testing.T) {
	sum := sha256.Sum256(dict1)
	if got := hex.EncodeToString(sum[:]); got != dict1Sum {
		t.Fatalf("dict1.txt has changed: %s", got)
	}
}

const dict1Sum = "6c35a06a355255beedb4dbcdfc81715c728f4693941cfb1ef271a98d925d87d2"

// A visit of ordinary length fits the smallest size, which it would not
// without the dictionary.
func TestDictionaryHelps(t *testing.T) {
	visit := `{"children":["XX-1"],"type":"CP statutory","occurred":"2026-11-19T16:05:00Z","ended":"2026-11-19T17:00:00Z",` +
		`"place":"home","announced":false,"mode":"face to face","present":[{"name":"A B","role":"grandparent"}],` +
		`"shared":"Downstairs was tidy and warm. There was food in the fridge and the cupboards. Grandma said that Mum was at work.",` +
		`"children_parts":{"XX-1":{"seen":true,"seen_alone":true,"bedroom_seen":true,"voice":[{"asked":"What was good this week?",` +
		`"said":"We went swimming.","heard":"verbatim"}],"observations":"Dressed for school, chatty.",` +
		`"analysis":"In my view the plan is working."}},"actions":[{"what":"Ring school","owner":"A C","due":"2026-11-23"}],"author":"A C"}`
	packed := packPayload([]byte(visit))
	body := int(binary.BigEndian.Uint32(packed[5:]))
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	without := len(e.EncodeAll([]byte(visit), nil))
	t.Logf("%d bytes: %d with the dictionary, %d without", len(visit), body, without)
	if packed[0] != formDict1 || body*3 > without*2 {
		t.Fatalf("%d bytes with the dictionary, %d without", body, without)
	}
}

func TestPaddedSize(t *testing.T) {
	for n, want := range map[int]int{
		0: 512, 1: 512, 512: 512, 513: 1024, 1024: 1024, 1025: 2048, 4097: 8192, 8192: 8192,
		8193: 8704, 8704: 8704, 8705: 9216, 1 << 20: 1 << 20, 1<<20 + 1: 1<<20 + 1<<15,
	} {
		if got := paddedSize(n); got != want {
			t.Errorf("%d bytes are padded to %d, want %d", n, got, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, MaxPayload+payloadHead).Draw(r, "n")
		m := paddedSize(n)
		if m < n || paddedSize(m) != m {
			r.Fatalf("%d is padded to %d", n, m)
		}
		if n > maxBuckets && (m-n)*100 > 12*n {
			r.Fatalf("%d is padded to %d, more than 12%%", n, m)
		}
	})
}

func TestPayloadIsStrict(t *testing.T) {
	text := []byte(strings.Repeat("seen alone in the bedroom ", 40))
	good := packPayload(text)
	plainForm := packPayload([]byte("\x00\xff\x13 short"))
	if good[0] != formDict1 || plainForm[0] != formPlain {
		t.Fatal("not the forms this test is about")
	}
	edit := func(b []byte, change func([]byte) []byte) []byte { return change(bytes.Clone(b)) }
	body := binary.BigEndian.Uint32(good[5:])
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"newer form":          {edit(good, func(b []byte) []byte { b[0] = 2; return b }), ErrNewerFormat},
		"other form":          {edit(good, func(b []byte) []byte { b[0] = 0; return b }), ErrSealed},
		"plain as compressed": {edit(plainForm, func(b []byte) []byte { b[0] = 1; return b }), ErrSealed},
		"announces less":      {edit(good, func(b []byte) []byte { b[4]--; return b }), ErrSealed},
		"announces more":      {edit(good, func(b []byte) []byte { b[4]++; return b }), ErrSealed},
		"announces too much":  {edit(good, func(b []byte) []byte { b[1] = 1; return b }), ErrSealed},
		"body longer":         {edit(good, func(b []byte) []byte { b[8]++; return b }), ErrSealed},
		"body huge":           {edit(good, func(b []byte) []byte { b[5] = 255; return b }), ErrSealed},
		"padding not zero":    {edit(good, func(b []byte) []byte { b[len(b)-1] = 1; return b }), ErrSealed},
		"padding cut":         {good[:len(good)-1], ErrSealed},
		"padding longer":      {append(bytes.Clone(good), make([]byte, 512)...), ErrSealed},
		"unpadded":            {good[:payloadHead+body], ErrSealed},
		"nothing":             {nil, ErrSealed},
		"bomb":                {bomb(t), ErrSealed},
	} {
		if got, err := unpackPayload(c.b); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// bomb announces a hundred bytes and expands to 64 MiB.
func bomb(t testing.TB) []byte {
	t.Helper()
	e, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(rawDict, dict1))
	if err != nil {
		t.Fatal(err)
	}
	z := e.EncodeAll(make([]byte, 64<<20), nil)
	b := make([]byte, paddedSize(payloadHead+len(z)))
	b[0] = formDict1
	binary.BigEndian.PutUint32(b[1:], uint32(len(z)+1))
	binary.BigEndian.PutUint32(b[5:], uint32(len(z)))
	copy(b[payloadHead:], z)
	return b
}

func FuzzPayload(f *testing.F) {
	f.Add(packPayload([]byte("The child was seen alone.")))
	f.Add(packPayload(bytes.Repeat([]byte("seen alone "), 200)))
	f.Add(bomb(f))
	f.Add(make([]byte, minPadded))
	f.Fuzz(func(t *testing.T, b []byte) {
		plain, err := unpackPayload(b)
		if err == nil && len(plain) > MaxPayload {
			t.Fatal("more than the limit")
		}
		if err != nil && plain != nil {
			t.Fatal("part of a payload with an error")
		}
	})
}
