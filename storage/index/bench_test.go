package index

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"
)

// benchSizes are the numbers of notes the benchmarks run with; the environment
// may give one more in WHERRY_BENCH_NOTES, for the largest of which a laptop
// should have 4 GB free.
func benchSizes() []int {
	sizes := []int{10_000, 100_000}
	if n, err := strconv.Atoi(os.Getenv("WHERRY_BENCH_NOTES")); err == nil {
		sizes = append(sizes, n)
	}
	return sizes
}

const benchWords = 300

// indexes keeps what the benchmarks have built, because building takes longer
// than all of them.
var indexes = map[int]*Index{}

func benchIndex(b testing.TB, notes int) *Index {
	if x := indexes[notes]; x != nil {
		return x
	}
	clear(indexes)
	c := newCorpus(7, 200_000, notes/100)
	x := New()
	for i := range notes {
		x.Put(c.doc(uint64(i), benchWords))
	}
	x.settled()
	indexes[notes] = x
	return x
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first found free is swept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkBuild measures notes put into an empty index, text ready.
func BenchmarkBuild(b *testing.B) {
	const notes = 10_000
	c := newCorpus(7, 200_000, 100)
	docs := make([]Doc, notes)
	size := 0
	for i := range docs {
		docs[i] = c.doc(uint64(i), benchWords)
		size += len(docs[i].Text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		x := New()
		for _, d := range docs {
			x.Put(d)
		}
		x.settled()
	}
	b.ReportMetric(float64(notes)*float64(b.N)/b.Elapsed().Seconds(), "notes/s")
}

// BenchmarkSearch measures one query at a time and reports the 95th percentile
// over all of them beside the mean.
func BenchmarkSearch(b *testing.B) {
	kinds := []struct {
		name    string
		queries []string
		typing  bool
	}{
		{"common", []string{"the", "school", "visiting", "family", "contact"}, false},
		{"and", []string{"school visit", "mum dad contact", "the foster carer", "nguyen school", "o'brien home"}, false},
		{"phrase", []string{`"the school"`, `"was for"`, `"foster carer"`, "smith-jones", `"to the home"`}, false},
		{"prefix", []string{"n", "ng", "ngu", "nguy", "s", "sc", "sch", "t", "th", "c", "co", "con", "mo", "moh", "school v"}, true},
		{"rare", []string{"nguyen", "sukru", "王小明", "محمد", "zzzzz"}, false},
	}
	for _, notes := range benchSizes() {
		for _, k := range kinds {
			b.Run(fmt.Sprintf("notes=%d/%s", notes, k.name), func(b *testing.B) {
				x := benchIndex(b, notes)
				var qs []Query
				for _, s := range k.queries {
					q, err := Parse(s)
					if err != nil {
						b.Fatal(err)
					}
					q.Prefix = k.typing
					qs = append(qs, q)
				}
				var took []time.Duration
				b.ResetTimer()
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					x.Search(qs[i%len(qs)], Filter{}, 50)
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			})
		}
	}
}

// BenchmarkLoad measures reading a snapshot, and reports its size and the heap
// that the index takes.
func BenchmarkLoad(b *testing.B) {
	for _, notes := range benchSizes() {
		b.Run(fmt.Sprintf("notes=%d", notes), func(b *testing.B) {
			data := benchIndex(b, notes).Snapshot()
			clear(indexes) // so that only what is loaded counts
			before := heap()
			var x *Index
			for b.Loop() {
				var err error
				if x, err = Load(data); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(data))/(1<<20), "snapshot-MiB")
			b.ReportMetric(float64(heap()-before)/(1<<20), "heap-MiB")
			runtime.KeepAlive(x)
			runtime.KeepAlive(data)
		})
	}
}

// BenchmarkAdd measures one more note, searched for at once.
func BenchmarkAdd(b *testing.B) {
	for _, notes := range benchSizes() {
		b.Run(fmt.Sprintf("notes=%d", notes), func(b *testing.B) {
			x := benchIndex(b, notes)
			delete(indexes, notes) // it will no longer be what it was
			c := newCorpus(8, 200_000, 100)
			q, _ := Parse("nguyen")
			n := uint64(1 << 40)
			for b.Loop() {
				n++
				x.Put(c.doc(n, benchWords))
				x.Search(q, Filter{}, 10)
			}
		})
	}
}

// BenchmarkReplace measures a note amended, searched for at once.
func BenchmarkReplace(b *testing.B) {
	for _, notes := range benchSizes() {
		b.Run(fmt.Sprintf("notes=%d", notes), func(b *testing.B) {
			x := benchIndex(b, notes)
			delete(indexes, notes)
			c := newCorpus(9, 200_000, 100)
			q, _ := Parse("nguyen")
			for b.Loop() {
				x.Put(c.doc(uint64(c.rng.IntN(notes)), benchWords))
				x.Search(q, Filter{}, 10)
			}
		})
	}
}
