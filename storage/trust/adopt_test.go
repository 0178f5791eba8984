package trust

import (
	"testing"

	"wherry/storage/record"
)

// voyage is a case that Amina began alone: two lanes, two epochs, some notes;
// then she joined the council.
type voyage struct {
	w          *town
	amina, lee *actor
	solo       *solo
	nonce      [16]byte
	genesis    *record.Entry
	first      []*record.Entry // lane 1, genesis included
	second     []*record.Entry // lane 2
	firstWraps [][]Wrap
	lanes      []LaneHead
	oldEpoch   record.ID // the last of the old realm
	log        *caseLog
	pen        *pen // Amina's lane in the council
}

func newVoyage(t testing.TB) *voyage {
	v := &voyage{w: newTown(t, "Ford"), solo: newSolo("Amina"), nonce: [16]byte{9}}
	v.lee = v.w.enrol("Lee", RoleLead, "North", nil)
	v.amina = v.w.enrol("Amina", RoleWorker, "North", v.solo)
	id := record.CaseID(v.solo.realm, v.solo.id, v.nonce)
	me := record.Hash("solo person")
	p, q := v.solo.pen(id, 1), v.solo.pen(id, 2)
	v.genesis = p.write(record.Access, GenesisBody(me, "", v.nonce).Bytes())
	e1, w1 := p.epochTo(record.ID{}, me)
	n1 := p.note("alone one")
	e2, w2 := p.epochTo(e1.ID(), me)
	v.first = []*record.Entry{v.genesis, e1, n1, e2, p.note("alone two")}
	v.firstWraps = [][]Wrap{nil, w1, nil, w2, nil}
	q.epoch = p.epoch
	v.second = []*record.Entry{q.note("after a cut tail")}
	v.oldEpoch = e2.ID()
	v.lanes = []LaneHead{{Lane: p.lane, Seq: p.seq, Head: p.prev}, {Lane: q.lane, Seq: q.seq, Head: q.prev}}
	v.log, v.pen = newLog(v.w, id), v.amina.pen(id, 3)
	return v
}

func (v *voyage) adoption() AccessBody {
	return AdoptBody(v.amina.person, "North", v.solo.realm, v.genesis.ID(), v.nonce, v.lanes)
}

// adopt brings the case in: adoption, epoch, foreign lanes.
func (v *voyage) adopt() *voyage {
	v.log.must(v.pen.write(record.Access, v.adoption().Bytes()))
	e, wraps := v.pen.epochTo(v.oldEpoch, Entitled(v.w.dir, v.w.dir.Seq(), "North", v.amina.person)...)
	v.log.must(e, wraps...)
	return v
}

func TestAdoption(t *testing.T) {
	v := newVoyage(t).adopt()
	d := v.log.door
	if d.Arrived() || !d.MayRead(v.lee.person) || !d.MayRead(v.amina.person) {
		t.Fatal("members of an adopted case")
	}
	for i, e := range v.first {
		v.log.must(e, v.firstWraps[i]...)
	}
	if d.Arrived() {
		t.Fatal("arrived without the second lane")
	}
	v.log.must(v.pen.note("with the council, while history arrives"))
	v.log.must(v.second[0])
	if !d.Arrived() {
		t.Fatal("not arrived")
	}
	v.log.must(v.pen.note("and after"))
	lee := v.lee.pen(v.pen.caseID, 1)
	lee.epoch = v.pen.epoch
	v.log.must(lee.note("lead"))
	if id, _, _ := d.Epoch(); id != v.pen.epoch {
		t.Fatal("an old epoch became current because it arrived later")
	}
	if m := d.MissingGrants(v.w.dir); len(m) != 0 {
		t.Fatal("grants due after adoption", m)
	}
	// Old epochs can be granted by themselves too.
	e, w := v.pen.grantTo(v.oldEpoch, v.lee.person)
	v.log.must(e, w...)
}

func TestAdoptionWithoutOldWraps(t *testing.T) {
	v := newVoyage(t).adopt()
	for _, e := range v.first {
		v.log.must(e) // wraps to a realm of one may stay at home
	}
}

func TestAdoptionRefuses(t *testing.T) {
	for _, a := range []struct {
		name   string
		make   func(v *voyage) (*record.Entry, []Wrap)
		code   Code
		reason string
	}{
		{"foreign entry before the adoption", func(v *voyage) (*record.Entry, []Wrap) { return plain(v.genesis) }, Refused, ReasonWrongRealm},
		{"adoption by another device", func(v *voyage) (*record.Entry, []Wrap) {
			b := v.adoption()
			b.Person = v.lee.person
			return plain(v.lee.pen(v.pen.caseID, 1).write(record.Access, b.Bytes()))
		}, Refused, ReasonNoLink},
		{"adoption from another realm", func(v *voyage) (*record.Entry, []Wrap) {
			b := v.adoption()
			b.OldRealm = newSolo("Max").realm
			return plain(v.pen.write(record.Access, b.Bytes()))
		}, Refused, ReasonNoLink},
		{"adoption of another's case", func(v *voyage) (*record.Entry, []Wrap) {
			b := v.adoption()
			b.Nonce = make([]byte, 16)
			return plain(v.pen.write(record.Access, b.Bytes()))
		}, Refused, ReasonCaseID},
		{"adoption from within an adopted lane", func(v *voyage) (*record.Entry, []Wrap) {
			v.pen.lane = v.lanes[0].Lane
			return plain(v.pen.write(record.Access, v.adoption().Bytes()))
		}, Refused, ReasonLaneClosed},
		{"lanes out of order", func(v *voyage) (*record.Entry, []Wrap) {
			b := v.adoption()
			b.Lanes[0], b.Lanes[1] = b.Lanes[1], b.Lanes[0]
			return plain(v.pen.write(record.Access, b.Bytes()))
		}, Refused, ReasonBody},
		{"no lane", func(v *voyage) (*record.Entry, []Wrap) {
			b := v.adoption()
			b.Lanes = []LaneHead{}
			return plain(v.pen.write(record.Access, b.Bytes()))
		}, Refused, ReasonBody},
	} {
		t.Run(a.name, func(t *testing.T) {
			v := newVoyage(t)
			e, w := a.make(v)
			if got := v.log.offer(e, w...); got.Code != a.code || got.Reason != a.reason {
				t.Fatalf("got %s %q", got.Code, got.Reason)
			}
		})
	}
}
