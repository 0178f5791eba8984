package desktop

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"wherry/storage/index"
)

// meaning is what the notebook understands by a query: its filters, and the
// rest in one line. A space behind it makes the last word a whole one, so that
// it does not matter what stands last.
func meaning(query string) (filters map[string]string, rest string, err error) {
	q, err := index.Parse(query + " ")
	filters = q.Filters
	if filters == nil {
		filters = map[string]string{}
	}
	q.Filters = nil
	return filters, fmt.Sprintf("%+v", q), err
}

// closed closes a quotation that is open.
func closed(query string) string {
	if strings.Count(strings.Map(func(r rune) rune {
		if isQuote(r) {
			return '"'
		}
		return r
	}, query), `"`)%2 == 1 {
		return query + `"`
	}
	return query
}

func queries() *rapid.Generator[string] {
	part := rapid.OneOf(
		rapid.SampledFrom([]string{" ", "  ", "\t", `"`, "“", "»", "-", "*", ":", "OR", "ruby", "bruis*", "Nguyễn", "kind:visit", "Kind:call",
			"child:NCC-5301", `author:"Amina Yusuf"`, "from:2026-11-01", "until:", `child:""`, "-kind:visit", "--kind:visit", "x:y", `kind:a"b c"`, "\u00a0"}),
		rapid.StringMatching(`[a-z:"\- ]{0,6}`), rapid.String())
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(part, 0, 7).Draw(t, "parts"), "") })
}

// TestFiltersAreTheNotebooks holds this file and the notebook's own reading of
// a query together: they find the same filters, and setting one changes that
// one and nothing else.
func TestFiltersAreTheNotebooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkFilters(t, queries().Draw(t, "query"), rapid.SampledFrom(filterNames).Draw(t, "name"),
			rapid.OneOf(rapid.SampledFrom([]string{"", "visit", "Amina Yusuf", ` "x" `, "a:b", "-a", "OR"}), rapid.String()).Draw(t, "value"))
	})
}

type failer interface{ Fatalf(string, ...any) }

func checkFilters(t failer, query, name, value string) {
	query = closed(strings.ToValidUTF8(query, ""))
	before, rest, err := meaning(query)
	if err == nil && !reflect.DeepEqual(filtersIn(query), before) {
		t.Fatalf("%q holds %v, read as %v", query, before, filtersIn(query))
	}
	changed := withFilter(query, name, value)
	want := filtersIn(query)
	if _, kept, _ := strings.Cut(filterText(name, value), ":"); kept == "" {
		delete(want, name)
	} else {
		want[name] = strings.Trim(kept, `"`)
	}
	if got := filtersIn(changed); !reflect.DeepEqual(got, want) {
		t.Fatalf("%q with %s=%q became %q: %v, want %v", query, name, value, changed, got, want)
	}
	if again := withFilter(changed, name, value); again != changed {
		t.Fatalf("%q set twice is %q", changed, again)
	}
	if err != nil {
		return
	}
	after, now, err := meaning(changed)
	if err != nil || !reflect.DeepEqual(after, want) || now != rest {
		t.Fatalf("%q became %q\n%v\n%s\n%s", query, changed, err, rest, now)
	}
	for _, n := range filterNames {
		changed = withFilter(changed, n, "")
	}
	if left, now, err := meaning(changed); err != nil || len(left) != 0 || now != rest {
		t.Fatalf("%q without filters is %q: %v", query, changed, err)
	}
}

func FuzzFilters(f *testing.F) {
	for _, q := range []string{`ruby kind:visit "in the hall`, `kind:“a b”x -kind:y`, "a OR kind:b c", `child:""d`, `"a"kind:visit"b"`, "from: until:x"} {
		f.Add(q, "kind", "Phone call")
	}
	f.Fuzz(func(t *testing.T, query, name, value string) {
		if len(query)+len(value) > 2000 {
			return
		}
		known := false
		for _, n := range filterNames {
			known = known || n == name
		}
		if known {
			checkFilters(t, query, name, value)
		}
	})
}

func TestWithFilter(t *testing.T) {
	for _, c := range [][4]string{
		{"bruis", "kind", "visit", "kind:visit bruis"},
		{"kind:call bruis", "kind", "visit", "kind:visit bruis"},
		{"bruis kind:call", "kind", "", "bruis"},
		{"a kind:call b", "kind", "", "a b"},
		{"a", "author", "Amina Yusuf", `author:"Amina Yusuf" a`},
		{"kind:visit kind:call a", "kind", "note", "kind:note a"},
		{`"kind:call" a`, "kind", "", `"kind:call" a`},
		{"", "from", "2026-11-01", "from:2026-11-01 "},
	} {
		if got := withFilter(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%q with %s=%q is %q, want %q", c[0], c[1], c[2], got, c[3])
		}
	}
	if got := wordsIn(`kind:visit a "b c" from:x`); got != `a "b c"` {
		t.Errorf("the words are %q", got)
	}
	if strings.ContainsFunc(filterText("kind", "a\u00a0b"), unicode.IsControl) {
		t.Error("a control character")
	}
}
