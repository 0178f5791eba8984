package leak_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"wherry/app/simtest/binaries"
)

// TestScannerFinds hides a canary in each way that the scanner claims to see
// through, and a word that is no canary, which it must not report.
func TestScannerFinds(t *testing.T) {
	const canary = "zobimekutadyfa"
	dir := t.TempDir()
	var zipped, gzipped, zlibbed, zstded bytes.Buffer
	text := []byte(strings.Repeat("prose before it ", 50) + canary + strings.Repeat(" and after it", 50))
	gz := gzip.NewWriter(&gzipped)
	gz.Write(text)
	gz.Close()
	zl := zlib.NewWriter(&zlibbed)
	zl.Write(text)
	zl.Close()
	zipped.WriteString("PK\x03\x04\x14\x00\x00\x00\x08\x00")
	zipped.Write(make([]byte, 16))
	zipped.WriteString("\x05\x00\x00\x00a.txt")
	fl, err := flate.NewWriter(&zipped, 9)
	if err != nil {
		t.Fatal(err)
	}
	fl.Write(text)
	fl.Close()
	zs, err := zstd.NewWriter(&zstded)
	if err != nil {
		t.Fatal(err)
	}
	zs.Write(text)
	zs.Close()
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	dict, err := os.ReadFile(filepath.Join(root, "storage", "seal", "dict1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	zd, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(0, dict), zstd.WithSingleSegment(true))
	if err != nil {
		t.Fatal(err)
	}
	le := make([]byte, 0, 64)
	be := make([]byte, 0, 64)
	for _, c := range canary {
		le, be = append(le, byte(c), 0), append(be, 0, byte(c))
	}
	hidden := map[string][]byte{
		"text": []byte("x" + canary + "y"), "upper": []byte(strings.ToUpper(canary)), "hex": []byte(hex.EncodeToString([]byte(canary))),
		"utf16le": le, "utf16be": append([]byte{1}, be...), "gzip": append([]byte("head"), gzipped.Bytes()...), "zlib": zlibbed.Bytes(),
		"zip": zipped.Bytes(), "zstd": zstded.Bytes(), "zstd with the dictionary": zd.EncodeAll(text, []byte("head")),
	}
	for shift := range 3 {
		for i, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			hidden[fmt.Sprintf("base64 %d %d", shift, i)] = []byte(enc.EncodeToString([]byte("abc"[:shift] + canary + "tail")))
		}
	}
	for name, b := range hidden {
		s := newScanner(t, map[string]string{canary: "x"})
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s.tree(t, "here", dir)
		if len(s.hits) == 0 {
			t.Errorf("%s: not found", name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	s := newScanner(t, map[string]string{canary: "x"})
	if err := os.WriteFile(filepath.Join(dir, canary), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.tree(t, "here", dir)
	if len(s.hits) != 1 {
		t.Errorf("in a file name: %v", s.found())
	}
	s = newScanner(t, map[string]string{canary: "x"})
	s.scan("prose", []byte("zobimekutadyf and other words"))
	if len(s.hits) != 0 {
		t.Errorf("found what is not there: %v", s.found())
	}
}
