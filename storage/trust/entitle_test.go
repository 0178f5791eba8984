package trust

import (
	"slices"
	"testing"

	"wherry/storage/record"
)

func TestEntitled(t *testing.T) {
	w := newTown(t, "Ford")
	amina := w.enrol("Amina", RoleWorker, "North", nil)
	bo := w.enrol("Bo", RoleWorker, "North", nil)
	before := w.dir.Seq()
	lee := w.enrol("Lee", RoleLead, "North", nil)
	otto := w.enrol("Otto", RoleLead, "South", nil)
	rae := w.enrol("Rae", RoleRecords, "Office", nil)
	ada := w.enrol("Ada", RoleAdmin, "North", nil)
	now := Entitled(w.dir, w.dir.Seq(), "North", amina.person)
	if len(now) != 3 || !now.Has(amina.person) || !now.Has(lee.person) || !now.Has(RecoveryReader) {
		t.Fatal("entitled", now)
	}
	if then := Entitled(w.dir, before, "North", amina.person); len(then) != 2 || then.Has(lee.person) {
		t.Fatal("entitled before the lead came", then)
	}
	if lead := Entitled(w.dir, w.dir.Seq(), "North", lee.person); len(lead) != 2 {
		t.Fatal("a lead's own case", lead)
	}
	for _, c := range []struct {
		who  record.ID
		want bool
	}{{amina.person, true}, {lee.person, true}, {rae.person, true}, {RecoveryReader, true}, {bo.person, false},
		{otto.person, false}, {ada.person, false}, {PrevReader, false}, {record.Hash("nobody"), false}} {
		if MayBeGranted(w.dir, w.dir.Seq(), "North", amina.person, c.who) != c.want {
			t.Error(c.who.Short())
		}
	}
	if MayBeGranted(w.dir, 1, "North", amina.person, amina.person) {
		t.Fatal("before they came themself")
	}
	if MayBeGranted(w.dir, before, "North", amina.person, lee.person) {
		t.Fatal("before the lead came")
	}
}

func TestGrantsForWhoComesLater(t *testing.T) {
	w := newTown(t, "Ford")
	amina := w.enrol("Amina", RoleWorker, "North", nil)
	l, p := amina.begun("North")
	if m := l.door.MissingGrants(w.dir); len(m) != 0 {
		t.Fatal("nothing is due", m)
	}
	lee := w.enrol("Lee", RoleLead, "North", nil)
	m := l.door.MissingGrants(w.dir)
	if len(m) != 1 || m[0].Epoch != p.epoch || !slices.Equal(m[0].Readers, Readers{lee.person}) || !equal(m[0].Check, testCheck) {
		t.Fatal("the new lead's grant is due", m)
	}
	// A grant by someone who has not seen the lead yet is refused only if the
	// reader was never entitled; here the door knows the lead.
	p.seen = w.dir.Seq()
	e, wraps := p.grantTo(p.epoch, lee.person)
	if v := l.must(e, wraps...); !slices.Equal(v.Admit, []record.ID{lee.person}) {
		t.Fatal("admit", v.Admit)
	}
	if m := l.door.MissingGrants(w.dir); len(m) != 0 {
		t.Fatal("granted, still due", m)
	}
	// A new epoch seals the one before; only the newest needs grants.
	e, wraps = p.epochTo(p.epoch, RecoveryReader, amina.person)
	l.must(e, wraps...)
	if m := l.door.MissingGrants(w.dir); len(m) != 1 || m[0].Epoch != e.ID() || !m[0].Readers.Has(lee.person) || len(m[0].Readers) != 1 {
		t.Fatal("lead lacks the new epoch", m)
	}
}

func TestGrantsAfterNewPersonKey(t *testing.T) {
	s := newScene(t)
	g := s.w.invite("Lee", RoleLead, "North", "again", s.w.root)
	s.w.apply(g.stmt)
	s.w.apply(g.accept(s.w, "Lee2", "Lee-new", nil))
	m := s.log.door.MissingGrants(s.w.dir)
	if len(m) != 1 || !slices.Equal(m[0].Readers, Readers{s.lee.person}) {
		t.Fatal("the wrap to the old key still counts", m)
	}
	// A wrap by someone who had only seen the old key does not mend it.
	e, wraps := s.pen.grantTo(s.pen.epoch, s.lee.person)
	s.log.must(e, wraps...)
	if len(s.log.door.MissingGrants(s.w.dir)) != 1 {
		t.Fatal("a grant to the old key counts")
	}
	s.pen.seen = s.w.dir.Seq()
	e, wraps = s.pen.grantTo(s.pen.epoch, s.lee.person)
	s.log.must(e, wraps...)
	if len(s.log.door.MissingGrants(s.w.dir)) != 0 {
		t.Fatal("still due")
	}
}

// TestHonestOfflineGrant: Amina grants to the lead she knows; meanwhile the
// lead has moved. Her entry is accepted and lets nobody in.
func TestHonestOfflineGrant(t *testing.T) {
	w := newTown(t, "Ford")
	amina := w.enrol("Amina", RoleWorker, "North", nil)
	lee := w.enrol("Lee", RoleLead, "North", nil)
	id := record.CaseID(w.realm, amina.id, [16]byte{7})
	l, p := newLog(w, id), amina.pen(id, 1)
	first := p.write(record.Access, GenesisBody(amina.person, "North", [16]byte{7}).Bytes())
	e, wraps := p.epochTo(record.ID{}, Entitled(w.dir, w.dir.Seq(), "North", amina.person)...)
	g := w.invite("Lee", RoleLead, "South", "moved", w.root)
	w.apply(g.stmt)
	w.apply(g.accept(w, "Lee2", "Lee", nil))
	l.must(first)
	if v := l.must(e, wraps...); len(v.Admit) != 0 || l.door.MayRead(lee.person) {
		t.Fatal("served to someone who has left the team")
	}
	if l.offer(p.note("and on")).Code != OK {
		t.Fatal("the lane stuck")
	}
	// With open eyes the same grant is refused.
	p.seen = w.dir.Seq()
	e, wraps = p.grantTo(p.epoch, lee.person)
	if v := l.offer(e, wraps...); v.Reason != ReasonNotEntitled {
		t.Fatal(v)
	}
}

// TestTeamMoveKeepsOfflineCase: a case begun offline survives its author's
// team move that they had not seen; with open eyes the old team is refused.
func TestTeamMoveKeepsOfflineCase(t *testing.T) {
	w := newTown(t, "Ford")
	amina := w.enrol("Amina", RoleWorker, "North", nil)
	begin := func(n byte, seen uint64) Verdict {
		id := record.CaseID(w.realm, amina.id, [16]byte{n})
		p := amina.pen(id, 1)
		p.seen = seen
		return newLog(w, id).offer(p.write(record.Access, GenesisBody(amina.person, "North", [16]byte{n}).Bytes()))
	}
	old := w.dir.Seq()
	g := w.invite("Amina", RoleWorker, "South", "moved", w.root)
	w.apply(g.stmt)
	w.apply(g.accept(w, "Amina2", "Amina", nil))
	if v := begin(1, old); v.Code != OK {
		t.Fatal("offline work lost", v)
	}
	if v := begin(2, w.dir.Seq()); v.Reason != ReasonTeam {
		t.Fatal(v)
	}
}

func TestRecordsOfficerByGrantOnly(t *testing.T) {
	s := newScene(t)
	rae := s.w.enrol("Rae", RoleRecords, "Office", nil)
	if len(s.log.door.MissingGrants(s.w.dir)) != 0 {
		t.Fatal("records officers are not granted as a matter of course")
	}
	s.pen.seen = s.w.dir.Seq()
	e, wraps := s.pen.grantTo(s.pen.epoch, rae.person)
	s.log.must(e, wraps...)
	if !s.log.door.MayRead(rae.person) {
		t.Fatal("not let in")
	}
}
