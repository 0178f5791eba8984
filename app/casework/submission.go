package casework

import "time"

// MaxSubmission is the longest record line accepted, in bytes.
const MaxSubmission = 1 << 20

// Kinds of submission.
const (
	KindVisit = "visit"
	KindCall  = "call"
	KindNote  = "note"
)

// Answer is the reply to a question about a child: yes, no, or a word between
// them. The empty Answer means "not answered". In JSON yes and no are true and
// false, the others are strings.
type Answer string

// Answers.
const (
	Unanswered Answer = ""
	Yes        Answer = "yes"
	No         Answer = "no"
	Partly     Answer = "partly"  // seen alone for part of the visit
	NotDue     Answer = "not due" // sleeping arrangements not due this time
)

// Submission is a visit, call or note as a social worker records it: one
// shared narrative and a part for each child. A draft may be incomplete in any
// way; what is finalised must pass Validate.
type Submission struct {
	V           int                  `json:"v,omitempty"`
	Kind        string               `json:"kind,omitempty"`
	Ref         string               `json:"ref,omitempty"` // the sender's own reference; makes a retry harmless
	Children    []string             `json:"children,omitempty"`
	Type        string               `json:"type,omitempty"`     // e.g. "CP statutory"
	Occurred    string               `json:"occurred,omitempty"` // RFC 3339, as typed
	Ended       string               `json:"ended,omitempty"`    // RFC 3339
	Place       string               `json:"place,omitempty"`
	Announced   *bool                `json:"announced,omitempty"`
	Mode        string               `json:"mode,omitempty"` // face to face, virtual, unsuccessful
	Reason      string               `json:"unsuccessful_reason,omitempty"`
	Interpreter *Interpreter         `json:"interpreter,omitempty"`
	Present     []Person             `json:"present,omitempty"`
	Shared      string               `json:"shared,omitempty"`
	Parts       map[string]ChildPart `json:"children_parts,omitempty"` // by child reference
	Actions     []Action             `json:"actions,omitempty"`
	Author      string               `json:"author,omitempty"` // recorded for; the signer is somebody else's business
}

// Interpreter says who interpreted. Independent: never a carer or relative.
type Interpreter struct {
	Language    string `json:"language,omitempty"`
	Independent *bool  `json:"independent,omitempty"`
	Ref         string `json:"ref,omitempty"`
}

// Person is somebody present. Unknown adults are described in Name.
type Person struct {
	Name string `json:"name,omitempty"`
	Role string `json:"role,omitempty"`
}

// ChildPart is what concerns one child only.
type ChildPart struct {
	Seen           Answer  `json:"seen,omitempty"`
	NotSeenReason  string  `json:"not_seen_reason,omitempty"`
	SeenAlone      Answer  `json:"seen_alone,omitempty"`
	NotAloneReason string  `json:"not_alone_reason,omitempty"`
	BedroomSeen    Answer  `json:"bedroom_seen,omitempty"`
	Voice          []Voice `json:"voice,omitempty"`
	Observations   string  `json:"observations,omitempty"` // fact
	Analysis       string  `json:"analysis,omitempty"`     // opinion
}

// Voice is the child's own words: what was asked, what was said, how it was
// heard (verbatim, through an interpreter, noted later).
type Voice struct {
	Asked string `json:"asked,omitempty"`
	Said  string `json:"said,omitempty"`
	Heard string `json:"heard,omitempty"`
}

// Action is something to be done, by whom and by when (ISO date).
type Action struct {
	What  string `json:"what,omitempty"`
	Owner string `json:"owner,omitempty"`
	Due   string `json:"due,omitempty"`
}

// ChildPayload is one child's share of a submission.
type ChildPayload struct {
	Ref     string
	Payload []byte
}

// OccurredTime is Occurred as a time; zero if it cannot be read.
func (s *Submission) OccurredTime() time.Time { return parseTime(s.Occurred) }

// EndedTime is Ended as a time; zero if it cannot be read.
func (s *Submission) EndedTime() time.Time { return parseTime(s.Ended) }

func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
