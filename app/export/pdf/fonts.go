package pdf

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
)

//go:embed fonts/*.ttf
var fontFiles embed.FS

// fontID names one of the bundled fonts.
type fontID uint8

const (
	sans fontID = iota
	sansBold
	naskh
	naskhBold
	ethiopic
	ethiopicBold
	droid
	fontCount
)

// bundle describes the bundled fonts in the order of fontID: the file, the
// PostScript name, and how much larger than its neighbours it is set. Noto
// Naskh is drawn small: beside Latin of the same size it is hard to read.
var bundle = [fontCount]struct {
	file, base string
	scale      float64
}{
	sans:         {"NotoSans-Regular.ttf", "NotoSans-Regular", 1},
	sansBold:     {"NotoSans-Bold.ttf", "NotoSans-Bold", 1},
	naskh:        {"NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Regular", 1.16},
	naskhBold:    {"NotoNaskhArabic-Bold.ttf", "NotoNaskhArabic-Bold", 1.16},
	ethiopic:     {"NotoSansEthiopic-Regular.ttf", "NotoSansEthiopic-Regular", 1},
	ethiopicBold: {"NotoSansEthiopic-Bold.ttf", "NotoSansEthiopic-Bold", 1},
	droid:        {"DroidSansFallbackFull.ttf", "DroidSansFallback", 1},
}

// typeface is one parsed font. It is read-only and shared by all documents;
// the shaping caches are in the face that each document makes for itself.
type typeface struct {
	data []byte
	face *font.Face
}

// parsed loads each bundled font once, when first needed.
var parsed [fontCount]struct {
	once sync.Once
	typeface
}

// load returns the font id. The files are compiled in, so that a failure is a
// broken build and panics.
func load(id fontID) *typeface {
	p := &parsed[id]
	p.once.Do(func() {
		data, err := fontFiles.ReadFile("fonts/" + bundle[id].file)
		if err != nil {
			panic(fmt.Sprintf("pdf: bundled font %s: %v", bundle[id].file, err))
		}
		face, err := font.ParseTTF(bytes.NewReader(data))
		if err != nil {
			panic(fmt.Sprintf("pdf: bundled font %s: %v", bundle[id].file, err))
		}
		p.data, p.face = data, face
	})
	return &p.typeface
}

// faces are the shaping faces of one document, made as they are needed.
type faces [fontCount]*font.Face

func (f *faces) get(id fontID) *font.Face {
	if f[id] == nil {
		f[id] = font.NewFace(load(id).face.Font)
	}
	return f[id]
}

func (f *faces) has(id fontID, r rune) bool {
	_, ok := f.get(id).NominalGlyph(r)
	return ok
}

// replacement is drawn for a character that no bundled font holds. The
// character itself stays in the extracted text.
const replacement = '\uFFFD'

// choose returns the font for r in text of the given script, and false when no
// bundled font has the character. prev is the font of the character before it:
// spaces, digits and marks stay in it, so that a word is one run.
func (f *faces) choose(r rune, script language.Script, bold bool, prev fontID, hasPrev bool) (fontID, bool) {
	own := scriptFont(script, bold)
	if r >= '0' && r <= '9' {
		own = weight(sans, bold)
	}
	if staysWithWord(r) && hasPrev {
		if f.has(prev, r) || invisible(r) {
			return prev, true
		}
	}
	for _, id := range [...]fontID{own, weight(sans, bold), weight(naskh, bold), weight(ethiopic, bold), droid} {
		if f.has(id, r) {
			return id, true
		}
	}
	if invisible(r) {
		return own, true
	}
	return weight(sans, bold), false
}

// scriptFont is the font meant for a script; everything else starts with
// Noto Sans.
func scriptFont(s language.Script, bold bool) fontID {
	switch s {
	case language.Arabic:
		return weight(naskh, bold)
	case language.Ethiopic:
		return weight(ethiopic, bold)
	case language.Han, language.Hiragana, language.Katakana, language.Bopomofo, language.Hangul:
		return droid
	}
	return weight(sans, bold)
}

func weight(id fontID, bold bool) fontID {
	if bold && id != droid {
		return id + 1
	}
	return id
}

// advance is the width that the font file gives a glyph, in thousandths of the
// em.
func (t *typeface) advance(gid uint16) float64 {
	return float64(t.face.HorizontalAdvance(font.GID(gid))) * unit / float64(t.face.Upem())
}

// box gives the font's bounding measures in thousandths of the em.
func (t *typeface) box() (ascent, descent float64) {
	e, _ := t.face.FontHExtents()
	scale := unit / float64(t.face.Upem())
	return float64(e.Ascender) * scale, float64(e.Descender) * scale
}
