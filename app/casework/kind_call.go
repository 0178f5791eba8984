package casework

// Call is a telephone, video or text contact in one child's case.
type Call struct{ Submission }

var callKind = Kind{
	Name: KindCall, Label: "Phone call", Schema: 1, Narrative: true,
	Decode: func(p []byte) (Body, error) {
		s, err := decodeChild(p, KindCall)
		if err != nil {
			return nil, err
		}
		return &Call{*s}, nil
	},
}

// Kind is KindCall.
func (*Call) Kind() string { return KindCall }

// Validate lists what is missing; times are not judged against a clock here.
func (call *Call) Validate() []Item { return call.Submission.Validate(farFuture) }

// SearchText is everything typed.
func (call *Call) SearchText() string { return call.Submission.searchText() }

// Line names the call in one line.
func (call *Call) Line() string { return call.Submission.line() }

// MarshalJSON writes the fixed form.
func (call *Call) MarshalJSON() ([]byte, error) { return call.payload() }
