package index

import (
	"bytes"
	"math"
	"slices"
)

// BM25 constants, the usual ones.
const (
	k1 = 1.2
	b  = 0.75
)

// ranker scores by BM25. Every product is rounded to float64 before it is
// added, so that no machine fuses the two and orders notes otherwise.
type ranker struct {
	notes   float64
	average float64   // words in a note
	idf     []float64 // by clause
}

func newRanker(segs []*segment) *ranker {
	var notes int
	var words uint64
	for _, s := range segs {
		notes += s.live()
		words += s.words
	}
	return &ranker{notes: float64(notes), average: float64(words) / float64(max(notes, 1))}
}

// weigh finds the rarity of each clause.
func (r *ranker) weigh(clauses []clause, searches []segmentSearch) {
	slot := 0
	for _, c := range clauses {
		sum := 0.0
		for range c {
			var df uint64
			for i := range searches {
				df += searches[i].df[slot]
			}
			sum += rarity(r.notes, float64(df))
			slot++
		}
		r.idf = append(r.idf, sum)
	}
}

// rarity is the inverse document frequency of a word in df of so many notes.
func rarity(notes, df float64) float64 {
	df = min(df, notes)
	return math.Log(1 + (notes-df+0.5)/(df+0.5))
}

// saturate is the weight of freq occurrences in a note of so many words.
func saturate(freq, words, average float64) float64 {
	norm := (1 - b) + float64(b*words/average)
	return freq * (k1 + 1) / (freq + float64(k1*norm))
}

// of is the score of candidate i, whose number in the segment is doc. Freqs is
// in half occurrences, by clause and candidate.
func (r *ranker) of(s *segment, doc uint32, freqs [][]uint32, i int) float64 {
	score := 0.0
	for c := range freqs {
		score += float64(r.idf[c] * saturate(float64(freqs[c][i])/2, float64(s.lengths[doc]), r.average))
	}
	return round(score)
}

// score offers the candidates that match every clause to top.
func (r *ranker) score(s *segment, cands []uint32, freqs [][]uint32, top *topHits) {
next:
	for i, doc := range cands {
		for c := range freqs {
			if freqs[c][i] == 0 {
				continue next
			}
		}
		top.offer(scored{r.of(s, doc, freqs, i), s, doc})
	}
}

// round cuts a score, which is never negative, to four decimals: more would be
// noise.
func round(score float64) float64 { return math.Floor(score*1e4+0.5) / 1e4 }

// topHits keeps the best hits seen, in a heap whose root is the worst of them.
type topHits struct {
	limit int
	heap  []scored
}

// scored is a note with its score.
type scored struct {
	score float64
	s     *segment
	doc   uint32
}

// before orders hits: higher score first, then lower id.
func (h *scored) before(o *scored) bool {
	if h.score != o.score {
		return h.score > o.score
	}
	return bytes.Compare(h.s.ids[h.doc][:], o.s.ids[o.doc][:]) < 0
}

// reachable reports whether a note of that score could be among the best.
func (t *topHits) reachable(score float64) bool {
	return len(t.heap) < t.limit || score >= t.heap[0].score
}

func (t *topHits) offer(h scored) {
	switch {
	case len(t.heap) < t.limit:
		t.heap = append(t.heap, h)
		for i := len(t.heap) - 1; i > 0; {
			up := (i - 1) / 2
			if !t.heap[up].before(&t.heap[i]) {
				break
			}
			t.heap[up], t.heap[i] = t.heap[i], t.heap[up]
			i = up
		}
	case h.before(&t.heap[0]):
		t.heap[0] = h
		for i := 0; ; {
			worst := i
			for down := 2*i + 1; down <= 2*i+2 && down < len(t.heap); down++ {
				if t.heap[worst].before(&t.heap[down]) {
					worst = down
				}
			}
			if worst == i {
				return
			}
			t.heap[i], t.heap[worst] = t.heap[worst], t.heap[i]
			i = worst
		}
	}
}

// hits returns what was kept, best first.
func (t *topHits) hits() []Hit {
	slices.SortFunc(t.heap, func(a, b scored) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
	var out []Hit
	for _, h := range t.heap {
		out = append(out, Hit{ID: h.s.ids[h.doc], Case: h.s.cases[h.s.caseOf[h.doc]],
			Kind: h.s.kinds[h.s.kindOf[h.doc]], Score: h.score})
	}
	return out
}
