package desktop

import "fmt"

// words is the window's tongue. English is written in the code, where it can be
// read in its place; other languages are tables from the English. What a table
// lacks is shown in English. words_test.go sees that every key of a table is
// still in use.
type words struct{ table map[string]string }

// tongues are the languages of the window. A new one is a table and a line.
var tongues = map[string]map[string]string{
	"cy": welsh,
}

func newWords(language string) words { return words{tongues[language]} }

// t is the English in the window's tongue, with args put in as fmt does.
func (w words) t(english string, args ...any) string {
	if s, ok := w.table[english]; ok {
		english = s
	}
	if len(args) == 0 {
		return english
	}
	return fmt.Sprintf(english, args...)
}

// n is one of two phrases, by number. Both take the number.
func (w words) n(one, many string, n int) string {
	if n == 1 {
		return w.t(one, n)
	}
	return w.t(many, n)
}
