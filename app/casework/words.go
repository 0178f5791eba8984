package casework

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds one field's value; a narrative is bounded by its line.
const maxText = 64 << 10

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// sentence gives a word or phrase its capital.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// count says "1 entry", "2 entries".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func joinText(parts ...string) string {
	var out []string
	for _, p := range parts {
		if !blank(p) {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}

// withText is a label with the beginning of a text behind it.
func withText(label, text string) string {
	if s := Shorten(text, 80); s != "" {
		return label + ": " + s
	}
	return label
}

// Shorten gives the first n characters of a text on one line, cut at a word.
func Shorten(text string, n int) string {
	s := strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := string([]rune(s)[:n])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// targeted checks an entry that points at another and must say something.
func targeted(target, field, text string, more ...Labelled) []Item {
	var items []Item
	if target == "" {
		items = append(items, Item{Field: "target", Code: CodeMissing})
	}
	if blank(text) {
		items = append(items, Item{Field: field, Code: CodeMissing})
	}
	return append(items, writable(append(more, Labelled{field, text})...)...)
}

// writable checks that texts can be written and read back. The labels are
// field names.
func writable(texts ...Labelled) []Item {
	var items []Item
	for _, t := range texts {
		if code := unwritable(t.Value); code != "" {
			items = append(items, Item{Field: t.Label, Code: code})
		}
		if len(t.Value) > MaxSubmission {
			items = append(items, Item{Field: t.Label, Code: CodeTooLong})
		}
	}
	return items
}
