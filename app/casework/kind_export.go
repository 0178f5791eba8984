package casework

// Outcomes of an export.
const (
	ExportMade    = "made"
	ExportRefused = "refused" // not permitted: no file was written
)

// Export is the audit of one export, written before the file appears, or of an
// attempt that was refused.
type Export struct {
	Outcome    string `json:"outcome,omitempty"`
	Format     string `json:"format,omitempty"` // e.g. "pdf"
	What       string `json:"kind,omitempty"`   // e.g. "summary"
	Recipient  string `json:"recipient,omitempty"`
	Purpose    string `json:"purpose,omitempty"`
	Basis      string `json:"basis,omitempty"`       // legal basis
	From       string `json:"from,omitempty"`        // ISO date
	Until      string `json:"until,omitempty"`       // ISO date
	CompleteTo string `json:"complete_to,omitempty"` // RFC 3339
	SHA256     string `json:"sha256,omitempty"`
	Reason     string `json:"reason,omitempty"` // why refused
}

var exportKind = Kind{Name: KindExport, Label: "Export", Schema: 1, Decode: decodeBody[Export]}

// Kind is KindExport.
func (*Export) Kind() string { return KindExport }

// Validate wants to know what was made, for whom and why.
func (e *Export) Validate() []Item {
	var items []Item
	needed := []Labelled{{"format", e.Format}, {"kind", e.What}, {"recipient", e.Recipient}, {"purpose", e.Purpose}}
	for _, f := range needed {
		if blank(f.Value) {
			items = append(items, Item{Field: f.Label, Code: CodeMissing})
		}
	}
	items = append(items, writable(append(needed, Labelled{"basis", e.Basis}, Labelled{"reason", e.Reason})...)...)
	if e.Outcome != ExportMade && e.Outcome != ExportRefused {
		items = append(items, Item{Field: "outcome", Code: CodeBadValue})
	}
	return items
}

// SearchText is the recipient and the purpose.
func (e *Export) SearchText() string { return joinText(e.Recipient, e.Purpose, e.Basis) }

// Line says what went to whom, or was refused.
func (e *Export) Line() string {
	if e.Outcome == ExportRefused {
		return "Export refused: " + e.What + " for " + e.Recipient
	}
	return "Exported: " + e.What + " for " + e.Recipient
}
