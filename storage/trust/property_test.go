package trust

import (
	"testing"

	"pgregory.net/rapid"

	"wherry/storage/record"
)

// TestAnyCrowd lets honest, clumsy and hostile people write into one case in
// any order, through states that are stored and read again at every step. The
// log that results must be linear in every lane, let in only the entitled, and
// be judged the same by whoever replays it.
func TestAnyCrowd(t *testing.T) {
	base := newScene(t)
	south := base.w.enrol("Sue", RoleWorker, "South", nil)
	people := []*actor{base.amina, base.lee, base.bo, base.otto, south}
	rapid.Check(t, func(rt *rapid.T) {
		l, first := base.amina.begun("North")
		pens := []*pen{first}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			crowd(rt, l, &pens, people, first.caseID)
			again, err := ParseCaseAuthority(l.door.Bytes())
			if err != nil {
				rt.Fatal(err)
			}
			l.door = again
		}
		replay(rt, l)
	})
}

// crowd does one thing that someone might do.
func crowd(rt *rapid.T, l *caseLog, pens *[]*pen, people []*actor, caseID record.ID) {
	p := rapid.SampledFrom(*pens).Draw(rt, "pen")
	who := rapid.SampledFrom(people).Draw(rt, "who")
	epoch, _, _ := l.door.Epoch()
	var e *record.Entry
	var wraps []Wrap
	switch rapid.IntRange(0, 7).Draw(rt, "act") {
	case 0: // someone opens a lane
		q := who.pen(caseID, rapid.Byte().Draw(rt, "tag"))
		q.epoch = epoch
		*pens = append(*pens, q)
		p, e = q, q.note("first")
	case 1: // a disk image is restored
		image := *p
		*pens = append(*pens, &image)
		e = p.note("before the image")
	case 2: // an entry is lost on the way
		p.note("lost")
		e = p.note("after a loss")
	case 3:
		e, wraps = p.grantTo(epoch, who.person)
	case 4:
		e, wraps = p.epochTo(epoch, RecoveryReader, record.Hash("test-person", []byte("Amina")), who.person)
	case 5: // sent again
		e = rapid.SampledFrom(l.entries).Draw(rt, "old")
	default:
		p.epoch = epoch
		e = p.note("note")
	}
	v := l.door.Offer(l.w.dir, e, wraps, l.held[e.ID()])
	if l.held[e.ID()] != (v.Code == Dup) {
		rt.Fatalf("held %v, answer %s", l.held[e.ID()], v.Code)
	}
	if v.Code == OK {
		l.held[e.ID()] = true
		l.records, l.entries = append(l.records, v.Log), append(l.entries, e)
	}
}

func replay(rt *rapid.T, l *caseLog) {
	f := NewCaseAuthority(l.w.realm, l.door.Case(), 1)
	type end struct {
		seq  uint64
		last record.ID
	}
	lanes := map[record.ID]end{}
	for i, e := range l.entries {
		v, err := f.Follow(l.w.dir, l.records[i], e, nil)
		if err != nil || v.Code != OK {
			rt.Fatalf("record %d: %+v %v", i, v, err)
		}
		h := e.Header()
		if at := lanes[h.Lane]; h.LaneSeq != at.seq+1 || h.Prev != at.last {
			rt.Fatal("lane is not linear")
		}
		lanes[h.Lane] = end{h.LaneSeq, e.ID()}
	}
	if string(f.Bytes()) != string(l.door.Bytes()) {
		rt.Fatal("replay ends elsewhere")
	}
	for _, m := range f.Members() {
		if !MayBeGranted(l.w.dir, l.w.dir.Seq(), "North", f.Person(), m) {
			rt.Fatal("someone was let in who may not read")
		}
	}
}
