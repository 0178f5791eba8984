package index

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"

	"wherry/storage/record"
)

// corpus makes synthetic notes whose words follow Zipf's law, from a seed: the
// same seed gives the same notes. No word list is needed; words are built from
// syllables, the commonest are real.
type corpus struct {
	rng   *rand.Rand
	zipf  *rand.Zipf
	words []string
	cases int
}

var commonWords = strings.Fields(`the to and of a in was for that he she with is on it had at mum his
	her they school home visit child not said this be dad as but have by from were are which worker
	when been has will their about there would out no up who all also can what then after contact
	meeting family if very see some told them into time placement foster carer sister brother`)

var surnames = []string{"Nguyễn", "O’Brien", "O'Sullivan", "Smith-Jones", "Şükrü", "Łukasz", "Ŵyn",
	"Mohammed", "Muhammad", "Siân", "Søren", "Zoë", "Aoife", "Oluwaseun", "王小明", "محمد"}

const syllables = "ba be bi bo bu ca ce ci co cra da de di do dra el en er fa fe fi flo ga ge gra ha he hi " +
	"in ing ja ke ki la le li lo ma me mi mo na ne ni no ol on or pa pe pi plo ra re ri ro sa se si sta " +
	"ta te ti tion to tra un ur va ve vi wa we wi ya zo"

func newCorpus(seed uint64, vocabulary, cases int) *corpus {
	c := &corpus{rng: rand.New(rand.NewPCG(seed, 1)), cases: cases}
	parts := strings.Fields(syllables)
	endings := []string{"", "", "", "s", "ed", "ing", "ly", "er"}
	seen := map[string]bool{}
	add := func(w string) {
		if !seen[w] {
			seen[w] = true
			c.words = append(c.words, w)
		}
	}
	for _, w := range commonWords {
		add(w)
	}
	for len(c.words) < vocabulary {
		var w strings.Builder
		for range 2 + c.rng.IntN(3) {
			w.WriteString(parts[c.rng.IntN(len(parts))])
		}
		stem := w.String()
		for range 1 + c.rng.IntN(3) {
			add(stem + endings[c.rng.IntN(len(endings))])
		}
	}
	c.zipf = rand.NewZipf(c.rng, 1.07, 2.7, uint64(vocabulary-1))
	return c
}

// setZipf makes the words follow another law.
func (c *corpus) setZipf(s, v float64) { c.zipf = rand.NewZipf(c.rng, s, v, uint64(len(c.words)-1)) }

// word is one word as Zipf deals it.
func (c *corpus) word() string { return c.words[c.zipf.Uint64()] }

// text is a note of n words in sentences, with a name now and then.
func (c *corpus) text(n int) string {
	var b strings.Builder
	for i := range n {
		w := c.word()
		switch {
		case c.rng.IntN(40) == 0:
			w = surnames[c.rng.IntN(len(surnames))]
		case i%13 == 0:
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		b.WriteString(w)
		if i%13 == 12 {
			b.WriteByte('.')
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func (c *corpus) doc(n uint64, words int) Doc {
	return Doc{ID: testID("entry", n), Case: testID("case", uint64(c.rng.IntN(c.cases))),
		Kind: []string{"visit", "call", "note"}[c.rng.IntN(3)], Author: fmt.Sprint("worker ", c.rng.IntN(20)),
		Time: 1_700_000_000_000 + c.rng.Int64N(1e10), Text: c.text(words)}
}

func testID(what string, n uint64) record.ID {
	return record.Hash("test "+what, binary.BigEndian.AppendUint64(nil, n))
}
