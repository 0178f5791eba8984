package casework

// Note is a case note in one child's case.
type Note struct{ Submission }

var noteKind = Kind{
	Name: KindNote, Label: "Note", Schema: 1, Narrative: true,
	Decode: func(p []byte) (Body, error) {
		s, err := decodeChild(p, KindNote)
		if err != nil {
			return nil, err
		}
		return &Note{*s}, nil
	},
}

// Kind is KindNote.
func (*Note) Kind() string { return KindNote }

// Validate lists what is missing; times are not judged against a clock here.
func (note *Note) Validate() []Item { return note.Submission.Validate(farFuture) }

// SearchText is everything typed.
func (note *Note) SearchText() string { return note.Submission.searchText() }

// Line names the note in one line.
func (note *Note) Line() string { return note.Submission.line() }

// MarshalJSON writes the fixed form.
func (note *Note) MarshalJSON() ([]byte, error) { return note.payload() }
