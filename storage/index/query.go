package index

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a query. A pasted page is not a question.
const (
	maxQueryBytes = 4096
	maxQueryWords = 32
)

// ErrQuery reports a query that cannot be read: a quotation mark without its
// partner, a * that does not end a word, no word at all, or too much of it.
var ErrQuery = errors.New("index: query not understood")

// Query is a parsed question: clauses that must all match.
type Query struct {
	// Prefix makes the word at the end of the query match longer words too, as
	// while it is being typed. It has no effect if the query ends in a space, a
	// closed quotation or a *.
	Prefix bool
	// Variants lets a plain word also stand for names of the register that are
	// variants of it.
	Variants bool
	// Filters are the parts kind:, author:, child:, from: and until: as they
	// were written, for the caller to apply.
	Filters map[string]string

	open    bool // the last word touches the end of the query
	clauses []clause
}

// clause is one word, or several that must stand side by side in this order.
type clause []slot

// slot is the place of one word. Term is its folded form.
type slot struct {
	term   string
	stem   string // other words with this stem match too; empty for exact
	prefix bool   // longer words match too
}

// Parse reads a query. Words are joined by AND; "…" is a phrase of exact words,
// straight or typographic quotation marks alike; a * after a word, within a
// phrase too, matches every word that begins so; words joined by a hyphen or
// other punctuation must stand side by side.
func Parse(query string) (Query, error) { return parse(query, false) }

// ParseTyping reads a query that is still being typed: a quotation that is not
// yet closed is taken to end here, and Prefix is set.
func ParseTyping(query string) (Query, error) {
	q, err := parse(query, true)
	q.Prefix = true
	return q, err
}

func parse(query string, typing bool) (Query, error) {
	if len(query) > maxQueryBytes {
		return Query{}, fmt.Errorf("%w: too long", ErrQuery)
	}
	var q Query
	words := 0
	add := func(chunk string, quoted bool) error {
		c, open, err := parseClause(chunk, quoted)
		q.open = open
		if err != nil || len(c) == 0 {
			return err
		}
		if words += len(c); words > maxQueryWords {
			return fmt.Errorf("%w: too many words", ErrQuery)
		}
		// Said twice is meant once. The later one stays, because it may be the
		// word being typed.
		q.clauses = slices.DeleteFunc(q.clauses, func(o clause) bool { return slices.Equal(o, c) })
		q.clauses = append(q.clauses, c)
		return nil
	}
	rest, quoted := query, false
	for {
		i := strings.IndexFunc(rest, isQuote)
		chunk := rest
		if i >= 0 {
			chunk = rest[:i]
		}
		if quoted {
			if err := add(chunk, true); err != nil {
				return Query{}, err
			}
		} else {
			for _, word := range strings.FieldsFunc(chunk, unicode.IsSpace) {
				if err := add(word, false); err != nil {
					return Query{}, err
				}
			}
		}
		if i < 0 {
			q.open = q.open && chunk != "" && !endsInSpace(chunk)
			break
		}
		_, size := utf8.DecodeRuneInString(rest[i:])
		rest, quoted = rest[i+size:], !quoted
	}
	if quoted && !typing {
		return Query{}, fmt.Errorf("%w: a quotation mark is not closed", ErrQuery)
	}
	if len(q.clauses) == 0 {
		return Query{}, fmt.Errorf("%w: no word to look for", ErrQuery)
	}
	return q, nil
}

// parseClause reads the words of one chunk. Open reports whether the last word
// reaches the end of the chunk.
func parseClause(chunk string, quoted bool) (c clause, open bool, err error) {
	s := scanner{text: chunk}
	var st stemmer
	star := 0 // where the unread part of the chunk begins
	for s.next() {
		if err := loneStar(chunk[star:s.start]); err != nil {
			return nil, false, err
		}
		w := slot{term: string(s.term)}
		star = s.end
		switch {
		case strings.HasPrefix(chunk[s.end:], "*"):
			w.prefix = true
			star++
			if r, _ := utf8.DecodeRuneInString(chunk[star:]); startsWord(r) {
				return nil, false, fmt.Errorf("%w: * may only end a word", ErrQuery)
			}
		case !quoted:
			w.stem = st.stem(w.term)
		}
		c = append(c, w)
	}
	if err := loneStar(chunk[star:]); err != nil {
		return nil, false, err
	}
	open = len(c) > 0 && star == len(chunk) && !c[len(c)-1].prefix
	return c, open, nil
}

func loneStar(gap string) error {
	if strings.Contains(gap, "*") {
		return fmt.Errorf("%w: * must end a word", ErrQuery)
	}
	return nil
}

func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '＂':
		return true
	}
	return false
}

func endsInSpace(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsSpace(r)
}

// effective returns the clauses with the word being typed widened to a prefix.
func (q Query) effective() []clause {
	if !q.Prefix || !q.open || len(q.clauses) == 0 {
		return q.clauses
	}
	out := slices.Clone(q.clauses)
	last := slices.Clone(out[len(out)-1])
	last[len(last)-1].prefix = true
	out[len(out)-1] = last
	return out
}

// matches reports whether a word of a text fills the slot.
func (w slot) matches(term string, st *stemmer) bool {
	if term == w.term || w.prefix && strings.HasPrefix(term, w.term) {
		return true
	}
	// A stem keeps the first letter, which saves stemming most words.
	return w.stem != "" && term[0] == w.term[0] && st.stem(term) == w.stem
}
