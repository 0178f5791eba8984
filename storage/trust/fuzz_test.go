package trust

import (
	"bytes"
	"errors"
	"testing"

	"wherry/storage/record"
)

// FuzzStatement: whatever comes as a directory record, the directory either
// takes it by the rules or is unchanged.
func FuzzStatement(f *testing.F) {
	w := newTown(f, "Ford")
	w.enrol("Lee", RoleLead, "North", nil)
	g := w.invite("Amina", RoleWorker, "North", "", nil)
	w.apply(g.stmt)
	for _, s := range w.log {
		f.Add(s)
	}
	f.Add(g.accept(w, "Amina", "Amina", newSolo("Amina")).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := ParseStatement(data); err == nil && !bytes.Equal(s.Bytes(), data) {
			t.Fatal("two forms of one statement")
		}
		d := w.dir.Clone()
		seq := d.Seq()
		if err := d.Apply(seq+1, data, w.at); err != nil && d.Seq() != seq {
			t.Fatal("a refused record moved the directory")
		}
	})
}

func FuzzInvitation(f *testing.F) {
	w := newTown(f, "Ford")
	f.Add([]byte(testInvitation(w).String()))
	f.Add([]byte("wherry-invite-1:"))
	f.Fuzz(func(t *testing.T, data []byte) {
		i, err := ParseInvitation(data)
		if err != nil {
			return
		}
		if again, err := ParseInvitation([]byte(i.String())); err != nil || again.String() != i.String() {
			t.Fatal("not stable")
		}
	})
}

func FuzzAccessBody(f *testing.F) {
	f.Add(GenesisBody(record.Hash("p"), "North", [16]byte{1}).Bytes())
	f.Add(AdoptBody(record.Hash("p"), "North", record.Hash("r"), record.Hash("g"), [16]byte{1},
		[]LaneHead{{Lane: record.Hash("l"), Seq: 1, Head: record.Hash("h")}}).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := ParseAccess(data); err == nil && !bytes.Equal(b.Bytes(), data) {
			t.Fatal("two forms of one body")
		}
	})
}

func FuzzKeyBody(f *testing.F) {
	refs, _ := wrapsFor(record.Hash("a"), RecoveryReader)
	f.Add(EpochBody(record.ID{}, testCheck, refs).Bytes())
	f.Add(GrantBody(record.Hash("e"), testCheck, refs).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := ParseKey(data); err == nil && !bytes.Equal(b.Bytes(), data) {
			t.Fatal("two forms of one body")
		}
	})
}

// FuzzCaseState: a damaged state is refused or judges without a panic.
func FuzzCaseState(f *testing.F) {
	v := newVoyage(f).adopt()
	v.log.must(v.first[0])
	f.Add(v.log.door.Bytes())
	f.Add(NewCaseAuthority(v.w.realm, v.pen.caseID, 1).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseCaseAuthority(data)
		if err != nil {
			return
		}
		for i, e := range v.first {
			c.Offer(v.w.dir, e, v.firstWraps[i], false)
		}
		e, wraps := (&pen{device: v.amina.device, realm: v.w.realm, caseID: v.pen.caseID, lane: record.Hash("l"), epoch: v.pen.epoch}).epochTo(v.pen.epoch, v.amina.person, RecoveryReader)
		c.Offer(v.w.dir, e, wraps, false)
		c.MissingGrants(v.w.dir)
		c.Epoch()
	})
}

// FuzzOffer: an entry with any clear body is judged without a panic, and one
// that is not accepted changes nothing.
func FuzzOffer(f *testing.F) {
	v := newVoyage(f).adopt()
	refs, _ := wrapsFor(v.amina.person, RecoveryReader)
	f.Add(uint8(record.Key), GrantBody(v.pen.epoch, testCheck, refs).Bytes())
	f.Add(uint8(record.Access), v.adoption().Bytes())
	f.Add(uint8(record.Content), []byte("note"))
	f.Fuzz(func(t *testing.T, class uint8, body []byte) {
		p := *v.pen
		h := p.header(record.Class(class))
		e, err := record.New(h, body, p.device)
		if err != nil {
			return
		}
		c := v.log.door.Clone()
		before := c.Bytes()
		if out := c.Offer(v.w.dir, e, nil, false); out.Code != OK && !bytes.Equal(before, c.Bytes()) {
			t.Fatal("a refused entry changed the state")
		}
	})
}

// TestStateRefusesDisorder: a state whose lists are not sorted would be
// searched wrongly.
func TestStateRefusesDisorder(t *testing.T) {
	s := newScene(t).log.door.s
	s.Members[0], s.Members[1] = s.Members[1], s.Members[0]
	if _, err := ParseCaseAuthority(record.Encode(s)); !errors.Is(err, ErrMalformed) {
		t.Fatal(err)
	}
	s = newVoyage(t).adopt().log.door.s
	l := s.Begin.Foreign.Lanes
	l[0], l[1] = l[1], l[0]
	if _, err := ParseCaseAuthority(record.Encode(s)); !errors.Is(err, ErrMalformed) {
		t.Fatal("adopted lanes:", err)
	}
}
