package trust

import (
	"testing"

	"wherry/storage/record"
)

func TestForeignEntriesRefused(t *testing.T) {
	for _, a := range []struct {
		name   string
		make   func(v *voyage) (*record.Entry, []Wrap)
		code   Code
		reason string
	}{
		{"second before first", func(v *voyage) (*record.Entry, []Wrap) { return plain(v.first[1]) }, Gap, ""},
		{"beyond the adopted head", func(v *voyage) (*record.Entry, []Wrap) {
			for _, e := range v.first {
				v.log.must(e)
			}
			p := v.solo.pen(v.pen.caseID, 1)
			last := v.first[len(v.first)-1]
			p.seq, p.prev, p.epoch = last.Header().LaneSeq, last.ID(), v.oldEpoch
			return plain(p.note("written after leaving"))
		}, Refused, ReasonBeyondHead},
		{"lane that was not adopted", func(v *voyage) (*record.Entry, []Wrap) {
			p := v.solo.pen(v.pen.caseID, 8)
			p.epoch = v.oldEpoch
			return plain(p.note("x"))
		}, Refused, ReasonBeyondHead},
		{"another history up to another head", func(v *voyage) (*record.Entry, []Wrap) {
			p := v.solo.pen(v.pen.caseID, 2)
			p.epoch = v.oldEpoch
			return plain(p.note("rewritten"))
		}, Fork, ""},
		{"another history in the middle", func(v *voyage) (*record.Entry, []Wrap) {
			v.log.must(v.first[0])
			p := v.solo.pen(v.pen.caseID, 1)
			p.seq, p.prev = 1, record.Hash("other")
			return plain(p.note("rewritten"))
		}, Fork, ""},
		{"another genesis", func(v *voyage) (*record.Entry, []Wrap) {
			p := v.solo.pen(v.pen.caseID, 1)
			return plain(p.write(record.Access, GenesisBody(v.amina.person, "", v.nonce).Bytes()))
		}, Refused, ReasonCaseID},
		{"forged by the new device", func(v *voyage) (*record.Entry, []Wrap) {
			p := v.solo.pen(v.pen.caseID, 1)
			p.device = v.amina.device
			return plain(p.note("x"))
		}, Refused, ReasonAuthor},
		{"forged signature", func(v *voyage) (*record.Entry, []Wrap) {
			p := v.solo.pen(v.pen.caseID, 1)
			e, err := record.New(p.header(record.Content), []byte("x"), signer("stranger"))
			check(v.log.t, err)
			return plain(e)
		}, Refused, ReasonSignature},
		{"another linked realm", func(v *voyage) (*record.Entry, []Wrap) {
			v.w.enrol("Max", RoleWorker, "North", newSolo("Max"))
			return plain(newSolo("Max").pen(v.pen.caseID, 1).note("x"))
		}, Refused, ReasonWrongRealm},
		{"body dropped on the way", func(v *voyage) (*record.Entry, []Wrap) { return plain(v.genesis.WithoutBody()) }, Refused, ReasonNoBody},
		{"wrap that is not the one named", func(v *voyage) (*record.Entry, []Wrap) {
			v.log.must(v.first[0])
			return v.first[1], []Wrap{{Reader: v.firstWraps[1][0].Reader, Data: []byte("other")}}
		}, Refused, ReasonWrapHash},
		{"note with a wrap beside it", func(v *voyage) (*record.Entry, []Wrap) {
			for _, e := range v.first[:2] {
				v.log.must(e)
			}
			return v.first[2], v.firstWraps[1]
		}, Refused, ReasonWrapExtra},
		{"genesis with a wrap beside it", func(v *voyage) (*record.Entry, []Wrap) { return v.genesis, v.firstWraps[1] }, Refused, ReasonWrapExtra},
		{"access body that is noise", func(v *voyage) (*record.Entry, []Wrap) {
			return plain(v.solo.pen(v.pen.caseID, 1).write(record.Access, []byte("noise")))
		}, Refused, ReasonBody},
		{"key body that is noise", func(v *voyage) (*record.Entry, []Wrap) {
			return plain(v.solo.pen(v.pen.caseID, 1).write(record.Key, []byte("noise")))
		}, Refused, ReasonBody},
		{"council entry in an adopted lane", func(v *voyage) (*record.Entry, []Wrap) {
			v.pen.lane, v.pen.seq, v.pen.prev = v.lanes[0].Lane, 0, record.ID{}
			return plain(v.pen.note("x"))
		}, Refused, ReasonLaneClosed},
		{"council content under an old key", func(v *voyage) (*record.Entry, []Wrap) {
			for _, e := range v.first {
				v.log.must(e)
			}
			v.pen.epoch = v.oldEpoch
			return plain(v.pen.note("x"))
		}, Refused, ReasonEpoch},
		{"second adoption", func(v *voyage) (*record.Entry, []Wrap) {
			return plain(v.pen.write(record.Access, v.adoption().Bytes()))
		}, Refused, ReasonBegun},
	} {
		t.Run(a.name, func(t *testing.T) {
			v := newVoyage(t).adopt()
			e, w := a.make(v)
			got := v.log.offer(e, w...)
			if got.Code != a.code || got.Reason != a.reason {
				t.Fatalf("got %s %q, want %s %q", got.Code, got.Reason, a.code, a.reason)
			}
			followLie(t, v.log, e, got)
		})
	}
}

// TestForeignKeyAdmitsNobody: whatever the old realm granted, it granted in a
// realm of one.
func TestForeignKeyAdmitsNobody(t *testing.T) {
	v := newVoyage(t)
	w := v.w
	otto := w.enrol("Otto", RoleWorker, "South", nil)
	p := v.solo.pen(v.pen.caseID, 1)
	g := p.write(record.Access, GenesisBody(record.Hash("solo person"), "", v.nonce).Bytes())
	e, wraps := p.epochTo(record.ID{}, otto.person)
	v.genesis, v.oldEpoch = g, e.ID()
	v.lanes = []LaneHead{{Lane: p.lane, Seq: p.seq, Head: p.prev}}
	v.adopt()
	v.log.must(g)
	got := v.log.must(e, wraps...)
	if again, more := p.grantTo(e.ID(), otto.person); v.log.offer(again, more...).Reason != ReasonBeyondHead {
		t.Fatal("beyond the adopted head")
	}
	if len(got.Admit) != 0 || v.log.door.MayRead(otto.person) {
		t.Fatal("a foreign key entry let someone in")
	}
}

// TestForeignGrant: an old grant is history; it is no epoch and admits nobody.
func TestForeignGrant(t *testing.T) {
	v := newVoyage(t)
	p := v.solo.pen(v.pen.caseID, 1)
	last := v.first[len(v.first)-1]
	p.seq, p.prev = last.Header().LaneSeq, last.ID()
	grant, _ := p.grantTo(v.oldEpoch, v.lee.person)
	v.lanes[0] = LaneHead{Lane: p.lane, Seq: p.seq, Head: p.prev}
	v.adopt()
	for _, e := range append(v.first, grant) {
		v.log.must(e)
	}
	if n := len(v.log.door.s.Epochs); n != 3 {
		t.Fatal("epochs", n)
	}
}
