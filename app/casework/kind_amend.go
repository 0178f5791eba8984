package casework

// Amend adds a correction to a final entry. The original stays as it was.
type Amend struct {
	Target string `json:"target,omitempty"`
	Text   string `json:"text,omitempty"`
	Reason string `json:"reason,omitempty"`
}

var amendKind = Kind{Name: KindAmend, Label: "Amendment", Schema: 1, Decode: decodeBody[Amend]}

// Kind is KindAmend.
func (*Amend) Kind() string { return KindAmend }

// Validate wants a target and a text.
func (a *Amend) Validate() []Item {
	return targeted(a.Target, "text", a.Text, Labelled{"reason", a.Reason})
}

// SearchText is the text and the reason.
func (a *Amend) SearchText() string { return joinText(a.Text, a.Reason) }

// Line says that something was amended.
func (a *Amend) Line() string { return withText("Amendment", a.Text) }
