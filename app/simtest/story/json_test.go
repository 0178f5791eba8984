package story_test

import (
	"cmp"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// objects reads a file of one JSON object a line, each with "v":1.
func objects(ts *testscript.TestScript, file string) []map[string]any {
	var out []map[string]any
	for l := range strings.Lines(ts.ReadFile(file)) {
		o := map[string]any{}
		if err := json.Unmarshal([]byte(l), &o); err != nil || !strings.HasSuffix(l, "\n") {
			ts.Fatalf("%s: not a JSON object on a line: %q", file, l)
		}
		if o["v"] != float64(1) {
			ts.Fatalf("%s: no \"v\":1 in %s", file, l)
		}
		out = append(out, o)
	}
	return out
}

// at is the value at a dotted path: names of fields, indices of lists, "len".
// Lists and objects are given as JSON.
func at(v any, path string) (string, bool) {
	for p := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			n, ok := x[p]
			if !ok {
				return "", false
			}
			v = n
		case []any:
			if p == "len" {
				return strconv.Itoa(len(x)), true
			}
			i, err := strconv.Atoi(p)
			if err != nil || i < 0 || i >= len(x) {
				return "", false
			}
			v = x[i]
		default:
			return "", false
		}
	}
	switch x := v.(type) {
	case string:
		return x, true
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64), true
	}
	b, err := json.Marshal(v)
	return string(b), err == nil
}

// pick chooses lines of a file by "all", "last", a number from 1, or PATH=VALUE.
func pick(ts *testscript.TestScript, file, which string) []map[string]any {
	objs := objects(ts, file)
	path, want, where := strings.Cut(which, "=")
	switch {
	case which == "all":
		return objs
	case where:
		return slices.DeleteFunc(objs, func(o map[string]any) bool {
			got, ok := at(o, path)
			return !ok || got != want
		})
	case which == "last" && len(objs) > 0:
		return objs[len(objs)-1:]
	}
	n, err := strconv.Atoi(which)
	if err != nil || n < 1 || n > len(objs) {
		ts.Fatalf("%s has %d lines, not a line %s:\n%s", file, len(objs), which, ts.ReadFile(file))
	}
	return objs[n-1 : n]
}

// [!] json FILE WHICH PATH=VALUE…: every picked line has VALUE at each PATH;
// PATH=? wants any value, PATH=- wants none. At least one line must be picked.
// Negated: no picked line has all of them.
func jsonCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: json FILE WHICH PATH=VALUE…")
	}
	picked := pick(ts, args[0], args[1])
	if len(picked) == 0 && !neg {
		ts.Fatalf("%s has no line %s:\n%s", args[0], args[1], ts.ReadFile(args[0]))
	}
	for _, o := range picked {
		wrong := ""
		for _, a := range args[2:] {
			path, want, _ := strings.Cut(a, "=")
			got, there := at(o, path)
			if want == "?" && there || want == "-" && !there || there && got == want {
				continue
			}
			wrong = path + " is " + strconv.Quote(got) + ", want " + strconv.Quote(want)
			break
		}
		if (wrong == "") == neg {
			b, _ := json.Marshal(o)
			ts.Fatalf("%s: %s (negated: %v)\n%s", args[0], wrong, neg, b)
		}
	}
}

// lines FILE N [WHICH]: FILE has N JSON lines, or N that WHICH picks.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: lines FILE N [WHICH]")
	}
	which := "all"
	if len(args) > 2 {
		which = args[2]
	}
	if n := len(pick(ts, args[0], which)); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%s has %d lines %s, want %s:\n%s", args[0], n, which, args[1], ts.ReadFile(args[0]))
	}
}

// capture VAR FILE WHICH PATH: sets VAR to what is at PATH in the first line
// that WHICH picks.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: capture VAR FILE WHICH PATH")
	}
	picked := pick(ts, args[1], args[2])
	if len(picked) == 0 {
		ts.Fatalf("%s has no line %s:\n%s", args[1], args[2], ts.ReadFile(args[1]))
	}
	v, ok := at(picked[0], args[3])
	if !ok {
		ts.Fatalf("no %s in that line of %s", args[3], args[1])
	}
	ts.Setenv(args[0], v)
}

// pluck TO FILE PATH… [-sort]: writes what is at each PATH of every line of
// FILE, one line each, "-" where there is nothing.
func pluck(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: pluck TO FILE PATH… [-sort]")
	}
	paths := args[2:]
	sorted := paths[len(paths)-1] == "-sort"
	if sorted {
		paths = paths[:len(paths)-1]
	}
	var out []string
	for _, o := range objects(ts, args[1]) {
		var row []string
		for _, p := range paths {
			v, ok := at(o, p)
			if !ok {
				v = "-"
			}
			row = append(row, v)
		}
		out = append(out, strings.Join(row, " ")+"\n")
	}
	if sorted {
		slices.Sort(out)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(out, "")), 0o600))
}

// [!] same A B: the two values are (not) equal.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	if (args[0] == args[1]) == neg {
		ts.Fatalf("%q and %q (negated: %v)", args[0], args[1], neg)
	}
}

// searchHit is a line of search.
type searchHit struct {
	Entry   string
	Score   float64
	Snippet string
	Hits    [][2]int
}

func searchHits(ts *testscript.TestScript, file string) (out []searchHit) {
	for l := range strings.Lines(ts.ReadFile(file)) {
		var h searchHit
		ts.Check(json.Unmarshal([]byte(l), &h))
		out = append(out, h)
	}
	return out
}

// marked FILE N TEXT…: the places of hit N, taken from its snippet in Unicode
// code points, are these texts.
func marked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: marked FILE N TEXT…")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	all := searchHits(ts, args[0])
	if n < 1 || n > len(all) {
		ts.Fatalf("%s has %d hits", args[0], len(all))
	}
	h := all[n-1]
	var got []string
	for _, at := range h.Hits {
		points := []rune(h.Snippet)
		if at[0] < 0 || at[1] > len(points) || at[0] >= at[1] {
			ts.Fatalf("%v is outside a snippet of %d code points", at, len(points))
		}
		got = append(got, string(points[at[0]:at[1]]))
	}
	if !slices.Equal(got, args[2:]) {
		ts.Fatalf("%q marks %q, want %q", h.Snippet, got, args[2:])
	}
}

// ranked FILE: hits stand best first, those of one score by their ids.
func ranked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ranked FILE")
	}
	all := searchHits(ts, args[0])
	if !slices.IsSortedFunc(all, func(a, b searchHit) int {
		if a.Score != b.Score {
			return cmp.Compare(b.Score, a.Score)
		}
		return strings.Compare(a.Entry, b.Entry)
	}) {
		ts.Fatalf("not best first:\n%s", ts.ReadFile(args[0]))
	}
}
