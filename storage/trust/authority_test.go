package trust

import (
	"errors"
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
