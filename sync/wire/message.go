package wire

import (
	"wherry/storage/record"
	"wherry/storage/trust"
)

// Paths of the routes. All but health and blobs are POST with a CBOR body.
const (
	PathEnrol  = "/v1/enrol"
	PathHeads  = "/v1/heads"
	PathPull   = "/v1/pull"
	PathPush   = "/v1/push"
	PathEvents = "/v1/events"
	PathHealth = "/healthz"
)

// Wrap is a case key sealed to one reader, beside the entry that names it.
type Wrap = trust.Wrap

// EnrolRequest presents an invitation. It is signed like every request, by the
// device that Device names. Presenting it again is harmless.
type EnrolRequest struct {
	_      struct{} `cbor:",toarray"`
	Invite []byte   // statement "invite", from the invitation file
	Device []byte   // statement "device.add"
}

// EnrolResponse brings the directory from its first record, so that the
// notebook can verify it from the root that it pinned. When More is set the
// rest is pulled like any log.
type EnrolResponse struct {
	_         struct{} `cbor:",toarray"`
	Directory Page
	Time      int64 // the endpoint's clock, Unix milliseconds
}

// CasePos is how far a log is held: generation and number of the last record.
// Case is a case id, or record.DirectoryLog(realm) for the directory.
type CasePos struct {
	_    struct{} `cbor:",toarray"`
	Case record.ID
	Gen  uint64
	Seq  uint64
}

// HeadsRequest says what the notebook holds.
type HeadsRequest struct {
	_     struct{} `cbor:",toarray"`
	Known []CasePos
	Dir   CasePos
}

// HeadsResponse brings the head of every case that the caller may read and
// that differs from Known, and always the directory's. Workers says when the
// others in the caller's cases were last here, so that a notebook can say how
// complete its view is.
type HeadsResponse struct {
	_       struct{} `cbor:",toarray"`
	Heads   []record.SignedHead
	Dir     record.SignedHead
	Same    record.SignedUnchanged // of the known logs that Heads says nothing of
	Workers []WorkerSeen
	Time    int64 // the endpoint's clock, Unix milliseconds
}

// WorkerSeen is when a person's notebook last exchanged with the endpoint.
type WorkerSeen struct {
	_      struct{} `cbor:",toarray"`
	Person record.ID
	Last   int64 // Unix milliseconds; 0: never
}

// PullRequest asks for what follows each position. MaxBytes is what the link
// can take in one go; the endpoint may send less, and at least one record.
type PullRequest struct {
	_        struct{} `cbor:",toarray"`
	Cases    []CasePos
	MaxBytes uint32
}

// PullResponse brings a page for each case asked for that the caller may read,
// as far as the bytes went. A case that is not theirs is left out, exactly as
// one that does not exist.
type PullResponse struct {
	_     struct{} `cbor:",toarray"`
	Pages []Page
	Time  int64 // the endpoint's clock, Unix milliseconds
}

// Page is a run of records of one log, from number From without a gap, and the
// log's present head. More says that the head is further on.
type Page struct {
	_       struct{} `cbor:",toarray"`
	Case    record.ID
	Gen     uint64
	From    uint64
	Records []PulledRecord
	Head    record.SignedHead
	More    bool
}

// PulledRecord is one numbered record: an entry of a case, or a statement of
// the directory. Receipt is the endpoint's proof of when it received it. Wraps
// holds only those that the caller may have: to the caller's person, and the
// previous epoch's key.
type PulledRecord struct {
	_       struct{} `cbor:",toarray"`
	Log     record.LogRecord
	Entry   []byte
	Wraps   []Wrap
	Receipt record.SignedReceipt
}

// PushRequest offers entries, each lane in order.
type PushRequest struct {
	_     struct{} `cbor:",toarray"`
	Items []PushItem
}

// PushItem is one entry with the wraps that its body names.
type PushItem struct {
	_     struct{} `cbor:",toarray"`
	Entry []byte
	Wraps []Wrap
}

// PushResponse answers every item in order, and brings the head of every case
// that was touched.
type PushResponse struct {
	_       struct{} `cbor:",toarray"`
	Results []Result
	Heads   []record.SignedHead
	Time    int64 // the endpoint's clock, Unix milliseconds
}

// Result is the answer to one item. Code is one of trust's codes. Receipt is
// there for ok and for dup, and only then.
type Result struct {
	_       struct{}  `cbor:",toarray"`
	Entry   record.ID // zero if the entry could not be parsed
	Code    string
	Reason  string
	Receipt *record.SignedReceipt
}

// ErrorBody is the body of every answer that is not 200. Message is a sentence
// for a log; it holds no case content.
type ErrorBody struct {
	_       struct{} `cbor:",toarray"`
	Code    string
	Message string
}
