package index

import (
	"slices"
	"unicode/utf8"
)

// minFuzzy is the length in letters from which a word may be matched by its
// likeness to a name. Shorter ones are alike by chance.
const minFuzzy = 4

// The Jaro-Winkler similarity from which two names are variants: of any two, and
// of two that sound alike. Without the second, Will would be found by while.
const (
	minLike      = 0.90
	minLikeSound = 0.85
)

// register holds the words of people's names, folded. Only they are ever
// matched by likeness; ordinary words never are.
type register struct {
	names map[string]bool
	byKey map[string][]string // by phonetic key
}

func newRegister() *register {
	return &register{names: map[string]bool{}, byKey: map[string][]string{}}
}

// add puts the words of one name into the register.
func (r *register) add(name string) {
	for s := (scanner{text: name}); s.next(); {
		word := string(s.term)
		if r.names[word] || utf8.RuneCount(s.term) < 2 {
			continue
		}
		r.names[word] = true
		key := phoneticKey(word)
		r.byKey[key] = append(r.byKey[key], word)
	}
}

// variants returns the names of the register that are variants of a query's
// word and do not match it anyway, ascending.
func (r *register) variants(w slot) []string {
	out := map[string]bool{}
	for _, other := range sameName(w.term) {
		if r.names[other] {
			out[other] = true
		}
	}
	if utf8.RuneCountInString(w.term) >= minFuzzy {
		a := []rune(w.term)
		var buf [maxTerm]rune
		like := func(name string, least float64) {
			if b := appendRunes(buf[:0], name); len(b) >= minFuzzy && jaroWinkler(a, b) >= least {
				out[name] = true
			}
		}
		for name := range r.names {
			like(name, minLike)
		}
		if key := phoneticKey(w.term); key != "" {
			for _, name := range r.byKey[key] {
				like(name, minLikeSound)
			}
		}
	}
	var st stemmer
	names := make([]string, 0, len(out))
	for name := range out {
		if !w.matches(name, &st) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func appendRunes(buf []rune, s string) []rune {
	for _, c := range s {
		buf = append(buf, c)
	}
	return buf
}

// jaroWinkler is the similarity of two words from 0 to 1: Jaro's, raised by a
// tenth of the rest for each of up to four first letters in common (Winkler
// 1990).
func jaroWinkler(a, b []rune) float64 {
	if len(a) > maxTerm || len(b) > maxTerm || len(a) == 0 || len(b) == 0 {
		return 0
	}
	reach := max(max(len(a), len(b))/2-1, 0)
	var inA, inB [maxTerm]bool
	common := 0
	for i, c := range a {
		for j := max(0, i-reach); j < min(len(b), i+reach+1); j++ {
			if !inB[j] && b[j] == c {
				inA[i], inB[j] = true, true
				common++
				break
			}
		}
	}
	if common == 0 {
		return 0
	}
	moved, j := 0, 0
	for i := range a {
		if !inA[i] {
			continue
		}
		for !inB[j] {
			j++
		}
		if a[i] != b[j] {
			moved++
		}
		j++
	}
	m := float64(common)
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(moved/2))/m) / 3
	prefix := 0
	for prefix < min(4, len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	return jaro + float64(prefix)*0.1*(1-jaro)
}
