package index

import (
	"unicode"
	"unicode/utf8"
)

// maxTerm is the length in bytes to which a folded word is cut. A longer word
// is found by its beginning.
const maxTerm = 64

// scanner walks the words of a text. Term is the folded word, valid until the
// next call of next; start and end are byte offsets of the word as written.
type scanner struct {
	text       string
	at         int
	start, end int
	term       []byte
}

// next finds the next word and reports whether there was one.
func (s *scanner) next() bool {
	for s.at < len(s.text) {
		if c := s.text[s.at]; c < utf8.RuneSelf {
			if asciiFold[c] == 0 {
				s.at++
				continue
			}
			if s.asciiWord() || s.word() {
				return true
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s.text[s.at:])
		if !startsWord(r) {
			s.at += size
			continue
		}
		if s.word() {
			return true
		}
	}
	return false
}

// asciiWord reads a word of ASCII letters and digits alone, which most are. It
// reports false, having moved nothing, where the general rules are needed.
func (s *scanner) asciiWord() bool {
	i := s.at
	s.term = s.term[:0]
	for ; i < len(s.text); i++ {
		c := s.text[i]
		if c >= utf8.RuneSelf || c == '\'' || c == '`' {
			return false
		}
		f := asciiFold[c]
		if f == 0 {
			break
		}
		if len(s.term) < maxTerm {
			s.term = append(s.term, f)
		}
	}
	s.start, s.end, s.at = s.at, i, i
	return true
}

// word reads one word by the general rules from a place where one starts. It
// reports false if nothing is left of it after folding.
func (s *scanner) word() bool {
	s.start = s.at
	first, size := utf8.DecodeRuneInString(s.text[s.at:])
	i := s.at + size
	possessive := -1 // where a closing 's begins
	if unspaced(first) {
		for i < len(s.text) {
			r, size := utf8.DecodeRuneInString(s.text[i:])
			if !isMark(r) && !ignorable(r) {
				break
			}
			i += size
		}
	} else {
		i, possessive = s.spaced(i)
	}
	s.end, s.at = i, i
	if possessive >= 0 {
		i = possessive
	}
	s.term = fold(s.term[:0], []byte(s.text[s.start:i]))
	return len(s.term) > 0
}

// spaced extends a word of a script with spaces from i to its end. The second
// result is where a possessive 's that closes the word begins, or -1.
func (s *scanner) spaced(i int) (end, possessive int) {
	letters, possessive := 1, -1
	for i < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[i:])
		switch {
		case isApostrophe(r):
			after, n := utf8.DecodeRuneInString(s.text[i+size:])
			if !startsWord(after) || unspaced(after) {
				return i, possessive
			}
			possessive = -1
			if (after == 's' || after == 'S') && letters >= 2 {
				possessive = i
			}
			size += n
			letters++
		case startsWord(r) && !unspaced(r):
			possessive = -1
			letters++
		case isMark(r) || ignorable(r):
		default:
			return i, possessive
		}
		i += size
	}
	return i, possessive
}

// startsWord reports whether r can begin a word and so is one of its letters.
func startsWord(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiFold[r] != 0
	}
	return r != utf8.RuneError && !isApostrophe(r) && !isMark(r) &&
		(unicode.IsLetter(r) || unicode.In(r, unicode.Nd, unicode.Nl))
}

// isApostrophe reports whether people use r inside names as an apostrophe: the
// straight, typographic and modifier forms, accents typed in its place, and the
// ayn and hamza of transliterated Arabic.
func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', '‛', '′', '＇', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ':
		return true
	}
	return false
}

// isMark reports whether r belongs to the letter before it.
func isMark(r rune) bool {
	return r >= 0x0300 && (unicode.IsMark(r) || r == 0xFF9E || r == 0xFF9F)
}

// ignorable reports whether r is an invisible format character, such as a soft
// hyphen or a direction mark. The zero-width space separates words.
func ignorable(r rune) bool {
	return r >= 0x00AD && r != 0x200B && unicode.Is(unicode.Cf, r)
}

// unspaced reports whether r is a letter of a script written without spaces
// between words.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.IsLetter(r) && unicode.In(r, unicode.Han, unicode.Hiragana,
		unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
