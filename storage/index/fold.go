package index

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// undecomposed folds lower-case letters that Unicode does not decompose to what
// people type for them on a British keyboard. The Latin rows follow ICAO Doc
// 9303 part 3 section 6, except that ø is o: people who look for Søren type
// Soren. The Arabic rows join the forms that are commonly typed for each other.
var undecomposed = map[rune]string{
	'ł': "l", 'ƚ': "l", 'ø': "o", 'đ': "d", 'ð': "d", 'ɖ': "d", 'ɗ': "d",
	'þ': "th", 'ß': "ss", 'ı': "i", 'ɨ': "i", 'æ': "ae", 'œ': "oe",
	'ħ': "h", 'ŧ': "t", 'ŋ': "n", 'ɲ': "n", 'ĸ': "k", 'ƙ': "k",
	'ɓ': "b", 'ƀ': "b", 'ƴ': "y", 'ɛ': "e", 'ə': "e", 'ǝ': "e",
	'ɔ': "o", 'ɵ': "o", 'ƒ': "f", 'ɣ': "g", 'ǥ': "g", 'ɠ': "g",
	'ʉ': "u", 'ʋ': "v", 'ƶ': "z", 'ʒ': "z", 'ƭ': "t", 'ȷ': "j",
	'ς': "σ",
	'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ٱ': "ا",
	'ـ': "", // tatweel only stretches a word
}

// fold appends the folded form of word to buf, at most maxTerm bytes of it and
// never part of a letter. Folding a folded word changes nothing.
func fold(buf []byte, word []byte) []byte {
	start := len(buf)
	for len(word) > 0 {
		// Whole words are short; the bound keeps a hostile one from being
		// decomposed in full before it is cut.
		var scratch [256]byte
		n := len(word)
		if n > 4*maxTerm {
			n = 4 * maxTerm
			for n > 0 && !utf8.RuneStart(word[n]) {
				n--
			}
		}
		decomposed := norm.NFKD.Append(scratch[:0], word[:n]...)
		word = word[n:]
		for len(decomposed) > 0 {
			r, size := utf8.DecodeRune(decomposed)
			decomposed = decomposed[size:]
			next := foldRune(buf, r)
			if len(next)-start > maxTerm {
				return buf
			}
			buf = next
		}
	}
	return buf
}

// foldRune appends the folded form of one decomposed rune, which may be empty.
func foldRune(buf []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if c := asciiFold[r]; c != 0 {
			buf = append(buf, c)
		}
		return buf
	}
	r = unicode.ToLower(r)
	if s, ok := undecomposed[r]; ok {
		return append(buf, s...)
	}
	switch {
	case isApostrophe(r):
		return buf
	case unicode.Is(unicode.Nd, r):
		return append(buf, byte('0'+digitValue(r)))
	case unicode.IsMark(r):
		if droppedMark(r) {
			return buf
		}
	case !unicode.IsLetter(r) && !unicode.Is(unicode.Nl, r):
		return buf
	}
	if r < utf8.RuneSelf { // ToLower of the Kelvin sign, for one
		return append(buf, byte(r))
	}
	return utf8.AppendRune(buf, r)
}

// droppedMark reports whether a combining mark only decorates its letter. In
// Indic and south-east Asian scripts marks are vowels, and in Kana they tell
// consonants apart: those stay.
func droppedMark(r rune) bool {
	if r == 0x3099 || r == 0x309A {
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic,
		unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Common)
}

// digitValue is the value of a decimal digit of any script. The ranges of
// category Nd are whole runs of ten that begin at a zero.
func digitValue(r rune) int {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return 0
}

// asciiFold maps an ASCII letter or digit to its folded form and anything else
// to zero.
var asciiFold = func() (t [utf8.RuneSelf]byte) {
	for c := byte('0'); c <= '9'; c++ {
		t[c] = c
	}
	for c := byte('a'); c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = c, c
	}
	return t
}()
