package index

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const benchWords = 300

// prose makes notes whose words are as varied as those of English: 60,000 words,
// 9.7 bits to guess one by the frequencies of all.
func prose(seed uint64, cases int) *corpus {
	c := newCorpus(seed, 60_000, cases)
	c.setZipf(1.18, 3.5)
	return c
}

// built keeps what the benchmarks have built, because building takes longer than
// all of them.
var built struct {
	notes int
	x     *Index
}

func benchIndex(b *testing.B, notes int) *Index {
	b.Helper()
	if built.notes != notes {
		built.x = nil
		c := prose(7, notes/100)
		x := New()
		for i := range notes {
			x.Put(c.doc(uint64(i), benchWords))
		}
		built.notes, built.x = notes, x
	}
	return built.x
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first found free is swept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// yardstick is the time that a fixed piece of work takes now: SHA-256 of a MiB.
// Others load the machine; ratios to it say more than milliseconds.
func yardstick() time.Duration {
	data := make([]byte, 1<<20)
	var took []time.Duration
	for range 9 {
		start := time.Now()
		sha256.Sum256(data)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[4]
}

// BenchmarkPut measures a note put into a growing index, text ready, and the
// longest that one took.
func BenchmarkPut(b *testing.B) {
	c := prose(7, 100)
	docs := make([]Doc, 2000)
	for i := range docs {
		docs[i] = c.doc(uint64(i), benchWords)
	}
	x, n, longest := New(), uint64(0), time.Duration(0)
	for b.Loop() {
		d := docs[n%uint64(len(docs))]
		n++
		d.ID = testID("entry", n)
		start := time.Now()
		x.Put(d)
		longest = max(longest, time.Since(start))
	}
	b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
}

// benchQueries are what people ask.
var benchQueries = []struct {
	name    string
	queries []string
	typing  bool
	narrow  func(f *Filter)
}{
	{"common", []string{"the", "school", "visiting", "family", "contact"}, false, nil},
	{"rare", []string{"nguyen", "sukru", "王小明", "محمد", "zzzzz"}, false, nil},
	{"and", []string{"school visit", "mum dad contact", "the foster carer", "nguyen school", "o'brien home"}, false, nil},
	{"phrase", []string{`"the school"`, `"was for"`, `"foster carer"`, "smith-jones", `"to the home"`}, false, nil},
	{"prefix", []string{"vis*", "fost*", "pla* home", `"the sch*"`}, false, nil},
	{"typing", []string{"n", "ng", "ngu", "nguy", "s", "sc", "sch", "t", "th", "c", "co", "con", "mo", "moh", "school v",
		"the t", "home visit s"}, true, nil},
	{"or-not", []string{"mum OR dad", "visit -the", `school -"the school"`, "sister OR brother family"}, false, nil},
	{"case", []string{"the school", "visit", `"the school"`, "t*"}, false, func(f *Filter) {
		id := testID("case", 5)
		f.Case = &id
	}},
	{"filter", []string{"the school", "visit", `"the school"`, "t*"}, false, func(f *Filter) {
		f.Kind, f.Author, f.From = "visit", "worker 3", 1_700_002_000_000
	}},
	{"names", []string{"mohammed", "nguyen school", "sian"}, false, nil},
}

// searchAll measures one query at a time and reports the median and the 95th
// percentile over all but what is typed, and of that.
func searchAll(b *testing.B, notes int) {
	x := benchIndex(b, notes)
	x.SetNames([]string{"Muhammad Nguyên", "Siân Jones", "Mohamed Aly", "Łukasz Smith", "Zoë Ngyuen"})
	var all, typed []time.Duration
	for _, k := range benchQueries {
		var f Filter
		if k.narrow != nil {
			k.narrow(&f)
		}
		b.Run(k.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				q, err := Parse(k.queries[i%len(k.queries)])
				if err != nil {
					b.Fatal(err)
				}
				q.Prefix, q.Variants = k.typing, k.name == "names"
				start := time.Now()
				x.Search(q, f, 50)
				took = append(took, time.Since(start))
			}
			report(b, took)
			took = took[:len(took)/len(k.queries)*len(k.queries)]
			took = took[:min(len(took), 40*len(k.queries))] // every kind counts alike
			if k.typing {
				typed = append(typed, took...)
			} else {
				all = append(all, took...)
			}
		})
	}
	for name, took := range map[string][]time.Duration{"all": all, "all-typing": typed} {
		if len(took) > 0 {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
				}
				report(b, took)
			})
		}
	}
}

func report(b *testing.B, took []time.Duration) {
	took = slices.Clone(took)
	slices.Sort(took)
	p95 := took[len(took)*95/100]
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(p95.Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(p95)/float64(yardstick()), "p95/sha256-MiB")
}

func BenchmarkSearch10k(b *testing.B)  { searchAll(b, 10_000) }
func BenchmarkSearch100k(b *testing.B) { searchAll(b, 100_000) }

// BenchmarkSearch1M runs only if -bench asks for 1M: it builds for minutes and
// takes two gigabytes.
func BenchmarkSearch1M(b *testing.B) {
	onlyAsked(b)
	searchAll(b, 1_000_000)
}

func BenchmarkDir10k(b *testing.B)  { dirOf(b, 10_000) }
func BenchmarkDir100k(b *testing.B) { dirOf(b, 100_000) }

func BenchmarkDir1M(b *testing.B) {
	onlyAsked(b)
	dirOf(b, 1_000_000)
}

func onlyAsked(b *testing.B) {
	if f := flag.Lookup("test.bench"); f == nil || !strings.Contains(f.Value.String(), "1M") {
		b.Skip("only with -bench 1M")
	}
}

// dirOf measures loading, and reports the size on disk and the heap.
func dirOf(b *testing.B, notes int) {
	ctx, dir := context.Background(), filepath.Join(b.TempDir(), "index")
	start := time.Now()
	if err := benchIndex(b, notes).SaveDir(ctx, dir, testKey(1), Tip{}); err != nil {
		b.Fatal(err)
	}
	saved := time.Since(start)
	built.notes, built.x = 0, nil // so that only what is loaded counts
	before := heap()
	var x *Index
	for b.Loop() {
		var err error
		if x, _, err = LoadDir(ctx, dir, testKey(1)); err != nil {
			b.Fatal(err)
		}
	}
	size := int64(0)
	entries, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			b.Fatal(err)
		}
		size += info.Size()
	}
	b.ReportMetric(float64(size)/float64(notes), "disk-B/note")
	b.ReportMetric(float64(heap()-before)/(1<<20), "heap-MiB")
	b.ReportMetric(float64(saved.Milliseconds()), "save-ms")
	runtime.KeepAlive(x)
}

// BenchmarkAdd measures one more note, searched for at once.
func BenchmarkAdd(b *testing.B) {
	change(b, func(c *corpus, n uint64) Doc { return c.doc(1<<40+n, benchWords) })
}

// BenchmarkReplace measures a note amended, searched for at once.
func BenchmarkReplace(b *testing.B) {
	change(b, func(c *corpus, n uint64) Doc { return c.doc(n%100_000, benchWords) })
}

func change(b *testing.B, next func(c *corpus, n uint64) Doc) {
	x := benchIndex(b, 100_000)
	built.notes, built.x = 0, nil // it will no longer be what it was
	c := prose(8, 100)
	q, err := Parse("nguyen")
	if err != nil {
		b.Fatal(err)
	}
	n := uint64(0)
	for b.Loop() {
		n++
		x.Put(next(c, n))
		if len(x.Search(q, Filter{}, 10)) != 10 {
			b.Fatal(fmt.Sprint("nothing found after ", n))
		}
	}
}
