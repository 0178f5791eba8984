package casework

import (
	"slices"
	"strings"
)

// MatchHeaders says which field each column holds, by the names of
// caseload.csv, of older spreadsheets and the usual others. override names
// columns by hand: column name to field key, or field key to column name; an
// empty key ignores a column. The first column of a field wins.
func MatchHeaders(headers []string, override map[string]string) Mapping {
	m := Mapping{Headers: slices.Clone(headers), Keys: make([]string, len(headers))}
	byHand := readOverride(headers, override, &m)
	byName := map[string]string{}
	for _, d := range fieldDefs {
		for _, h := range append([]string{d.Key}, d.Headers...) {
			if !d.Internal {
				byName[headerKey(h)] = d.Key
			}
		}
	}
	taken := map[string]bool{}
	place := func(i int, key string) {
		if key != "" && taken[key] {
			m.Duplicates = append(m.Duplicates, headers[i])
			return
		}
		taken[key] = true
		m.Keys[i] = key
	}
	for i, h := range headers { // by hand comes before by name
		if key, ok := byHand[headerKey(h)]; ok {
			place(i, key)
		}
	}
	for i, h := range headers {
		if _, ok := byHand[headerKey(h)]; !ok {
			place(i, byName[headerKey(trimBOM(h))])
		}
		if m.Keys[i] == "" && !blank(h) && !slices.Contains(m.Duplicates, h) {
			m.Ignored = append(m.Ignored, h)
		}
	}
	return m
}

// readOverride turns the override round where it names columns by field.
func readOverride(headers []string, override map[string]string, m *Mapping) map[string]string {
	isHeader := func(s string) bool {
		return slices.ContainsFunc(headers, func(h string) bool { return headerKey(trimBOM(h)) == headerKey(s) })
	}
	out := map[string]string{}
	names := make([]string, 0, len(override))
	for k := range override {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, name := range names {
		key := strings.TrimSpace(override[name])
		_, isField := lookupDef(name)
		switch d, ok := lookupDef(key); {
		case key == "" || (ok && !d.Internal):
			out[headerKey(name)] = key
		case isField && isHeader(key):
			out[headerKey(key)] = name
		default:
			m.BadKeys = append(m.BadKeys, key)
		}
	}
	return out
}

func trimBOM(s string) string { return strings.TrimPrefix(s, "\ufeff") }

// ParseRow reads one record of a file. A row with a refusing problem is not
// taken at all; the others are warnings and the value is kept as it is.
func ParseRow(m Mapping, record []string) (Row, []RowProblem) {
	row := Row{Values: map[string]string{}}
	if !slices.ContainsFunc(record, func(s string) bool { return !blank(s) }) {
		row.Blank = true
		return row, nil
	}
	var problems []RowProblem
	if len(record) < len(m.Keys) {
		return row, []RowProblem{{Code: RowTooFewCols, Refuse: true}}
	}
	for _, extra := range record[len(m.Keys):] {
		if !blank(extra) {
			return row, []RowProblem{{Code: RowTooManyCols, Refuse: true}}
		}
	}
	for i, key := range m.Keys {
		if key == "" || blank(record[i]) {
			continue
		}
		value, code, refuse := CleanValue(key, record[i])
		if code != "" {
			problems = append(problems, RowProblem{Field: key, Code: code, Refuse: refuse})
		}
		if !refuse {
			row.Values[key] = value
		}
	}
	row.Ref, row.NHS = row.Values["ref"], row.Values["nhs"]
	refused := slices.ContainsFunc(problems, func(p RowProblem) bool { return p.Refuse })
	if row.Ref == "" && row.NHS == "" && !refused {
		problems = append(problems, RowProblem{Field: "ref", Code: RowMissingRef, Refuse: true})
	}
	return row, problems
}

// Refused gives the first problem for which a row is not taken.
func Refused(problems []RowProblem) (RowProblem, bool) {
	for _, p := range problems {
		if p.Refuse {
			return p, true
		}
	}
	return RowProblem{}, false
}

// RowSet remembers the rows of one file, to find a child who is in it twice.
type RowSet struct{ refs, nhs map[string]bool }

// NewRowSet is empty.
func NewRowSet() *RowSet { return &RowSet{map[string]bool{}, map[string]bool{}} }

// Add notes a row that is to be taken, or says which earlier row it repeats.
func (s *RowSet) Add(row Row) (RowProblem, bool) {
	ref := strings.ToUpper(row.Ref)
	switch {
	case ref != "" && s.refs[ref]:
		return RowProblem{Field: "ref", Code: RowDuplicateRef, Refuse: true}, false
	case row.NHS != "" && s.nhs[row.NHS]:
		return RowProblem{Field: "nhs", Code: RowDuplicateNHS, Refuse: true}, false
	}
	s.refs[ref], s.nhs[row.NHS] = true, true
	return RowProblem{}, true
}
