package desktop

import "time"

// NewChild is a child added by hand. Only Name is needed.
type NewChild struct {
	Name, KnownAs string
	Ref           string // child reference; "" lets the notebook make one
	NHS           string
	Born          string // as typed; casework.ParseDate reads it
	BornBasis     string // "verified", "claimed", "assessed"
	Sex           string
	Language      string // first language
	Interpreter   bool
	Status        string
	Address       string
	Confidential  bool   // the address is not to be told
	Siblings      string // sibling group
	Alerts        string
}

// ImportPreview says what an import would do.
type ImportPreview struct {
	File     string   // base name only
	Encoding string   // "UTF-8", "Windows-1252"
	Headers  []string // as they are in the file
	Mapping  []string // for each header the field it fills; "" leaves it out
	Fields   []ImportField
	Sample   [][]string // the first rows, by Headers
	Rows     int
	Created  int
	Changed  int
	Same     int
	Issues   []ImportIssue // by row
	Cut      bool          // the file ends in the middle of a row
}

// ImportField is a field of the record that a column can fill.
type ImportField struct{ Key, Label string }

// ImportIssue is one row, or one field of it, that is not taken as it stands.
type ImportIssue struct {
	Row, Line int
	Status    string // "refused", "conflict", "lossy"
	Label     string // of the field; "" for the whole row
	Sentence  string // the reason, in plain words
}

// ImportResult is what an import did.
type ImportResult struct {
	Rows, Created, Changed, Same int
	Conflicts, Lossy, Refused    int
	Issues                       []ImportIssue
}

// ExportRequest asks for a case summary as PDF.
type ExportRequest struct {
	Case      string
	Path      string
	Recipient string
	Purpose   string
	Basis     string
	From      time.Time // zero: from the beginning
	Until     time.Time // zero: to now
	Replace   bool
}

// ExportResult is the file that was written.
type ExportResult struct {
	Path       string
	Bytes      int64
	Pages      int
	SHA256     string
	CompleteTo time.Time
}

// Invitation is what an invitation file offers.
type Invitation struct {
	Council, Address   string
	Person, Role, Team string
	Expires            time.Time
}

// SyncReport is what one exchange did.
type SyncReport struct {
	Pushed, Pulled, Held, Refused, Queued int
	CompleteTo                            time.Time
	Warnings                              []string // plain sentences
}
