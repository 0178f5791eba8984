package index

import (
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// stemmer gives English Snowball ("Porter 2") stems. It is not safe for use by
// two goroutines at once.
type stemmer struct {
	env *snowballstem.Env
}

// stem returns the stem of a folded word, or the word itself unless it is made
// of a to z alone. The first letter never changes.
func (s *stemmer) stem(term string) string {
	if len(term) < 3 {
		return term
	}
	for i := 0; i < len(term); i++ {
		if term[i] < 'a' || term[i] > 'z' {
			return term
		}
	}
	if s.env == nil {
		s.env = snowballstem.NewEnv("")
	}
	s.env.SetCurrent(term)
	english.Stem(s.env)
	return s.env.Current()
}

// stemCache remembers the stems of words seen lately, because the same words
// come in every batch of notes. It is not safe for use by two goroutines.
type stemCache struct {
	stemmer stemmer
	known   map[string]string
}

const stemCacheSize = 1 << 15 // words

func (c *stemCache) stem(term string) string {
	if stem, ok := c.known[term]; ok {
		return stem
	}
	if c.known == nil || len(c.known) >= stemCacheSize {
		c.known = map[string]string{}
	}
	stem := c.stemmer.stem(term)
	if stem == term {
		stem = term // one string for both
	}
	c.known[term] = stem
	return stem
}
