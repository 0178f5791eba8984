package leak_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"wherry/app/simtest/binaries"
)

// scanner looks for canaries in bytes: as they are (in any case), as UTF-16 of
// both orders, in hexadecimal, in base64 at each of its three alignments, and
// again inside whatever can be decompressed.
type scanner struct {
	folded map[uint64][]pattern // of lower-cased bytes
	exact  map[uint64][]pattern
	zstd   []*zstd.Decoder
	bytes  int64
	hits   map[string]bool
}

type pattern struct {
	bytes  []byte
	canary string
	as     string
}

func newScanner(t testing.TB, canaries map[string]string) *scanner {
	t.Helper()
	s := &scanner{folded: map[uint64][]pattern{}, exact: map[uint64][]pattern{}, hits: map[string]bool{}}
	for c := range canaries {
		low := strings.ToLower(c)
		s.add(s.folded, []byte(low), c, "text")
		u := utf16.Encode([]rune(low))
		le, be := make([]byte, 0, 2*len(u)), make([]byte, 0, 2*len(u))
		for _, x := range u {
			le, be = binary.LittleEndian.AppendUint16(le, x), binary.BigEndian.AppendUint16(be, x)
		}
		s.add(s.folded, le, c, "UTF-16LE")
		s.add(s.folded, be, c, "UTF-16BE")
		for _, form := range []string{c, strings.ToUpper(c)} {
			s.add(s.folded, []byte(hex.EncodeToString([]byte(form))), c, "hex")
			for shift := range 3 {
				for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
					s.add(s.exact, inBase64(enc, form, shift), c, fmt.Sprint("base64 shifted by ", shift))
				}
			}
		}
	}
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	dict, err := os.ReadFile(filepath.Join(root, "storage", "seal", "dict1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range [][]zstd.DOption{{}, {zstd.WithDecoderDictRaw(0, dict)}} {
		d, err := zstd.NewReader(nil, append(o, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))...)
		if err != nil {
			t.Fatal(err)
		}
		s.zstd = append(s.zstd, d)
	}
	return s
}

// inBase64 is the part of a word's base64 that is the same whatever is around
// it, when it begins shift bytes after a multiple of three.
func inBase64(enc *base64.Encoding, word string, shift int) []byte {
	text := enc.EncodeToString([]byte(strings.Repeat("\x00", shift) + word))
	from := 0
	if shift > 0 {
		from = shift + 1 // characters that hold bits of what is before
	}
	whole := (shift + len(word)) / 3 * 4 // those after may hold bits of what follows
	return []byte(text[from:whole])
}

func (s *scanner) add(m map[uint64][]pattern, b []byte, canary, as string) {
	k := binary.LittleEndian.Uint64(b) // every pattern is longer than eight bytes
	for _, p := range m[k] {
		if bytes.Equal(p.bytes, b) && p.canary == canary {
			return
		}
	}
	m[k] = append(m[k], pattern{b, canary, as})
}

// scan notes every canary in b; where names the place.
func (s *scanner) scan(where string, b []byte) { s.dig(where, b, 0) }

func (s *scanner) dig(where string, b []byte, depth int) {
	s.bytes += int64(len(b))
	s.match(where, b, s.exact)
	s.match(where, bytes.ToLower(b), s.folded)
	if depth == 3 {
		return
	}
	for i := 0; i+4 < len(b); i++ {
		var out []byte
		var as string
		switch {
		case b[i] == 0x1f && b[i+1] == 0x8b && b[i+2] == 8:
			out, as = inflate(gzip.NewReader(bytes.NewReader(b[i:]))), "gzip"
		case b[i] == 0x78 && (b[i+1] == 0x01 || b[i+1] == 0x5e || b[i+1] == 0x9c || b[i+1] == 0xda):
			out, as = inflate(zlib.NewReader(bytes.NewReader(b[i:]))), "zlib"
		case b[i] == 'P' && b[i+1] == 'K' && b[i+2] == 3 && b[i+3] == 4 && i+30 < len(b):
			data := i + 30 + int(binary.LittleEndian.Uint16(b[i+26:])) + int(binary.LittleEndian.Uint16(b[i+28:]))
			if data < len(b) && binary.LittleEndian.Uint16(b[i+8:]) == 8 {
				out, as = inflate(flate.NewReader(bytes.NewReader(b[data:])), nil), "zip"
			}
		case b[i] == 0x28 && b[i+1] == 0xb5 && b[i+2] == 0x2f && b[i+3] == 0xfd:
			for _, d := range s.zstd {
				if d.Reset(bytes.NewReader(b[i:])) == nil {
					part, _ := io.ReadAll(io.LimitReader(d, 16<<20)) // what came before an error counts
					out, as = append(out, part...), "zstd"
				}
			}
		}
		if len(out) > 0 {
			s.dig(where+" in "+as, out, depth+1)
		}
	}
}

// inflate decompresses as much as can be; errors end it.
func inflate[R io.Reader](r R, err error) []byte {
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(r, 16<<20)) // what came before an error counts
	return out
}

func (s *scanner) match(where string, b []byte, m map[uint64][]pattern) {
	for i := 0; i+8 <= len(b); i++ {
		for _, p := range m[binary.LittleEndian.Uint64(b[i:])] {
			if bytes.HasPrefix(b[i:], p.bytes) {
				s.hits[fmt.Sprintf("%s: %q as %s", where, p.canary, p.as)] = true
			}
		}
	}
}

// tree scans every file under a folder, and the names of files and folders.
func (s *scanner) tree(t testing.TB, name, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		s.scan(name+": a file name", []byte(rel))
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		files++
		s.scan(name+"/"+rel, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// found lists the hits.
func (s *scanner) found() []string {
	out := make([]string, 0, len(s.hits))
	for h := range s.hits {
		out = append(out, h)
	}
	return out
}
