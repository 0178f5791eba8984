package index

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wherry/storage/record"
)

// oracle answers by reading every note word by word. It shares the rules that
// cut and stem words with the index, and nothing else.
type oracle map[record.ID]Doc

func wordsOf(text string) []string {
	var out []string
	for s := (scanner{text: text}); s.next(); {
		out = append(out, string(s.term))
	}
	return out
}

// reader answers one query; it remembers which words fill which slot.
type reader struct {
	st   stemmer
	memo map[slot]map[string]bool
}

func (r *reader) fits(w slot, word string) bool {
	if r.memo[w] == nil {
		r.memo[w] = map[string]bool{}
	}
	fit, known := r.memo[w][word]
	if !known {
		fit = word == w.term || w.prefix && strings.HasPrefix(word, w.term) || w.stem != "" && r.st.stem(word) == w.stem
		r.memo[w][word] = fit
	}
	return fit
}

// halves returns how often an alternative occurs, in half occurrences.
func (r *reader) halves(a alt, words []string) (n int) {
	if a.names != nil {
		for _, word := range words {
			for _, name := range a.names {
				if word == name {
					n += 2
				}
			}
		}
		return n
	}
	c := a.slots
	for at := 0; at+len(c) <= len(words); at++ {
		all := true
		for i, w := range c {
			all = all && r.fits(w, words[at+i])
		}
		switch {
		case !all:
		case len(c) > 1 || words[at] == c[0].term:
			n += 2
		default:
			n++
		}
	}
	return n
}

// rarity is the rarity of an alternative.
func (r *reader) rarity(a alt, df map[string]int, n float64) (idf float64) {
	of := func(fits func(word string) bool) float64 {
		d := 0.0
		for word, notes := range df {
			if fits(word) {
				d += float64(notes)
			}
		}
		d = math.Min(d, n)
		return math.Log(1 + (n-d+0.5)/(d+0.5))
	}
	if a.names != nil {
		return of(func(word string) bool { return slices.Contains(a.names, word) }) / 4
	}
	for _, w := range a.slots {
		idf += of(func(word string) bool { return r.fits(w, word) })
	}
	return idf
}

// search answers a query whose variants are among its clauses already.
func (o oracle) search(q Query, f Filter, limit int) []Hit {
	clauses := q.effective()
	r := &reader{memo: map[slot]map[string]bool{}}
	words := map[record.ID][]string{}
	total := 0
	df := map[string]int{} // notes that hold a word
	for id, d := range o {
		words[id] = wordsOf(d.Text)
		total += len(words[id])
		seen := map[string]bool{}
		for _, word := range words[id] {
			if !seen[word] {
				seen[word] = true
				df[word]++
			}
		}
	}
	n := float64(len(o))
	idf := make([][]float64, len(clauses))
	for i, c := range clauses {
		for _, a := range c {
			idf[i] = append(idf[i], r.rarity(a, df, n))
		}
	}
	var hits []Hit
note:
	for id, d := range o {
		if f.Case != nil && d.Case != *f.Case || f.Kind != "" && d.Kind != f.Kind ||
			f.Author != "" && d.Author != f.Author || f.From != 0 && d.Time < f.From ||
			f.To != 0 && d.Time >= f.To || f.Allowed != nil && !f.Allowed(d.Case) {
			continue
		}
		for _, a := range q.excluded {
			if r.halves(a, words[id]) > 0 {
				continue note
			}
		}
		score, sounds := 0.0, false
		for i, c := range clauses {
			found, exact := false, false
			for k, a := range c {
				halves := r.halves(a, words[id])
				if halves == 0 {
					continue
				}
				found, exact = true, exact || a.names == nil
				tf := float64(halves) / 2
				length := float64(len(words[id])) / (float64(total) / n)
				score += idf[i][k] * tf * 2.2 / (tf + 1.2*(0.25+0.75*length))
			}
			if !found {
				continue note
			}
			sounds = sounds || !exact
		}
		hits = append(hits, Hit{id, d.Case, d.Kind, math.Floor(score*1e4+0.5) / 1e4, sounds})
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		switch {
		case a.SoundsLike != b.SoundsLike:
			if b.SoundsLike {
				return -1
			}
			return 1
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	if len(hits) > limit {
		hits = hits[:limit]
	}
	return hits
}

// smallWords have stems in common, fold to each other, and begin alike.
var smallWords = strings.Fields(`visit visits visited visiting Visit's visitor school schools happy happily
	happiness Nguyễn Nguyen NGUYEN O'Brien O’Brien obrien Smith-Jones smith jones home homes mum's mum
	hope hoping hop hops hoppe Smyth ngyuen obryan lukas 王小明 小明 محمد مُحَمَّد Łukasz lukasz a i to the 47 s.47 x-ray don't`)

// smallNames are variants of words above.
var smallNames = []string{"Nguyên Ngyuen", "Jonnes", "Smyth", "O'Bryan", "Visitor", "Hoppe", "Lukas Łukasz"}

func drawText(t *rapid.T, longest int) string {
	words := rapid.SliceOfN(rapid.SampledFrom(smallWords), 0, longest).Draw(t, "words")
	return strings.Join(words, rapid.SampledFrom([]string{" ", ", ", "\n", " — "}).Draw(t, "gap"))
}

// drawQuery makes a query that parses.
func drawQuery(t *rapid.T) Query {
	var parts []string
	for range rapid.IntRange(1, 3).Draw(t, "clauses") {
		w := rapid.SampledFrom(smallWords).Draw(t, "word")
		switch rapid.IntRange(0, 4).Draw(t, "form") {
		case 0:
			w = fmt.Sprintf("%q", w+" "+rapid.SampledFrom(smallWords).Draw(t, "second"))
		case 1:
			r := []rune(w)
			w = string(r[:rapid.IntRange(1, len(r)).Draw(t, "letters")])
			if !startsWord([]rune(w)[len([]rune(w))-1]) {
				w += "x"
			}
			w += "*"
		case 2:
			w = `"` + w + " " + rapid.SampledFrom(smallWords).Draw(t, "second") + "*\""
			if strings.HasSuffix(w, `'s*"`) {
				w = w[:len(w)-2] + `"`
			}
		}
		parts = append(parts, w)
	}
	query := parts[0]
	for _, p := range parts[1:] {
		query += rapid.SampledFrom([]string{" ", " ", " OR "}).Draw(t, "join") + p
	}
	if rapid.IntRange(0, 3).Draw(t, "exclude") == 0 {
		query = "-" + rapid.SampledFrom([]string{"the", "home", "visits", `"the home"`, "s*", `"visit* a"`, "小明"}).Draw(t, "not") + " " + query
	}
	q, err := Parse(query)
	if err != nil {
		t.Fatalf("query %q: %v", query, err)
	}
	q.Prefix = rapid.Bool().Draw(t, "typing")
	q.Variants = rapid.Bool().Draw(t, "variants")
	return q
}

func drawFilter(t *rapid.T) Filter {
	var f Filter
	if rapid.IntRange(0, 5).Draw(t, "by case") == 0 {
		id := testID("case", uint64(rapid.IntRange(0, 5).Draw(t, "case")))
		f.Case = &id
	}
	f.Kind = rapid.SampledFrom([]string{"", "", "", "visit", "visit", "fax"}).Draw(t, "kind")
	f.Author = rapid.SampledFrom([]string{"", "", "", "", "Ann", "Nobody"}).Draw(t, "author")
	f.From = rapid.SampledFrom([]int64{0, 0, -1, 1}).Draw(t, "from")
	f.To = rapid.SampledFrom([]int64{0, 0, 2}).Draw(t, "to")
	if rapid.IntRange(0, 3).Draw(t, "restricted") == 0 {
		allowed := testID("case", uint64(rapid.IntRange(0, 4).Draw(t, "allowed case")))
		f.Allowed = func(id record.ID) bool { return id == allowed }
	}
	return f
}

// TestAgreesWithOracle puts, replaces, removes, saves and loads at random, with
// limits so small that segments are made and merged all the time.
func TestAgreesWithOracle(t *testing.T) {
	for range 4 { // four times the usual number of trials
		rapid.Check(t, agreesWithOracle)
	}
}

func agreesWithOracle(t *rapid.T) {
	x, o := New(), oracle{}
	small := limits{batchDocs: rapid.IntRange(1, 6).Draw(t, "batch"), batchTokens: 400,
		fan: rapid.IntRange(2, 4).Draw(t, "fan"), mergeDocs: 15, mergeBytes: 1 << 20, mergeStep: rapid.IntRange(0, 60).Draw(t, "step"),
		deadShare: rapid.IntRange(1, 3).Draw(t, "dead share"), alone: rapid.SampledFrom([]int{0, 100}).Draw(t, "alone")}
	x.limits = small
	x.SetNames(smallNames)
	t.Repeat(map[string]func(*rapid.T){
		"put": func(t *rapid.T) {
			for range rapid.IntRange(1, 12).Draw(t, "notes") {
				d := Doc{ID: testID("entry", uint64(rapid.IntRange(0, 25).Draw(t, "id"))),
					Case:   testID("case", uint64(rapid.IntRange(0, 4).Draw(t, "case"))),
					Kind:   rapid.SampledFrom([]string{"visit", "call", ""}).Draw(t, "kind"),
					Author: rapid.SampledFrom([]string{"Ann", "Zoë"}).Draw(t, "author"),
					Time:   int64(rapid.IntRange(-2, 3).Draw(t, "time")),
					Text:   drawText(t, 12)}
				x.Put(d)
				o[d.ID] = d
			}
		},
		"remove": func(t *rapid.T) {
			id := testID("entry", uint64(rapid.IntRange(0, 25).Draw(t, "id")))
			_, had := o[id]
			if x.Remove(id) != had {
				t.Fatalf("Remove did not report %v", had)
			}
			delete(o, id)
		},
		"remove case": func(t *rapid.T) {
			id := testID("case", uint64(rapid.IntRange(0, 4).Draw(t, "case")))
			n := 0
			for k, d := range o {
				if d.Case == id {
					delete(o, k)
					n++
				}
			}
			if got := x.RemoveCase(id); got != n {
				t.Fatalf("RemoveCase removed %d of %d", got, n)
			}
		},
		"save and load": func(t *rapid.T) {
			data := x.Snapshot()
			y, err := Load(data)
			if err != nil {
				t.Fatal(err)
			}
			y.limits = small
			if !bytes.Equal(y.Snapshot(), data) {
				t.Fatal("a loaded snapshot is saved otherwise")
			}
			x = y
			x.limits = small
			x.SetNames(smallNames)
		},
		"search": func(t *rapid.T) {
			q, f, limit := drawQuery(t), drawFilter(t), rapid.IntRange(1, 12).Draw(t, "limit")
			if diff := cmp.Diff(o.search(x.Expand(q), f, limit), x.Search(q, f, limit)); diff != "" {
				t.Fatalf("clauses %v: the index differs from the oracle:\n%s", q.effective(), diff)
			}
		},
		"": func(t *rapid.T) {
			for _, s := range x.segs {
				if s.docCount() > max(small.mergeDocs, small.batchDocs) {
					t.Fatalf("a segment of %d notes", s.docCount())
				}
			}
			if x.Len() != len(o) {
				t.Fatalf("Len is %d, want %d", x.Len(), len(o))
			}
		},
	})
}

// TestAgreesOnLongLists uses lists of many blocks, which the small test never
// makes, with phrases, prefixes and dead notes.
func TestAgreesOnLongLists(t *testing.T) {
	c := newCorpus(3, 400, 20)
	x, o := New(), oracle{}
	x.limits = limits{batchDocs: 300, batchTokens: 1 << 20, fan: 3, mergeDocs: 5000, mergeBytes: 1 << 26,
		mergeStep: 100, deadShare: 2}
	put := func(n, words int) {
		d := c.doc(uint64(n), words)
		x.Put(d)
		o[d.ID] = d
	}
	for n := range 1500 {
		put(n, 5+n%40)
	}
	for n := 1500; n < 1510; n++ {
		put(n, 500)
	}
	check := func() {
		t.Helper()
		for _, s := range []string{"the", "the of", `"of the"`, "s*", `"the s*"`, "nguyen smith-jones", `"the to and"`,
			"visit* obrien", `"王小明"`, "was child the", `"王小明 the"`, "smith-jones the*", "the of and to a in", "t*", "a* the -to", `the OR "of the" -"to the"`,
			`"the of" OR s*`, "nguyen OR nothing -the", `"the t*"`, "the t*", "of* t* s*"} {
			q, err := Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, limit := range []int{3, 5000} {
				if diff := cmp.Diff(o.search(q, Filter{}, limit), x.Search(q, Filter{}, limit)); diff != "" {
					t.Fatalf("%s, limit %d: the index differs from the oracle:\n%s", s, limit, diff)
				}
			}
		}
	}
	check()
	for n := 0; n < 1500; n += 11 {
		put(n, 9)
	}
	for n := 3; n < 1500; n += 17 {
		x.Remove(testID("entry", uint64(n)))
		delete(o, testID("entry", uint64(n)))
	}
	check()
	x.settled()
	check()
}

// TestEveryNoteBesideCommonWord looks for each note by a word that only it has
// and one that all have, so that every place in a block is the only one wanted.
func TestEveryNoteBesideCommonWord(t *testing.T) {
	x := New()
	text := func(n int) string { return fmt.Sprintf("%s the only%d the", strings.Repeat("pad ", n%300), n) }
	for n := range 700 {
		put(x, uint64(n), text(n))
	}
	for n := range 700 {
		for _, query := range []string{"the only%d", "\"the only%d the\"", "only%d-the", "pad* the only%d"} {
			q, err := Parse(fmt.Sprintf(query, n))
			if err != nil {
				t.Fatal(err)
			}
			want := 1
			if n%300 == 0 && strings.HasPrefix(query, "pad") {
				want = 0
			}
			if hits := x.Search(q, Filter{}, 5); len(hits) != want || want == 1 && hits[0].ID != testID("entry", uint64(n)) {
				t.Fatalf("note %d: %d hits for %s", n, len(hits), query)
			}
		}
	}
}

// TestEqualPhrases: notes of equal score are kept by id however late they are
// looked at.
func TestEqualPhrases(t *testing.T) {
	x := New()
	x.limits.batchDocs = 50
	var ids []record.ID
	for n := range uint64(6 * firstBatch) {
		ids = append(ids, put(x, n, "foster carer"))
	}
	slices.SortFunc(ids, compareID)
	q, _ := Parse(`"foster carer"`)
	for i, h := range x.Search(q, Filter{}, 20) {
		if h.ID != ids[i] {
			t.Fatalf("place %d is taken by another note", i+1)
		}
	}
}

// TestRemovedNotesAreNotCounted: rarity and length are those of the notes that
// are left, wherever in its block the removed one stood.
func TestRemovedNotesAreNotCounted(t *testing.T) {
	q, _ := Parse("the only*")
	for _, gone := range []uint64{0, 1, 126, 127, 128, 129, 255, 256, 698, 699} {
		x, y := New(), New()
		x.limits.deadShare = 1 // keep it, marked dead
		for n := range uint64(700) {
			text := strings.Repeat("the ", 1+int(n%7)) + fmt.Sprint("only", n)
			put(x, n, text)
			if n != gone {
				put(y, n, text)
			}
		}
		for n := range uint64(300) {
			put(x, 1000+n, "other words")
			put(y, 1000+n, "other words")
		}
		x.flush()
		x.Remove(testID("entry", gone))
		if diff := cmp.Diff(y.Search(q, Filter{}, 1000), x.Search(q, Filter{}, 1000)); diff != "" {
			t.Fatalf("note %d:\n%s", gone, diff)
		}
	}
}
