package trust

import (
	"bytes"
	"cmp"
	"slices"

	"wherry/storage/record"
)

const stateVersion = 1

// Limits of one case, far above any real one. They bound what a hostile member
// can make both sides keep.
const (
	maxLanes   = 2048
	maxEpochs  = 1024
	maxMembers = 1024
)

// caseState is the serialised form of a CaseAuthority. Lists are sorted by
// their first id and hold it once.
type caseState struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Realm   record.ID
	Case    record.ID
	Gen     uint64
	Seq     uint64 // last record judged
	Dir     uint64 // its directory position
	Begin   *beginning
	Members []member
	Lanes   []lane
	Epochs  []epoch
}

// beginning is how the case entered this log.
type beginning struct {
	_       struct{}  `cbor:",toarray"`
	Entry   record.ID // the genesis or adopt entry
	Person  record.ID
	Team    string
	Foreign *foreign // nil for a case born in the council
}

// foreign is the adopted part of a case.
type foreign struct {
	_       struct{} `cbor:",toarray"`
	Realm   record.ID
	Device  record.ID // the old device: the only author of the old realm
	Pub     []byte
	Genesis record.ID
	Nonce   []byte
	Seen    bool // the genesis has arrived
	Lanes   []foreignLane
}

type foreignLane struct {
	_    struct{} `cbor:",toarray"`
	Lane record.ID
	End  uint64 // adopted length
	Head record.ID
	Seq  uint64 // how far it has arrived
	Last record.ID
}

type member struct {
	_      struct{} `cbor:",toarray"`
	Person record.ID
	Since  uint64 // log number of the entry that let them in
}

type lane struct {
	_      struct{} `cbor:",toarray"`
	Lane   record.ID
	Author record.ID
	Seq    uint64
	Last   record.ID
}

type epoch struct {
	_       struct{} `cbor:",toarray"`
	ID      record.ID
	Prev    record.ID
	Check   []byte
	Seq     uint64 // log number
	Foreign bool
	Held    []holding
}

// holding: a reader was given the epoch's key when the directory stood at Dir.
type holding struct {
	_      struct{} `cbor:",toarray"`
	Reader record.ID
	Dir    uint64
}

// Bytes is the canonical form of the state.
func (c *CaseAuthority) Bytes() []byte { return record.Encode(c.s) }

// ParseCaseAuthority reads the form that Bytes writes.
func ParseCaseAuthority(data []byte) (*CaseAuthority, error) {
	var c CaseAuthority
	if err := record.Decode(data, &c.s); err != nil {
		return nil, ErrMalformed
	}
	if c.s.Version != stateVersion {
		return nil, ErrNewer
	}
	if !c.s.ok() {
		return nil, ErrMalformed
	}
	return &c, nil
}

func (s *caseState) ok() bool {
	rising := sorted(s.Members, memberID) && sorted(s.Lanes, laneID) && sorted(s.Epochs, epochID)
	for i := range s.Epochs {
		rising = rising && sorted(s.Epochs[i].Held, holdingID)
	}
	if s.Begin != nil && s.Begin.Foreign != nil {
		rising = rising && sorted(s.Begin.Foreign.Lanes, foreignLaneID)
	}
	return rising && (s.Begin != nil || len(s.Members)+len(s.Lanes)+len(s.Epochs) == 0)
}

func memberID(m member) record.ID           { return m.Person }
func laneID(l lane) record.ID               { return l.Lane }
func epochID(e epoch) record.ID             { return e.ID }
func holdingID(h holding) record.ID         { return h.Reader }
func foreignLaneID(l foreignLane) record.ID { return l.Lane }

func sorted[T any](list []T, id func(T) record.ID) bool {
	for i := 1; i < len(list); i++ {
		if compare(id(list[i-1]), id(list[i])) >= 0 {
			return false
		}
	}
	return true
}

func compare(a, b record.ID) int { return bytes.Compare(a[:], b[:]) }

// find returns the element with the id, or nil.
func find[T any](list []T, want record.ID, id func(T) record.ID) *T {
	i, ok := slices.BinarySearchFunc(list, want, func(t T, w record.ID) int { return compare(id(t), w) })
	if !ok {
		return nil
	}
	return &list[i]
}

// put inserts v, or replaces the element with its id.
func put[T any](list []T, v T, id func(T) record.ID) []T {
	i, ok := slices.BinarySearchFunc(list, id(v), func(t T, w record.ID) int { return compare(id(t), w) })
	if ok {
		list[i] = v
		return list
	}
	return slices.Insert(list, i, v)
}

// Case is the id of the case.
func (c *CaseAuthority) Case() record.ID { return c.s.Case }

// Seq is the number of the last record judged; DirSeq its directory position.
func (c *CaseAuthority) Seq() uint64 { return c.s.Seq }

// DirSeq is the directory position of the last record; it never falls.
func (c *CaseAuthority) DirSeq() uint64 { return c.s.Dir }

// Begun reports whether a genesis or an adoption was accepted.
func (c *CaseAuthority) Begun() bool { return c.s.Begin != nil }

// Person is who the case belongs to; zero before it has begun.
func (c *CaseAuthority) Person() record.ID {
	if c.s.Begin == nil {
		return record.ID{}
	}
	return c.s.Begin.Person
}

// Team is the team whose leads are entitled to read; empty before it has begun.
func (c *CaseAuthority) Team() string {
	if c.s.Begin == nil {
		return ""
	}
	return c.s.Begin.Team
}

// MayRead reports whether a person has been let in.
func (c *CaseAuthority) MayRead(person record.ID) bool {
	return find(c.s.Members, person, memberID) != nil
}

// Members lists who has been let in, by id.
func (c *CaseAuthority) Members() []record.ID {
	out := make([]record.ID, len(c.s.Members))
	for i, m := range c.s.Members {
		out[i] = m.Person
	}
	return out
}

// LaneEnd returns where a council-realm lane ends.
func (c *CaseAuthority) LaneEnd(id record.ID) (LaneHead, bool) {
	l := find(c.s.Lanes, id, laneID)
	if l == nil {
		return LaneHead{}, false
	}
	return LaneHead{Lane: l.Lane, Seq: l.Seq, Head: l.Last}, true
}

// Arrived reports whether every adopted lane has arrived to its head, the old
// genesis among them. It is true for a case born in the council.
func (c *CaseAuthority) Arrived() bool {
	if c.s.Begin == nil {
		return false
	}
	f := c.s.Begin.Foreign
	if f == nil {
		return true
	}
	for _, l := range f.Lanes {
		if l.Seq < l.End {
			return false
		}
	}
	return f.Seen
}

// Epoch returns the current epoch, the last in log order, and its check; false
// before there is one.
func (c *CaseAuthority) Epoch() (id record.ID, check []byte, ok bool) {
	var last *epoch
	for i := range c.s.Epochs {
		if e := &c.s.Epochs[i]; last == nil || !e.Foreign && (last.Foreign || e.Seq > last.Seq) {
			last = e
		}
	}
	if last == nil || last.Foreign {
		return record.ID{}, nil, false
	}
	return last.ID, last.Check, true
}

// EpochInfo is what the log says of one epoch.
type EpochInfo struct {
	ID      record.ID
	Prev    record.ID // zero for the first of its realm
	Check   []byte    // commitment to its key
	Foreign bool      // of the realm that was adopted
}

// Epochs lists the epochs of the case in log order.
func (c *CaseAuthority) Epochs() []EpochInfo {
	list := slices.Clone(c.s.Epochs)
	slices.SortFunc(list, func(a, b epoch) int { return cmp.Compare(a.Seq, b.Seq) })
	out := make([]EpochInfo, len(list))
	for i, e := range list {
		out[i] = EpochInfo{ID: e.ID, Prev: e.Prev, Check: e.Check, Foreign: e.Foreign}
	}
	return out
}
