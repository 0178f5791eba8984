package casework

import (
	"regexp"
	"time"
)

// FieldValue is one value that a field holds or held, with where it came from.
type FieldValue struct {
	Value    string
	Entries  []string // the entries that gave it; what a choice replaces
	Author   string   // of the earliest of them
	Written  time.Time
	Received time.Time
	Source   string // "import" or ""
}

// Field is a field of the case: its definition, its current values (more than
// one is a conflict) and those that were replaced.
type Field struct {
	Def     FieldDef
	Values  []FieldValue
	History []FieldValue // replaced, oldest first
	Hidden  bool         // confidential: not in lists, search text or exports
}

// Conflict reports whether different values stand beside each other.
func (f Field) Conflict() bool { return len(f.Values) > 1 }

// Value is the one current value; with a conflict, the earliest, and false.
func (f Field) Value() (string, bool) {
	if len(f.Values) == 0 {
		return "", true
	}
	return f.Values[0].Value, len(f.Values) == 1
}

// Sighting is when the child was last seen.
type Sighting struct {
	At    time.Time
	Entry string
	Place string
	By    string
}

// IsZero reports that the child has not been seen.
func (s Sighting) IsZero() bool { return s.Entry == "" }

// Attempt is a visit at which the child was not reached.
type Attempt struct {
	At     time.Time
	Entry  string
	Reason string
}

// WorkerLag names a worker whose notebook has not synced of late.
type WorkerLag struct {
	Person string // name
	ID     string
	Last   time.Time // zero: never
}

// Attention is something that a reader should look at.
type Attention struct {
	Code  string // see the Attention constants
	Entry string
	Field string
	Words string // a sentence for the screen
}

// Codes of Attention.
const (
	AttentionConflict  = "conflict"  // a field has two values
	AttentionPending   = "pending"   // an amendment waits for its target
	AttentionHeld      = "held"      // the council holds an entry for a decision
	AttentionRefused   = "refused"   // the council refused an entry
	AttentionDamaged   = "damaged"   // an entry cannot be read
	AttentionNewer     = "newer"     // an entry needs a newer version
	AttentionDuplicate = "duplicate" // one draft was published twice
	AttentionAttempts  = "attempts"  // several visits without seeing the child
	AttentionUnseen    = "unseen"    // not seen for long
	AttentionArriving  = "arriving"  // history still arriving
)

// Completeness says how much of a case is here. It is not a fact of the case:
// the notebook knows it.
type Completeness struct {
	Arriving   bool // the notebook has not reached the head of the case log
	Lost       bool // part of the notebook is damaged: entries may be missing
	CompleteTo time.Time
	Unsynced   []WorkerLag
}

// CaseFile is everything known of one child's case.
type CaseFile struct {
	Ref     string
	Name    string
	KnownAs string
	Status  string
	DOB     Date
	Basis   string // of the date of birth: verified, claimed, assessed …
	Age     string // "12 years", "7 weeks", or ""
	Worker  string
	Team    string
	Sample  bool // from the sample caseload

	Fields    []Field // in table order; only those ever set
	Conflicts []Field
	Entries   []Entry // newest first
	Alerts    []string

	LastSeen      Sighting // face to face
	LastSeenAlone Sighting
	LastVirtual   Sighting  // seen by video only, if later
	Attempts      []Attempt // since last seen, newest first

	Attention []Attention // in order of urgency
	Completeness

	now     time.Time
	secrets []*regexp.Regexp // for Withhold
}

// Entry finds an entry by id.
func (cf *CaseFile) Entry(id string) (*Entry, bool) {
	for i := range cf.Entries {
		if cf.Entries[i].ID == id {
			return &cf.Entries[i], true
		}
	}
	return nil, false
}

// Field finds a field by key. A field never set has its definition and no
// values.
func (cf *CaseFile) Field(key string) Field {
	for _, f := range cf.Fields {
		if f.Def.Key == key {
			return f
		}
	}
	return Field{Def: FieldDefinition(key)}
}

// Get is the current value of a field, the earliest if there is a conflict.
func (cf *CaseFile) Get(key string) string {
	v, _ := cf.Field(key).Value()
	return v
}

// Title is the name to show for the case: full name, known as, or reference.
func (cf *CaseFile) Title() string {
	switch {
	case cf.Name != "":
		return cf.Name
	case cf.KnownAs != "":
		return cf.KnownAs
	}
	return cf.Ref
}

// Brief is what a caseload list shows. It holds no confidential address.
type Brief struct {
	Ref           string    `json:"ref"`
	Name          string    `json:"name,omitempty"`
	KnownAs       string    `json:"known_as,omitempty"`
	Status        string    `json:"status,omitempty"`
	DOB           Date      `json:"dob"`
	NHS           string    `json:"nhs,omitempty"` // ten digits
	Worker        string    `json:"worker,omitempty"`
	Team          string    `json:"team,omitempty"`
	Siblings      string    `json:"siblings,omitempty"` // sibling group
	Alerts        []string  `json:"alerts,omitempty"`
	LastSeen      time.Time `json:"last_seen"`
	LastSeenAlone time.Time `json:"last_seen_alone"`
	Attempts      int       `json:"attempts,omitempty"` // since last seen
	Conflicts     int       `json:"conflicts,omitempty"`
	Sample        bool      `json:"sample,omitempty"`
	Due           []DueLine `json:"due,omitempty"`  // of BriefAt
	AsOf          Date      `json:"as_of,omitzero"` // the day of BriefAt
}

// Brief is the case in one line.
func (cf *CaseFile) Brief() Brief {
	hide := cf.Withhold
	return Brief{
		Ref: cf.Ref, Name: hide(cf.Name), KnownAs: hide(cf.KnownAs), Status: cf.Status, DOB: cf.DOB, NHS: cf.Get("nhs"),
		Worker: hide(cf.Worker), Team: hide(cf.Team), Siblings: hide(cf.Get("siblings")), Alerts: mapped(cf.Alerts, hide),
		LastSeen: cf.LastSeen.At, LastSeenAlone: cf.LastSeenAlone.At, Attempts: len(cf.Attempts),
		Conflicts: len(cf.Conflicts), Sample: cf.Sample,
	}
}
