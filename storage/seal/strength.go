package seal

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Hint says how easily a passphrase is guessed. It is advice; nothing is
// refused because of it.
type Hint struct {
	// Score runs from 0 (guessed at once) to 4 (very strong); 3 is what we ask
	// for: 12 characters or 5 words without an easy pattern.
	Score    int
	Sentence string
}

// commonest holds the bases of the commonest passwords, one a line, in the
// form that skeleton makes.
//
//go:embed commonest.txt
var commonestText string

var commonest = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(commonestText) {
		m[w] = true
	}
	return m
})

// Strength judges a passphrase from its length, its words, the commonest
// passwords and easy patterns, with no network.
func Strength(passphrase []byte) Hint {
	p, err := NormalisePassphrase(passphrase)
	if err != nil {
		if err == ErrEmptyPassphrase {
			return Hint{0, "Type a passphrase: five or more unrelated words work well."}
		}
		return Hint{0, "This passphrase cannot be used: it is too long or is not text."}
	}
	defer clear(p)
	text := strings.ToLower(string(p))
	runes := []rune(text)
	words := distinctWords(text)
	switch {
	case isCommon(text):
		return Hint{0, "This is among the first passwords that anyone would try. Choose five or more unrelated words."}
	case isPattern(runes):
		return Hint{0, "This follows an easy pattern. Choose five or more unrelated words."}
	case allCommon(words) && len(words) < 5:
		return Hint{1, "This is made of very common passwords. Choose five or more unrelated words."}
	case len(runes) < 8:
		return Hint{1, "Too short: use at least 12 characters or five words."}
	case len(runes) < 12 && len(words) < 5:
		return Hint{2, "A little short: use at least 12 characters or five words."}
	case len(words) >= 6 || len(runes) >= 20 && variety(runes) >= 10:
		return Hint{4, "Very strong."}
	case variety(runes) < 6:
		return Hint{2, "The same few characters come again and again. Add some unrelated words."}
	}
	return Hint{3, "Strong enough. Another word would make it stronger still."}
}

// distinctWords are runs of three or more letters, each counted once.
func distinctWords(text string) []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if len([]rune(w)) >= 3 && !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

// isCommon looks for a common password under its usual disguises: digits and
// signs around it, letters replaced by digits, the word written twice.
func isCommon(text string) bool {
	for _, s := range []string{strip(text), skeleton(text), skeleton(strip(text))} {
		if commonest()[s] {
			return true
		}
		if n := len(s) / 2; n >= 3 && s[:n] == s[n:] && commonest()[s[:n]] {
			return true
		}
	}
	return false
}

func allCommon(words []string) bool {
	for _, w := range words {
		if !commonest()[skeleton(w)] {
			return false
		}
	}
	return len(words) > 0
}

// strip cuts digits, signs and spaces from both ends.
func strip(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// skeleton undoes the usual replacements and drops accents, signs and spaces.
func skeleton(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if i := strings.IndexRune("013457@$!", r); i >= 0 {
			r = rune("oieastasi"[i])
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Keyboard rows, the alphabet and the digits; runs along them are easy.
var easyRows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz", "azertyuiop", "qwertzuiop"}

// isPattern finds passphrases that are nothing but one character, a short
// piece repeated, a run along a row, or a date.
func isPattern(p []rune) bool {
	s := string(p)
	for n := 1; n <= len(p)/2 && n <= 4; n++ {
		if strings.TrimLeft(strings.ReplaceAll(s, string(p[:n]), ""), "") == "" {
			return true
		}
	}
	onlyDigits := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune("-/. ", r) }) < 0
	if onlyDigits && len(p) <= 10 {
		return true
	}
	covered := 0
	for i := 0; i < len(p); {
		n := runLength(p[i:])
		if n < 3 {
			n = 1
		} else {
			covered += n
		}
		i += n
	}
	return covered*4 >= len(p)*3
}

// runLength is how many characters at the start run along a row, either way,
// or repeat.
func runLength(p []rune) int {
	best := 1
	for best < len(p) && p[best] == p[0] {
		best++
	}
	for _, row := range easyRows {
		i := strings.IndexRune(row, p[0])
		if i < 0 || p[0] >= 128 {
			continue
		}
		for _, step := range []int{1, -1} {
			n := 1
			for n < len(p) && i+step*n >= 0 && i+step*n < len(row) && p[n] == rune(row[i+step*n]) {
				n++
			}
			best = max(best, n)
		}
	}
	return best
}

func variety(p []rune) int {
	seen := map[rune]bool{}
	for _, r := range p {
		seen[r] = true
	}
	return len(seen)
}
