package notebook

import (
	"wherry/storage/journal"
	"wherry/storage/record"
)

// The journal's item types. One use-case writes one frame; a frame may hold
// several items. Numbers are part of the format and never change meaning.
const (
	itemPin       uint8 = 1 // who we are and what we trust: written once, at creation
	itemOwn       uint8 = 2 // a use-case of ours: entries for one or more cases
	itemPulled    uint8 = 3 // a page of one case log, as the endpoint gave it
	itemDirectory uint8 = 4 // a page of the directory's log
	itemReceipts  uint8 = 5 // proof that the endpoint holds entries of ours
	itemResult    uint8 = 6 // a final answer other than ok: refused, fork
	itemJoining   uint8 = 7 // an invitation accepted here, not yet by the endpoint
	itemJoined    uint8 = 8 // the endpoint's directory shows our device
	itemLooked    uint8 = 9 // what the reader has looked at (desk)
	itemSynced    uint8 = 10
	itemCut       uint8 = 11 // a torn tail was cut: open new lanes
	itemRemoved   uint8 = 12 // sample cases taken away; their keys are destroyed
	itemSalvaged  uint8 = 13 // entries that the journal had lost, taken back from the view
	itemDisposed  uint8 = 14 // a case disposed of; its keys are destroyed, then all that they opened
	itemRestored  uint8 = 15 // all before this came from a backup: open new lanes
	itemRefs      uint8 = 16 // the references under which salvaged entries were submitted
	itemProofs    uint8 = 18 // proof that the endpoint holds entries of ours, by case
	itemPage      uint8 = 17 // a page of one case log, without what the journal has already
)

// pinItem fixes the notebook's own realm and keys (public halves only; the
// private halves lie in the key box).
type pinItem struct {
	_          struct{} `cbor:",toarray"`
	Notebook   record.ID
	Name       string
	Root       []byte
	Device     []byte
	Person     record.ID
	PersonSign []byte
	PersonKEM  []byte
	Created    int64
}

// ownItem is one acknowledged use-case.
type ownItem struct {
	_       struct{}  `cbor:",toarray"`
	Ack     record.ID // what the caller was told
	Ref     string    // the caller's own reference, to make retries harmless
	RefHash record.ID // of the submitted content
	Draft   record.ID // the draft that this published, or zero
	Entries [][]byte
	parsed  []*record.Entry // of Entries, where that was done already
}

// pulledItem is a page as received. Entries that did not verify are kept raw,
// with the reason, and count in the log all the same.
type pulledItem struct {
	_       struct{} `cbor:",toarray"`
	Case    record.ID
	Gen     uint64
	From    uint64
	Records []pulledRecord
	Head    record.SignedHead
	// Authority is the state of the case's rules after the page.
	Authority []byte
	parsed    []*record.Entry // of Records, where that was done already
}

type pulledRecord struct {
	_        struct{} `cbor:",toarray"`
	Log      record.LogRecord
	Entry    []byte
	Receipt  record.SignedReceipt
	Received int64
	Problem  string // "" if the entry verifies and takes effect
	Held     bool   // this very entry was here already: we wrote it
}

type directoryItem struct {
	_       struct{} `cbor:",toarray"`
	Gen     uint64
	From    uint64
	Records []directoryRecord
	Head    record.SignedHead
}

type directoryRecord struct {
	_         struct{} `cbor:",toarray"`
	Log       record.LogRecord
	Statement []byte
	At        int64
}

type receiptsItem struct {
	_        struct{} `cbor:",toarray"`
	Receipts []record.SignedReceipt
}

type resultItem struct {
	_      struct{} `cbor:",toarray"`
	Entry  record.ID
	Code   string
	Reason string
}

// joiningItem keeps what a retry of enrolment needs; the one-use secret is in
// the key box until the directory shows the device.
type joiningItem struct {
	_          struct{} `cbor:",toarray"`
	URL        string
	CA         []byte
	Root       record.ID
	Invitation []byte // the signed statement
	Device     []byte // public half of the council device key
	DeviceAdd  []byte // the statement we present
	Person     record.ID
	Team       string
	Role       string
}

type joinedItem struct {
	_  struct{} `cbor:",toarray"`
	At int64
}

type lookedItem struct {
	_     struct{} `cbor:",toarray"`
	Case  record.ID
	Order uint64
}

// syncedItem notes a finished exchange: how far it went and whom the endpoint
// last heard of, so that lists can say how old they are.
type syncedItem struct {
	_       struct{} `cbor:",toarray"`
	At      int64    // the endpoint's time
	Workers []workerSeen
}

type removedItem struct {
	_     struct{} `cbor:",toarray"`
	Cases []record.ID
}

type workerSeen struct {
	_      struct{} `cbor:",toarray"`
	Person record.ID
	Last   int64
}

func item(t uint8, v any) journal.Item {
	return journal.Item{Type: t, Data: record.Encode(v)}
}
