package rig

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Siblings are only ever visited together, so that each visit is three entries
// or none; the Others are written about one by one.
var (
	Siblings = []string{"KB-1001", "KB-1002", "KB-1003"}
	Others   = []string{"KB-2001", "KB-2002"}
)

// Seeded makes a notebook with five children in it.
func Seeded(t testing.TB, program, dir string) *Notebook {
	t.Helper()
	return SeededWith(t, program, dir, append(append([]string{}, Siblings...), Others...))
}

// SeededWith makes a notebook with these children in it.
func SeededWith(t testing.TB, program, dir string, refs []string) *Notebook {
	t.Helper()
	n := Create(t, program, dir)
	caseload := filepath.Join(dir, "caseload.csv")
	Write(t, caseload, CaseloadOf(refs))
	n.Must(t, 0, "import", caseload)
	return n
}

// CaseloadOf is a caseload file with these children.
func CaseloadOf(refs []string) string {
	var b strings.Builder
	b.WriteString("Child ref,Full name,DOB\n")
	for _, r := range refs {
		fmt.Fprintf(&b, "%s,Child %s,2015-03-02\n", r, r)
	}
	return b.String()
}

// LineOf is the i-th line of a round: mostly visits to the three siblings.
func LineOf(round string, i int) Line {
	ref := fmt.Sprintf("%s-%05d", round, i)
	text := fmt.Sprintf("Line %d of round %s. %s", i, round, strings.Repeat("The kettle was on. ", i%40))
	if i%4 == 3 {
		return Note(ref, Others[i%len(Others)], text)
	}
	return Visit(ref, Siblings, text)
}

// Lines are the first lines of a round.
func Lines(round string, n int) []Line {
	out := make([]Line, n)
	for i := range out {
		out[i] = LineOf(round, i)
	}
	return out
}

// Each gives lines one by one, for Stream.
func Each(lines []Line) func() (Line, bool) {
	next := 0
	return func() (Line, bool) {
		if next == len(lines) {
			return Line{}, false
		}
		next++
		return lines[next-1], true
	}
}

// Input is lines as one input.
func Input(lines []Line) []byte {
	var b []byte
	for _, l := range lines {
		b = append(b, l.JSON...)
	}
	return b
}
