package desktop

import (
	"context"
	"time"

	"wherry/app/casework"
)

// Deps is everything the window is given. It holds no Fyne type, so that a
// test, or another main, can build it without a display.
type Deps struct {
	// Door makes and opens the one notebook this window shows.
	Door Door
	// Explain turns an error of a port into what a person reads. It must
	// never put case content into the answer. It may not be nil.
	Explain func(error) Problem
	// Now is the clock of everything shown and of new records.
	Now func() time.Time
	// Version is shown on the About screen and is safe to paste.
	Version Version
	// Language is "en" or "cy"; anything else is read as "en".
	Language string
	// Documents is the folder offered first when a file is chosen or written.
	// It may be empty.
	Documents string
	// Process is the program that the window runs in.
	Process Process
}

// Version says which build this is. No part of it names a person, a place or a
// folder: it is made to be pasted into a fault report.
type Version struct {
	Version, Commit, Go, System, Formats string
}

// Problem is a sentence and a next step, in place of an error.
type Problem struct {
	Code     string        // stable word, for example "wrong_passphrase"
	Sentence string        // what happened, ending in a full stop
	Next     string        // what to do now; may be empty
	Wait     time.Duration // for a wrong passphrase: how long until the next guess is accepted
}

// Codes of problems that the window treats in its own way.
const (
	CodeWrongPassphrase = "wrong_passphrase"
	CodeWait            = "wait" // not tried: too soon after wrong ones
	CodeInUse           = "in_use"
	CodeReadOnly        = "storage_failing" // nothing more is acknowledged in this run
	CodeOffline         = "offline"
	CodeNotPermitted    = "not_permitted"
)

// Door is the notebook while it is shut. All methods are synchronous and may
// take a second (the passphrase is stretched on purpose), so the window calls
// them through its Runner, never two at once.
type Door interface {
	// State says whether there is a notebook in the folder and how it looks
	// from outside. It needs no passphrase and writes nothing.
	State(ctx context.Context) (DoorState, error)
	// Strength is a hint for a passphrase as it is typed; it refuses nothing,
	// stretches nothing and must answer within a millisecond.
	Strength(passphrase []byte) Strength
	// Create makes the notebook and leaves it open. The kit is the only copy
	// of the recovery code that will ever be shown. The caller wipes passphrase.
	Create(ctx context.Context, name string, passphrase []byte) (Notebook, RecoveryKit, error)
	// SaveKit writes the kit to a new file that only its owner may read. A
	// file that is there already is refused, and left as it was.
	SaveKit(ctx context.Context, kit RecoveryKit, path string) error
	// Unlock opens the notebook. A wrong passphrase is an error that Explain
	// gives CodeWrongPassphrase, with the delay until the next guess; a guess
	// before that delay is over is refused in the same way and not tried.
	Unlock(ctx context.Context, passphrase []byte) (Notebook, error)
	// UnlockWithCode opens the notebook with the recovery code and, in the
	// same act, sets the new passphrase. The code goes on working.
	UnlockWithCode(ctx context.Context, code string, passphrase []byte) (Notebook, error)
	// Restore makes the notebook out of a backup and leaves it open. It is
	// there whole or not at all. A context that ends stops it.
	Restore(ctx context.Context, r RestoreRequest) (Notebook, Restored, error)
}

// DoorState is the notebook as it looks from outside.
type DoorState struct {
	Exists bool
	Wait   time.Duration // until the next guess is accepted; zero as a rule
}

// Strength is a hint about a passphrase.
type Strength struct {
	Score    int    // 0 (very weak) to 4 (strong)
	Sentence string // one plain sentence, in the window's language
}

// RecoveryKit is what lets its owner back in after the passphrase is forgotten.
type RecoveryKit struct {
	Code string // grouped, with check characters
	Text string // the whole page that is written to the file, Code included
}

// Notebook is an open notebook: the one door to what it holds. Every method is
// synchronous and takes the context first. The window calls one method at a
// time, but for Sync, those of Files and some of Backups, which run beside the others: a slow
// link or a large recording must never keep a draft from being saved. When a
// writing method returns without an error its work is durable on this laptop,
// and SavedAt proves it.
//
// Entries and drafts are named by opaque ids. A case is named by its id or its
// child reference; in a casework.Submission children are named by reference.
type Notebook interface {
	Session
	Keys
	Reader
	Recorder
	Drafts
	Files
	Retaining
	Backups
	Council
	Finder
}

// Session is the notebook as a whole.
type Session interface {
	// Who says whose notebook this is and what they may do.
	Who() Who
	// SavedAt is when the disk last confirmed a write in this run.
	SavedAt() time.Time
	// Status is what the status bar shows. No network. It is asked for after
	// every act and about once in ten seconds.
	Status(ctx context.Context) (Status, error)
	// Health is how the notebook was found when it was opened.
	Health(ctx context.Context) (Health, error)
	// Settings are kept in the notebook, sealed with everything else. A
	// notebook that has none yet answers DefaultSettings.
	Settings(ctx context.Context) (Settings, error)
	SaveSettings(ctx context.Context, s Settings) error
	// ChangePassphrase refuses a wrong current passphrase as Unlock does.
	ChangePassphrase(ctx context.Context, current, next []byte) error
	// Lock ends the session: everything in hand is synced, the keys and every
	// text are dropped from memory, and no other method may be called. It
	// locks even when it returns an error.
	Lock(ctx context.Context) error
	// AddSample adds the fictional sample caseload; RemoveSample takes all of
	// it away again, and nothing else.
	AddSample(ctx context.Context) error
	RemoveSample(ctx context.Context) error
}

// Reader is what can be looked at.
type Reader interface {
	// Today is what needs attention.
	Today(ctx context.Context) (Today, error)
	// Caseload is every case this person may read, by child reference.
	Caseload(ctx context.Context) (Caseload, error)
	// Child is one child's page. It does not mark anything as looked at.
	Child(ctx context.Context, caseID string) (*ChildPage, error)
	// Looked notes that the person has seen the page: what is there now is no
	// longer new. It is called when the page has been shown.
	Looked(ctx context.Context, caseID string) error
	// People are those known in these cases, for "who was present": every
	// person once, the one met most often first.
	People(ctx context.Context, cases []string) ([]casework.Person, error)
	// Search is all notes of all cases, best first. A query that cannot be
	// read is an error; no hit is an empty list.
	Search(ctx context.Context, query string, limit int) ([]Hit, error)
}

// Recorder is what can be written. Each act is one durable step, all or none.
type Recorder interface {
	// AddChild opens a case for a child entered by hand.
	AddChild(ctx context.Context, c NewChild) (caseID string, err error)
	// Record finalises a submission: one entry for each child, in one step.
	// The draft named (if not "") is gone once it returns nil. The window has
	// shown what Validate finds; Record checks again and refuses.
	Record(ctx context.Context, draft string, s *casework.Submission) (entries []string, err error)
	// Amend adds a correction below a final. The final stays as it is.
	Amend(ctx context.Context, entry, text string) error
	// Strike marks a final as written in error, for example on the wrong
	// child, with the reason. It stays visible, struck through.
	Strike(ctx context.Context, entry, reason string) error
	// Comment adds oversight to a final (team leads; see Who.CanComment).
	Comment(ctx context.Context, entry, text string) error
	// Choose settles a field that holds several values: value stays, and it
	// replaces exactly the values given by the entries named.
	Choose(ctx context.Context, caseID, field, value string, replaces []string) error
	// PreviewImport reads a file of children and says what Import would do
	// with it. It writes nothing. mapping is the field key for each column of
	// the file, "" for a column left out; nil asks for the one that fits best.
	PreviewImport(ctx context.Context, path string, mapping []string) (ImportPreview, error)
	// Import does what PreviewImport said for the same mapping.
	Import(ctx context.Context, path string, mapping []string) (ImportResult, error)
	// Export writes a case summary. Its audit entry is durable before the file
	// appears. A file that is there is refused unless Replace is set.
	Export(ctx context.Context, r ExportRequest) (ExportResult, error)
}

// Drafts are texts that are not yet entries. They live on this laptop only.
type Drafts interface {
	// SaveDraft keeps the draft as it stands, durably, replacing the last
	// version, and sets d.ID and d.Changed. An empty ID makes a new draft. The
	// window calls it at most one second behind the keystroke.
	SaveDraft(ctx context.Context, d *casework.Draft) (id string, err error)
	// Drafts lists them, last changed first, and counts those that cannot be
	// read.
	Drafts(ctx context.Context) (drafts []*casework.Draft, damaged int, err error)
	// Draft is one of them, caret included.
	Draft(ctx context.Context, id string) (*casework.Draft, error)
	// DiscardDraft erases it. (The window offers undo by saving it anew.)
	DiscardDraft(ctx context.Context, id string) error
}

// Council is the notebook's dealings with the council's endpoint.
type Council interface {
	// ReadInvitation says what an invitation file offers, with no network.
	ReadInvitation(ctx context.Context, path string) (Invitation, error)
	// Enrol accepts it. Everything recorded before is kept.
	Enrol(ctx context.Context, path string) error
	// Sync is one exchange. It returns what happened even when it ends in an
	// error, because what was pushed before the error stays pushed.
	Sync(ctx context.Context) (SyncReport, error)
}
