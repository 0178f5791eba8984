package desktop

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The filters of a search stand in the query itself, as name:value, so that
// whoever types and whoever points see one and the same thing. This file reads
// them out of a query and writes them into it, and touches nothing else of it.
// The query language is the notebook's; filters_test.go holds the two together.

// filterNames are the words that a colon makes a filter of.
var filterNames = []string{"child", "kind", "author", "from", "until"}

// filterPart is a filter as it stands in a query.
type filterPart struct {
	name, value string
	start, end  int // in bytes of the query
}

// filterParts finds the filters of a query. A quotation that is not yet closed
// reaches to the end.
func filterParts(query string) []filterPart {
	var out []filterPart
	for at := 0; at < len(query); {
		r, size := utf8.DecodeRuneInString(query[at:])
		switch {
		case unicode.IsSpace(r):
			at += size
			continue
		case isQuote(r):
			_, at = quoted(query, at+size)
			continue
		}
		start := at
		at = wordEnd(query, at)
		name, value, ok := strings.Cut(query[start:at], ":")
		name = strings.ToLower(name)
		if !ok || !slices.Contains(filterNames, name) {
			continue
		}
		if value == "" {
			r, size := utf8.DecodeRuneInString(query[at:])
			if !isQuote(r) {
				continue // name: before nothing is an ordinary word
			}
			value, at = quoted(query, at+size)
		}
		out = append(out, filterPart{name, value, start, at})
	}
	return out
}

// wordEnd is where the word that begins at a place ends: before a space or a
// quotation mark.
func wordEnd(query string, at int) int {
	n := strings.IndexFunc(query[at:], func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
	if n < 0 {
		return len(query)
	}
	return at + n
}

// quoted reads a quotation from behind its first mark and returns it with the
// place behind its last.
func quoted(query string, from int) (string, int) {
	n := strings.IndexFunc(query[from:], isQuote)
	if n < 0 {
		return strings.TrimSpace(query[from:]), len(query)
	}
	_, size := utf8.DecodeRuneInString(query[from+n:])
	return strings.TrimSpace(query[from : from+n]), from + n + size
}

func isQuote(r rune) bool { return strings.ContainsRune(`"“”„‟«»＂`, r) }

// filtersIn gives the filters of a query by name. Of one that is there twice
// the last counts.
func filtersIn(query string) map[string]string {
	out := map[string]string{}
	for _, p := range filterParts(query) {
		if p.value != "" {
			out[p.name] = p.value
		}
	}
	return out
}

// wordsIn is a query without its filters.
func wordsIn(query string) string {
	for _, name := range filterNames {
		query = withFilter(query, name, "")
	}
	return strings.TrimSpace(query)
}

// withFilter sets a filter of a query, or takes it out if value is "". It goes
// where it stood, else to the front: the word that is being typed stays last.
// Marks of quotation cannot stand in a value, and become spaces.
func withFilter(query, name, value string) string {
	parts := filterParts(query)
	text := filterText(name, value)
	placed := text == ""
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		if p.name != name {
			continue
		}
		if !placed {
			query, placed = joined(query[:p.start], text, query[p.end:]), true
			continue
		}
		query = joined(query[:p.start], "", query[p.end:])
	}
	if !placed {
		query = joined("", text, query)
	}
	return query
}

// filterText is a filter as it is written.
func filterText(name, value string) string {
	value = strings.TrimSpace(strings.Map(func(r rune) rune {
		if isQuote(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(value, "")))
	switch {
	case value == "":
		return ""
	case strings.ContainsFunc(value, unicode.IsSpace):
		return name + `:"` + value + `"`
	}
	return name + ":" + value
}

// joined puts a filter between what stands before and behind it, with a space
// between, and takes the space away that one taken out leaves behind.
func joined(before, text, after string) string {
	if text == "" {
		before, after = strings.TrimRightFunc(before, unicode.IsSpace), strings.TrimLeftFunc(after, unicode.IsSpace)
		if before == "" || after == "" {
			return before + after
		}
		return before + " " + after
	}
	if before != "" && !endsInSpace(before) {
		before += " "
	}
	if r, _ := utf8.DecodeRuneInString(after); after == "" || !unicode.IsSpace(r) {
		text += " "
	}
	return before + text + after
}

func endsInSpace(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsSpace(r)
}
