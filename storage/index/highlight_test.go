package index

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestHighlight(t *testing.T) {
	long := strings.Repeat("lorem ipsum dolor ", 30)
	for _, c := range []struct{ query, text, want string }{
		{"visit", "Visited twice; next visit Monday.", "[Visited] twice; next [visit] Monday."},
		{"nguyen", "Met Mrs Nguyễn’s son.", "Met Mrs [Nguyễn’s] son."},
		{`"home visit"`, "A home\n\nvisit, not a visit home.", "A [home visit], not a visit home."},
		{"smith-jones", "Ann Smith–Jones and Smith", "Ann [Smith–Jones] and Smith"},
		{"小明", "王小明说", "王[小明]说"},
		{"sch*", "School, Schule, such", "[School], [Schule], such"},
		{"a b", "b a", "[b] [a]"},
		{`a-b "b c"`, "a b c", "[a b c]"},
		{`"bye bye"`, "bye bye bye", "[bye bye bye]"},
		{`"a b c"`, "b a c a b b c a b c", "b a c a b b c [a b c]"},
		{"😀a", "x 😀😀 a\tb", "x 😀😀 [a] b"},
		{"nothing", "  Some\r\ntext here  ", "Some text here"},
		{"x", "", ""},
		{"bruise", long + "a bruise on the arm " + long,
			"…lorem ipsum dolor lorem ipsum dolor a [bruise] on the arm" +
				strings.Repeat(" lorem ipsum dolor", 8) + "…"},
		{"ipsum bruise", long + "a bruise",
			"…" + strings.Repeat("[ipsum] dolor lorem ", 9) + "[ipsum] dolor a [bruise]"},
		{"dolor", long, "lorem ipsum [dolor]" + strings.Repeat(" lorem ipsum [dolor]", 10) + "…"},
		{"小明", "王" + strings.Repeat("小明", 150), "王" + strings.Repeat("[小明]", 99) + "小…"},
		{"bruise", "bruise " + strings.Repeat("x", 400), "[bruise] " + strings.Repeat("x", 193) + "…"},
	} {
		q, err := Parse(c.query)
		if err != nil {
			t.Fatal(err)
		}
		snippet, hits := Highlight(q, c.text)
		if diff := cmp.Diff(c.want, marked(snippet, hits)); diff != "" {
			t.Errorf("%s in %.40q (-want +got):\n%s", c.query, c.text, diff)
		}
		if hits == nil {
			t.Errorf("%s in %.40q: places are nil, which JSON writes as null", c.query, c.text)
		}
	}
}

func marked(snippet string, hits [][2]int) string {
	r := []rune(snippet)
	var b strings.Builder
	at := 0
	for _, h := range hits {
		b.WriteString(string(r[at:h[0]]) + "[" + string(r[h[0]:h[1]]) + "]")
		at = h[1]
	}
	return b.String() + string(r[at:])
}

// checkHighlight checks what holds of every snippet.
func checkHighlight(t fataler, q Query, text string) {
	t.Helper()
	snippet, hits := Highlight(q, text)
	n := utf8.RuneCountInString(snippet)
	last := 0
	for _, h := range hits {
		if h[0] < last || h[1] <= h[0] || h[1] > n {
			t.Fatalf("%q: places %v in %d code points", text, hits, n)
		}
		last = h[1]
	}
	if strings.ContainsFunc(snippet, func(r rune) bool { return r != ' ' && (unicode.IsSpace(r) || unicode.IsControl(r)) }) {
		t.Fatalf("%q: snippet %q", text, snippet)
	}
}

// TestHighlightAgreesWithSearch: a short note has a marked place exactly when
// it is found by a query of one part, and every marked place is text that
// alone is found too.
func TestHighlightAgreesWithSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, q := drawText(t, 8), drawQuery(t)
		checkHighlight(t, q, text+strings.Repeat(" lorem", rapid.IntRange(0, 60).Draw(t, "between"))+drawText(t, 80))
		q.clauses, q.excluded, q.Variants = q.clauses[len(q.clauses)-1:], nil, false
		checkHighlight(t, q, text)
		find := func(text string) bool {
			x := New()
			x.Put(Doc{ID: testID("entry", 1), Text: text})
			return len(x.Search(q, Filter{}, 1)) == 1
		}
		snippet, hits := Highlight(q, text)
		if find(text) != (len(hits) > 0) {
			t.Fatalf("%q: found %v, places %v", text, find(text), hits)
		}
		for _, h := range hits {
			if s := string([]rune(snippet)[h[0]:h[1]]); !find(s) {
				t.Fatalf("%q: %q is marked and not found", text, s)
			}
		}
	})
}
