package trust

import (
	"wherry/storage/record"
)

// step is the judging of one entry: what is known, and what would change.
// judge only reads the state; apply only writes it.
type step struct {
	c     *caseState
	dir   *Directory
	at    uint64 // directory position at which rights are judged
	e     *record.Entry
	h     record.Header
	wraps []Wrap
	door  bool // at the endpoint's door: everything must be there

	person Person     // the author's, for council entries
	begin  *beginning // the case begins with this entry
	admit  []record.ID
	epoch  *epoch    // a new epoch
	grant  *epoch    // readers added to an epoch
	lane   *lane     // where the council lane then ends
	old    record.ID // the adopted lane that moves on
}

// judge applies the rules in an order that tells an outsider nothing: whether
// a case exists is only visible to those who are in it.
func (st *step) judge() Verdict {
	switch {
	case st.h.Case != st.c.Case || st.dir.Realm() != st.c.Realm:
		return refuse(ReasonWrongCase)
	case st.at < st.c.Dir:
		return refuse(ReasonDirectoryOld)
	case !st.e.HasBody() && (st.door || st.h.Class == record.Access || st.h.Class == record.Key):
		return refuse(ReasonNoBody)
	case len(st.h.Blobs) > MaxBlobs || len(st.h.Blobs) > 0 && st.h.Class != record.Content:
		return refuse(ReasonBlobs)
	}
	if st.h.Realm != st.c.Realm {
		return st.judgeForeign()
	}
	v := st.judgeCouncil()
	v.Ahead = v.Code == OK && st.ahead()
	return v
}

// judgeCouncil judges an entry of the council's own realm.
func (st *step) judgeCouncil() Verdict {
	dev, ok := st.dir.DeviceAt(st.h.Author, st.at)
	if !ok {
		return refuse(ReasonAuthor)
	}
	if st.e.Verify(dev.Pub) != nil {
		return refuse(ReasonSignature)
	}
	if st.person, ok = st.dir.PersonAt(dev.Person, st.at); !ok {
		return refuse(ReasonAuthor)
	}
	if find(st.c.Members, st.person.ID, memberID) == nil {
		// No such case and not in this case are answered alike.
		if v := st.judgeBeginning(dev); v.Code != OK || st.c.Begin == nil {
			return v
		}
		return missing(ReasonNotFound)
	}
	if v := st.judgeLane(); v.Code != OK {
		return v
	}
	return st.judgeBody()
}

// ahead: the author had seen more than there is. Only of an accepted entry,
// since an outsider must not learn from it how long a log is.
func (st *step) ahead() bool {
	return st.h.CaseSeen.Gen == st.c.Gen && st.h.CaseSeen.Seq > st.c.Seq || st.h.DirSeen.Seq > st.at
}

// judgeBeginning judges the first entry of a case: its genesis, or the
// adoption of a case that began in a linked realm.
func (st *step) judgeBeginning(dev Device) Verdict {
	if st.h.Class != record.Access || st.h.LaneSeq != 1 {
		return missing(ReasonNotFound)
	}
	b, v := parsed(ParseAccess(st.e.Body()))
	if v.Code != OK {
		return v
	}
	if b.Person != st.person.ID {
		return refuse(ReasonPerson)
	}
	if !st.wasOfTeam(b.Team) {
		return refuse(ReasonTeam)
	}
	st.begin = &beginning{Entry: st.e.ID(), Person: b.Person, Team: b.Team}
	realm, creator := st.h.Realm, st.h.Author
	if b.Action == ActionAdopt {
		l := dev.Link
		if l == nil || l.Realm != b.OldRealm {
			return refuse(ReasonNoLink)
		}
		realm, creator = l.Realm, record.DeviceID(l.Device)
		st.begin.Foreign = &foreign{Realm: realm, Device: creator, Pub: l.Device, Genesis: b.Genesis, Nonce: b.Nonce}
		for _, h := range b.Lanes {
			if h.Lane == st.h.Lane {
				return refuse(ReasonLaneClosed)
			}
			st.begin.Foreign.Lanes = append(st.begin.Foreign.Lanes, foreignLane{Lane: h.Lane, End: h.Seq, Head: h.Head})
		}
	}
	if record.CaseID(realm, creator, [16]byte(b.Nonce)) != st.h.Case {
		return refuse(ReasonCaseID)
	}
	if len(st.wraps) > 0 {
		return refuse(ReasonWrapExtra)
	}
	st.lane = &lane{Lane: st.h.Lane, Author: st.h.Author, Seq: 1, Last: st.e.ID()}
	st.admit = []record.ID{b.Person}
	return Verdict{Code: OK}
}

// wasOfTeam: the author is of the team now, or was when they wrote. Someone
// who began a case offline must not lose it to a team move they had not seen.
func (st *step) wasOfTeam(team string) bool {
	then, ok := st.dir.PersonAt(st.person.ID, min(st.h.DirSeen.Seq, st.at))
	return st.person.Team == team || ok && then.Team == team
}

// judgeLane: one lane is one device's chain, without gaps.
func (st *step) judgeLane() Verdict {
	if f := st.c.Begin.Foreign; f != nil && find(f.Lanes, st.h.Lane, foreignLaneID) != nil {
		return refuse(ReasonLaneClosed)
	}
	last := lane{Lane: st.h.Lane, Author: st.h.Author}
	if l := find(st.c.Lanes, st.h.Lane, laneID); l != nil {
		last = *l
	} else if len(st.c.Lanes) >= maxLanes {
		return refuse(ReasonTooMany)
	}
	if last.Author != st.h.Author {
		return refuse(ReasonAuthor)
	}
	v := nextInLane(st.h, st.e.ID(), last.Seq, last.Last)
	last.Seq, last.Last = st.h.LaneSeq, st.e.ID()
	st.lane = &last
	return v
}

func nextInLane(h record.Header, id record.ID, seq uint64, last record.ID) Verdict {
	switch {
	case h.LaneSeq == seq && id == last:
		return Verdict{Code: Dup}
	case h.LaneSeq <= seq:
		return Verdict{Code: Fork}
	case h.LaneSeq > seq+1:
		return missing("")
	case h.Prev != last:
		return Verdict{Code: Fork}
	}
	return Verdict{Code: OK}
}

func (st *step) judgeBody() Verdict {
	switch st.h.Class {
	case record.Access:
		_, v := parsed(ParseAccess(st.e.Body()))
		if v.Code != OK {
			return v
		}
		return refuse(ReasonBegun) // both actions of this release begin a case
	case record.Key:
		return st.judgeKey()
	default:
		if len(st.wraps) > 0 {
			return refuse(ReasonWrapExtra)
		}
		if ep := find(st.c.Epochs, st.h.Epoch, epochID); ep == nil || ep.Foreign {
			return refuse(ReasonEpoch)
		}
		return Verdict{Code: OK}
	}
}

// parsed turns a body's parse error into its verdict.
func parsed[T any](b *T, err error) (*T, Verdict) {
	switch err {
	case nil:
		return b, Verdict{Code: OK}
	case ErrNewer:
		return nil, refuse(ReasonNewer)
	default:
		return nil, refuse(ReasonBody)
	}
}

// apply makes an accepted entry part of the state.
func (st *step) apply(v *Verdict) {
	c := st.c
	c.Seq, c.Dir = c.Seq+1, st.at
	if st.begin != nil {
		c.Begin = st.begin
	}
	if st.lane != nil {
		c.Lanes = put(c.Lanes, *st.lane, laneID)
	}
	if st.epoch != nil {
		st.epoch.Seq = c.Seq
		c.Epochs = put(c.Epochs, *st.epoch, epochID)
	}
	if st.grant != nil {
		c.Epochs = put(c.Epochs, *st.grant, epochID)
	}
	for _, p := range st.admit {
		if find(c.Members, p, memberID) == nil {
			c.Members = put(c.Members, member{Person: p, Since: c.Seq}, memberID)
			v.Admit = append(v.Admit, p)
		}
	}
	if !st.old.IsZero() {
		l := find(c.Begin.Foreign.Lanes, st.old, foreignLaneID)
		l.Seq, l.Last = st.h.LaneSeq, st.e.ID()
		if st.e.ID() == c.Begin.Foreign.Genesis {
			c.Begin.Foreign.Seen = true
		}
	}
}
