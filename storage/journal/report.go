package journal

// Report says what Open or Check found, and what Open mended.
type Report struct {
	Frames    uint64   // readable frames
	TornBytes int64    // bytes of a torn tail: never acknowledged as saved
	Damaged   []Damage // everything that is not as it was written
	// Cut says that the end of the journal is not certain: a torn tail was cut
	// or the end is damaged. Open a new lane, because what is gone may have
	// been seen by others. Every Open says so until something is appended, so
	// that a crash in between forgets nothing. Check says what Open would.
	Cut bool
	// MarkHealed says that one copy of the mark was damaged or missing and was
	// (by Check: can be) restored from its twin; MarkTwin is that copy's name.
	MarkHealed bool
	MarkTwin   string
	// Unmarked counts frames past the mark: above zero, the last stop was not
	// an orderly one.
	Unmarked uint64
	// Quarantined are the files in quarantine/ that hold copies of what is
	// named in Damaged and of a torn tail.
	Quarantined []string
	// ReadOnly is why nothing can be appended although the journal can be
	// read: the disk refused what mending needs. Nil in good days.
	ReadOnly error
}

// Damage names one piece of the journal that is lost or not as it was written.
type Damage struct {
	File    string // name inside the journal folder
	Segment int    // segment number; 0 for a mark
	Seq     uint64 // number of the frame that was expected there
	Missing uint64 // how many frames are missing from there; 0 if none or not known
	Offset  int64  // where in the file the piece begins
	Length  int64  // its length in bytes; 0 for a place where bytes are absent
	Reason  string // one of the Reason constants
}

// Reasons of damage.
const (
	ReasonHeader    = "segment header damaged"
	ReasonFrame     = "frame damaged"
	ReasonMissing   = "frames missing"
	ReasonChain     = "frame does not follow the one before it"
	ReasonSegment   = "segment missing"
	ReasonName      = "segment under another name"
	ReasonCopy      = "second copy of a segment"
	ReasonForeign   = "file is no segment of this journal"
	ReasonUnread    = "file cannot be read"
	ReasonLong      = "file longer than a segment"
	ReasonShort     = "journal ends before its mark"
	ReasonDiffers   = "journal differs from its mark"
	ReasonMarksLost = "both marks damaged or missing"
	ReasonContent   = "frame sound but its content is not"
)

// OK reports whether nothing is damaged.
func (r *Report) OK() bool { return len(r.Damaged) == 0 }
