package casework

// Codes of rows of an import file.
const (
	RowMissingRef    = "missing_ref" // neither a child reference nor a matching NHS number
	RowBadRef        = "bad_ref"
	RowBadDate       = "bad_date"
	RowBadNHS        = "bad_nhs"
	RowBadUPN        = "bad_upn"
	RowTooManyCols   = "too_many_columns"
	RowTooFewCols    = "too_few_columns"
	RowTooLong       = "too_long"
	RowDuplicateRef  = "duplicate_ref"   // an earlier row of the file has it
	RowDuplicateNHS  = "duplicate_nhs"   // an earlier row of the file has it
	RowNHSOtherChild = "nhs_other_child" // the number belongs to another reference
	RowUnknownCode   = "unknown_code"    // a warning: the value is kept
	RowConflict      = "differs"         // kept beside the held value
	RowLossy         = "lossy"           // letters lost by an older spreadsheet: not taken
)

// Mapping says which field each column of a file holds.
type Mapping struct {
	Headers    []string
	Keys       []string // field key per column; "" for a column that is ignored
	Ignored    []string // headers that no field claims
	Duplicates []string // headers of columns whose field an earlier column has
	BadKeys    []string // fields in the override that do not exist
}

// Usable reports whether rows can be matched to children at all.
func (m Mapping) Usable() bool { return m.Has("ref") || m.Has("nhs") }

// Has reports whether some column holds the field.
func (m Mapping) Has(key string) bool {
	for _, k := range m.Keys {
		if k == key {
			return true
		}
	}
	return false
}

// Row is one parsed row: canonical values by field key, blanks left out.
type Row struct {
	Ref    string // child reference; "" if the row must be matched by NHS number
	NHS    string // ten digits, or ""
	Values map[string]string
	Blank  bool // an empty line of the spreadsheet: skip it
}

// RowProblem is one thing wrong with a row. Refuse: nothing of the row is
// taken; else it is a warning.
type RowProblem struct {
	Field  string // field key
	Code   string
	Refuse bool
}

// FieldConflict is a value of the file that differs from the held one.
type FieldConflict struct {
	Key    string
	Held   []string
	Value  string
	Stands bool // already kept beside the held value, or already decided: nothing to append
}

// FieldLoss is a value of the file that has lost letters of the held one.
type FieldLoss struct {
	Key   string
	Held  string
	Value string
}

// Change is what a row does to a case.
type Change struct {
	Created   bool       // there was no such case
	Sets      []FieldSet // to be written as one field entry; empty: append nothing
	Unchanged []string   // field keys
	Conflicts []FieldConflict
	Lossy     []FieldLoss
}

// Changed reports whether the row appends anything.
func (c Change) Changed() bool { return len(c.Sets) > 0 }
