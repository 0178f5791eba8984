package desktop

import (
	"time"

	"wherry/app/casework"
)

// Who says whose notebook this is and what its person may do.
type Who struct {
	ID         string // person id; equals casework.Entry.SignerID of own entries
	Name       string
	Council    string // "" while the notebook is used alone
	Role       string // "worker", "lead", "admin", "records"; "" while alone
	Team       string
	CanExport  bool // alone: always; in a council: leads and records officers
	CanComment bool // leads
	SeesTeam   bool // the Team screen is shown
}

// Status is what the status bar and the sync screen show. States are those of
// casework (StateLocal …), proven.
type Status struct {
	SavedAt    time.Time // last confirmed write in this run; zero: none yet
	State      string    // least advanced of all own entries; StateLocal when alone
	Entries    int       // all entries held
	Local      int       // own entries the council has no receipt for
	Sending    int
	CouncilHas int
	Held       int
	Refused    int
	Drafts     int
	ReadOnly   bool // a write failed: nothing more is acknowledged in this run
	HasSample  bool // the sample caseload is in
	Enrolled   bool
	Sync       casework.Completeness
	LastTried  time.Time // last try to reach the council
	Reachable  bool      // the last try succeeded
	Warnings   []string  // plain sentences: a damaged part, a changed key, …
	Refusals   []Refusal // what the council would not take, and why
}

// Refusal is an entry the council would not take. It stays on this laptop.
type Refusal struct {
	Entry, Case, Child string
	Sentence           string
}

// Settings are the person's own, kept inside the notebook.
type Settings struct {
	LockMinutes int    // 1 to 15
	TextPercent int    // 100 to 200
	Theme       string // "light", "dark", "contrast"
}

// DefaultSettings are those of a new notebook.
var DefaultSettings = Settings{LockMinutes: 5, TextPercent: 100, Theme: "light"}

// Health is how the notebook was found when it was opened.
type Health struct {
	MadeAnew bool // the working copy was damaged and was made anew: nothing is lost
	Places   int  // places in the record that cannot be read
	Kept     int  // copies of what was damaged, kept in the notebook's folder
	Enrolled bool
	Cases    []HarmedCase
}

// Well reports whether there is nothing to say.
func (h Health) Well() bool { return !h.MadeAnew && h.Places == 0 }

// HarmedCase is a case of which something cannot be read.
type HarmedCase struct {
	Title   string
	Count   int  // entries that cannot be read or are missing
	Council bool // the council has them
}

// Today is the first screen.
type Today struct {
	New       []CaseRow // cases with something new since they were looked at
	Due       []Due     // soonest first, overdue before all
	Conflicts []CaseRow // cases with a field that holds two values
	Complete  casework.Completeness
}

// Due is something that has to be done by a day.
type Due struct {
	Case, Child string
	What        string // "Child protection visit", or the words of an action
	Owner       string // may be empty
	On          casework.Date
}

// Caseload is the list of cases with how complete it is.
type Caseload struct {
	Rows     []CaseRow
	Complete casework.Completeness
}

// CaseRow is one child in a list.
type CaseRow struct {
	ID string
	casework.Brief
	Entries int
	Last    time.Time // latest written time of any entry
	New     int       // entries by others since the page was looked at
	State   string    // least advanced state of own entries in this case
}

// ChildPage is one child's record.
type ChildPage struct {
	ID       string
	File     casework.CaseFile // confidential values included, marked Hidden
	New      map[string]bool   // entry ids that came since the page was looked at
	Siblings []CaseRow         // of the same sibling group, this child left out
	Due      []Due             // open actions and dates of this child
}

// Hit is one result of a search.
type Hit struct {
	Entry, Case string
	Child, Ref  string
	Kind        string // casework kind name
	Label       string // "Visit", "Phone call", …
	When        time.Time
	Snippet     string
	Marks       [][2]int // start and end, in code points of Snippet
	SoundsLike  bool     // a name was found only in another spelling
	Variants    []string // those spellings, as the note has them
}
