package casework

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readCSV reads a sample caseload; old tells that it is Windows-1252, whose
// letters in the sample are those of Latin-1.
func readCSV(t *testing.T, name string, old bool) [][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "notebook", "testdata", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if old {
		var b strings.Builder
		for _, c := range data {
			b.WriteRune(rune(c))
		}
		text = b.String()
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// importAll runs a file through the pure part of an import, keeping the facts.
func importAll(t *testing.T, s map[string]*story, records [][]string) []Change {
	t.Helper()
	m := MatchHeaders(records[0], nil)
	var changes []Change
	for _, rec := range records[1:] {
		row, problems := ParseRow(m, rec)
		if len(problems) > 0 {
			t.Fatalf("%v: %v", rec[0], problems)
		}
		var held []Field
		st := s[row.Ref]
		if st == nil {
			st = newStory(t)
			s[row.Ref] = st
		} else {
			held = st.project().Fields
		}
		c := Reconcile(held, row, held == nil)
		if c.Changed() {
			st.by("Amina", "id"+strings.Repeat("x", len(st.facts)), &FieldEntry{Set: c.Sets, Source: "import"})
		}
		changes = append(changes, c)
	}
	return changes
}

func TestSampleHeadersAllMatch(t *testing.T) {
	for _, name := range []string{"caseload.csv", "caseload-old-spreadsheet.csv"} {
		records := readCSV(t, name, strings.Contains(name, "old"))
		m := MatchHeaders(records[0], nil)
		if len(m.Ignored) != 0 || len(m.Duplicates) != 0 || !m.Usable() {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestImportBothSamples(t *testing.T) {
	cases := map[string]*story{}
	for _, c := range importAll(t, cases, readCSV(t, "caseload.csv", false)) {
		if !c.Created || !c.Changed() || len(c.Conflicts) != 0 {
			t.Errorf("first import: %+v", c)
		}
	}
	if len(cases) != 20 {
		t.Errorf("%d cases", len(cases))
	}
	for _, c := range importAll(t, cases, readCSV(t, "caseload.csv", false)) {
		if c.Created || c.Changed() || len(c.Conflicts) != 0 || len(c.Lossy) != 0 {
			t.Errorf("again: %+v", c)
		}
	}
	var lossy []FieldLoss
	for _, c := range importAll(t, cases, readCSV(t, "caseload-old-spreadsheet.csv", true)) {
		if c.Changed() || len(c.Conflicts) != 0 {
			t.Errorf("older spreadsheet: %+v", c)
		}
		lossy = append(lossy, c.Lossy...)
	}
	if want := (FieldLoss{"name", "Siân Ŵyn Hughes", "Siân ?yn Hughes"}); !slices.Equal(lossy, []FieldLoss{want}) {
		t.Errorf("lossy: %+v", lossy)
	}
	cf := cases["NCC-4203"].project()
	if f := cf.Field("address"); !f.Hidden || strings.Contains(f.Display(), "Wherry Road") {
		t.Errorf("a confidential address shows: %q", f.Display())
	}
	if cf := cases["NCC-5501"].project(); cf.Name != "O'Brien-Smythe, Zachary" || !strings.HasPrefix(cf.Address(), "=Flat 2") {
		t.Errorf("got %q, %q", cf.Name, cf.Address())
	}
}

func TestReconcile(t *testing.T) {
	s := newStory(t)
	s.set("01", "name", "Hà Đặng")
	s.set("02", "status", "child in need")
	s.set("03", "team", "Old team")
	s.set("04", "team", "North", "03")
	s.set("05", "worker", "")
	row := func(key, value string) Row { return Row{Ref: "A", Values: map[string]string{key: value}} }

	c := Reconcile(s.project().Fields, row("status", "child protection"), false)
	if len(c.Conflicts) != 1 || c.Conflicts[0].Stands || !slices.Equal(c.Conflicts[0].Held, []string{"child in need"}) ||
		len(c.Sets) != 1 || len(c.Sets[0].Replaces) != 0 {
		t.Fatalf("a differing value is kept beside: %+v", c)
	}
	s.set("06", "status", "child protection")
	c = Reconcile(s.project().Fields, row("status", "child protection"), false)
	if c.Changed() || len(c.Conflicts) != 1 || !c.Conflicts[0].Stands {
		t.Errorf("importing again appends nothing, and still says so: %+v", c)
	}
	s.set("07", "status", "child in need", "02", "06")
	c = Reconcile(s.project().Fields, row("status", "child protection"), false)
	if c.Changed() || len(c.Conflicts) != 1 || !c.Conflicts[0].Stands {
		t.Errorf("a settled conflict is not opened again by the same file: %+v", c)
	}
	if c = Reconcile(s.project().Fields, row("name", "Hà ??ng"), false); c.Changed() || len(c.Lossy) != 1 || len(c.Conflicts) != 0 {
		t.Errorf("lossy: %+v", c)
	}
	if c = Reconcile(s.project().Fields, row("name", ""), false); c.Changed() || len(c.Unchanged) != 0 {
		t.Errorf("a blank erases nothing: %+v", c)
	}
	if c = Reconcile(s.project().Fields, row("team", "Old team"), false); c.Changed() || len(c.Conflicts) != 1 {
		t.Errorf("a replaced value is not brought back: %+v", c)
	}
	c = Reconcile(s.project().Fields, row("worker", "Tom"), false)
	if len(c.Conflicts) != 0 || len(c.Sets) != 1 || !slices.Equal(c.Sets[0].Replaces, []string{"05"}) {
		t.Errorf("a field that holds nothing takes the value: %+v", c)
	}
	if c = Reconcile(nil, row("sex", "F"), true); !c.Created || len(c.Sets) != 1 {
		t.Errorf("a new child: %+v", c)
	}
}

func TestParseRowRefuses(t *testing.T) {
	m := MatchHeaders([]string{"Child ref", "NHS no", "DOB", "Sex", "Notes"}, nil)
	if !slices.Equal(m.Ignored, []string{"Notes"}) {
		t.Errorf("ignored %q", m.Ignored)
	}
	tests := []struct {
		rec  []string
		want []RowProblem
	}{
		{[]string{"A", "", "", "", ""}, nil},
		{[]string{"", "943 476 5919", "", "", ""}, nil},
		{[]string{"", "", "2014-05-02", "", ""}, []RowProblem{{"ref", RowMissingRef, true}}},
		{[]string{"A", "943 476 5918", "", "", ""}, []RowProblem{{"nhs", RowBadNHS, true}}},
		{[]string{"A", "", "31/02/2014", "", ""}, []RowProblem{{"dob", RowBadDate, true}}},
		{[]string{"A", "", "2/5/14", "", ""}, []RowProblem{{"dob", RowBadDate, true}}},
		{[]string{"A", "", "", "other", ""}, []RowProblem{{"sex", RowUnknownCode, false}}},
		{[]string{"A", "", "", "", "", "x"}, []RowProblem{{"", RowTooManyCols, true}}},
		{[]string{"A", "", "", "", "", " "}, nil},
		{[]string{"A", "", ""}, []RowProblem{{"", RowTooFewCols, true}}},
		{[]string{"A\x01", "", "", "", ""}, []RowProblem{{"ref", RowBadRef, true}}},
	}
	for _, tt := range tests {
		if _, got := ParseRow(m, tt.rec); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %v, want %v", tt.rec, got, tt.want)
		}
	}
	if row, p := ParseRow(m, []string{" ", "", "", "", ""}); !row.Blank || len(p) != 0 {
		t.Error("an empty line is no row")
	}
}

func TestRowSet(t *testing.T) {
	s := NewRowSet()
	for _, tt := range []struct{ ref, nhs, code string }{
		{"A", "1", ""}, {"a", "2", RowDuplicateRef}, {"B", "1", RowDuplicateNHS}, {"B", "", ""}, {"C", "", ""}, {"", "3", ""}, {"", "4", ""},
	} {
		if p, ok := s.Add(Row{Ref: tt.ref, NHS: tt.nhs}); p.Code != tt.code || ok != (tt.code == "") {
			t.Errorf("%+v: %+v", tt, p)
		}
	}
}

func TestMatchHeadersOverride(t *testing.T) {
	h := []string{"Case ID", "Forename", "Name", "Child ref", "Junk"}
	m := MatchHeaders(h, map[string]string{"forename": "known_as", "ref": "Child ref", "Name": "", "Junk": "nonsense"})
	if want := []string{"", "known_as", "", "ref", ""}; !slices.Equal(m.Keys, want) {
		t.Errorf("keys %q", m.Keys)
	}
	if !slices.Equal(m.Duplicates, []string{"Case ID"}) || !slices.Equal(m.BadKeys, []string{"nonsense"}) || !slices.Equal(m.Ignored, []string{"Name", "Junk"}) {
		t.Errorf("got %+v", m)
	}
	if m := MatchHeaders([]string{"sample"}, nil); m.Keys[0] != "" {
		t.Error("a file cannot mark a case as sample")
	}
}

func TestLossy(t *testing.T) {
	tests := []struct {
		held, value string
		want        bool
	}{
		{"Siân Ŵyn Hughes", "Siân ?yn Hughes", true},
		{"Siân Ŵyn Hughes", "Si?n ?yn Hughes", false}, // â is in Windows-1252
		{"Đặng Thị Hà", "??ng Th? Hà", true},
		{"Đặng Thị Hà", "??ng Th? Ha", false},
		{"محمد رحيمي (Mohammad Rahimi)", "???? ????? (Mohammad Rahimi)", true},
		{"Li Na 李娜", "Li Na ??", true},
		{"𠀋 Li", "?? Li", true},
		{"𠀋 Li", "? Li", true},
		{"Who?", "Who?", false},
		{"Ŵ?", "??", true},
		{"Ŵyn", "?yne", false},
		{"Ŵyn", "?y", false},
		{"Ŵyn", "Ŵyn", false},
		{"€5", "?5", false},
		{"", "?", false},
	}
	for _, tt := range tests {
		if got := Lossy(tt.held, tt.value); got != tt.want {
			t.Errorf("%q, %q: %v", tt.held, tt.value, got)
		}
	}
}

func TestSameValue(t *testing.T) {
	tests := []struct {
		key, a, b string
		want      bool
	}{
		{"dob", "02/05/2014", "2014-05-02", true},
		{"dob", "05/02/2014", "2014-05-02", false},
		{"nhs", "999 003 4664", "9990034664", true},
		{"name", "O’Brien  Smythe", "O'Brien Smythe ", true},
		{"name", "Ruby", "ruby", false},
		{"ref", "NCC-1", "ncc-1", true},
		{"status", "Child protection", "child protection", true},
		{"alerts", "b; A", "a;b", true},
		{"sex", "Female", "F", true},
		{"interpreter", "Y", "yes", true},
		{"ethnicity", "White British", "WBRI", true},
	}
	for _, tt := range tests {
		if got := SameValue(tt.key, tt.a, tt.b); got != tt.want {
			t.Errorf("%s: %q, %q: %v", tt.key, tt.a, tt.b, got)
		}
	}
}
