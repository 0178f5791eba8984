package tamper_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"wherry/app/simtest/crash/rig"
)

// shown is what the programs print about a notebook.
type shown struct {
	entries map[string]string         // id -> line of list --entries
	detail  map[string]map[string]any // id -> line of show, for every child
	hits    string                    // of a search
	drafts  map[string]string         // id -> line of draft show
}

// look prints everything of the intact notebook.
func look(t testing.TB, n *rig.Notebook) *shown {
	t.Helper()
	s := &shown{entries: map[string]string{}, detail: map[string]map[string]any{}, drafts: map[string]string{}}
	for line := range bytes.Lines(n.Must(t, 0, "list", "--entries").Out) {
		s.entries[idOf(t, line, "id")] = string(line)
	}
	for _, c := range children {
		for line := range bytes.Lines(n.Must(t, 0, "show", c).Out) {
			m := map[string]any{}
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatal(err)
			}
			s.detail[m["id"].(string)] = m
		}
	}
	s.hits = string(n.Must(t, 0, "search", "kettle").Out)
	for line := range bytes.Lines(n.Must(t, 0, "draft", "list").Out) {
		id := idOf(t, line, "draft")
		s.drafts[id] = string(n.Must(t, 0, "draft", "show", id).Out)
	}
	if len(s.entries) < 30 || len(s.detail) != len(s.entries) || s.hits == "" || len(s.drafts) != 2 {
		t.Fatalf("the intact notebook shows too little: %d entries, %d details, %d drafts", len(s.entries), len(s.detail), len(s.drafts))
	}
	return s
}

func idOf(t testing.TB, line []byte, field string) string {
	t.Helper()
	m := map[string]any{}
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	id, _ := m[field].(string)
	return id
}

// verdict is what a damaged notebook's output came to.
type verdict struct {
	findings       []string
	verify         int // its exit code
	named          bool
	healed         bool
	absent, marked int // entries that list leaves out, or shows as damaged
	refused        bool
}

// find notes a finding; the first few of a trial are enough.
func (v *verdict) find(format string, args ...any) {
	if len(v.findings) < 4 {
		v.findings = append(v.findings, fmt.Sprintf(format, args...))
	}
}

// run wants a proper end of a verb with one of the exit codes of the contract.
func (v *verdict) run(t testing.TB, n *rig.Notebook, args ...string) *rig.Result {
	t.Helper()
	r := n.Run(t, args...)
	if f := r.Fault(); f != "" {
		v.find("%s", f)
	}
	if !slices.Contains([]int{0, 2, 4, 5, 8, 9}, r.Exit) {
		v.find("%v: exit %d\n%s%s", args, r.Exit, r.Out, r.Err)
	}
	if bytes.Contains(r.Out, []byte(`"internal"`)) {
		v.find("%v: an error without a sentence: %s", args, r.Err)
	}
	return r
}

// hold runs the programs on a damaged copy and holds what they print against
// the intact one: each line is the same, or is missing or marked as damaged
// with exit 5 or 8.
func hold(t testing.TB, n *rig.Notebook, want *shown, child string, drafts bool) verdict {
	t.Helper()
	var v verdict
	r := v.run(t, n, "verify")
	v.verify = r.Exit
	var rep rig.Report
	if r.Exit == 0 || r.Exit == 5 || r.Exit == 8 {
		_ = json.Unmarshal(bytes.SplitN(r.Out, []byte("\n"), 2)[0], &rep) // an error line leaves it empty
	}
	v.named = len(rep.Damaged) > 0 || len(rep.Missing) > 0 || bytes.Contains(r.Out, []byte(`"error"`))
	if v.named != (r.Exit != 0) {
		v.find("verify: exit %d with this: %s", r.Exit, r.Out)
	}
	v.list(t, n, want)
	v.show(t, n, want, child)
	if r := v.run(t, n, "search", "kettle"); r.Exit == 0 && v.absent == 0 && string(r.Out) != want.hits {
		v.find("search finds something else:\n%s\nnot\n%s", r.Out, want.hits)
	}
	if drafts {
		v.drafts(t, n, want)
	}
	return v
}

func (v *verdict) list(t testing.TB, n *rig.Notebook, want *shown) {
	r := v.run(t, n, "list", "--entries")
	v.healed = bytes.Contains(r.Err, []byte("mended from its twin"))
	seen := map[string]bool{}
	for line := range bytes.Lines(r.Out) {
		if bytes.HasPrefix(line, []byte(`{"v":1,"error"`)) {
			v.refused = true
			continue
		}
		id := idOf(t, line, "id")
		seen[id] = true
		switch {
		case sameLine(string(line), want.entries[id]):
		case bytes.Contains(line, []byte(`"damaged":true`)) && !bytes.Contains(line, []byte(`"sha256"`)):
			v.marked++
		default:
			v.find("list shows a line that was never written:\n%snot\n%s", line, want.entries[id])
		}
	}
	v.absent = len(want.entries) - len(seen)
	if (v.absent > 0 || v.marked > 0) && r.Exit == 0 {
		v.find("list: exit 0 although %d entries are missing and %d damaged", v.absent, v.marked)
	}
	if v.absent > 0 && v.verify == 0 {
		v.find("verify: exit 0 although %d entries are missing from the list", v.absent)
	}
}

// sameLine compares two lines of list --entries. A child's reference may be
// absent: it is lost with the entry that gave it.
func sameLine(got, want string) bool {
	if got == want {
		return true
	}
	var g, w map[string]any
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(want), &w) != nil || g["ref"] != nil {
		return false
	}
	delete(w, "ref")
	return reflect.DeepEqual(g, w)
}

// show compares one child's entries word by word. An amendment that is lost
// may be missing from the list of amendments; nothing else may differ.
func (v *verdict) show(t testing.TB, n *rig.Notebook, want *shown, child string) {
	r := v.run(t, n, "show", child)
	for line := range bytes.Lines(r.Out) {
		m := map[string]any{}
		if err := json.Unmarshal(line, &m); err != nil {
			v.find("show: not JSON: %s", line)
			continue
		}
		if m["error"] != nil || m["damaged"] == true {
			continue
		}
		id, _ := m["id"].(string)
		whole := want.detail[id]
		for _, field := range []string{"kind", "case", "payload", "sha256"} {
			if !reflect.DeepEqual(m[field], whole[field]) {
				v.find("show %s: %s is %v, not %v", id, field, m[field], whole[field])
			}
		}
		if v.absent == 0 && !reflect.DeepEqual(m, whole) {
			v.find("show %s: another line than before", id)
		}
	}
}

func (v *verdict) drafts(t testing.TB, n *rig.Notebook, want *shown) {
	r := v.run(t, n, "draft", "list")
	shownNow := 0
	for line := range bytes.Lines(r.Out) {
		if bytes.HasPrefix(line, []byte(`{"v":1,"error"`)) {
			return
		}
		id := idOf(t, line, "draft")
		shownNow++
		if d := v.run(t, n, "draft", "show", id); d.Exit == 0 && string(d.Out) != want.drafts[id] {
			v.find("draft %s shows another text", id)
		}
	}
	if lost := len(want.drafts) - shownNow; lost > 0 && r.Exit != 5 && r.Exit != 8 {
		v.find("draft list: exit %d although %d drafts are missing", r.Exit, lost)
	}
}
