package trust

import (
	"errors"
	"slices"
	"testing"

	"wherry/storage/record"
)

// scene is one council with a begun case: Amina's, of team North, led by Lee.
type scene struct {
	w                    *town
	amina, lee, bo, otto *actor // bo: worker of North; otto: lead of South
	log                  *caseLog
	pen                  *pen // Amina's open lane
}

func newScene(t testing.TB) *scene {
	w := newTown(t, "Ford")
	s := &scene{w: w, amina: w.enrol("Amina", RoleWorker, "North", nil), lee: w.enrol("Lee", RoleLead, "North", nil),
		bo: w.enrol("Bo", RoleWorker, "North", nil), otto: w.enrol("Otto", RoleLead, "South", nil)}
	s.log, s.pen = s.amina.begun("North")
	return s
}

func TestCaseOfTheCouncil(t *testing.T) {
	s := newScene(t)
	s.log.must(s.pen.note("one"))
	lee := s.lee.pen(s.pen.caseID, 1)
	lee.epoch = s.pen.epoch
	s.log.must(lee.note("comment"))
	s.log.must(lee.write(record.ReceiptClass, []byte("opened")))
	s.log.must(s.pen.note("two"))
	d := s.log.door
	if !d.MayRead(s.amina.person) || !d.MayRead(s.lee.person) || d.MayRead(s.bo.person) || d.MayRead(RecoveryReader) {
		t.Fatal("members", d.Members())
	}
	if d.Team() != "North" || d.Person() != s.amina.person || !d.Begun() || !d.Arrived() || d.Seq() != 6 || d.DirSeq() != s.w.dir.Seq() {
		t.Fatal("facts")
	}
	if id, check, ok := d.Epoch(); !ok || id != s.pen.epoch || !equal(check, testCheck) {
		t.Fatal("current epoch")
	}
	if end, ok := d.LaneEnd(s.pen.lane); !ok || end.Seq != s.pen.seq || end.Head != s.pen.prev {
		t.Fatal("lane end")
	}
	for i, r := range s.log.records {
		if r.Seq != uint64(i+1) || r.Entry != s.log.entries[i].ID() {
			t.Fatal("log records")
		}
	}
}

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

func TestDirectoryPositionNeverFalls(t *testing.T) {
	s := newScene(t)
	short := NewDirectory(s.w.realm)
	for i, stmt := range s.w.log[:5] {
		check(t, short.Apply(uint64(i+1), stmt, s.w.at))
	}
	e := s.pen.note("x")
	if v := s.log.door.Offer(short, e, nil, false); v.Code != Refused || v.Reason != ReasonDirectoryOld {
		t.Fatal("door with a shortened directory:", v)
	}
	rec := record.LogRecord{Seq: s.log.door.Seq() + 1, Entry: e.ID(), DirSeq: s.w.dir.Seq() - 1}
	v, err := s.log.follower.Clone().Follow(s.w.dir, rec, e, nil)
	if err != nil || v.Code != Refused || v.Reason != ReasonDirectoryOld {
		t.Fatal("falling position:", v, err)
	}
	rec.DirSeq = s.w.dir.Seq() + 1
	if _, err := s.log.follower.Clone().Follow(s.w.dir, rec, e, nil); !errors.Is(err, ErrDirectoryBehind) {
		t.Fatal("position that is not held:", err)
	}
}

func TestFollowKeepsToTheLog(t *testing.T) {
	s := newScene(t)
	e, other := s.pen.note("x"), s.lee.pen(s.pen.caseID, 1).note("y")
	seq, dir := s.log.follower.Seq(), s.w.dir.Seq()
	for _, rec := range []record.LogRecord{
		{Seq: seq, Entry: e.ID(), DirSeq: dir}, {Seq: seq + 2, Entry: e.ID(), DirSeq: dir}, {Seq: seq + 1, Entry: other.ID(), DirSeq: dir},
	} {
		if _, err := s.log.follower.Follow(s.w.dir, rec, e, nil); !errors.Is(err, ErrOrder) {
			t.Fatal(rec.Seq, err)
		}
	}
	if err := s.log.follower.Skip(s.w.dir, record.LogRecord{Seq: seq + 1, DirSeq: dir + 1}); !errors.Is(err, ErrDirectoryBehind) {
		t.Fatal(err)
	}
	check(t, s.log.follower.Skip(s.w.dir, record.LogRecord{Seq: seq + 1, DirSeq: dir}))
	if s.log.follower.Seq() != seq+1 {
		t.Fatal("skip does not move on")
	}
	if err := s.log.follower.Skip(s.w.dir, record.LogRecord{Seq: seq + 1, DirSeq: dir}); !errors.Is(err, ErrOrder) {
		t.Fatal(err)
	}
}

// TestFollowServedWraps: a reader is served their own wrap only, and a wrap
// that is not the one named is noticed.
func TestFollowServedWraps(t *testing.T) {
	s := newScene(t)
	e, wraps := s.pen.grantTo(s.pen.epoch, s.lee.person, s.amina.person)
	rec := record.LogRecord{Seq: s.log.door.Seq() + 1, Entry: e.ID(), DirSeq: s.w.dir.Seq()}
	for _, c := range []struct {
		name   string
		wraps  []Wrap
		code   Code
		reason string
	}{
		{"none", nil, OK, ""}, {"own", wraps[1:], OK, ""}, {"all", wraps, OK, ""},
		{"swapped", []Wrap{{Reader: s.lee.person, Data: wraps[1].Data}}, Refused, ReasonWrapHash},
		{"unnamed", []Wrap{{Reader: s.otto.person, Data: wraps[1].Data}}, Refused, ReasonWrapExtra},
	} {
		v, err := s.log.follower.Clone().Follow(s.w.dir, rec, e, c.wraps)
		if err != nil || v.Code != c.code || v.Reason != c.reason {
			t.Errorf("%s: %+v %v", c.name, v, err)
		}
	}
}

// TestDroppedBodyFollows: content whose body was lawfully dropped is history.
func TestDroppedBodyFollows(t *testing.T) {
	s := newScene(t)
	e := s.pen.note("x")
	rec := record.LogRecord{Seq: s.log.door.Seq() + 1, Entry: e.ID(), DirSeq: s.w.dir.Seq()}
	if v, err := s.log.follower.Follow(s.w.dir, rec, e.WithoutBody(), nil); err != nil || v.Code != OK {
		t.Fatal(v, err)
	}
	g, _ := s.pen.grantTo(s.pen.epoch, s.lee.person)
	rec = record.LogRecord{Seq: rec.Seq + 1, Entry: g.ID(), DirSeq: s.w.dir.Seq()}
	if v, err := s.log.follower.Follow(s.w.dir, rec, g.WithoutBody(), nil); err != nil || v.Reason != ReasonNoBody {
		t.Fatal("a key entry without its body:", v, err)
	}
}

func TestAheadIsSeen(t *testing.T) {
	s := newScene(t)
	seq := s.log.door.Seq()
	for name, change := range map[string]func(*record.Header){
		"case log":  func(h *record.Header) { h.CaseSeen = record.Seen{Gen: 1, Seq: seq + 1} },
		"directory": func(h *record.Header) { h.DirSeen.Seq = s.w.dir.Seq() + 1 },
	} {
		p := *s.pen
		e := p.write(record.Content, []byte("x"), change)
		if v := s.log.door.Clone().Offer(s.w.dir, e, nil, false); v.Code != OK || !v.Ahead {
			t.Error(name, v)
		}
	}
	genesis := s.bo.pen(record.CaseID(s.w.realm, s.bo.id, [16]byte{5}), 1)
	e := genesis.write(record.Access, GenesisBody(s.bo.person, "North", [16]byte{5}).Bytes(), func(h *record.Header) { h.CaseSeen = record.Seen{Gen: 1, Seq: 4} })
	if v := NewCaseAuthority(s.w.realm, genesis.caseID, 1).Offer(s.w.dir, e, nil, false); v.Code != OK || !v.Ahead {
		t.Error("a case that was there before", v)
	}
	e = s.pen.write(record.Content, []byte("x"), func(h *record.Header) { h.CaseSeen = record.Seen{Gen: 1, Seq: seq} })
	if v := s.log.must(e); v.Ahead {
		t.Fatal("false alarm")
	}
}
