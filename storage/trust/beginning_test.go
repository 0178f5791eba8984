package trust

import (
	"slices"
	"testing"

	"wherry/storage/record"
)

func TestUnknownCase(t *testing.T) {
	nonce := [16]byte{3}
	for _, a := range []struct {
		name   string
		make   func(a *actor, p *pen) *record.Entry
		code   Code
		reason string
	}{
		{"genesis", func(a *actor, p *pen) *record.Entry {
			return p.write(record.Access, GenesisBody(a.person, "North", nonce).Bytes())
		}, OK, ""},
		{"note first", func(a *actor, p *pen) *record.Entry { p.epoch = record.Hash("e"); return p.note("x") }, Gap, ReasonNotFound},
		{"other nonce", func(a *actor, p *pen) *record.Entry {
			return p.write(record.Access, GenesisBody(a.person, "North", [16]byte{4}).Bytes())
		}, Refused, ReasonCaseID},
		{"for another person", func(a *actor, p *pen) *record.Entry {
			return p.write(record.Access, GenesisBody(record.Hash("nobody"), "North", nonce).Bytes())
		}, Refused, ReasonPerson},
		{"in another team", func(a *actor, p *pen) *record.Entry {
			return p.write(record.Access, GenesisBody(a.person, "South", nonce).Bytes())
		}, Refused, ReasonTeam},
		{"in no team", func(a *actor, p *pen) *record.Entry {
			return p.write(record.Access, GenesisBody(a.person, "", nonce).Bytes())
		}, Refused, ReasonTeam},
		{"adoption without a link", func(a *actor, p *pen) *record.Entry {
			l := []LaneHead{{Lane: record.Hash("l"), Seq: 1, Head: record.Hash("h")}}
			return p.write(record.Access, AdoptBody(a.person, "North", record.Hash("r"), record.Hash("g"), nonce, l).Bytes())
		}, Refused, ReasonNoLink},
	} {
		t.Run(a.name, func(t *testing.T) {
			w := newTown(t, "Ford")
			amina := w.enrol("Amina", RoleWorker, "North", nil)
			id := record.CaseID(w.realm, amina.id, nonce)
			l := newLog(w, id)
			v := l.offer(a.make(amina, amina.pen(id, 1)))
			if v.Code != a.code || v.Reason != a.reason {
				t.Fatalf("got %s %q", v.Code, v.Reason)
			}
			if l.door.Begun() != (a.code == OK) {
				t.Fatal("begun")
			}
		})
	}
}

func TestGenesisWithWraps(t *testing.T) {
	w := newTown(t, "Ford")
	amina := w.enrol("Amina", RoleWorker, "North", nil)
	id := record.CaseID(w.realm, amina.id, [16]byte{3})
	_, wraps := wrapsFor(amina.person)
	e := amina.pen(id, 1).write(record.Access, GenesisBody(amina.person, "North", [16]byte{3}).Bytes())
	if v := newLog(w, id).offer(e, wraps...); v.Reason != ReasonWrapExtra {
		t.Fatal(v)
	}
}

// TestLimitsOfACase: a hostile member cannot make the state grow for ever.
func TestLimitsOfACase(t *testing.T) {
	many := func(n int) (ids []record.ID) {
		for i := range n {
			ids = append(ids, record.Hash("many", []byte{byte(i), byte(i >> 8)}))
		}
		slices.SortFunc(ids, compare)
		return ids
	}
	for name, c := range map[string]struct {
		fill func(s *caseState, epoch record.ID)
		make func(s *scene) (*record.Entry, []Wrap)
	}{
		"lanes": {func(s *caseState, _ record.ID) {
			for _, id := range many(maxLanes) {
				s.Lanes = put(s.Lanes, lane{Lane: id}, laneID)
			}
		}, func(s *scene) (*record.Entry, []Wrap) {
			p := s.amina.pen(s.pen.caseID, 9)
			p.epoch = s.pen.epoch
			return plain(p.note("x"))
		}},
		"epochs": {func(s *caseState, _ record.ID) {
			for _, id := range many(maxEpochs) {
				s.Epochs = put(s.Epochs, epoch{ID: id}, epochID)
			}
		}, func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.epochTo(s.pen.epoch, s.amina.person, RecoveryReader)
		}},
		"members": {func(s *caseState, _ record.ID) {
			for _, id := range many(maxMembers) {
				s.Members = put(s.Members, member{Person: id}, memberID)
			}
		}, func(s *scene) (*record.Entry, []Wrap) { return s.pen.grantTo(s.pen.epoch, s.lee.person) }},
		"holdings": {func(s *caseState, id record.ID) {
			e := find(s.Epochs, id, epochID)
			for _, id := range many(2 * maxMembers) {
				e.Held = put(e.Held, holding{Reader: id}, holdingID)
			}
		}, func(s *scene) (*record.Entry, []Wrap) { return s.pen.grantTo(s.pen.epoch, s.lee.person) }},
	} {
		s := newScene(t)
		c.fill(&s.log.door.s, s.pen.epoch)
		e, wraps := c.make(s)
		if v := s.log.offer(e, wraps...); v.Reason != ReasonTooMany {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// TestOutsiderLearnsNothing: whatever an outsider offers, the answer is the
// same whether the case exists or not.
func TestOutsiderLearnsNothing(t *testing.T) {
	s := newScene(t)
	p := func() *pen { q := s.bo.pen(s.pen.caseID, 1); q.epoch = s.pen.epoch; return q }
	grant, wraps := p().grantTo(s.pen.epoch, s.bo.person)
	for i, e := range []*record.Entry{
		p().note("x"), grant,
		p().write(record.Access, GenesisBody(s.bo.person, "North", [16]byte{7}).Bytes()),
		p().write(record.Access, GenesisBody(s.bo.person, "South", [16]byte{7}).Bytes()),
		p().write(record.Access, GenesisBody(s.amina.person, "North", [16]byte{7}).Bytes()),
		p().write(record.Access, []byte("noise")),
		func() *record.Entry { q := p(); q.note("skipped"); return q.note("y") }(),
	} {
		there := s.log.door.Offer(s.w.dir, e, wraps, false)
		absent := NewCaseAuthority(s.w.realm, s.pen.caseID, 1).Offer(s.w.dir, e, wraps, false)
		if there.Code != absent.Code || there.Reason != absent.Reason || there.Ahead != absent.Ahead || there.Code == OK {
			t.Errorf("offer %d: %+v where the case exists, %+v where not", i, there, absent)
		}
	}
}
