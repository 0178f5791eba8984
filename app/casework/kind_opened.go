package casework

// Opened says that its author opened these entries.
type Opened struct {
	Entries []string `json:"entries,omitempty"`
}

var openedKind = Kind{Name: KindOpened, Label: "Opened", Schema: 1, Decode: decodeBody[Opened]}

// Kind is KindOpened.
func (*Opened) Kind() string { return KindOpened }

// Validate wants at least one entry.
func (o *Opened) Validate() []Item {
	if len(o.Entries) == 0 {
		return []Item{{Field: "entries", Code: CodeMissing}}
	}
	return nil
}

// SearchText is empty: that something was opened is not searched for.
func (*Opened) SearchText() string { return "" }

// Line counts the entries.
func (o *Opened) Line() string { return "Opened " + count(len(o.Entries), "entry", "entries") }
