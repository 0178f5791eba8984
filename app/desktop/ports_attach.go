package desktop

import (
	"context"
	"image"

	"wherry/app/casework"
)

// Files is the photos, documents and recordings of the record. Like Sync, every
// method may run beside all others: a recording of 200 MB is sealed for as long
// as it takes, and no draft waits for it. No method writes a readable file but
// SaveCopy, which is asked to.
//
// A file of a draft is named by an id that holds within the draft, one of the
// record by the id of its entry.
type Files interface {
	// StageFile reads a file, takes out what it says about its making, above
	// all the place, and seals it for a draft, for the record of one of its
	// children. The same bytes for the same child again are there already. It
	// ends early when ctx does; the same file chosen again goes on from there.
	StageFile(ctx context.Context, draft, child string, f NewFile) (File, error)
	// Staged lists the files of a draft in the order in which they came.
	Staged(ctx context.Context, draft string) ([]File, error)
	// CaptionStaged changes what is said of a file of a draft, durably.
	CaptionStaged(ctx context.Context, draft, id, caption string) error
	// MoveStaged puts a file of a draft into another child's record.
	MoveStaged(ctx context.Context, draft, id, child string) error
	// Unstage takes a file out of a draft and erases it.
	Unstage(ctx context.Context, draft, id string) error
	// AttachFile adds a file to an entry that is final. It cannot be taken out
	// again; it can be struck.
	AttachFile(ctx context.Context, entry string, f NewFile) error
	// Files lists the files of a case, struck ones too.
	Files(ctx context.Context, caseID string) ([]File, error)
	// Picture opens a picture in memory, turned as it is meant to be seen, with
	// no side longer than side pixels.
	Picture(ctx context.Context, id string, side int) (image.Image, error)
	// SaveCopy writes a readable copy to a new file. That it leaves the notebook
	// is in the record before the file appears; whoever may not export may not
	// do this, and the try is in the record.
	SaveCopy(ctx context.Context, id, path string) error
}

// NewFile is a file that a person chose.
type NewFile struct {
	Path    string
	Caption string
	// Read is told how many bytes have been read, of how many. It is called
	// from another goroutine than the window's. It may be nil.
	Read func(done, of int64)
}

// File is one photo, document or recording.
type File struct {
	casework.Attached        // of a draft's file: Written, Author and State are empty
	Entry             string // that it belongs to; "": the case, or a draft
	Child             string // reference of the child whose record it is in
	Here              bool   // the whole file is on this laptop
	Coming            bool   // it is not here, and the next sync may bring it
	Shows             bool   // a picture of a kind that Picture can open
}

// CodeFileDamaged is the code of the problem that a file is damaged.
const CodeFileDamaged = "attachment_damaged"
