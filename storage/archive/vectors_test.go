package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wherry/storage/record"
)

var update = flag.Bool("update", false, "write testdata anew; only for a new version of the format")

// vector is a frozen backup under the key of 32 bytes 0x42. What each holds or
// how it is refused must never change.
type vector struct {
	Name    string            `json:"name"`
	Refused string            `json:"refused,omitempty"` // the reason, or an error's text
	Members map[string]string `json:"members,omitempty"` // SHA-256 by name
	Entries uint64            `json:"entries,omitempty"`
	Tip     uint64            `json:"tip,omitempty"`
}

// raw seals any stream of plain bytes, so that hostile ones can be made.
func raw(t testing.TB, stream []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	h := testHeader()
	if _, err := io.ReadFull(rand.NewChaCha8([32]byte{3}), h.salt[:]); err != nil {
		t.Fatal(err)
	}
	out.Write(h.encode())
	s := &sealer{w: &out, h: &h, key: h.key(testKey)}
	if _, err := s.Write(stream); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// put encodes a member without looking at it.
func put(c *contents, name string, size uint64, data []byte) []byte {
	b := append([]byte{partMember, byte(len(name))}, name...)
	b = append(binary.BigEndian.AppendUint64(b, size), data...)
	sum := sha256.Sum256(data)
	c.take(name, int64(size), sum)
	return append(b, sum[:]...)
}

func end(c *contents) []byte {
	m := testManifest
	m.Members, m.Bytes, m.Contents = c.count, c.bytes, c.sum
	body := record.Encode(m)
	return append(binary.BigEndian.AppendUint32([]byte{partManifest}, uint32(len(body))), body...)
}

// hostile makes the streams that a reader must refuse although every seal holds.
func hostile(t testing.TB) map[string][]byte {
	good := func(names ...string) ([]byte, *contents) {
		var c contents
		var b []byte
		for i, n := range names {
			b = append(b, put(&c, n, 5, noise(uint64(i), 5))...)
		}
		return b, &c
	}
	out := map[string][]byte{}
	for name, names := range map[string][]string{
		"name-dots": {"../../box.A"}, "name-absolute": {"/etc/passwd"}, "name-twice": {"box.A", "box.A"},
		"name-order": {"settings.sealed", "box.A"}, "name-key": {"key.A"}, "name-empty": {""}, "name-nul": {"box.A\x00"},
		"name-view": {"view/db/MANIFEST"}, "name-case": {"BOX.A"},
	} {
		b, c := good(names...)
		out[name] = raw(t, append(b, end(c)...))
	}
	var c contents
	out["size-over-limit"] = raw(t, append(put(&c, "journal/mark.A", 5000, noise(1, 5000)), end(&c)...))
	c = contents{}
	out["size-huge"] = raw(t, append(put(&c, "box.A", 1<<63+5, noise(1, 5)), end(&c)...))
	c = contents{}
	out["size-past-end"] = raw(t, append(put(&c, "box.A", 50, noise(1, 5)), end(&c)...))
	b, cc := good("box.A", "settings.sealed")
	broken := bytes.Clone(b)
	broken[17] ^= 1
	out["hash-wrong"] = raw(t, append(broken, end(cc)...))
	out["no-manifest"] = raw(t, b)
	out["manifest-twice"] = raw(t, append(append(bytes.Clone(b), end(cc)...), end(cc)...))
	out["bytes-after-end"] = raw(t, append(append(bytes.Clone(b), end(cc)...), 0))
	one, _ := good("box.A")
	out["manifest-of-more"] = raw(t, append(bytes.Clone(one), end(cc)...))
	other := *cc
	other.sum[0] ^= 1
	out["manifest-of-others"] = raw(t, append(bytes.Clone(b), end(&other)...))
	out["manifest-huge"] = raw(t, append(bytes.Clone(b), partManifest, 0xff, 0xff, 0xff, 0xff))
	out["manifest-garbage"] = raw(t, append(bytes.Clone(b), partManifest, 0, 0, 0, 3, 1, 2, 3))
	out["part-unknown"] = raw(t, append(bytes.Clone(b), 3))
	out["empty-stream"] = raw(t, nil)

	whole := build(t, file{"box.A", noise(1, 70)})
	out["cut-in-clear-part"] = whole[:90]
	out["cut-in-chunk"] = whole[:len(whole)-40]
	out["cut-all-chunks"] = whole[:testHeaderSize()]
	out["byte-appended"] = append(bytes.Clone(whole), 0)
	newer := bytes.Clone(whole)
	binary.BigEndian.PutUint16(newer[4:], Version+1)
	sum := sha256.Sum256(newer[:testHeaderSize()-32])
	copy(newer[testHeaderSize()-32:], sum[:])
	out["newer"] = newer
	unsummed := bytes.Clone(whole)
	binary.BigEndian.PutUint16(unsummed[4:], Version+1)
	out["newer-unproven"] = unsummed
	out["not-a-backup"] = []byte("PK\x03\x04 something else")
	return out
}

func testHeaderSize() int64 {
	h := testHeader()
	return int64(len(h.encode()))
}

// verdict is what a reader says of a vector.
func verdict(name string, b []byte) vector {
	v := vector{Name: name}
	a, err := read(b, testKey)
	var d *Damage
	switch {
	case errors.As(err, &d):
		v.Refused = d.Reason
	case err != nil:
		v.Refused = err.Error()
	default:
		v.Members, v.Entries, v.Tip = map[string]string{}, a.Manifest.Entries, a.Manifest.Tip
		for _, m := range a.Members {
			v.Members[m.Name] = record.ID(m.SHA256).String()
		}
	}
	return v
}

// TestVectors reads frozen backups, good and hostile, of every version.
func TestVectors(t *testing.T) {
	dir := filepath.Join("testdata", "v1")
	list := filepath.Join(dir, "vectors.json")
	if *update {
		var all []vector
		save := func(name string, b []byte) {
			if err := os.WriteFile(filepath.Join(dir, name+".whb"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			all = append(all, verdict(name, b))
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		save("good", build(t, file{blobName(9), noise(9, 700)}, file{"box.A", noise(1, 300)}, file{draftName(1), noise(2, 40)},
			file{"journal/00000001.wj", noise(3, 1500)}, file{"journal/mark.A", noise(4, 144)}, file{"journal/mark.B", noise(4, 144)}))
		save("good-empty", build(t))
		hs := hostile(t)
		for _, name := range slices.Sorted(maps.Keys(hs)) {
			save(name, hs[name])
		}
		b, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(list, append(b, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var want []vector
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) < 25 {
		t.Fatalf("only %d vectors", len(want))
	}
	for _, w := range want {
		data, err := os.ReadFile(filepath.Join(dir, w.Name+".whb"))
		if err != nil {
			t.Fatal(err)
		}
		got := verdict(w.Name, data)
		if a, b := encode(t, got), encode(t, w); a != b {
			t.Errorf("%s:\n got %s\nwant %s", w.Name, a, b)
		}
		if good := w.Name == "good" || w.Name == "good-empty"; good != (got.Refused == "") {
			t.Errorf("%s: refused %q", w.Name, got.Refused)
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// FuzzStream: whatever a person with the key puts inside, a reader either gives
// files that a notebook has, or refuses. It never panics.
func FuzzStream(f *testing.F) {
	var c contents
	b := put(&c, "box.A", 5, noise(1, 5))
	f.Add(append(bytes.Clone(b), end(&c)...))
	f.Add(b)
	f.Add([]byte{partMember, 255})
	f.Add([]byte{partManifest, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, stream []byte) {
		a := &Archive{}
		if err := a.scan(bytes.NewReader(stream)); err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		last := ""
		for _, m := range a.Members {
			if limit(m.Name) < m.Size || m.Size < 0 || m.Name <= last {
				t.Fatalf("took %q of %d bytes", m.Name, m.Size)
			}
			last = m.Name
		}
	})
}

// FuzzHeader: the clear part can be anything.
func FuzzHeader(f *testing.F) {
	h := testHeader()
	f.Add(h.encode())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := parseHeader(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotBackup) && !errors.Is(err, ErrNewerFormat) {
				t.Fatal(err)
			}
			return
		}
		again := *h
		if !bytes.Equal(again.encode(), b[:h.size]) {
			t.Fatal("written differently again")
		}
	})
}
