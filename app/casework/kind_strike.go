package casework

// Strike says that an entry must not be relied on, for instance a visit put on
// the wrong child. What is struck stays visible to those who work the case; it
// resets no clock, and exports carry only the fact and the reason.
type Strike struct {
	Target string `json:"target,omitempty"`
	Reason string `json:"reason,omitempty"`
}

var strikeKind = Kind{Name: KindStrike, Label: "Struck", Schema: 1, Decode: decodeBody[Strike]}

// Kind is KindStrike.
func (*Strike) Kind() string { return KindStrike }

// Validate wants a target and a reason.
func (s *Strike) Validate() []Item { return targeted(s.Target, "reason", s.Reason) }

// SearchText is the reason.
func (s *Strike) SearchText() string { return s.Reason }

// Line gives the reason.
func (s *Strike) Line() string { return withText("Struck", s.Reason) }
