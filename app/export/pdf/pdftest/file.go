// Package pdftest reads back the PDF files that package pdf writes, for tests:
// it follows the cross-reference table, inflates the streams, and gives the
// text of each page and of the structure tree through the fonts' own ToUnicode
// maps. It reads no other PDF and refuses whatever it does not expect.
package pdftest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// File is a PDF taken apart.
type File struct {
	Objects map[int]string // the dictionary or array of each object
	Streams map[int][]byte // decoded
	Trailer string
	Pages   []Page
	Root    *Elem // of the structure tree
}

// Page is the text of one page, by marked content id, and of its artifacts.
type Page struct {
	Object    int
	Marked    map[int]string
	Artifacts string
	Loose     string // text that is neither: always empty in a tagged file
}

// Elem is an element of the structure tree.
type Elem struct {
	Kind   string
	Attrs  string // its dictionary
	Actual string // ActualText, if any
	Kids   []any  // *Elem or string
}

// Read takes a file apart and checks its structure on the way.
func Read(data []byte) (*File, error) {
	if !bytes.HasPrefix(data, []byte("%PDF-1.7\n")) || !bytes.HasSuffix(data, []byte("%%EOF\n")) {
		return nil, fmt.Errorf("no PDF header or end")
	}
	f := &File{Objects: map[int]string{}, Streams: map[int][]byte{}}
	if err := f.readTable(data); err != nil {
		return nil, err
	}
	fonts, err := f.fonts()
	if err != nil {
		return nil, err
	}
	pages := Refs(between(f.Objects[f.ref(f.catalog(), "/Pages")], "/Kids [", "]"))
	for i, n := range pages {
		p, err := f.page(n, fonts)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", i+1, err)
		}
		f.Pages = append(f.Pages, p)
	}
	if want := f.Int(f.Objects[f.ref(f.catalog(), "/Pages")], "/Count"); want != len(pages) {
		return nil, fmt.Errorf("%d pages, counted as %d", len(pages), want)
	}
	return f, f.readTree()
}

func (f *File) catalog() string { return f.Objects[f.ref(f.Trailer, "/Root")] }

// readTable reads every object by its place in the cross-reference table.
func (f *File) readTable(data []byte) error {
	at := bytes.LastIndex(data, []byte("startxref\n"))
	start, err := strconv.Atoi(strings.Fields(string(data[at:]))[1])
	if err != nil || !bytes.HasPrefix(data[start:], []byte("xref\n0 ")) {
		return fmt.Errorf("startxref points nowhere")
	}
	table, trailer, ok := strings.Cut(string(data[start:]), "trailer\n")
	if !ok {
		return fmt.Errorf("no trailer")
	}
	f.Trailer = trailer
	lines := strings.SplitAfter(table, "\n")[2:]
	for n, line := range lines {
		if line == "" {
			break
		}
		if len(line) != 20 {
			return fmt.Errorf("cross-reference entry %d has %d bytes", n, len(line))
		}
		if n == 0 {
			continue
		}
		off, _ := strconv.Atoi(line[:10])
		head := fmt.Sprintf("%d 0 obj\n", n)
		if !bytes.HasPrefix(data[off:], []byte(head)) {
			return fmt.Errorf("object %d is not at its offset", n)
		}
		if err := f.object(n, data[off+len(head):]); err != nil {
			return fmt.Errorf("object %d: %w", n, err)
		}
	}
	if size := f.Int(trailer, "/Size"); size != len(f.Objects)+1 {
		return fmt.Errorf("%d objects, Size %d", len(f.Objects), size)
	}
	return nil
}

var length = regexp.MustCompile(`/Length (\d+)>>\nstream\n`)

func (f *File) object(n int, rest []byte) error {
	end := bytes.Index(rest, []byte("\nendobj\n"))
	m := length.FindSubmatchIndex(rest)
	if m == nil || m[0] > end {
		f.Objects[n] = string(rest[:end])
		return nil
	}
	size, _ := strconv.Atoi(string(rest[m[2]:m[3]]))
	raw := rest[m[1] : m[1]+size]
	if !bytes.HasPrefix(rest[m[1]+size:], []byte("\nendstream\nendobj\n")) {
		return fmt.Errorf("stream is not as long as it says")
	}
	f.Objects[n] = string(rest[:m[1]])
	f.Streams[n] = raw
	if strings.Contains(f.Objects[n], "/FlateDecode") {
		r, err := zlib.NewReader(bytes.NewReader(raw))
		if err != nil {
			return err
		}
		if f.Streams[n], err = io.ReadAll(r); err != nil {
			return err
		}
	}
	return nil
}

// ref is the object that an entry of a dictionary refers to; 0 if none.
func (f *File) ref(dict, key string) int {
	r := Refs(between(dict+" ", key+" ", "R") + "R")
	if len(r) == 0 {
		return 0
	}
	return r[0]
}

// Int is a number in a dictionary; -1 if it is not there.
func (f *File) Int(dict, key string) int {
	m := regexp.MustCompile(regexp.QuoteMeta(key) + ` (\d+)`).FindStringSubmatch(dict)
	if m == nil {
		return -1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

var reference = regexp.MustCompile(`(\d+) 0 R`)

// Refs lists the object numbers referred to in s.
func Refs(s string) (out []int) {
	for _, m := range reference.FindAllStringSubmatch(s, -1) {
		n, _ := strconv.Atoi(m[1])
		out = append(out, n)
	}
	return out
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// Text is a text string written as <FEFF…>.
func Text(hex string) string {
	var u []uint16
	for ; len(hex) >= 4; hex = hex[4:] {
		n, _ := strconv.ParseUint(hex[:4], 16, 16)
		u = append(u, uint16(n))
	}
	return strings.TrimPrefix(string(utf16.Decode(u)), "\uFEFF")
}
