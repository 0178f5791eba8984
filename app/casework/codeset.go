package casework

import "strings"

// Code is one value of a code set.
type Code struct {
	Code    string
	Label   string
	Retired string // school or reporting year from which it is history, or ""
}

// CodeSet is a list of known values. A value outside it is a warning, never a
// reason to refuse: lists change, and history keeps the old codes.
type CodeSet struct {
	Name   string
	Source string
	Codes  []Code
}

// Lookup finds a value by its code or its label, without regard to case.
func (s *CodeSet) Lookup(value string) (Code, bool) {
	v := strings.TrimSpace(value)
	for _, c := range s.Codes {
		if same(c.Code, v) || (c.Label != "" && same(c.Label, v)) {
			return c, true
		}
	}
	return Code{}, false
}

// Words is the value with its label: "U4: foster …", or the value itself.
func (s *CodeSet) Words(value string) string {
	c, ok := s.Lookup(value)
	if !ok || c.Label == "" || same(c.Label, value) {
		return value
	}
	return c.Code + ": " + c.Label
}

// Values lists the values to choose from: those not retired.
func (s *CodeSet) Values() []string {
	var out []string
	for _, c := range s.Codes {
		if c.Retired == "" {
			out = append(out, c.Code)
		}
	}
	return out
}

func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

func plainSet(name, source string, values ...string) *CodeSet {
	s := &CodeSet{Name: name, Source: source}
	for _, v := range values {
		s.Codes = append(s.Codes, Code{Code: v})
	}
	return s
}
