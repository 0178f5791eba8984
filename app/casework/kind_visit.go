package casework

// Visit is a visit, or an attempt at one, in one child's case.
type Visit struct{ Submission }

var visitKind = Kind{
	Name: KindVisit, Label: "Visit", Schema: 1, Narrative: true,
	Decode: func(p []byte) (Body, error) {
		s, err := decodeChild(p, KindVisit)
		if err != nil {
			return nil, err
		}
		return &Visit{*s}, nil
	},
}

// Kind is KindVisit.
func (*Visit) Kind() string { return KindVisit }

// Validate lists what is missing; times are not judged against a clock here.
func (visit *Visit) Validate() []Item { return visit.Submission.Validate(farFuture) }

// SearchText is everything typed.
func (visit *Visit) SearchText() string { return visit.Submission.searchText() }

// Line names the visit in one line.
func (visit *Visit) Line() string { return visit.Submission.line() }

// MarshalJSON writes the fixed form.
func (visit *Visit) MarshalJSON() ([]byte, error) { return visit.payload() }
