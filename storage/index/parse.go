package index

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// filterNames are the words that a colon makes a filter of.
var filterNames = []string{"kind", "author", "child", "from", "until"}

// Parse reads a query. Words are joined by AND; OR in capitals between two of
// them asks for either; "…" is a phrase of exact words, straight or typographic
// quotation marks alike; a * after a word, within a phrase too, matches every
// word that begins so; words joined by a hyphen or other punctuation must stand
// side by side; a - before a word or phrase excludes notes with it; kind:,
// author:, child:, from: and until: with a word or "…" behind them are filters.
// An OR that stands between nothing, and any other word before a colon, are
// ordinary words.
func Parse(query string) (Query, error) { return parse(query, false) }

// ParseTyping reads a query that is still being typed: a quotation that is not
// yet closed is taken to end here, and Prefix is set.
func ParseTyping(query string) (Query, error) {
	q, err := parse(query, true)
	q.Prefix = true
	return q, err
}

// queryParser walks a query.
type queryParser struct {
	rest   string
	typing bool
	q      Query
	words  int
	or     bool // an OR waits for its second side
	joined bool // the last clause may be joined by an OR
}

func parse(query string, typing bool) (Query, error) {
	if len(query) > maxQueryBytes {
		return Query{}, fmt.Errorf("%w: too long", ErrQuery)
	}
	p := queryParser{rest: query, typing: typing}
	for {
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		if p.rest == "" {
			break
		}
		if err := p.part(); err != nil {
			return Query{}, err
		}
	}
	if p.or {
		if err := p.plainOr(); err != nil {
			return Query{}, err
		}
	}
	if len(p.q.clauses) == 0 {
		return Query{}, fmt.Errorf("%w: no word to look for", ErrQuery)
	}
	p.q.open = p.q.open && !endsInSpace(query)
	return p.q, nil
}

// part reads what stands before the next space, or one quotation.
func (p *queryParser) part() error {
	exclude := false
	if p.rest[0] == '-' {
		if r, _ := utf8.DecodeRuneInString(p.rest[1:]); startsWord(r) || isQuote(r) {
			exclude, p.rest = true, p.rest[1:]
		}
	}
	if r, size := utf8.DecodeRuneInString(p.rest); isQuote(r) {
		p.rest = p.rest[size:]
		text, err := p.quotation()
		if err != nil {
			return err
		}
		return p.add(text, true, exclude)
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
	if end < 0 {
		end = len(p.rest)
	}
	chunk := p.rest[:end]
	if !exclude {
		if done, err := p.filter(chunk); done || err != nil {
			return err
		}
	}
	p.rest = p.rest[end:]
	if chunk == "OR" && !exclude && p.joined && !p.or {
		p.or = true
		p.q.open = false
		return nil
	}
	return p.add(chunk, false, exclude)
}

// quotation reads up to the closing mark and steps over it.
func (p *queryParser) quotation() (string, error) {
	i := strings.IndexFunc(p.rest, isQuote)
	if i < 0 {
		if !p.typing {
			return "", fmt.Errorf("%w: a quotation mark is not closed", ErrQuery)
		}
		text := p.rest
		p.rest = ""
		return text, nil
	}
	text := p.rest[:i]
	_, size := utf8.DecodeRuneInString(p.rest[i:])
	p.rest = p.rest[i+size:]
	if p.rest == "" {
		text += " " // closed: the last word is not open
	}
	return text, nil
}

// filter reads a filter if chunk begins one.
func (p *queryParser) filter(chunk string) (bool, error) {
	name, value, ok := strings.Cut(chunk, ":")
	name = strings.ToLower(name)
	if !ok || !slices.Contains(filterNames, name) {
		return false, nil
	}
	after := p.rest[len(chunk):]
	if value == "" {
		r, size := utf8.DecodeRuneInString(after)
		if !isQuote(r) {
			return false, nil
		}
		p.rest = after[size:]
		text, err := p.quotation()
		if err != nil {
			return false, err
		}
		value = strings.TrimSpace(text)
	} else {
		p.rest = after
	}
	if value != "" {
		if p.q.Filters == nil {
			p.q.Filters = map[string]string{}
		}
		p.q.Filters[name] = value
	}
	p.q.open = false
	return true, nil
}

// add reads the words of one part.
func (p *queryParser) add(chunk string, quoted, exclude bool) error {
	a, open, err := parseAlt(chunk, quoted)
	if err != nil {
		return err
	}
	if len(a.slots) == 0 {
		p.q.open = false
		return nil
	}
	if exclude {
		if p.or { // it joins nothing to an exclusion
			if err := p.plainOr(); err != nil {
				return err
			}
		}
		p.q.open, p.joined = false, false
		p.q.excluded = append(p.q.excluded, a)
		return p.count(len(a.slots))
	}
	p.q.open = open
	c := clause{a}
	if p.or {
		p.or = false
		end := len(p.q.clauses) - 1
		c = slices.DeleteFunc(slices.Clone(p.q.clauses[end]), a.equal)
		c = append(c, a)
		p.q.clauses = p.q.clauses[:end]
	}
	p.joined = true
	// Said twice is meant once. The later one stays, because it may be the
	// word being typed.
	p.q.clauses = slices.DeleteFunc(p.q.clauses, func(o clause) bool {
		if !o.equal(c) {
			return false
		}
		p.words -= o.words()
		return true
	})
	p.q.clauses = append(p.q.clauses, c)
	return p.count(len(a.slots))
}

// plainOr takes an OR for the word, because it has nothing on one side.
func (p *queryParser) plainOr() error {
	p.or = false
	return p.add("OR", false, false)
}

func (p *queryParser) count(words int) error {
	if p.words += words; p.words > maxQueryWords {
		return fmt.Errorf("%w: too many words", ErrQuery)
	}
	return nil
}

// parseAlt reads the words of one chunk. Open reports whether the last word
// reaches the end of the chunk.
func parseAlt(chunk string, quoted bool) (a alt, open bool, err error) {
	s := scanner{text: chunk}
	var st stemmer
	star := 0 // where the unread part of the chunk begins
	for s.next() {
		if err := loneStar(chunk[star:s.start]); err != nil {
			return alt{}, false, err
		}
		w := slot{term: string(s.term)}
		star = s.end
		switch {
		case strings.HasPrefix(chunk[s.end:], "*"):
			w.prefix = true
			star++
			if r, _ := utf8.DecodeRuneInString(chunk[star:]); startsWord(r) {
				return alt{}, false, fmt.Errorf("%w: * may only end a word", ErrQuery)
			}
		case !quoted:
			w.stem = st.stem(w.term)
			w.stable = st.stem(w.stem) == w.stem
		}
		a.slots = append(a.slots, w)
	}
	if err := loneStar(chunk[star:]); err != nil {
		return alt{}, false, err
	}
	open = len(a.slots) > 0 && star == len(chunk) && !a.slots[len(a.slots)-1].prefix
	return a, open, nil
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
