package index

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// Sizes of a snippet in code points: the whole, what stands before the first
// match, and how far an end is moved so that it does not cut a word.
const (
	snippetLength = 200
	snippetLead   = 40
	snippetSlack  = 24
)

// found is a part of a text that matches a clause, in code points.
type found struct{ start, end, clause int }

// Highlight returns the part of text that best shows why it matches q, and the
// places in it to mark: start and end in Unicode code points, ascending, not
// overlapping. White space and control characters become single spaces, and an
// ellipsis stands where text was left out. Without a match the snippet is the
// beginning of text and there are no places. A place may span several words
// where a phrase was found. What a query excludes is never marked; variants of
// names are if q comes from Expand.
func Highlight(q Query, text string) (snippet string, hits [][2]int) {
	matches := findMatches(q.effective(), text)
	runes := []rune(text)
	from, to := window(runes, matches)
	return excerpt(runes, from, to, matches)
}

// findMatches returns every match in the order of text.
func findMatches(clauses []clause, text string) []found {
	var st stemmer
	var starts []int // of the words so far, in code points
	type part struct {
		alt
		clause int
		// progress[i]: the current word fills slot i and the words before it
		// fill the slots before.
		progress []bool
	}
	var parts []part
	for c, alts := range clauses {
		for _, a := range alts {
			parts = append(parts, part{a, c, make([]bool, a.length())})
		}
	}
	var out []found
	counted, points := 0, 0
	upTo := func(offset int) int {
		points += utf8.RuneCountInString(text[counted:offset])
		counted = offset
		return points
	}
	for s := (scanner{text: text}); s.next(); {
		starts = append(starts, upTo(s.start))
		end := upTo(s.end)
		term := string(s.term)
		for _, x := range parts {
			p := x.progress
			for i := len(p) - 1; i >= 0; i-- {
				p[i] = (i == 0 || p[i-1]) && x.fits(i, term, &st)
			}
			if p[len(p)-1] {
				out = append(out, found{starts[len(starts)-len(p)], end, x.clause})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b found) int { return a.start - b.start })
	return out
}

// window chooses the part of the text that shows the most clauses, then the
// most matches, then comes first.
func window(text []rune, matches []found) (from, to int) {
	if len(matches) == 0 {
		return 0, endBefore(text, 0, snippetLength)
	}
	inside := map[int]int{} // matches in the window, by clause
	best, bestClauses, bestCount := matches[0], 0, 0
	end := 0
	for i, m := range matches {
		for end < len(matches) && (end <= i || matches[end].end <= m.start+snippetLength-snippetLead) {
			inside[matches[end].clause]++
			end++
		}
		if n := len(inside); n > bestClauses || n == bestClauses && end-i > bestCount {
			best, bestClauses, bestCount = m, n, end-i
		}
		if inside[m.clause]--; inside[m.clause] == 0 {
			delete(inside, m.clause)
		}
	}
	from = startAfter(text, best.start-snippetLead, best.start)
	return from, endBefore(text, best.end, from+snippetLength)
}

// startAfter moves from towards limit to where a word begins, if that is near.
func startAfter(text []rune, from, limit int) int {
	if from <= 0 {
		return 0
	}
	for i := from; i <= min(limit, from+snippetSlack); i++ {
		if isGap(text[i-1]) {
			return i
		}
	}
	for from < limit && isMark(text[from]) {
		from++
	}
	return from
}

// endBefore moves to back towards limit to where a word ends, if that is near.
func endBefore(text []rune, limit, to int) int {
	to = max(to, limit)
	if to >= len(text) {
		return len(text)
	}
	for i := to; i >= max(limit, to-snippetSlack); i-- {
		if isGap(text[i]) {
			return i
		}
	}
	for to > limit && isMark(text[to]) {
		to--
	}
	return to
}

func isGap(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// excerpt writes text[from:to] as a snippet and translates the matches that lie
// inside it.
func excerpt(text []rune, from, to int, matches []found) (string, [][2]int) {
	for from < to && isGap(text[from]) {
		from++
	}
	for to > from && isGap(text[to-1]) {
		to--
	}
	out := make([]rune, 0, to-from+2)
	if slices.ContainsFunc(text[:from], func(r rune) bool { return !isGap(r) }) {
		out = append(out, '…')
	}
	at := make([]int, 0, to-from+1) // where each code point went
	for i := from; i < to; i++ {
		at = append(at, len(out))
		switch {
		case !isGap(text[i]):
			out = append(out, text[i])
		case !isGap(text[i-1]): // text[from] is not a gap
			out = append(out, ' ')
		}
	}
	at = append(at, len(out))
	if slices.ContainsFunc(text[to:], func(r rune) bool { return !isGap(r) }) {
		out = append(out, '…')
	}
	hits := [][2]int{}
	for _, m := range matches {
		if m.start < from || m.end > to {
			continue
		}
		start, end := at[m.start-from], at[m.end-from]
		if last := len(hits) - 1; last >= 0 && start < hits[last][1] {
			hits[last][1] = max(hits[last][1], end)
			continue
		}
		hits = append(hits, [2]int{start, end})
	}
	return string(out), hits
}
