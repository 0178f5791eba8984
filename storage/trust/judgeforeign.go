package trust

import "wherry/storage/record"

// judgeForeign judges an entry of a realm that this case was adopted from: it
// counts if the linked old device wrote it, in a lane that the adoption lists,
// up to the head that it names. Foreign entries are history. They admit
// nobody; whatever they granted, they granted in a realm of one.
func (st *step) judgeForeign() Verdict {
	if st.c.Begin == nil || st.c.Begin.Foreign == nil || st.c.Begin.Foreign.Realm != st.h.Realm {
		return refuse(ReasonWrongRealm)
	}
	f := st.c.Begin.Foreign
	if st.h.Author != f.Device {
		return refuse(ReasonAuthor)
	}
	if st.e.Verify(f.Pub) != nil {
		return refuse(ReasonSignature)
	}
	l := find(f.Lanes, st.h.Lane, foreignLaneID)
	if l == nil || st.h.LaneSeq > l.End {
		return refuse(ReasonBeyondHead)
	}
	if v := nextInLane(st.h, st.e.ID(), l.Seq, l.Last); v.Code != OK {
		return v
	}
	if st.h.LaneSeq == l.End && st.e.ID() != l.Head {
		return Verdict{Code: Fork}
	}
	st.old = l.Lane
	switch st.h.Class {
	case record.Access:
		return st.judgeForeignGenesis(f)
	case record.Key:
		return st.judgeForeignKey()
	default:
		if len(st.wraps) > 0 {
			return refuse(ReasonWrapExtra)
		}
		return Verdict{Code: OK}
	}
}

func (st *step) judgeForeignGenesis(f *foreign) Verdict {
	b, v := parsed(ParseAccess(st.e.Body()))
	if v.Code != OK {
		return v
	}
	if b.Action != ActionGenesis || st.e.ID() != f.Genesis || !equal(b.Nonce, f.Nonce) {
		return refuse(ReasonCaseID)
	}
	if len(st.wraps) > 0 {
		return refuse(ReasonWrapExtra)
	}
	return Verdict{Code: OK}
}

// judgeForeignKey notes old epochs, so that their keys can be granted and
// chained. Wraps to the old realm's only person need not travel.
func (st *step) judgeForeignKey() Verdict {
	b, v := parsed(ParseKey(st.e.Body()))
	if v.Code != OK {
		return v
	}
	if v := checkWraps(b.Wraps, st.wraps, false); v.Code != OK {
		return v
	}
	if b.Action == ActionGrant {
		return Verdict{Code: OK}
	}
	if len(st.c.Epochs) >= maxEpochs {
		return refuse(ReasonTooMany)
	}
	st.epoch = &epoch{ID: st.e.ID(), Prev: b.PrevEpoch, Check: b.Check, Foreign: true, Held: []holding{}}
	return Verdict{Code: OK}
}
