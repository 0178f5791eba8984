package pdf

import (
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Colour is red, green and blue, each 0 to 255.
type Colour [3]uint8

// Span is a piece of a paragraph in one style. The zero Colour is black.
type Span struct {
	Text   string
	Bold   bool
	Strike bool
	Colour Colour
}

// glyph is one shaped glyph, in thousandths of the font size. It belongs to
// the cluster of n runes that starts at rune at of the paragraph and is drawn
// with several glyphs when parts is more than 1.
type glyph struct {
	gid         uint16
	adv, dx, dy float64
	at, n       int
	parts       int
}

// run is a stretch of one line in one font, style and direction; its glyphs
// are in visual order.
type run struct {
	font   fontID
	span   *Span
	level  uint8
	glyphs []glyph
	start  int // first rune of the paragraph
	end    int
}

// paragraph is shaped text that has not been broken into lines.
type paragraph struct {
	text  []rune
	level []uint8
	runs  []run // in logical order
	base  uint8 // 1: right to left
}

// besideLatin says that the bracket at i encloses left-to-right text within
// right-to-left text.
func (p *paragraph) besideLatin(i int) bool {
	inner := i - 1
	if _, opens := closers[p.text[i]]; opens {
		inner = i + 1
	}
	return inner >= 0 && inner < len(p.text) && p.level[inner]%2 == 0
}

// line is one line of a paragraph, its runs in logical order. Width, in
// thousandths of the size, leaves out the space at its end.
type line struct {
	runs  []run
	width float64
	tail  float64 // width of the space at the end
}

// unit is the size at which text is shaped: 1000 units to the em, so that one
// shaping serves every size.
const unit = 1000

// shaper turns text into glyphs for one document.
type shaper struct {
	faces   faces
	hb      shaping.HarfbuzzShaper
	missing map[rune]bool
}

// shape lays out spans as one paragraph. Line breaks in the text count as
// spaces: the caller splits at them.
func (s *shaper) shape(spans []Span) *paragraph {
	p := &paragraph{}
	var owner []int
	for i := range spans {
		for _, r := range clean(spans[i].Text) {
			p.text = append(p.text, r)
			owner = append(owner, i)
		}
	}
	if len(p.text) == 0 {
		return p
	}
	p.level, p.base = levels(p.text)
	scripts := resolveScripts(p.text)
	shown := append([]rune(nil), p.text...)
	fonts := make([]fontID, len(p.text))
	for i, r := range p.text {
		var prev fontID
		// A font is carried on only within one weight.
		carry := i > 0 && spans[owner[i]].Bold == spans[owner[i-1]].Bold
		if i > 0 {
			prev = fonts[i-1]
		}
		id, ok := s.faces.choose(r, scripts[i], spans[owner[i]].Bold, prev, carry)
		if !ok {
			shown[i] = replacement
			if s.missing == nil {
				s.missing = map[rune]bool{}
			}
			s.missing[r] = true
		}
		fonts[i] = id
	}
	for start := 0; start < len(p.text); {
		end := start + 1
		for end < len(p.text) && owner[end] == owner[start] && p.level[end] == p.level[start] &&
			fonts[end] == fonts[start] && scripts[end] == scripts[start] {
			end++
		}
		r := run{font: fonts[start], span: &spans[owner[start]], level: p.level[start], start: start, end: end}
		r.glyphs = s.glyphs(shown, start, end, scripts[start], r.font, r.level)
		p.runs = append(p.runs, r)
		start = end
	}
	return p
}

func (s *shaper) glyphs(text []rune, start, end int, script language.Script, id fontID, level uint8) []glyph {
	dir := di.DirectionLTR
	if level%2 == 1 {
		dir = di.DirectionRTL
	}
	out := s.hb.Shape(shaping.Input{
		Text: text, RunStart: start, RunEnd: end, Direction: dir,
		Face: s.faces.get(id), Size: fixed.I(unit), Script: script, Language: "en",
	})
	glyphs := make([]glyph, len(out.Glyphs))
	for i, g := range out.Glyphs {
		glyphs[i] = glyph{
			gid: uint16(g.GlyphID), adv: float64(g.Advance) / 64,
			dx: float64(g.XOffset) / 64, dy: float64(g.YOffset) / 64,
			at: g.TextIndex(), n: g.RunesCount(), parts: g.GlyphsCount(),
		}
	}
	return glyphs
}

// resolveScripts gives each rune a script; spaces, digits, marks and
// punctuation take the one before them, or the first that follows.
func resolveScripts(text []rune) []language.Script {
	out := make([]language.Script, len(text))
	last := language.Script(0)
	for i, r := range text {
		s := language.LookupScript(r)
		if !s.Strong() {
			out[i] = last
			continue
		}
		if last == 0 {
			for j := range i {
				out[j] = s
			}
		}
		out[i], last = s, s
	}
	if last == 0 {
		for i := range out {
			out[i] = language.Latin
		}
	}
	return out
}

// clean takes out what has no place on a page: control characters (a tab or a
// line break becomes a space), the byte order mark, noncharacters, and explicit
// bidirectional embeddings, overrides and isolates. Bytes that are not UTF-8
// become U+FFFD, one for each.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
			return ' '
		case unicode.IsControl(r), r == 0xFEFF, r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			return -1
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r >= 0xFFF9 && r <= 0xFFFB:
			return -1
		}
		return r
	}, s)
}

// staysWithWord says that r is drawn in the font of the character before it
// when that font has it: spaces, marks and punctuation, but not digits.
func staysWithWord(r rune) bool {
	return !language.LookupScript(r).Strong() && !(r >= '0' && r <= '9')
}

// invisible says that r is drawn as nothing (default ignorable code points).
func invisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x61C, r >= 0x180B && r <= 0x180F,
		r >= 0x200B && r <= 0x200F, r >= 0x2060 && r <= 0x2064,
		r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}
