package casework

import "time"

// PassageKind says whose words a passage holds. The labels survive every
// export, so that fact, opinion and a child's words are never mixed.
type PassageKind string

// Kinds of passage.
const (
	PassageShared      PassageKind = "shared"      // the narrative shared by a family visit
	PassageObservation PassageKind = "observation" // fact, this child
	PassageAnalysis    PassageKind = "analysis"    // opinion, this child
	PassageWords       PassageKind = "words"       // the child's own words
	PassageText        PassageKind = "text"        // anything else
)

// Passage is a labelled piece of text.
type Passage struct {
	Kind  PassageKind
	Label string // "Shared narrative", "Observation (fact)", "Analysis (opinion)", "Ruby's words"
	Text  string
	Asked string // for the child's words: the question
	Heard string // for the child's words: verbatim, through an interpreter …
}

// Labelled is a label and a value, e.g. "Seen alone" and "No: too young".
type Labelled struct {
	Label string
	Value string
}

// Amendment is a correction shown with the entry it corrects.
type Amendment struct {
	ID       string
	Text     string
	Reason   string
	Author   string
	AuthorID string
	Written  time.Time
	Received time.Time
	State    string
	Struck   []Struck
}

// Remark is an oversight comment shown with its entry.
type Remark struct {
	ID       string
	Text     string
	Author   string
	AuthorID string
	Written  time.Time
	Received time.Time
	State    string
	Struck   []Struck
}

// Struck says who struck something, when and why.
type Struck struct {
	ID       string
	Reason   string
	Author   string
	AuthorID string
	Written  time.Time
}

// Opening says who opened an entry, and when.
type Opening struct {
	Person   string
	PersonID string
	At       time.Time
}

// Entry is one line of the timeline with everything a screen or a document
// needs of it.
type Entry struct {
	ID      string
	Case    string
	Kind    string
	Label   string // "Visit"
	Title   string // "CP statutory visit at home, unannounced"
	Line    string // one line, for lists
	VisitID string
	Ref     string
	Lane    string
	Seq     uint64

	Occurred time.Time // as typed; zero if the kind has none
	Ended    time.Time
	Written  time.Time // device clock
	Received time.Time // council's receipt; zero if none

	Signer      string // the notebook's person, proved by signature
	SignerID    string
	Device      string
	RecordedFor string // "author" of the submission, if given

	State    string // local, sending, council, opened, held, refused
	OpenedBy []Opening

	Details  []Labelled // type, place, mode, interpreter, seen, seen alone …
	Passages []Passage
	Present  []Person
	Actions  []Action

	Amendments  []Amendment
	Comments    []Remark
	Attachments []Attached
	Struck      []Struck
	Duplicates  []string // other entries that published the same draft

	Visit  *Submission // for visit, call and note: the payload, this child only
	Fields []FieldSet  // for field entries; confidential values already taken out
	Export *Export     // for the audit of an export

	Damaged bool // cannot be read; nothing of it is shown as true
	Newer   bool // "needs a newer Wherry"
	Pending bool // an amendment, comment or strike whose target has not arrived
	Target  string
}

// Narrative reports whether the entry is a visit, call or note.
func (e *Entry) Narrative() bool { return e.Visit != nil }

// IsStruck reports whether anybody struck the entry.
func (e *Entry) IsStruck() bool { return len(e.Struck) > 0 }

// When is the time that places the entry in the timeline: when it occurred, or
// else when it was written.
func (e *Entry) When() time.Time {
	if !e.Occurred.IsZero() {
		return e.Occurred
	}
	return e.Written
}

// Part is this child's part of a visit, call or note.
func (e *Entry) Part() ChildPart {
	if e.Visit != nil {
		for _, p := range e.Visit.Parts {
			return p
		}
	}
	return ChildPart{}
}

// Unsuccessful reports an attempted visit at which nobody was seen.
func (e *Entry) Unsuccessful() bool { return e.Visit != nil && e.Visit.Unsuccessful() }
