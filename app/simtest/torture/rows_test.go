//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"wherry/app/simtest/binaries"
)

// TestEveryRowHasItsTests wants a row for each id of the catalogue that this
// program tries, and each row's tests to be there.
func TestEveryRowHasItsTests(t *testing.T) {
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, r := range rows {
		ids[r.ID] = true
		text := source(t, filepath.Join(root, r.Package))
		for _, name := range r.Tests {
			if !strings.Contains(text, "\nfunc "+name+"(t *testing.T) {") {
				t.Errorf("%s: %s has no %s", r.ID, r.Package, name)
			}
		}
	}
	for _, j := range jobs(time.Second) {
		ids[j.id] = true
	}
	for _, id := range []string{"ST-01", "ST-02", "ST-03", "ST-04", "ST-05", "ST-06", "ST-07", "ST-08", "ST-09", "ST-10", "ST-11",
		"DT-01", "DT-02", "DT-03", "DT-04", "DT-05", "DT-06", "DT-07", "DT-08", "CR-03", "CR-07", "CR-08", "LK-01", "LK-02", "LK-03"} {
		if !ids[id] {
			t.Errorf("no row for %s", id)
		}
	}
}

// source is the text of a package's tests.
func source(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil || len(names) == 0 {
		t.Errorf("%s has no tests", dir)
	}
	var b strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
		b.Write(text)
	}
	return b.String()
}

// TestFuzzPatternsMatch wants each group of ST-09 to name fuzz targets.
func TestFuzzPatternsMatch(t *testing.T) {
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, sub := range []string{"app", "storage", "sync"} {
		err := filepath.WalkDir(filepath.Join(root, sub), func(path string, d os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`).FindAllStringSubmatch(string(text), -1) {
				targets = append(targets, strings.TrimPrefix(path, root+"/")+":"+m[1])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range fuzzed {
		if re := regexp.MustCompile(g); !re.MatchString(strings.Join(targets, "\n")) {
			t.Errorf("no fuzz target matches %s", g)
		}
	}
}

// TestStateGoesOn keeps what was done, over a line that was cut off.
func TestStateGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	for _, d := range []done{{Row: "a", OK: false}, {Row: "a", OK: true, Trials: 3}, {Row: "b", OK: true}} {
		if err := note(path, d); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"row":"c","ok":tr`)
	f.Close()
	got, err := load(path)
	if err != nil || len(got) != 2 || !got["a"].OK || got["a"].Trials != 3 {
		t.Errorf("%+v %v", got, err)
	}
}
