package index

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// describe writes a query so that tests can read it: visit~visit for a word and
// its stem, visit for an exact one, vis* for a prefix, + between neighbours, |
// between alternatives, - before what is excluded.
func describe(q Query) string {
	one := func(a alt) string {
		var words []string
		for _, w := range a.slots {
			s := w.term
			if w.stem != "" {
				s += "~" + w.stem
			}
			if w.prefix {
				s += "*"
			}
			words = append(words, s)
		}
		return strings.Join(words, "+")
	}
	var out []string
	for _, c := range q.effective() {
		var alts []string
		for _, a := range c {
			alts = append(alts, one(a))
		}
		out = append(out, strings.Join(alts, "|"))
	}
	for _, a := range q.excluded {
		out = append(out, "-"+one(a))
	}
	for _, name := range filterNames {
		if v, ok := q.Filters[name]; ok {
			out = append(out, name+":"+v)
		}
	}
	return strings.Join(out, " ")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"home visits", "home~home visits~visit"},
		{`"Home Visits"`, "home+visits"},
		{"“home visits” «and» „more”", "home+visits and more"},
		{`child"home visit"mum`, "child~child home+visit mum~mum"},
		{"vis*", "vis*"},
		{`"smith jo*"`, "smith+jo*"},
		{`"jo* smith"`, "jo*+smith"},
		{"smith-jones", "smith~smith+jones~jone"},
		{"smith-jo*", "smith~smith+jo*"},
		{"vis*, home", "vis* home~home"},
		{"O’Brien", "obrien~obrien"},
		{"child's*", "child*"},
		{"王小明", "王~王+小~小+明~明"},
		{"visit VISIT visit", "visit~visit"},
		{"visit home visit", "home~home visit~visit"},
		{`visit "visit"`, "visit~visit visit"},
		{"😀 bruise — ", "bruise~bruis"},
		{`"" bruise`, "bruise~bruis"},
		{"AND", "and~and"},
		{"home OR visits", "home~home|visits~visit"},
		{`home OR "foster carer" OR vis* mum`, "home~home|foster+carer|vis* mum~mum"},
		{"home or visits", "home~home or~or visits~visit"},
		{"OR home", "or~or home~home"},
		{"home OR", "home~home or~or"},
		{"home OR OR visit", "home~home|or~or visit~visit"},
		{"home OR -visit", "home~home or~or -visit~visit"},
		{"home OR home", "home~home"},
		{"-visits home", "home~home -visits~visit"},
		{`home -"foster carer" -vis*`, "home~home -foster+carer -vis*"},
		{"home - visit", "home~home visit~visit"},
		{"home-visit", "home~home+visit~visit"},
		{"kind:visit home", "home~home kind:visit"},
		{`home Author:"Ann Bell" from:2026-01-02 until:2026-02`, "home~home author:Ann Bell from:2026-01-02 until:2026-02"},
		{"child:SY-00001 child:SY-2 a", "a~a child:SY-2"},
		{"colour:red", "colour~colour+red~red"},
		{"kind: visit", "kind~kind visit~visit"},
		{"kind:visit a OR b", "a~a|b~b kind:visit"},
		{strings.Repeat("a ", maxQueryWords), "a~a"},
	} {
		q, err := Parse(c.query)
		if err != nil {
			t.Errorf("%q: %v", c.query, err)
			continue
		}
		if got := describe(q); got != c.want {
			t.Errorf("%q is %s, want %s", c.query, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	many := ""
	for i := range maxQueryWords + 1 {
		many += fmt.Sprint("w", i, " ")
	}
	for _, query := range []string{
		"", "   ", "-", "😀", `""`, `"`, `home "visit`, "“home", "*", "home *", "*visit", "vi*sit", "vis**", `"home"*`,
		`"* home"`, "王*明", "-visit", "kind:visit", `kind:"visit`, `home -"visit`, "-*", many, strings.Repeat("a", maxQueryBytes+1),
	} {
		if q, err := Parse(query); !errors.Is(err, ErrQuery) {
			t.Errorf("%q: %v, and is %s", query, err, describe(q))
		} else if len(query) > 2 && strings.Contains(err.Error(), query) {
			t.Errorf("%q: the error repeats the query", query)
		}
	}
}

func TestParseTyping(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"home vis", "home~home vis~vis*"},
		{"home visits ", "home~home visits~visit"},
		{`"home vis`, "home+vis*"},
		{`"home visit"`, "home+visit"},
		{`"home visit `, "home+visit"},
		{`home "`, "home~home"},
		{"smith-j", "smith~smith+j~j*"},
		{"smith-", "smith~smith"},
		{"vis*", "vis*"},
		{"visit home visit", "home~home visit~visit*"},
		{"home 😀", "home~home"},
		{"home OR vis", "home~home|vis~vis*"},
		{"home -vis", "home~home -vis~vis"},
		{"home kind:vis", "home~home kind:vis"},
		{`home kind:"vis`, "home~home kind:vis"},
	} {
		q, err := ParseTyping(c.query)
		if err != nil {
			t.Errorf("%q: %v", c.query, err)
			continue
		}
		if got := describe(q); got != c.want {
			t.Errorf("%q is %s, want %s", c.query, got, c.want)
		}
	}
}

// FuzzParse: what parses is bounded, and its words are such as notes have.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`home "visit"`, "vis*", `"a`, "smith-jones*", "*", "“x”*", "O’Brien's", "a OR b -c", `kind:"x y" -"a b" OR`, "王*", "\xff*", "a\u200e*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := Parse(query)
		if err != nil {
			if !errors.Is(err, ErrQuery) {
				t.Fatal(err)
			}
			return
		}
		words := 0
		parts := slices.Clone(q.excluded)
		for _, c := range q.clauses {
			parts = append(parts, c...)
		}
		for _, a := range parts {
			words += len(a.slots)
			for _, w := range a.slots {
				if w.term == "" || len(w.term) > maxTerm || !utf8.ValidString(w.term) || w.prefix && w.stem != "" {
					t.Fatalf("%q holds %+v", query, w)
				}
			}
		}
		if words == 0 || words > maxQueryWords {
			t.Fatalf("%q has %d words", query, words)
		}
		q.Prefix = true
		x := New()
		x.Put(Doc{ID: testID("entry", 1), Text: query})
		x.Search(q, Filter{}, 1)
		checkHighlight(t, q, query)
	})
}

// TestWordFindsItself: a note is found by each of its words, quoted or not, and
// by every beginning of it.
func TestWordFindsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		x := New()
		x.Put(Doc{ID: testID("entry", 1), Text: text})
		for s := (scanner{text: text}); s.next(); {
			word := text[s.start:s.end]
			for _, query := range []string{word, `"` + word + `"`, word + "*"} {
				q, err := Parse(query)
				if err != nil {
					t.Fatalf("%q: %v", query, err)
				}
				if len(x.Search(q, Filter{}, 1)) != 1 {
					t.Fatalf("%q is not found in %q", query, text)
				}
			}
		}
	})
}
