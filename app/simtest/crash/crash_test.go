// Package crash_test breaks the real programs while they save: it kills them,
// cuts their power, fills their disk and makes their system calls fail. What
// was acknowledged must be there afterwards.
package crash_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

// siblings are only ever visited together, so that each visit is three entries
// or none; the others are written about one by one.
var (
	siblings = []string{"KB-1001", "KB-1002", "KB-1003"}
	others   = []string{"KB-2001", "KB-2002"}
)

// seedNotebook makes a notebook with five children in it.
func seedNotebook(t testing.TB, program, dir string) *rig.Notebook {
	t.Helper()
	n := rig.Create(t, program, dir)
	caseload := filepath.Join(dir, "caseload.csv")
	rig.Write(t, caseload, caseloadOf(append(append([]string{}, siblings...), others...)))
	n.Must(t, 0, "import", caseload)
	return n
}

func caseloadOf(refs []string) string {
	var b strings.Builder
	b.WriteString("Child ref,Full name,DOB\n")
	for _, r := range refs {
		fmt.Fprintf(&b, "%s,Child %s,2015-03-02\n", r, r)
	}
	return b.String()
}

// lineOf is the i-th line of a round: mostly visits to the three siblings.
func lineOf(round string, i int) rig.Line {
	ref := fmt.Sprintf("%s-%05d", round, i)
	text := fmt.Sprintf("Line %d of round %s. %s", i, round, strings.Repeat("The kettle was on. ", i%40))
	if i%4 == 3 {
		return rig.Note(ref, others[i%len(others)], text)
	}
	return rig.Visit(ref, siblings, text)
}

// each gives lines one by one.
func each(lines []rig.Line) func() (rig.Line, bool) {
	next := 0
	return func() (rig.Line, bool) {
		if next == len(lines) {
			return rig.Line{}, false
		}
		next++
		return lines[next-1], true
	}
}
