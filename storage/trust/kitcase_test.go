package trust

import (
	"crypto/ed25519"
	"slices"
	"testing"

	"wherry/storage/record"
)

// The second half of the kit: entries, lanes and a case log judged twice.

// pen writes entries of one lane.
type pen struct {
	device ed25519.PrivateKey
	realm  record.ID
	caseID record.ID
	lane   record.ID
	seq    uint64
	prev   record.ID
	epoch  record.ID
	seen   uint64 // directory position seen
}

func (a *actor) pen(caseID record.ID, tag byte) *pen {
	return &pen{device: a.device, realm: a.town.realm, caseID: caseID, lane: record.LaneID(caseID, a.id, [16]byte{tag}), seen: a.town.dir.Seq()}
}

func (s *solo) pen(caseID record.ID, tag byte) *pen {
	return &pen{device: s.device, realm: s.realm, caseID: caseID, lane: record.LaneID(caseID, s.id, [16]byte{tag})}
}

func (p *pen) header(class record.Class) record.Header {
	h := record.Header{Class: class, Realm: p.realm, Case: p.caseID, Lane: p.lane, LaneSeq: p.seq + 1, Prev: p.prev,
		Time: 1, Author: record.DeviceID(publicOf(p.device))}
	if p.seen > 0 {
		h.DirSeen = record.Seen{Gen: 1, Seq: p.seen}
	}
	if class == record.Content || class == record.ReceiptClass {
		h.Epoch = p.epoch
	}
	return h
}

// write makes the next entry of the lane; change may spoil its header first.
func (p *pen) write(class record.Class, body []byte, change ...func(*record.Header)) *record.Entry {
	h := p.header(class)
	for _, c := range change {
		c(&h)
	}
	e, err := record.New(h, body, p.device)
	if err != nil {
		panic(err)
	}
	p.seq, p.prev = h.LaneSeq, e.ID()
	return e
}

func (p *pen) note(text string) *record.Entry { return p.write(record.Content, []byte(text)) }

var testCheck = func() []byte { h := record.Hash("check"); return h[:] }()

// wrapsFor makes stand-in wraps; the rules look at hashes only.
func wrapsFor(readers ...record.ID) ([]WrapRef, []Wrap) {
	var refs []WrapRef
	var wraps []Wrap
	for _, r := range readers {
		w := Wrap{Reader: r, Data: append([]byte("wrap for "), r[:]...)}
		refs, wraps = append(refs, WrapRef{Reader: r, Hash: WrapHash(w.Data)}), append(wraps, w)
	}
	return refs, wraps
}

func (p *pen) epochTo(prev record.ID, readers ...record.ID) (*record.Entry, []Wrap) {
	if !prev.IsZero() {
		readers = append(slices.Clone(readers), PrevReader)
	}
	refs, wraps := wrapsFor(readers...)
	e := p.write(record.Key, EpochBody(prev, testCheck, refs).Bytes())
	p.epoch = e.ID()
	return e, wraps
}

func (p *pen) grantTo(epoch record.ID, readers ...record.ID) (*record.Entry, []Wrap) {
	refs, wraps := wrapsFor(readers...)
	return p.write(record.Key, GrantBody(epoch, testCheck, refs).Bytes()), wraps
}

// caseLog runs an endpoint and a notebook side by side over one case: whatever
// the door accepts, the follower must accept too, and end in the same state.
type caseLog struct {
	t        testing.TB
	w        *town
	door     *CaseAuthority
	follower *CaseAuthority
	records  []record.LogRecord
	entries  []*record.Entry
	held     map[record.ID]bool
}

func newLog(w *town, caseID record.ID) *caseLog {
	return &caseLog{t: w.t, w: w, door: NewCaseAuthority(w.realm, caseID, 1), follower: NewCaseAuthority(w.realm, caseID, 1), held: map[record.ID]bool{}}
}

func (l *caseLog) offer(e *record.Entry, wraps ...Wrap) Verdict {
	l.t.Helper()
	before := string(l.door.Bytes())
	v := l.door.Offer(l.w.dir, e, wraps, l.held[e.ID()])
	if v.Code != OK {
		if string(l.door.Bytes()) != before {
			l.t.Fatalf("%s changed the state", v.Code)
		}
		return v
	}
	l.held[e.ID()] = true
	l.records, l.entries = append(l.records, v.Log), append(l.entries, e)
	f, err := l.follower.Follow(l.w.dir, v.Log, e, nil)
	check(l.t, err)
	if f.Code != OK || !slices.Equal(f.Admit, v.Admit) || string(l.follower.Bytes()) != string(l.door.Bytes()) {
		l.t.Fatalf("follower judges otherwise: %+v, door %+v", f, v)
	}
	return v
}

func (l *caseLog) must(e *record.Entry, wraps ...Wrap) Verdict {
	l.t.Helper()
	v := l.offer(e, wraps...)
	if v.Code != OK {
		l.t.Fatalf("refused: %s %s", v.Code, v.Reason)
	}
	return v
}

// begun returns a case with genesis and first epoch, sealed to the entitled.
func (a *actor) begun(team string) (*caseLog, *pen) {
	nonce := [16]byte{7}
	id := record.CaseID(a.town.realm, a.id, nonce)
	l, p := newLog(a.town, id), a.pen(id, 1)
	l.must(p.write(record.Access, GenesisBody(a.person, team, nonce).Bytes()))
	e, wraps := p.epochTo(record.ID{}, Entitled(a.town.dir, a.town.dir.Seq(), team, a.person)...)
	l.must(e, wraps...)
	return l, p
}
