package casework

import (
	"regexp"
	"strings"
)

// WithheldMark stands in a text where a confidential address was.
const WithheldMark = "[confidential address withheld]"

var postcode = regexp.MustCompile(`(?i)\b[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][A-Z]{2}\b`)

// Withhold takes the child's confidential address out of a text that leaves
// the notebook: the address as held, its first line and its postcode, in any
// case and spacing. It finds what was typed the same way, not every way of
// saying where a child lives: a person still reads an export before it goes.
func (cf *CaseFile) Withhold(text string) string {
	for _, secret := range cf.secrets {
		text = secret.ReplaceAllLiteralString(text, WithheldMark)
	}
	return text
}

// Mentions reports whether a text holds the confidential address.
func (cf *CaseFile) Mentions(text string) bool { return cf.Withhold(text) != text }

// secretPatterns makes what Withhold looks for out of the addresses held.
func secretPatterns(addresses []string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, a := range addresses {
		for _, piece := range secretPieces(a) {
			out = append(out, loose(piece))
		}
	}
	return out
}

// secretPieces lists what gives an address away, the longest first. A value
// that is no address, such as "unknown", would blot out innocent words.
func secretPieces(address string) []string {
	var out []string
	if strings.ContainsAny(address, "0123456789,\n") {
		out = append(out, address)
	}
	first, rest, _ := strings.Cut(strings.ReplaceAll(address, "\n", ","), ",")
	first = strings.Trim(first, " =\r")
	if len(first) >= 8 && rest != "" || len(first) >= 6 && strings.ContainsAny(first, "0123456789") {
		out = append(out, first)
	}
	return append(out, postcode.FindAllString(address, -1)...)
}

// loose matches a piece in any case, with any spacing and punctuation between
// its words, and a postcode with or without its space.
func loose(piece string) *regexp.Regexp {
	words := strings.FieldsFunc(piece, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\r' || r == '\t' })
	if postcode.FindString(piece) == piece {
		code := strings.Join(words, "")
		words = []string{code[:len(code)-3], code[len(code)-3:]}
	}
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	return regexp.MustCompile(`(?i)` + strings.Join(words, `[\s,]*`))
}
