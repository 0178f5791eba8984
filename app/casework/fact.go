package casework

import "time"

// States of an entry on its way to the council.
const (
	StateLocal   = "local"
	StateSending = "sending"
	StateCouncil = "council"
	StateOpened  = "opened"
	StateHeld    = "held"
	StateRefused = "refused"
)

// Fact is one entry as the notebook opened and verified it. Project needs
// nothing else.
type Fact struct {
	ID       string // entry id
	Case     string // case id
	Kind     string
	Schema   int
	Payload  []byte // JSON; nil if damaged
	Author   string // name of the person who signed
	AuthorID string // person id
	Device   string
	Lane     string
	Seq      uint64
	VisitID  string // shared by the entries of one visit
	Ref      string // the sender's own reference
	Draft    string // the draft that this published, if known
	HLC      uint64
	Written  time.Time // device clock
	Received time.Time // the council's receipt; zero if none
	State    string
	Damaged  bool // bytes do not verify or do not open
	Unknown  bool // sealed in a form that this version does not know
	Realm    string
}
