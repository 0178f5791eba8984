package blob

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"testing"

	"wherry/storage/seal"
)

// New vectors are made only for a new format version. Those of a version that
// people have used stay for ever.
var updateVectors = flag.Bool("update-vectors", false, "write testdata/vectors.json anew")

const vectorsFile = "testdata/vectors.json"

type vectors struct {
	// Good blobs: byte i of the content is i*7+i/251, and the nonce of chunk n
	// is twelve bytes of n.
	Good []goodVector `json:"good"`
	// Hostile files and how they are refused.
	Hostile []hostileVector `json:"hostile"`
}

type goodVector struct {
	Key    string `json:"key"`
	Salt   string `json:"salt"`
	Size   int    `json:"size"`
	Sealed int    `json:"sealed"`
	ID     string `json:"id"`
	File   string `json:"file,omitempty"` // of the small ones, whole
}

type hostileVector struct {
	Why  string `json:"why"`
	Key  string `json:"key"`
	File string `json:"file"`
	Want string `json:"want"`
}

func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i/251)
	}
	return b
}

// build makes a blob from docs/formats/blob.md alone: nothing of this package
// or of seal is used.
func build(key, salt, plain []byte) []byte {
	derive := func(label string) []byte {
		info := "wherry-derive-1\x00"
		for _, p := range [][]byte{[]byte(label), salt} {
			info += string(binary.BigEndian.AppendUint32(nil, uint32(len(p)))) + string(p)
		}
		k, err := hkdf.Expand(sha256.New, key, info, 32)
		if err != nil {
			panic(err)
		}
		return k
	}
	out := append([]byte("WHT1\x00\x01"), salt...)
	out = append(out, derive("blob-commitment")...)
	head := bytes.Clone(out)
	block, _ := aes.NewCipher(derive("blob"))
	gcm, _ := cipher.NewGCM(block)
	for i := 0; ; i++ {
		n := min(len(plain), 262144)
		last := byte(0)
		if n == len(plain) {
			last = 1
		}
		aad := append(binary.BigEndian.AppendUint64(bytes.Clone(head), uint64(i)), last)
		nonce := bytes.Repeat([]byte{byte(i)}, 12)
		out = append(out, nonce...)
		out = gcm.Seal(out, nonce, plain[:n], aad)
		if plain = plain[n:]; last == 1 {
			return out
		}
	}
}

var goodSizes = []int{0, 1, 5, 1000, ChunkSize - 1, ChunkSize, ChunkSize + 1, 3 * ChunkSize}

func TestVectors(t *testing.T) {
	key, salt := bytes.Repeat([]byte{0x11}, 32), bytes.Repeat([]byte{0x22}, 32)
	if *updateVectors {
		makeVectors(t, key, salt)
	}
	data, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Good) < len(goodSizes) || len(v.Hostile) < 12 {
		t.Fatal("vectors are missing")
	}
	for _, g := range v.Good {
		key, salt := unhex(t, g.Key), unhex(t, g.Salt)
		file := build(key, salt, content(g.Size))
		if id := sha256.Sum256(file); hex.EncodeToString(id[:]) != g.ID || len(file) != g.Sealed {
			t.Errorf("size %d: the bytes of the format have changed", g.Size)
		}
		if g.File != "" && g.File != hex.EncodeToString(file) {
			t.Errorf("size %d: the bytes of the format have changed", g.Size)
		}
		r, err := NewReader(context.Background(), asFile(file), seal.Key(key))
		if err != nil {
			t.Errorf("size %d: %v", g.Size, err)
			continue
		}
		if all, err := io.ReadAll(r); err != nil || !bytes.Equal(all, content(g.Size)) {
			t.Errorf("size %d: read back wrong: %v", g.Size, err)
		}
	}
	wants := map[string]error{"damaged": ErrDamaged, "newer": ErrNewerFormat}
	for _, h := range v.Hostile {
		r, err := NewReader(context.Background(), asFile(unhex(t, h.File)), seal.Key(unhex(t, h.Key)))
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if wants[h.Want] == nil || !errors.Is(err, wants[h.Want]) {
			t.Errorf("%s: %v, want %s", h.Why, err, h.Want)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func makeVectors(t *testing.T, key, salt []byte) {
	var v vectors
	for _, n := range goodSizes {
		f := build(key, salt, content(n))
		id := sha256.Sum256(f)
		g := goodVector{Key: hex.EncodeToString(key), Salt: hex.EncodeToString(salt), Size: n, Sealed: len(f), ID: hex.EncodeToString(id[:])}
		if n < 2000 {
			g.File = hex.EncodeToString(f)
		}
		v.Good = append(v.Good, g)
	}
	good := build(key, salt, content(20))
	bad := func(why, want string, file []byte) {
		v.Hostile = append(v.Hostile, hostileVector{Why: why, Key: hex.EncodeToString(key), File: hex.EncodeToString(file), Want: want})
	}
	flip := func(i int) []byte { b := bytes.Clone(good); b[i] ^= 1; return b }
	bad("nothing", "damaged", nil)
	bad("the beginning only", "damaged", good[:headSize])
	bad("half a beginning", "damaged", good[:40])
	bad("no room for a tag", "damaged", good[:headSize+27])
	bad("another magic", "damaged", flip(0))
	bad("version 0", "damaged", flip(5))
	newer := bytes.Clone(good)
	newer[5] = 2
	bad("version 2", "newer", newer)
	bad("another salt", "damaged", flip(10))
	bad("another commitment", "damaged", flip(40))
	bad("another nonce", "damaged", flip(headSize))
	bad("a flipped bit", "damaged", flip(headSize+15))
	bad("a flipped tag", "damaged", flip(len(good)-1))
	bad("one byte less", "damaged", good[:len(good)-1])
	bad("one byte more", "damaged", append(bytes.Clone(good), 0))
	bad("the chunk of an empty blob instead", "damaged", append(bytes.Clone(good[:headSize]), build(bytes.Repeat([]byte{0x12}, 32), salt, nil)[headSize:]...))
	v.Hostile = append(v.Hostile, hostileVector{Why: "another key", Key: hex.EncodeToString(bytes.Repeat([]byte{0x13}, 32)), File: hex.EncodeToString(good), Want: "damaged"},
		hostileVector{Why: "no key", Key: hex.EncodeToString(make([]byte, 32)), File: hex.EncodeToString(build(make([]byte, 32), salt, content(3))), Want: "damaged"})
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vectorsFile, append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTampering moves whole chunks about.
func TestTampering(t *testing.T) {
	key, salt := bytes.Repeat([]byte{0x11}, 32), bytes.Repeat([]byte{0x22}, 32)
	plain := content(3*ChunkSize + 50)
	good := build(key, salt, plain)
	other := build(key, bytes.Repeat([]byte{0x23}, 32), plain)
	chunk := func(f []byte, i int) []byte {
		return f[headSize+i*sealedChunk : min(len(f), headSize+(i+1)*sealedChunk)]
	}
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	head := good[:headSize]
	emptyLast := build(key, salt, nil)[headSize:]
	cases := map[string][]byte{
		"cut at a chunk":       good[:headSize+3*sealedChunk],
		"cut in a chunk":       good[:headSize+3*sealedChunk-100],
		"two exchanged":        cat(head, chunk(good, 1), chunk(good, 0), chunk(good, 2), chunk(good, 3)),
		"one repeated":         cat(head, chunk(good, 0), chunk(good, 0), chunk(good, 1), chunk(good, 2), chunk(good, 3)),
		"one left out":         cat(head, chunk(good, 0), chunk(good, 2), chunk(good, 3)),
		"one of another blob":  cat(head, chunk(good, 0), chunk(other, 1), chunk(good, 2), chunk(good, 3)),
		"last one first":       cat(head, chunk(good, 3)),
		"something appended":   cat(good, []byte{1, 2, 3}),
		"a blob appended":      cat(good, good[headSize:]),
		"an empty last chunk":  cat(good[:headSize+3*sealedChunk], emptyLast),
		"beginning of another": cat(other[:headSize], good[headSize:]),
	}
	for name, file := range cases {
		r, err := NewReader(context.Background(), asFile(file), seal.Key(key))
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A damaged chunk hides itself only.
	b := bytes.Clone(good)
	b[headSize+sealedChunk+20] ^= 1
	r, err := NewReader(context.Background(), asFile(b), seal.Key(key))
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, ChunkSize)
	if _, err := r.ReadAt(buf, 0); err != nil || !bytes.Equal(buf, plain[:ChunkSize]) {
		t.Error("a whole chunk cannot be read:", err)
	}
	var d *Damage
	if n, err := r.ReadAt(buf, ChunkSize-10); n != 10 || !errors.As(err, &d) || d.Chunk != 1 {
		t.Error("a damaged chunk is given out, or not named:", n, err)
	}
	if _, err := r.ReadAt(buf, 2*ChunkSize); err != nil || !bytes.Equal(buf, plain[2*ChunkSize:3*ChunkSize]) {
		t.Error("a whole chunk cannot be read:", err)
	}
}

// FuzzReader: nothing but what was sealed is ever given out.
func FuzzReader(f *testing.F) {
	key, salt := bytes.Repeat([]byte{0x11}, 32), bytes.Repeat([]byte{0x22}, 32)
	seeds := map[string]bool{}
	for _, n := range []int{0, 1, 20, 1000} {
		f.Add(build(key, salt, content(n)))
		seeds[string(content(n))] = true
	}
	f.Add(build(key, salt, content(1000))[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(context.Background(), asFile(data), seal.Key(key))
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewerFormat) {
				t.Fatal(err)
			}
			return
		}
		if all, err := io.ReadAll(r); err != nil || !seeds[string(all)] {
			t.Fatalf("%d bytes that nobody sealed: %v", len(all), err)
		}
	})
}
