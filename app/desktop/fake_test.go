package desktop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wherry/app/casework"
)

// fakeBook is a notebook in memory: the domain is real (casework.Project), the
// disk, the keys and the network are not.
type fakeBook struct {
	now      func() time.Time
	who      Who
	settings Settings
	refs     []string
	facts    map[string][]casework.Fact
	drafts   map[string]*casework.Draft
	looked   map[string]int // facts seen, by ref
	seq      int
	saved    time.Time
	status   func(*Status)
	complete casework.Completeness
	health   Health
	fail     map[string]error // by method
	calls    []string
	locked   bool
	sample   bool
	passes   string
	preview  ImportPreview
	hits     []Hit
	exported []ExportRequest
	filed    fakeFiles
	backed   fakeBackups

	kit       string // its recovery code
	rehearsal Rehearsal
	finds     finds
	wrong     int
	place     []byte

	gone    []Gone // what it disposed of
	resumed int
	backups time.Time
}

var (
	errWrong = errors.New("wrong passphrase")
	errDisk  = errors.New("disk full")
	errQuery = errors.New("query")
	errKit   = errors.New("other kit")
)

func newFakeBook(now func() time.Time) *fakeBook {
	return &fakeBook{now: now, who: Who{ID: "p1", Name: "Amina Yusuf", CanExport: true}, settings: DefaultSettings,
		facts: map[string][]casework.Fact{}, drafts: map[string]*casework.Draft{}, looked: map[string]int{}, fail: map[string]error{}, passes: "secret", kit: "KIT", rehearsal: Rehearsal{Months: 6}}
}

func (b *fakeBook) call(name string) error {
	if b.locked {
		panic("fake: " + name + " after the lock")
	}
	b.calls = append(b.calls, name)
	return b.fail[name]
}

func (b *fakeBook) wrote() { b.saved = b.now() }

func (b *fakeBook) Who() Who           { return b.who }
func (b *fakeBook) SavedAt() time.Time { return b.saved }

func (b *fakeBook) Health(context.Context) (Health, error) { return b.health, nil }

func (b *fakeBook) Status(context.Context) (Status, error) {
	s := Status{SavedAt: b.saved, State: casework.StateLocal, Drafts: len(b.drafts), Enrolled: b.who.Council != "", Sync: b.complete}
	for _, f := range b.facts {
		s.Entries += len(f)
		s.HasSample = s.HasSample || b.sample
	}
	s.Local = s.Entries
	if b.status != nil {
		b.status(&s)
	}
	return s, b.call("Status")
}

func (b *fakeBook) Settings(context.Context) (Settings, error) { return b.settings, b.call("Settings") }
func (b *fakeBook) SaveSettings(_ context.Context, s Settings) error {
	b.settings = s
	return b.call("SaveSettings")
}

func (b *fakeBook) ChangePassphrase(_ context.Context, current, next []byte) error {
	if string(current) != b.passes {
		return errWrong
	}
	b.passes = string(next)
	return b.call("ChangePassphrase")
}

func (b *fakeBook) Lock(context.Context) error {
	err := b.call("Lock")
	b.locked = true
	return err
}

// put adds a fact; the signer is the person of the notebook unless said.
func (b *fakeBook) put(ref, kind string, payload []byte, change ...func(*casework.Fact)) string {
	b.seq++
	if !slices.Contains(b.refs, ref) {
		b.refs = append(b.refs, ref)
		slices.Sort(b.refs)
	}
	f := casework.Fact{ID: fmt.Sprintf("e%03d", b.seq), Case: ref, Kind: kind, Schema: 1, Payload: payload, Author: b.who.Name, AuthorID: b.who.ID,
		Lane: "l1", Seq: uint64(b.seq), HLC: uint64(b.seq), Written: b.now(), State: casework.StateLocal}
	for _, c := range change {
		c(&f)
	}
	b.facts[ref] = append(b.facts[ref], f)
	if f.AuthorID == b.who.ID {
		b.looked[ref]++
	}
	b.wrote()
	return f.ID
}

func (b *fakeBook) body(ref string, body casework.Body, change ...func(*casework.Fact)) string {
	payload, _, err := casework.EncodeBody(body)
	if err != nil {
		panic(err)
	}
	return b.put(ref, body.Kind(), payload, change...)
}

func (b *fakeBook) submit(s casework.Submission, change ...func(*casework.Fact)) []string {
	kind := s.Kind
	if kind == "" {
		kind = casework.KindVisit
	}
	var ids []string
	for _, c := range s.Split() {
		ids = append(ids, b.put(c.Ref, kind, c.Payload, change...))
	}
	return ids
}

func (b *fakeBook) AddSample(context.Context) error {
	family(b)
	b.sample = true
	return b.call("AddSample")
}

func (b *fakeBook) RemoveSample(context.Context) error {
	clear(b.facts)
	b.refs, b.sample = nil, false
	return b.call("RemoveSample")
}

func (b *fakeBook) file(ref string) *casework.CaseFile {
	f := casework.Project(ref, b.facts[ref], b.now())
	f.SetCompleteness(b.complete)
	return f
}

func (b *fakeBook) row(ref string) CaseRow {
	f := b.file(ref)
	r := CaseRow{ID: "id-" + ref, Brief: f.Brief(), Entries: len(f.Entries), New: len(b.facts[ref]) - b.looked[ref], State: casework.StateLocal}
	if len(b.facts[ref]) > 0 {
		r.Last = b.facts[ref][len(b.facts[ref])-1].Written
	}
	return r
}

func (b *fakeBook) rows(keep func(CaseRow) bool) []CaseRow {
	var out []CaseRow
	for _, ref := range b.refs {
		if r := b.row(ref); keep(r) {
			out = append(out, r)
		}
	}
	return out
}

func (b *fakeBook) due(ref string) []Due {
	var out []Due
	f := b.file(ref)
	for _, d := range casework.Due(f, nil, b.now()) {
		out = append(out, Due{Case: "id-" + ref, Child: f.Called(), What: d.What, Owner: d.Who, On: d.Due})
	}
	return out
}

func (b *fakeBook) Today(context.Context) (Today, error) {
	t := Today{New: b.rows(func(r CaseRow) bool { return r.New > 0 }), Conflicts: b.rows(func(r CaseRow) bool { return r.Conflicts > 0 }), Complete: b.complete}
	for _, ref := range b.refs {
		t.Due = append(t.Due, b.due(ref)...)
	}
	slices.SortStableFunc(t.Due, func(x, y Due) int { return x.On.Compare(y.On) })
	return t, b.call("Today")
}

func (b *fakeBook) Caseload(context.Context) (Caseload, error) {
	return Caseload{Rows: b.rows(func(CaseRow) bool { return true }), Complete: b.complete}, b.call("Caseload")
}
