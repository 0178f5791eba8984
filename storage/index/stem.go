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
