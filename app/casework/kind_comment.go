package casework

// Comment is a remark on an entry, as a rule by a manager (oversight).
type Comment struct {
	Target string `json:"target,omitempty"`
	Text   string `json:"text,omitempty"`
}

var commentKind = Kind{Name: KindComment, Label: "Oversight comment", Schema: 1, Decode: decodeBody[Comment]}

// Kind is KindComment.
func (*Comment) Kind() string { return KindComment }

// Validate wants a target and a text.
func (c *Comment) Validate() []Item { return targeted(c.Target, "text", c.Text) }

// SearchText is the text.
func (c *Comment) SearchText() string { return c.Text }

// Line begins the comment.
func (c *Comment) Line() string { return withText("Oversight comment", c.Text) }
