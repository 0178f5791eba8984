package trust

import (
	"slices"

	"wherry/storage/record"
)

// Code is what becomes of an entry that is offered to a case log.
type Code string

// The codes. Only OK gives the entry a number.
const (
	OK      Code = "ok"
	Dup     Code = "dup"     // numbered already; harmless
	Gap     Code = "gap"     // something that belongs before it is missing: send that first
	Fork    Code = "fork"    // its lane went on otherwise: a restored disk image, or a lie. Final
	Held    Code = "held"    // kept outside the numbering until a member decides. Not given in this release
	Refused Code = "refused" // against the rules, see the reason. Final
)

// Known reports whether c is one of the codes.
func (c Code) Known() bool {
	return slices.Contains([]Code{OK, Dup, Gap, Fork, Held, Refused}, c)
}

// Reasons that go with Gap and Refused. They name a rule, never content.
const (
	ReasonWrongCase    = "wrong_case"    // header names another case than the log
	ReasonWrongRealm   = "wrong_realm"   // neither the council's realm nor one adopted here
	ReasonNotFound     = "not_found"     // no such case, or its author is not in it: the same answer
	ReasonAuthor       = "author"        // author is no device of the directory, or not the lane's
	ReasonSignature    = "signature"     // not signed by the author
	ReasonNoBody       = "no_body"       // the body is missing where it must be there
	ReasonBody         = "body"          // the clear body is malformed
	ReasonNewer        = "newer"         // the clear body holds an action of a newer release
	ReasonCaseID       = "case_id"       // the case id is not made from this realm, device and nonce
	ReasonBegun        = "begun"         // the case has its beginning already
	ReasonPerson       = "person"        // the body names another person than the author
	ReasonTeam         = "team"          // the body names a team that the person is not of
	ReasonNoLink       = "no_link"       // the author's device is not linked to the old realm
	ReasonLaneClosed   = "lane_closed"   // the lane ended with the adoption
	ReasonBeyondHead   = "beyond_head"   // foreign entry in no adopted lane, or past its head
	ReasonEpoch        = "epoch"         // names an epoch that this case does not have
	ReasonCheck        = "check"         // grant with another key's check
	ReasonNotEntitled  = "not_entitled"  // a wrap for someone who may not read
	ReasonWrapMissing  = "wrap_missing"  // a wrap that the rules or the body demand is absent
	ReasonWrapHash     = "wrap_hash"     // a wrap's bytes do not match the body
	ReasonWrapExtra    = "wrap_extra"    // a wrap that the body does not name
	ReasonBlobs        = "blobs"         // names blobs that it may not, or (with Gap) that are not there yet
	ReasonTooMany      = "too_many"      // lanes, readers or epochs beyond the limit of a case
	ReasonDirectoryOld = "directory_old" // the log's directory position falls
	ReasonSeen         = "seen"          // claims to have read what the case log or the directory does not hold
)

// Verdict is the answer to one entry.
type Verdict struct {
	Code   Code
	Reason string           // for Gap, Fork and Refused
	Log    record.LogRecord // for OK: the number that the entry gets or has
	Admit  []record.ID      // persons who may read the log from this entry on, and could not before
	// Ahead: the entry's author had seen a longer case log or directory than
	// this one. An honest log cannot show that; it is the mark of a log that
	// was cut back.
	Ahead bool
}

func refuse(reason string) Verdict  { return Verdict{Code: Refused, Reason: reason} }
func missing(reason string) Verdict { return Verdict{Code: Gap, Reason: reason} }

// CaseAuthority holds what is needed to judge the next entry of one case log:
// how the case began, who is in it, where its lanes end, which epochs it has.
// It is a pure function of the log and the directory. The endpoint keeps one
// per case and asks Offer at the door; a notebook keeps one per case and calls
// Follow on what it pulls, so that an endpoint which numbered what it should
// have refused is noticed. Store Bytes beside the log; it is small.
type CaseAuthority struct {
	s caseState
}

// NewCaseAuthority returns the state before a case's first entry. Realm is the
// council's, gen the generation of the log.
func NewCaseAuthority(realm, caseID record.ID, gen uint64) *CaseAuthority {
	return &CaseAuthority{s: caseState{Version: stateVersion, Realm: realm, Case: caseID, Gen: gen}}
}

// Offer judges an entry at the door, at the directory's present position. All
// wraps that the body names must come with it. Known says that this case's log
// holds the entry already. On OK the state has moved on and Verdict.Log is the
// record to write; on any other code nothing has changed.
func (c *CaseAuthority) Offer(dir *Directory, e *record.Entry, wraps []Wrap, known bool) Verdict {
	if known {
		return Verdict{Code: Dup}
	}
	st := &step{c: &c.s, dir: dir, at: dir.Seq(), e: e, h: e.Header(), wraps: wraps, door: true}
	v := st.judge()
	if v.Code != OK {
		return v
	}
	v.Log = record.LogRecord{Seq: c.s.Seq + 1, Entry: e.ID(), DirSeq: dir.Seq()}
	st.apply(&v)
	return v
}

// Follow judges a record of a log as the door must have judged it: at the
// record's directory position. Wraps holds those that were served, usually one
// or none. A code other than OK means that the endpoint numbered what it
// should not have: the entry has no effect, but the state moves past it, since
// a cursor must never stick.
//
// An error means that the record is not part of an honest log at all (ErrOrder)
// or that the directory must be pulled first (ErrDirectoryBehind); then
// nothing has changed.
func (c *CaseAuthority) Follow(dir *Directory, log record.LogRecord, e *record.Entry, wraps []Wrap) (Verdict, error) {
	if log.Seq != c.s.Seq+1 || log.Entry != e.ID() {
		return Verdict{}, ErrOrder
	}
	if log.DirSeq > dir.Seq() {
		return Verdict{}, ErrDirectoryBehind
	}
	st := &step{c: &c.s, dir: dir, at: log.DirSeq, e: e, h: e.Header(), wraps: wraps}
	v := st.judge()
	v.Log = log
	if v.Code == OK {
		st.apply(&v)
	} else {
		c.s.Seq, c.s.Dir = log.Seq, max(c.s.Dir, log.DirSeq)
	}
	return v, nil
}

// Skip moves past a record whose entry cannot be read at all, say because it
// is of a newer format: it has no effect, and its lane shows a gap after it.
// Errors are those of Follow.
func (c *CaseAuthority) Skip(dir *Directory, log record.LogRecord) error {
	if log.Seq != c.s.Seq+1 {
		return ErrOrder
	}
	if log.DirSeq > dir.Seq() {
		return ErrDirectoryBehind
	}
	c.s.Seq, c.s.Dir = log.Seq, max(c.s.Dir, log.DirSeq)
	return nil
}

// Clone returns an independent copy: a transaction that may be rolled back, or
// a trial of own entries that are not yet numbered.
func (c *CaseAuthority) Clone() *CaseAuthority {
	d, err := ParseCaseAuthority(c.Bytes())
	if err != nil {
		panic("trust: own state does not parse")
	}
	return d
}
