package bench_test

import (
	"strings"
	"testing"
	"time"

	"wherry/app/simtest/bench/synth"
)

// BenchmarkRatioSearch: searches of several forms in 10,000 notes, beside
// looking through the same text, already decrypted, for one word.
func BenchmarkRatioSearch(b *testing.B) {
	for b.Loop() {
		t := newTable(b, "Searching 10,000 notes, first 50 results")
		nb := open(b, notebookOf(b, 10_000))
		text := allText(10_000)
		queries := []string{"kitchen", "bruise worried", `"police called"`, "plac*", "bedroom clean warm", "school", "weight court letter", "doct*"}
		var ours, floor []time.Duration
		hits := 0
		for range 25 {
			for _, q := range queries {
				begun := time.Now()
				found, err := nb.Search(bg, q, "", 50, false)
				if err != nil {
					b.Fatal(err)
				}
				ours = append(ours, time.Since(begun))
				hits += len(found)
			}
			begun := time.Now()
			if strings.Count(text, "bruise") == 0 {
				b.Fatal("the floor looks for what is not there")
			}
			floor = append(floor, time.Since(begun))
		}
		shut(b, nb)
		if hits == 0 {
			b.Fatal("no hits")
		}
		o, f := sorted(ours), sorted(floor)
		t.compare("median", o.median(), f.median())
		t.compare("p95", o.at(0.95), f.at(0.95))
		t.print()
		b.ReportMetric(float64(o.at(0.95).Microseconds()), "µs-p95")
	}
}

// allText is the plain text of the notes of notebookOf.
func allText(n int) string {
	s := synth.New(uint64(n))
	s.Caseload(childrenPer)
	var b strings.Builder
	for i := range n {
		b.Write(s.Note(synth.Refs(childrenPer)[i%childrenPer], s.Size()))
	}
	return b.String()
}
