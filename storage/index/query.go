package index

import (
	"errors"
	"slices"
	"strings"
)

// Limits of a query. A pasted page is not a question.
const (
	maxQueryBytes = 4096
	maxQueryWords = 32
)

// ErrQuery reports a query that cannot be read: a quotation mark without its
// partner, a * that does not end a word, no word at all, or too much of it.
var ErrQuery = errors.New("index: query not understood")

// Query is a parsed question: clauses that must all match, and what must not.
type Query struct {
	// Prefix makes the word at the end of the query match longer words too, as
	// while it is being typed. It has no effect if the query ends in a space, a
	// closed quotation, a * or a word that is excluded.
	Prefix bool
	// Variants lets a plain word also stand for names of the register that are
	// variants of it.
	Variants bool
	// Filters are the values of kind:, author:, child:, from: and until: as
	// they were written, for the caller to apply; of one written twice the
	// last. Nil if there are none.
	Filters map[string]string

	open     bool // the last word touches the end of the query
	clauses  []clause
	excluded []alt
	expanded bool // the variants are among the clauses
}

// clause is a part of the query that must match: one alternative of it at least.
type clause []alt

// alt is one word, or several that must stand side by side in this order.
type alt struct {
	slots []slot
	// names are given instead where the register's variants of a word are
	// meant: any of them.
	names []string
}

// slot is the place of one word. Term is its folded form.
type slot struct {
	term   string
	stem   string // other words with this stem match too; empty for exact
	stable bool   // stem is its own stem
	prefix bool   // longer words match too
}

func (a alt) equal(b alt) bool {
	return slices.Equal(a.slots, b.slots) && slices.Equal(a.names, b.names)
}

func (c clause) equal(o clause) bool { return slices.EqualFunc(c, o, alt.equal) }

// words is the number of words of a clause.
func (c clause) words() (n int) {
	for _, a := range c {
		n += len(a.slots)
	}
	return n
}

// effective returns the clauses with the word being typed widened to a prefix.
func (q Query) effective() []clause {
	if !q.Prefix || !q.open || len(q.clauses) == 0 {
		return q.clauses
	}
	out := slices.Clone(q.clauses)
	last := slices.Clone(out[len(out)-1])
	i := len(last) - 1
	for last[i].names != nil { // variants stand behind the words themselves
		i--
	}
	slots := slices.Clone(last[i].slots)
	slots[len(slots)-1].prefix = true
	last[i] = alt{slots: slots}
	out[len(out)-1] = last
	return out
}

// Expand returns q with the register's variants of its words, if it asks for
// them: what Search looks for, and what Highlight should mark.
func (x *Index) Expand(q Query) Query {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.names.expand(q)
}

func (r *register) expand(q Query) Query {
	if !q.Variants || q.expanded {
		return q
	}
	q.expanded = true
	q.clauses = slices.Clone(q.clauses)
	for i, c := range q.clauses {
		out := slices.Clone(c)
		for k, a := range c {
			if q.Prefix && q.open && i == len(q.clauses)-1 && k == len(c)-1 {
				continue // still being typed
			}
			// Phrases, exact words and words cut short are meant as they stand.
			if len(a.slots) != 1 || a.slots[0].stem == "" || a.slots[0].prefix {
				continue
			}
			if names := r.variants(a.slots[0]); len(names) > 0 {
				out = append(out, alt{names: names})
			}
		}
		q.clauses[i] = out
	}
	return q
}

// length is the number of words that the alternative spans in a text.
func (a alt) length() int { return max(len(a.slots), 1) }

// fits reports whether a word of a text can stand at place i of the alternative.
func (a alt) fits(i int, term string, st *stemmer) bool {
	if a.names != nil {
		return slices.Contains(a.names, term)
	}
	return a.slots[i].matches(term, st)
}

// matches reports whether a word of a text fills the slot.
func (w slot) matches(term string, st *stemmer) bool {
	if term == w.term || w.prefix && strings.HasPrefix(term, w.term) {
		return true
	}
	// A stem keeps the first letter, which saves stemming most words.
	return w.stem != "" && term[0] == w.term[0] && st.stem(term) == w.stem
}
