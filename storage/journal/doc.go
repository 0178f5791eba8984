// Package journal is the legal record of a notebook: an append-only log of
// sealed frames on disk. A frame that Append has numbered has been synced to
// the disk and is read back whole or not at all; only the journal decides what
// is "saved".
//
// # Layout of the folder
//
//	00000001.wj …   segments of at most 16 MiB (a header, then frames)
//	mark.A, mark.B  two copies of the synced end of the journal
//	reserve         4 MiB of ballast, given up when the disk is full
//	quarantine/     copies of bytes that could not be read as frames
//	*.wj.gone       a segment that was rewritten, until it is overwritten
//
// # What is believed
//
// Every frame carries a keyed checksum under a key of its own segment and the
// checksum of the frame before it, so that a flipped bit, a moved frame, an
// exchanged file or a missing piece is noticed. An invalid piece is a torn tail
// only if it is the last, lies past the synced mark, and nothing decodable
// follows it; it is then copied aside and cut. Everything else is damage: it is
// copied to quarantine, named in the Report, left where it is, and whatever
// follows stays readable.
//
// # After a failed write or sync
//
// Nothing more is acknowledged by that Journal (ErrFailed). A disk that has
// once refused a sync may have dropped the bytes while later syncs succeed, so
// the next Open writes the last frame again before it is relied upon.
//
// # What may change
//
// Frames are never changed, with one exception: disposal. Rewrite replaces what
// chosen frames hold, by a new file for each segment concerned, and keeps their
// number and their place in the chain.
//
// The byte formats are written down in docs/formats.md and frozen by testdata.
package journal

import "errors"

var (
	// ErrFailed reports that a write or sync failed earlier in this run; the
	// cause is wrapped beside it. Nothing more is acknowledged until a new Open.
	ErrFailed = errors.New("journal: the disk failed; nothing more is saved in this run")
	// ErrFull reports that too little space is free; nothing was written, and
	// Append works again once there is room.
	ErrFull = errors.New("journal: too little free space")
	// ErrTooLarge reports items that do not fit into one frame.
	ErrTooLarge = errors.New("journal: larger than one frame may be")
	// ErrEmpty reports an Append of no items.
	ErrEmpty = errors.New("journal: nothing to append")
	// ErrReadOnly reports an Append to a journal that was opened for reading.
	ErrReadOnly = errors.New("journal: opened for reading only")
	// ErrClosed reports use after Close.
	ErrClosed = errors.New("journal: closed")
	// ErrDamaged reports a frame that was sound at Open and is not any more.
	ErrDamaged = errors.New("journal: frame damaged")
	// ErrUnread reports, beside ErrDamaged and the cause, that a file could not
	// be opened or read just now. Nothing is to be concluded from it about what
	// the file holds.
	ErrUnread = errors.New("journal: a file cannot be read")
	// ErrNoFrame reports that no readable frame has the number asked for.
	ErrNoFrame = errors.New("journal: no such frame")
	// ErrNewerFormat reports a folder written by a later Wherry. It is left
	// untouched.
	ErrNewerFormat = errors.New("journal: written by a newer version")
	// ErrWrongKey reports that nothing in the folder answers to the key, or
	// that it belongs to another notebook. It is left untouched.
	ErrWrongKey = errors.New("journal: belongs to another notebook or key")
	// ErrMissing reports that there is no journal where one must be.
	ErrMissing = errors.New("journal: missing")
	// ErrInUse reports that another process holds the notebook.
	ErrInUse = errors.New("journal: notebook is open elsewhere")

	errNumbers = errors.New("journal: no segment number left")
)
