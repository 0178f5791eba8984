package desktop

import (
	"context"
	"time"

	"wherry/app/casework"
)

// Retaining is the notebook's dealings with how long a record is kept, and with
// destroying it. The rules are casework's; what a person may do is decided
// there and only shown here.
type Retaining interface {
	// Kept is how one case stands.
	Kept(ctx context.Context, caseID string) (*Kept, error)
	// KeptCases lists the cases that are closed, held, or about to be disposed
	// of, and what was disposed of.
	KeptCases(ctx context.Context) (KeptCases, error)
	// Schedule is what periods are judged by.
	Schedule(ctx context.Context) (casework.Schedule, error)
	// SetRetention puts a case into a class; what is left empty stays as it was.
	SetRetention(ctx context.Context, caseID string, set casework.Retention) error
	// Hold stops any disposal, through the ISO day until if that is given.
	Hold(ctx context.Context, caseID, reason, until string) error
	// Release ends a hold.
	Release(ctx context.Context, caseID, hold, reason string) error
	// Propose, Approve and Refuse are the words of people about a disposal. kit
	// is the recovery code where the notebook stands alone, else "".
	Propose(ctx context.Context, caseID, basis, reason string) error
	Approve(ctx context.Context, caseID, kit string) error
	Refuse(ctx context.Context, caseID, reason string) error
	// Destroys counts what Dispose would destroy.
	Destroys(ctx context.Context, caseID string) (Destroys, error)
	// Dispose carries an approved disposal out. It cannot be broken off, and a
	// stop is made good at the next opening.
	Dispose(ctx context.Context, caseID string) (Paper, error)
	// Resumed is how many disposals that a stop had left half-way this opening
	// ended.
	Resumed() int
	// Gone is what is left of a case that was disposed of; nil if it was not.
	Gone(ctx context.Context, caseID string) (*Gone, error)
}

// Kept is how long a case is kept, and what stands in the way of its disposal.
type Kept struct {
	ID string
	casework.Brief
	Rules     []casework.RetentionClass // of the classes that stand; the longest counts
	Set       casework.Retention        // what was set last
	Due       casework.Date             // the first day on which it may go; zero: not known
	DueKnown  bool                      // law or the council says so; else only a suggestion
	DueReason string
	Ripe      bool                 // closed, and the period has ended
	Holds     []casework.HoldState // in force
	MyHolds   []string             // those of them that this person may release
	Proposal  *casework.Proposal   // that waits; nil if there is none
	Lacks     string               // why it may not be carried out, one of casework.Why…; "": it may
	MayOK     bool                 // this person may be the second behind the proposal
}

// KeptCases is what the screen of retention shows.
type KeptCases struct {
	Cases   []Kept
	Gone    []Gone // the latest first
	Resumed int    // disposals left half-way that the opening ended
}

// Gone is a case that was disposed of. It names no child.
type Gone struct {
	ID       string
	Short    string // the first characters of the id, for people to compare
	On       time.Time
	By       []string // names; ByKit for the recovery kit, "" for somebody unknown
	Carried  string   // who carried it out here
	Basis    string
	Done     bool      // nothing is left to destroy on this laptop
	Complete time.Time // when the last backup known from before it expires; zero: none is known
}

// Destroys is what a disposal destroys on this laptop.
type Destroys struct {
	Entries, Attachments, Drafts int
	BackupsUntil                 time.Time // when the last backup known expires; zero: none is known
}

// Paper is what has to be kept on paper after a disposal. The number is shown
// once and is nowhere else.
type Paper struct {
	Gone
	Number string
}
