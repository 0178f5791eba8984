package pdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"
	"unicode/utf16"

	sfnt "github.com/tdewolff/font"
)

// subset collects the glyphs of one font that a document draws. A glyph is
// numbered once for each text it stands for, so that the number alone gives
// the text back and needs no further hint.
type subset struct {
	id    fontID
	cids  map[cidKey]uint16
	gids  []uint16 // by cid
	texts []string // by cid
}

type cidKey struct {
	gid  uint16
	text string
}

func newSubset(id fontID) *subset {
	return &subset{id: id, cids: map[cidKey]uint16{}, gids: []uint16{0}, texts: []string{""}}
}

// maxCIDs is how many numbers one font may use; a composite glyph's parts need
// some beyond it.
const maxCIDs = 60000

// cid numbers a glyph that stands for text. When a document has used all
// numbers (no real record comes near), it returns 0, an empty glyph, and false.
func (s *subset) cid(gid uint16, text string) (uint16, bool) {
	key := cidKey{gid, text}
	if c, ok := s.cids[key]; ok {
		return c, true
	}
	if len(s.gids) >= maxCIDs {
		return 0, false
	}
	c := uint16(len(s.gids))
	s.cids[key] = c
	s.gids, s.texts = append(s.gids, gid), append(s.texts, text)
	return c, true
}

// program returns the TrueType file that holds the used glyphs in the order of
// their numbers.
func (s *subset) program() ([]byte, error) {
	// Parsed anew: the library changes a font that it takes a subset of.
	full, err := sfnt.ParseSFNT(load(s.id).data, 0)
	if err != nil {
		return nil, fmt.Errorf("pdf: font %s: %w", bundle[s.id].base, err)
	}
	part, err := full.Subset(append([]uint16(nil), s.gids...), sfnt.SubsetOptions{
		Tables: []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"},
	})
	if err != nil {
		return nil, fmt.Errorf("pdf: font %s: %w", bundle[s.id].base, err)
	}
	return writeTables(part.Tables), nil
}

// writeTables writes a TrueType file. The library's own writer puts the time of
// day into it.
func writeTables(tables map[string][]byte) []byte {
	tags := make([]string, 0, len(tables))
	for tag := range tables {
		tags = append(tags, tag)
	}
	sort.Strings(tags)
	power := 0
	for 1<<(power+1) <= len(tags) {
		power++
	}
	be := binary.BigEndian
	out := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(tags), 16 << power, power, 16*len(tags) - 16<<power} {
		out = be.AppendUint16(out, uint16(v))
	}
	at, head := len(out)+16*len(tags), 0
	var body []byte
	for _, tag := range tags {
		data := append([]byte(nil), tables[tag]...)
		size := len(data)
		if tag == "head" {
			clear(data[8:12]) // checksum of the whole file, set below
			head = at
		}
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
		out = append(out, tag...)
		out = be.AppendUint32(out, checksum(data))
		out = be.AppendUint32(out, uint32(at))
		out = be.AppendUint32(out, uint32(size))
		body = append(body, data...)
		at += len(data)
	}
	out = append(out, body...)
	be.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) (sum uint32) {
	for ; len(b) >= 4; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	return sum
}

// advance is the width of a glyph in thousandths of the em, as the font file
// has it.
func (s *subset) advance(gid uint16) int {
	return int(load(s.id).advance(gid) + 0.5)
}

// widths is the W array of the descendant font.
func (s *subset) widths() []byte {
	var b bytes.Buffer
	b.WriteString("[0 [")
	for i, gid := range s.gids {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d", s.advance(gid))
	}
	b.WriteString("]]")
	return b.Bytes()
}

// toUnicode is the CMap that gives each number its text (ISO 32000-1, 9.10.3).
func (s *subset) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for from := 1; from < len(s.texts); from += 100 {
		to := min(from+100, len(s.texts))
		fmt.Fprintf(&b, "%d beginbfchar\n", to-from)
		for cid := from; cid < to; cid++ {
			fmt.Fprintf(&b, "<%04X> <%s>\n", cid, hex16(s.texts[cid]))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// hex16 is text as UTF-16BE in hexadecimal.
func hex16(text string) string {
	var b bytes.Buffer
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}
