package index

import (
	"math"
	"slices"
)

// BM25 constants, the usual ones, and what a variant of a name counts beside
// the word itself.
const (
	k1           = 1.2
	b            = 0.75
	variantShare = 0.25
)

// ranker scores by BM25. Every product is rounded to float64 before it is
// added, so that no machine fuses the two and orders notes otherwise.
type ranker struct {
	notes   float64
	average float64   // words in a note
	idf     []float64 // by alternative
	norms   []float64 // k1 × the share of a note's length, by length
}

// normTable is the number of lengths whose share is worked out once.
const normTable = 1024

func newRanker(segs []*segment) *ranker {
	var notes int
	var words uint64
	for _, s := range segs {
		notes += s.live()
		words += s.words
	}
	r := &ranker{notes: float64(notes), average: float64(words) / float64(max(notes, 1)), norms: make([]float64, normTable)}
	for n := range r.norms {
		r.norms[n] = r.normOf(uint32(n))
	}
	return r
}

func (r *ranker) normOf(words uint32) float64 {
	norm := (1 - b) + float64(b*float64(words)/r.average)
	return float64(k1 * norm)
}

// norm is the part of BM25 that depends on a note's length.
func (r *ranker) norm(words uint32) float64 {
	if words < normTable {
		return r.norms[words]
	}
	return r.normOf(words)
}

// weigh finds the rarity of each alternative.
func (r *ranker) weigh(clauses []clause, searches []segmentSearch) {
	n := 0
	for _, c := range clauses {
		for _, a := range c {
			sum := 0.0
			for slot := range a.length() {
				var df uint64
				for i := range searches {
					df += searches[i].alts[n].slots[slot].df
				}
				sum += rarity(r.notes, float64(df))
			}
			if a.names != nil {
				sum *= variantShare
			}
			r.idf = append(r.idf, sum)
			n++
		}
	}
}

// rarity is the inverse document frequency of a word in df of so many notes.
func rarity(notes, df float64) float64 {
	df = min(df, notes)
	return math.Log(1 + (notes-df+0.5)/(df+0.5))
}

// saturate is the weight of freq occurrences in a note whose length has the
// given norm.
func saturate(freq, norm float64) float64 { return freq * (k1 + 1) / (freq + norm) }

// weight is the most that an alternative can add to a score.
func (r *ranker) weight(q *segmentSearch, a *altRun) float64 {
	return r.idf[slices.Index(q.alts, a)] * (k1 + 1)
}

// of is the score of a note, and whether a part of the query matches it only by
// variants. Freqs gives the half occurrences of each alternative. Matched is
// false if a part does not match at all.
func (r *ranker) of(q *segmentSearch, doc uint32, freqs []uint32) (score float64, sounds, matched bool) {
	norm := r.norm(q.s.lengths[doc])
	n := 0
	for _, c := range q.clauses {
		found, exact := false, false
		for _, a := range c {
			if f := freqs[n]; f > 0 {
				score += float64(r.idf[n] * saturate(float64(f)/2, norm))
				found, exact = true, exact || !a.variant
			}
			n++
		}
		if !found {
			return 0, false, false
		}
		sounds = sounds || !exact
	}
	return round(score), sounds, true
}

// score offers the candidates to top.
func (r *ranker) score(q *segmentSearch, sc *scratch, top *topHits) {
	if len(q.alts) == 1 {
		r.scoreOne(q, top)
		return
	}
	most := q.potentials(r, sc)
	freqs := make([]uint32, len(q.alts))
	for i, doc := range q.cands {
		if most[i] < top.least()-slack {
			continue
		}
		for n, a := range q.alts {
			freqs[n] = a.freqs[i]
		}
		if score, sounds, ok := r.of(q, doc, freqs); ok {
			top.offer(scored{score, sounds, q.s, doc})
		}
	}
}

// scoreOne is score for a query of one alternative.
func (r *ranker) scoreOne(q *segmentSearch, top *topHits) {
	cut := newCutoff(r.idf[0])
	lengths := q.s.lengths
	for i, f := range q.alts[0].freqs {
		doc := q.cands[i]
		if cut.pass(r, f, lengths[doc], top.least()) {
			top.offer(scored{round(float64(r.idf[0] * saturate(float64(f)/2, r.norm(lengths[doc])))), false, q.s, doc})
		}
	}
}

// cutoff knows for one alternative how long a note with so many occurrences may
// be to reach a score, so that most notes cost two look-ups.
type cutoff struct {
	idf   float64
	score float64     // that limit is for
	limit [64]float64 // of the norm, by half occurrences
}

func newCutoff(idf float64) cutoff {
	c := cutoff{idf: idf, score: math.Inf(-1)}
	for i := range c.limit {
		c.limit[i] = math.Inf(1)
	}
	return c
}

// pass reports whether a note can reach score. It may be wrong where it says yes.
func (c *cutoff) pass(r *ranker, freq, words uint32, score float64) bool {
	if score != c.score {
		c.score = score
		// Rounding adds less than the step that is taken off here.
		least := score - 1e-4
		for i := range c.limit {
			f := float64(i) / 2
			if c.limit[i] = math.Inf(1); least > 0 {
				c.limit[i] = c.idf*f*(k1+1)/least - f
			}
		}
	}
	return freq >= uint32(len(c.limit)) || words >= normTable || r.norms[words] <= c.limit[freq]
}

// round cuts a score, which is never negative, to four decimals: more would be
// noise.
func round(score float64) float64 { return math.Floor(score*1e4+0.5) / 1e4 }
