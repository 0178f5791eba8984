// Package rig drives the real programs for the torture tests: it starts them,
// feeds them, kills them, and remembers what they promised.
//
// Three environment variables steer a run. SEED repeats one: every test prints
// the seed it used. WHERRY_TORTURE=1 turns on the trial counts of a release.
// CI=true makes a missing tool a failure instead of a reason to skip.
package rig

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Torture reports whether the release trial counts are asked for.
func Torture() bool { return os.Getenv("WHERRY_TORTURE") == "1" }

// Count chooses a number of trials: normal in an ordinary run, release under
// WHERRY_TORTURE=1, and a tenth of normal (at least one) with -short, under
// which the race detector runs.
func Count(normal, release int) int {
	switch {
	case Torture():
		return release
	case testing.Short():
		return max(1, normal/10)
	}
	return normal
}

// Seed returns the run's random source and prints how to repeat it.
func Seed(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if os.Getenv("CI") == "true" && !Torture() {
		seed = 1 // the same commit gets the same answer; elsewhere each run draws anew
	}
	if s := os.Getenv("SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("SEED=%s is not a number", s)
		}
		seed = n
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0x77686572727921))
}

// Need ends the test unless it runs as root (if asked for) with these tools at
// hand: it skips with the reason, and fails instead where CI=true.
func Need(t testing.TB, root bool, tools ...string) {
	t.Helper()
	var lacks []string
	if root && os.Geteuid() != 0 {
		lacks = append(lacks, "root")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			lacks = append(lacks, tool)
		}
	}
	if len(lacks) > 0 {
		Lacking(t, strings.Join(lacks, ", "))
	}
}

// Lacking ends the test for want of something: a skip, or a failure in CI.
func Lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("this needs %s, and in CI it must be there", what)
	}
	t.Skipf("this needs %s", what)
}

// Figures is a table of what a harness did and found.
type Figures struct {
	title string
	rows  [][2]string
}

// NewFigures begins a table.
func NewFigures(title string) *Figures { return &Figures{title: title} }

// Add adds a row.
func (f *Figures) Add(what, format string, args ...any) {
	f.rows = append(f.rows, [2]string{what, fmt.Sprintf(format, args...)})
}

// Sum says how many trials were made and how much was found, for the table of
// the torture runs.
func (f *Figures) Sum(trials, findings int) {
	f.Add("in all", "=sum trials %d findings %d", trials, findings)
}

// Print writes the table into the test's log, and with WHERRY_TORTURE=1 to
// standard output too, where a passing run shows it.
func (f *Figures) Print(t testing.TB) {
	t.Helper()
	var b strings.Builder
	width := 0
	for _, r := range f.rows {
		width = max(width, len(r[0]))
	}
	fmt.Fprintf(&b, "%s\n", f.title)
	for _, r := range f.rows {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, r[0], r[1])
	}
	t.Log("\n" + b.String())
	if Torture() {
		fmt.Print(b.String())
	}
}
