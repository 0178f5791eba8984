package index

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestVariants(t *testing.T) {
	r := newRegister()
	for _, name := range []string{"Mohammed Hussain", "Aisha Bello", "Catherine Smyth", "Steven O’Brien", "Nguyễn Văn Minh",
		"Siân Ŵyn", "Owain Pryce", "Rees Hughes", "Zofia Kowalska", "Liam", "Will Read", "Ali", "Ann-Marie", "X", "王小明"} {
		r.add(name)
	}
	for _, c := range []struct{ word, want string }{
		{"muhammad", "mohammed"},
		{"Ayesha", "aisha"},
		{"Katherine", "catherine"},
		{"Kathryn", "catherine"},
		{"Stephen", "steven"},
		{"Smith", "smyth"},
		{"Ngyuen", "nguyen"},
		{"Shan", "sian"},
		{"Owen", "owain"},
		{"Rhys", "rees"},
		{"Sophia", "zofia"},
		{"Kowalski", "kowalska"},
		{"Hussein", "hussain"},
		{"OBrian", "obrien"},
		{"Reed", "read"},
		{"Huges", "hughes"}, // a slip of the pen
		{"Price", "pryce"},
		// What is the name itself or its inflection is no variant of it.
		{"Mohammed", ""},
		{"Mohamed", ""}, // one stem
		{"Siân", ""},
		// Short words are not matched by likeness, ordinary words hardly ever.
		{"Lim", ""},
		{"Wil", ""},
		{"school", ""},
		{"wheel", ""},
		{"while", ""},
		{"x", ""},
		{"王", ""},
	} {
		q, err := Parse(c.word)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(r.variants(q.clauses[0][0].slots[0]), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.word, got, c.want)
		}
	}
}

// TestSearchVariants: what is found only by a variant says so and comes last,
// however often it stands there.
func TestSearchVariants(t *testing.T) {
	x := New()
	x.SetNames([]string{"Muhammad Khan", "Mohamud"})
	x.AddName("Mehmet")
	sounding := put(x, 1, "Muhammad Muhammad Muhammad")
	exact := put(x, 2, "a long note in which Mohammed is met once and then much else is told of the visit")
	put(x, 3, "Mohammad is nobody in the register")
	both := put(x, 4, "Mohammed and Mehmet")
	search := func(query string, variants bool) []Hit {
		t.Helper()
		q, err := Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		q.Variants = variants
		return x.Search(q, Filter{}, 10)
	}
	hits := search("mohammed", true)
	if len(hits) != 3 || hits[0].ID != both || hits[1].ID != exact || hits[2].ID != sounding ||
		hits[0].SoundsLike || hits[1].SoundsLike || !hits[2].SoundsLike {
		t.Errorf("hits are %v", hits)
	}
	if hits := search("mohammed visit", true); len(hits) != 1 || hits[0].SoundsLike {
		t.Errorf("hits are %v", hits)
	}
	for _, query := range []string{`"mohammed"`, `"mohammed muhammad"`, "moham*"} {
		for _, h := range search(query, true) {
			if h.SoundsLike || h.ID == sounding {
				t.Errorf("%s was taken for a variant", query)
			}
		}
	}
	if hits := search("mohammed", false); len(hits) != 2 {
		t.Errorf("without being asked: %v", hits)
	}
	if hits := search("muhammad -mohammed", true); len(hits) != 1 || hits[0].ID != sounding {
		t.Errorf("an exclusion is exact: %v", hits)
	}
	typing, _ := ParseTyping("mohammed")
	typing.Variants = true
	if hits := x.Search(typing, Filter{}, 10); len(hits) != 2 {
		t.Errorf("a word being typed has no variants yet: %v", hits)
	}
	q, _ := Parse("mohammed visit -khan")
	q.Variants = true
	if snippet, places := Highlight(x.Expand(q), "Seen: Muhammad Khan, visits"); marked(snippet, places) != "Seen: [Muhammad] Khan, [visits]" {
		t.Errorf("marked %s", marked(snippet, places))
	}
	x.SetNames(nil)
	if hits := search("mohammed", true); len(hits) != 2 {
		t.Errorf("an empty register has variants: %v", hits)
	}
}

func TestPhoneticKey(t *testing.T) {
	for _, c := range []struct {
		names string
		alike bool
	}{
		{"mohammed muhammad mohamed", true},
		{"catherine katherine kathryn", true},
		{"stephen steven stefan", true},
		{"philip filip", true},
		{"smith smyth schmidt", false},
		{"shaun sean", false}, // by the table
		{"thomas tomas", true},
		{"geoffrey jeffrey", true},
		{"knight night", true},
		{"wright right", true},
		{"hughes hues", true},
		{"vaughan vaun", true},
		{"johnson jonson", true},
		{"clarke clark", true},
		{"mckenzie mackenzie", true},
		{"khalid kalid", true},
		{"brown braun", true},
		{"green brown", false},
		{"davis davies", true},
		{"peter pieter", true},
		{"peter beter", false},
	} {
		keys := map[string]bool{}
		for _, name := range strings.Fields(c.names) {
			keys[phoneticKey(name)] = true
		}
		if (len(keys) == 1) != c.alike {
			t.Errorf("%s: keys %v", c.names, keys)
		}
	}
	for _, name := range []string{"", "a", "aoi", "liu", "bo", "żółw", "王"} {
		if key := phoneticKey(name); key != "" {
			t.Errorf("%s has the key %s", name, key)
		}
	}
}

// TestPhoneticKeyEnds: any letters are read to the end.
func TestPhoneticKeyEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z]{0,64}`).Draw(t, "name")
		if key := phoneticKey(name); len(key) > len(name)+1 {
			t.Fatalf("the key of %s is %s", name, key)
		}
	})
}

// TestJaroWinkler: the values that Winkler (1990) and others print.
func TestJaroWinkler(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"martha", "marhta", 0.9611},
		{"dwayne", "duane", 0.84},
		{"dixon", "dicksonx", 0.8133},
		{"jones", "johnson", 0.8324},
		{"abc", "abc", 1},
		{"abc", "xyz", 0},
		{"a", "", 0},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := jaroWinkler([]rune(pair[0]), []rune(pair[1])); got < c.want-0.0001 || got > c.want+0.0001 {
				t.Errorf("%s and %s: %.4f, want %.4f", pair[0], pair[1], got, c.want)
			}
		}
	}
}

// TestNamesakes: the table is folded as notes are, and no line repeats itself.
func TestNamesakes(t *testing.T) {
	for line := range strings.Lines(namesakes) {
		spellings := strings.Fields(line)
		for i, s := range spellings {
			if got := wordsOf(s); len(got) != 1 || got[0] != s {
				t.Errorf("%s is not a folded word", s)
			}
			if slices.Contains(spellings[:i], s) {
				t.Errorf("%s stands twice in a line", s)
			}
		}
		if len(spellings) == 1 {
			t.Errorf("%s stands alone", spellings[0])
		}
	}
}
