package notebook

import (
	"cmp"
	"slices"
	"strings"

	"wherry/storage/record"
	"wherry/storage/trust"
)

// The vault's tables. Keys are keyed hashes, values are sealed by the vault.
const (
	tableMeta      byte = 'm'
	tableCase      byte = 's' // case state
	tableEntry     byte = 'c' // (case, arrival) -> entry row
	tableWhere     byte = 'e' // entry id -> (case, arrival)
	tableReceipt   byte = 'r' // entry id -> proof and final result
	tableOutbox    byte = 'o' // arrival -> (case, entry)
	tableDirectory byte = 'd' // directory sequence -> statement
	tablePublished byte = 'p' // draft id -> ack
	tableRef       byte = 'f' // submission reference -> what it acknowledged
	tableChain     byte = 'h' // (log, sequence) -> first bytes of the chain there
	tableAuthority byte = 'a' // (case, piece) -> state of the case's rules
)

// viewSchema changes whenever a row below changes meaning: the view is then
// rebuilt from the journal.
const viewSchema = 10

// meta is the small state of the whole notebook.
type meta struct {
	Pin      pinItem
	Joining  *joiningItem
	Joined   int64 // Unix milliseconds; 0 while the notebook stands alone
	Synced   int64 // endpoint time of the last complete exchange
	Workers  []workerSeen
	Clock    record.HLC
	Arrivals uint64 // entries ever stored, in order of arrival
	DirGen   uint64
	DirSeq   uint64
	DirChain record.ID
	DirTime  int64     // time of the last directory head
	Loss     record.ID // of the journal, for which new lanes were opened
	Held     uint64
	Refused  uint64
}

// caseRow is what the notebook keeps in memory for every case.
type caseRow struct {
	ID       record.ID
	Realm    record.ID // that own entries are written in
	Genesis  record.ID
	Creator  record.ID // device
	Nonce    []byte    // of the genesis
	Team     string
	Ref      string
	Epoch    record.ID // current key entry
	Lane     record.ID // own open lane; zero: open one at the next write
	LaneSeq  uint64
	LaneHead record.ID
	Lanes    []trust.LaneHead // heads of every lane that this device wrote
	Holes    []hole           // own entries that the journal lost
	Beyond   []record.ID      // entries stored from pages beyond a lost one
	Epochs   []record.ID      // epochs of the case's present realm, in order of arrival
	Born     uint64           // arrival of its first entry: the older case keeps a reference
	Refs     []string         // every reference that it has or had
	Proven   uint64           // highest log number that a receipt names
	ProvenAt record.ID        // chain there, as the receipt says
	Gen      uint64           // cursor
	Seq      uint64
	Chain    record.ID
	HeadTime int64         // endpoint time of the head that the cursor reached
	Behind   bool          // a newer head was seen than the cursor has reached
	Count    uint64        // sealed content entries
	Last     int64         // latest written time, Unix milliseconds
	Waiting  uint64        // own entries without a final answer
	Unsent   uint64        // those of them that are content
	Unread   bool          // its key came while the index was not loaded
	Looked   uint64        // arrivals looked at
	Arrived  uint64        // arrival number of the newest entry
	NewsAt   uint64        // arrival of the newest of them
	News     uint64        // entries by others since last looked
	Summary  []byte        // casework.Brief as JSON; empty: to be computed
	Sample   bool          // fictional: never adopted, never sent
	Removed  bool          // a sample case taken away, its keys destroyed
	Disposed *disposedItem // nothing but ids is left of the case
	Proposed bool          // somebody wrote about keeping it or disposing of it
	Held     uint64        // own content that the council holds for a decision
	Refused  uint64        // and that it refused
}

// entryRow is an entry as stored in the view. Its bytes are there while they
// are nowhere else but in the journal: own entries that no receipt proves yet.
// All others are read from their place in the journal: frame, item, position.
type entryRow struct {
	_        struct{} `cbor:",toarray"`
	Entry    []byte
	Own      bool
	Ack      *record.ID
	Draft    *record.ID // that it published
	LogSeq   uint64
	Received int64
	Problem  string
	LogEntry *record.ID // its id, where the bytes are not there to give it
	Frame    uint64
	Item     uint64
	Pos      uint64
}

// some and none are how rows hold an id that may be absent: in one byte.
func some(id record.ID) *record.ID {
	if id.IsZero() {
		return nil
	}
	return &id
}

func none(id *record.ID) record.ID {
	if id == nil {
		return record.ID{}
	}
	return *id
}

type whereRow struct {
	_       struct{} `cbor:",toarray"`
	Case    record.ID
	Arrival uint64
}

// proofRow is what the endpoint answered for an entry of ours.
type proofRow struct {
	_        struct{} `cbor:",toarray"`
	Seq      uint64
	Received int64
	Code     string // "" with a receipt; else the final result
	Reason   string
}

type outRow struct {
	_       struct{} `cbor:",toarray"`
	Arrival uint64
	Case    record.ID
	Entry   record.ID
	Class   record.Class
	Realm   record.ID
	Lane    record.ID
	LaneSeq uint64
}

type refRow struct {
	_       struct{} `cbor:",toarray"`
	Ref     string
	Ack     record.ID
	Hash    record.ID
	Entries []record.ID
}

// maxViewEntry is the largest entry that is copied into the view.
const maxViewEntry = 128 << 10

// sink takes the view's changes: a transaction in use, a bulk writer in a
// rebuild.
type sink interface {
	put(table byte, value any, parts ...any) error
	del(table byte, parts ...any) error
	// get reads what is there, or says that it cannot be told now.
	get(v any, table byte, parts ...any) (bool, error)
}

// state is the notebook's memory. It is a pure function of the journal and the
// key box; notebook.mu guards it.
type state struct {
	meta  meta
	cases map[record.ID]*caseRow
	byRef map[string]record.ID
	// lazy says that the outbox is in the view only: a notebook that stands
	// alone has nobody to send to, and may have written very much.
	lazy   bool
	outbox []outRow // dropped rows are zero until compacted
	at     map[record.ID]int
	dead   int
	dir    *trust.Directory
	// links maps the first devices of joined notebooks to what they became, as
	// of directory position linksAt.
	links   map[record.ID]trust.Device
	linksAt uint64
	// touched lists cases changed since the last flush to the view.
	touched map[record.ID]bool
}

func newState() *state {
	return &state{cases: map[record.ID]*caseRow{}, byRef: map[string]record.ID{}, touched: map[record.ID]bool{}}
}

func (s *state) caseRow(id record.ID) *caseRow {
	c := s.cases[id]
	if c == nil {
		c = &caseRow{ID: id}
		s.cases[id] = c
	}
	s.touched[id] = true
	return c
}

// hole is a run of own entries that the journal lost.
type hole struct {
	_        struct{} `cbor:",toarray"`
	Lane     record.ID
	From, To uint64
}

// refKey folds a child reference for look-up: councils type them both ways.
func refKey(ref string) string { return strings.ToUpper(strings.TrimSpace(ref)) }

// setRef notes a reference of a case; current makes it the one that is shown.
// Where two cases have the same, the one that was here first is found by it.
func (s *state) setRef(c *caseRow, ref string, current bool) {
	if ref == "" {
		return
	}
	if c.Ref == "" || current {
		c.Ref = ref
	}
	if !slices.Contains(c.Refs, ref) {
		c.Refs = append(c.Refs[max(0, len(c.Refs)+1-maxRefs):], ref)
	}
	s.touched[c.ID] = true
	s.index(c)
}

// index makes a case findable by its references.
func (s *state) index(c *caseRow) {
	for _, ref := range c.Refs {
		k := refKey(ref)
		if old := s.cases[s.byRef[k]]; old == nil || old.gone() || c.Born < old.Born {
			s.byRef[k] = c.ID
		}
	}
}

// sorted lists the cases by reference, then id.
func (s *state) sorted() []*caseRow {
	out := make([]*caseRow, 0, len(s.cases))
	for _, c := range s.cases {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *caseRow) int {
		return cmp.Or(strings.Compare(a.Ref, b.Ref), slices.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

// waits adds an entry to the outbox.
func (s *state) waits(o outRow) {
	c := s.caseRow(o.Case)
	c.Waiting++
	if o.Class == record.Content {
		c.Unsent++
	}
	if !s.lazy {
		s.hold(o)
	}
}

func (s *state) hold(o outRow) {
	if s.at == nil {
		s.at = map[record.ID]int{}
	}
	s.at[o.Entry] = len(s.outbox)
	s.outbox = append(s.outbox, o)
}

// dropOut takes an entry out of the outbox.
func (s *state) dropOut(id record.ID) (outRow, bool) {
	i, ok := s.at[id]
	if !ok {
		return outRow{}, false
	}
	o := s.outbox[i]
	c := s.caseRow(o.Case)
	c.Waiting--
	if o.Class == record.Content {
		c.Unsent--
	}
	delete(s.at, id)
	s.outbox[i] = outRow{}
	if s.dead++; s.dead > 64 && s.dead > len(s.outbox)/2 {
		live := s.outbox[:0]
		for _, r := range s.outbox {
			if !r.Entry.IsZero() {
				s.at[r.Entry] = len(live)
				live = append(live, r)
			}
		}
		s.outbox, s.dead = live, 0
	}
	return o, true
}

// enrolled reports whether a council's directory shows this device.
func (s *state) enrolled() bool { return s.meta.Joined != 0 }

// realm is the realm that new cases are begun in.
func (s *state) realm() record.ID {
	if s.enrolled() {
		return s.meta.Joining.Root
	}
	return record.RealmID(s.meta.Pin.Root)
}

// linked returns the council device that another notebook's first device
// became, if the directory says so.
func (s *state) linked(dev record.ID) (trust.Device, bool) {
	if s.dir == nil {
		return trust.Device{}, false
	}
	if s.links == nil || s.linksAt != s.dir.Seq() {
		s.links, s.linksAt = map[record.ID]trust.Device{}, s.dir.Seq()
		for _, p := range s.dir.Persons() {
			for _, d := range s.dir.Devices(p.ID) {
				if d.Link != nil {
					s.links[record.DeviceID(d.Link.Device)] = d
				}
			}
		}
	}
	d, ok := s.links[dev]
	return d, ok
}
