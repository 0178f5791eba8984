package index

import (
	"slices"
	"sync"
	"testing"

	"wherry/storage/record"
)

func put(x *Index, n uint64, text string) record.ID {
	id := testID("entry", n)
	x.Put(Doc{ID: id, Case: testID("case", n%3), Kind: "note", Author: "Ann", Time: int64(n), Text: text})
	return id
}

// TestFinds tells what a social worker expects of the search box.
func TestFinds(t *testing.T) {
	for _, c := range []struct {
		text, query string
		found       bool
	}{
		{"Met Linh Nguyễn at school", "nguyen", true},
		{"Met Linh Nguyen at school", "Nguyễn", true},
		{"Ŵyn and Siân", "wyn sian", true},
		{"Wyn and Sian", "Ŵyn Siân", true},
		{"Şükrü", "Sukru", true},
		{"Sukru", "Şükrü", true},
		{"Mr O’Brien called", "O'Brien", true},
		{"Mr O'Brien called", "obrien", true},
		{"Mr OBrien called", "O’Brien’s", true},
		{"Anna Smith-Jones", "jones", true},
		{"Anna Smith-Jones", "smith-jones", true},
		{"Anna Smith Jones", "Smith-Jones", true},
		{"Anna Jones-Smith", "smith-jones", false},
		{"visited twice", "visiting", true},
		{"visited twice", `"visiting"`, false},
		{"visited twice", `"visited twice"`, true},
		{"visited twice", `"twice visited"`, false},
		{"visited twice", "twice absent", false},
		{"visited twice", "vis*", true},
		{"visited twice", "isit*", false},
		{"王小明在学校", "小明", true},
		{"王小明在学校", "明小", false},
		{"مُحَمَّد", "محمد", true},
		{"ሰላም ነው", "ሰላም", true},
		{"born 12/05/2016", "12/05/2016", true},
		{"born 12/05/2016", "05/12/2016", false},
		{"s.47 enquiry", "s.47", true},
	} {
		x := New()
		put(x, 1, c.text)
		if found := count(t, x, c.query) == 1; found != c.found {
			t.Errorf("%s in %q: found %v", c.query, c.text, found)
		}
	}
}

// TestOrder: more before less, the word as typed before its inflections, short
// before long, and equals by id.
func TestOrder(t *testing.T) {
	x := New()
	variant := put(x, 1, "Hughes here")
	long := put(x, 2, "Hugh was here and there and elsewhere")
	twice := put(x, 3, "Hugh Hugh")
	first, second := put(x, 4, "Hugh here"), put(x, 5, "here Hugh")
	if second.String() < first.String() {
		first, second = second, first
	}
	put(x, 6, "nobody")
	q, _ := Parse("hugh")
	hits := x.Search(q, Filter{}, 10)
	var got []record.ID
	for _, h := range hits {
		got = append(got, h.ID)
	}
	if want := []record.ID{twice, first, second, variant, long}; !slices.Equal(got, want) {
		t.Fatalf("order is %v, want %v", got, want)
	}
	if hits[1].Score != hits[2].Score || hits[0].Score <= hits[1].Score {
		t.Error("scores are not as the places")
	}
	if few := x.Search(q, Filter{}, 2); !slices.Equal(few, hits[:2]) {
		t.Error("a limit changes which are best")
	}
}

func TestFilterAsksOncePerCase(t *testing.T) {
	x := New()
	for n := range uint64(300) {
		put(x, n, "home")
	}
	asked := map[record.ID]int{}
	q, _ := Parse("home")
	hits := x.Search(q, Filter{Allowed: func(id record.ID) bool { asked[id]++; return id == testID("case", 1) }}, 1000)
	if len(hits) != 100 || len(asked) != 3 {
		t.Errorf("%d hits, %d cases asked", len(hits), len(asked))
	}
	for id, n := range asked {
		if n != 1 {
			t.Errorf("case %s was asked about %d times", id.Short(), n)
		}
	}
	if len(x.Search(q, Filter{}, 0)) != 0 || len(x.Search(Query{}, Filter{}, 9)) != 0 {
		t.Error("an empty search found something")
	}
}

// TestOrderOfArrival: the same notes give the same hits, whatever came first
// and however often a note was replaced on the way.
func TestOrderOfArrival(t *testing.T) {
	c := newCorpus(11, 300, 5)
	docs := make([]Doc, 500)
	for i := range docs {
		docs[i] = c.doc(uint64(i), 20)
	}
	x, y := New(), New()
	y.limits.batchDocs = 7
	for i := range docs {
		x.Put(docs[i])
		y.Put(Doc{ID: docs[len(docs)-1-i].ID, Text: "the the to be replaced"})
	}
	for i := range docs {
		y.Put(docs[len(docs)-1-i])
	}
	for _, query := range []string{"the", "school visit", `"of the"`, "s*"} {
		q, _ := Parse(query)
		a, b := x.Search(q, Filter{}, 50), y.Search(q, Filter{}, 50)
		if len(a) == 0 || len(a) != len(b) {
			t.Fatalf("%s: %d and %d hits", query, len(a), len(b))
		}
		for i := range a {
			if a[i] != b[i] {
				t.Errorf("%s: hit %d differs", query, i)
			}
		}
	}
}

// TestSeveralAtOnce lets searches, saves and writes run side by side.
func TestSeveralAtOnce(t *testing.T) {
	x := New()
	x.limits.batchDocs = 16
	q, _ := Parse("home")
	var all sync.WaitGroup
	for w := range uint64(4) {
		all.Go(func() {
			for n := range uint64(200) {
				put(x, w<<32|n, "home visit")
				switch n % 20 {
				case 3:
					x.Search(q, Filter{}, 5)
				case 9:
					x.Remove(testID("entry", w<<32|n))
				case 15:
					x.Snapshot()
				}
			}
		})
	}
	all.Wait()
	if n := count(t, x, "home"); n != 4*190 || x.Len() != n {
		t.Errorf("%d found of %d", n, x.Len())
	}
}
