// Package memory looks into the memory of another process for what must not be
// there: keys, and words of the record. It needs Linux and root.
package memory

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Needle is something to look for, in the forms in which it may lie there.
type Needle struct {
	Name  string
	Forms [][]byte
}

// Key is a needle of bytes as they are.
func Key(name string, b []byte) Needle { return Needle{name, [][]byte{b}} }

// Text is a needle of text: UTF-8, and the two forms in which toolkits keep it.
func Text(s string) Needle {
	var wide, wider []byte
	for _, u := range utf16.Encode([]rune(s)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	for _, r := range s {
		wider = binary.LittleEndian.AppendUint32(wider, uint32(r))
	}
	return Needle{s, [][]byte{[]byte(s), wide, wider}}
}

// Found is what a search came upon.
type Found struct {
	Hits  map[string]int // by the needle's name
	Bytes int64          // how much was looked through
}

// Of counts the needles that were met.
func (f Found) Of(needles []Needle) int {
	n := 0
	for _, x := range needles {
		if f.Hits[x.Name] > 0 {
			n++
		}
	}
	return n
}

// block is how much is looked through at once.
const block = 8 << 20

// Search looks through all memory of a process that is there.
func Search(pid int, needles []Needle) (Found, error) {
	f := Found{Hits: map[string]int{}}
	longest := 0
	for _, n := range needles {
		for _, form := range n.Forms {
			longest = max(longest, len(form))
		}
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return f, err
	}
	defer mem.Close()
	pages, err := os.Open(fmt.Sprintf("/proc/%d/pagemap", pid))
	if err != nil {
		return f, err
	}
	defer pages.Close()
	regions, err := readable(pid)
	if err != nil {
		return f, err
	}
	buf := make([]byte, block+longest)
	for _, r := range regions {
		for _, run := range present(pages, r) {
			for at := run.from; at < run.to; at += block {
				n, err := mem.ReadAt(buf[:min(int64(len(buf)), run.to-at)], at)
				if n == 0 && err != nil {
					continue // unmapped meanwhile
				}
				f.Bytes += int64(min(n, block))
				for _, x := range needles {
					for _, form := range x.Forms {
						f.Hits[x.Name] += count(buf[:n], form, block)
					}
				}
			}
		}
	}
	if f.Bytes == 0 {
		return f, io.ErrUnexpectedEOF
	}
	return f, nil
}

// count counts the places before limit: what begins behind it comes again in
// the next block.
func count(b, form []byte, limit int) int {
	n := 0
	for at := 0; ; at++ {
		i := bytes.Index(b[at:], form)
		if i < 0 || at+i >= limit {
			return n
		}
		at += i
		n++
	}
}

// span is a piece of an address space.
type span struct{ from, to int64 }

// readable lists the mappings that can be read and are not the kernel's.
func readable(pid int) ([]span, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []span
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || fields[1][0] != 'r' || strings.Contains(lines.Text(), "[v") {
			continue
		}
		a, b, _ := strings.Cut(fields[0], "-")
		from, err1 := strconv.ParseUint(a, 16, 64)
		to, err2 := strconv.ParseUint(b, 16, 64)
		if err1 == nil && err2 == nil && to < 1<<63 {
			out = append(out, span{int64(from), int64(to)})
		}
	}
	return out, lines.Err()
}

// present cuts a mapping to the pages that the process has touched, in memory
// or in swap. What is only on the disk was never read.
func present(pages io.ReaderAt, r span) []span {
	const page = 4096
	entries := make([]byte, (r.to-r.from)/page*8)
	n, err := pages.ReadAt(entries, r.from/page*8)
	if err != nil && n == 0 {
		return []span{r}
	}
	var out []span
	for i := 0; i+8 <= n; i += 8 {
		if binary.LittleEndian.Uint64(entries[i:])>>62 == 0 {
			continue
		}
		from := r.from + int64(i/8)*page
		if last := len(out) - 1; last >= 0 && out[last].to == from {
			out[last].to += page
		} else {
			out = append(out, span{from, from + page})
		}
	}
	return out
}
