package trust

import (
	"slices"

	"wherry/storage/record"
)

// judgeKey judges a new epoch or a grant by a member of the case.
func (st *step) judgeKey() Verdict {
	b, v := parsed(ParseKey(st.e.Body()))
	if v.Code != OK {
		return v
	}
	if v := st.judgeReaders(b); v.Code != OK {
		return v
	}
	if v := checkWraps(b.Wraps, st.wraps, st.door); v.Code != OK {
		return v
	}
	if b.Action == ActionGrant {
		return st.judgeGrant(b)
	}
	return st.judgeEpoch(b)
}

// judgeEpoch: an epoch names an earlier one of the case, or none if there is
// none, and is always sealed to its author and to the council recovery key.
func (st *step) judgeEpoch(b *KeyBody) Verdict {
	switch {
	case len(st.c.Epochs) >= maxEpochs:
		return refuse(ReasonTooMany)
	case !names(b.Wraps, RecoveryReader) || !names(b.Wraps, st.person.ID):
		return refuse(ReasonWrapMissing)
	case b.PrevEpoch.IsZero() && st.ownEpochs() > 0:
		return refuse(ReasonEpoch)
	case !b.PrevEpoch.IsZero() && find(st.c.Epochs, b.PrevEpoch, epochID) == nil && !st.awaitsForeign():
		return refuse(ReasonEpoch)
	}
	st.epoch = &epoch{ID: st.e.ID(), Prev: b.PrevEpoch, Check: b.Check, Held: st.holdings(nil, b.Wraps)}
	return Verdict{Code: OK}
}

// ownEpochs counts the epochs of the council realm.
func (st *step) ownEpochs() int {
	n := 0
	for _, e := range st.c.Epochs {
		if !e.Foreign {
			n++
		}
	}
	return n
}

// awaitsForeign: adopted lanes are still arriving, and with them old epochs
// that the first council epoch may name.
func (st *step) awaitsForeign() bool {
	c := CaseAuthority{s: *st.c}
	return !c.Arrived()
}

func (st *step) judgeGrant(b *KeyBody) Verdict {
	ep := find(st.c.Epochs, b.Epoch, epochID)
	if ep == nil {
		return refuse(ReasonEpoch)
	}
	if !equal(ep.Check, b.Check) {
		return refuse(ReasonCheck)
	}
	g := *ep
	if g.Held = st.holdings(ep.Held, b.Wraps); len(g.Held) > 2*maxMembers {
		return refuse(ReasonTooMany)
	}
	st.grant = &g
	return Verdict{Code: OK}
}

// judgeReaders: every wrap must be for someone entitled at the position where
// the entry is judged, or at the one its author had seen. Only the former are
// let in: honest offline work is accepted, and never served to someone who has
// lost the right meanwhile.
func (st *step) judgeReaders(b *KeyBody) Verdict {
	team, seen := st.c.Begin.Team, min(st.h.DirSeen.Seq, st.at)
	for _, w := range b.Wraps {
		if IsReservedReader(w.Reader) {
			continue // ParseKey ties PrevReader to PrevEpoch
		}
		if st.mayHold(team, st.at, w.Reader) {
			if find(st.c.Members, w.Reader, memberID) == nil {
				st.admit = append(st.admit, w.Reader)
			}
			continue
		}
		if !st.mayHold(team, seen, w.Reader) {
			return refuse(ReasonNotEntitled)
		}
	}
	if len(st.c.Members)+len(st.admit) > maxMembers {
		return refuse(ReasonTooMany)
	}
	return Verdict{Code: OK}
}

// mayHold: a member of the case who is still in the directory, or someone whom
// MayBeGranted lets in.
func (st *step) mayHold(team string, at uint64, reader record.ID) bool {
	if find(st.c.Members, reader, memberID) != nil {
		_, ok := st.dir.PersonAt(reader, at)
		return ok
	}
	return MayBeGranted(st.dir, at, team, st.person.ID, reader)
}

// holdings adds the readers of refs to have. A wrap was made to the person key
// at the position that its author had seen, for that is where they took it from.
func (st *step) holdings(have []holding, refs []WrapRef) []holding {
	out := slices.Clone(have)
	for _, w := range refs {
		if w.Reader != PrevReader {
			out = put(out, holding{Reader: w.Reader, Dir: min(st.h.DirSeen.Seq, st.at)}, holdingID)
		}
	}
	return out
}

// checkWraps compares wraps with the body that names them. At the door each
// must be there; a reader is served only their own.
func checkWraps(refs []WrapRef, wraps []Wrap, all bool) Verdict {
	seen := map[record.ID]bool{}
	for _, w := range wraps {
		i, ok := slices.BinarySearchFunc(refs, w.Reader, func(r WrapRef, id record.ID) int { return compare(r.Reader, id) })
		if !ok || seen[w.Reader] {
			return refuse(ReasonWrapExtra)
		}
		if len(w.Data) > MaxWrapBytes || WrapHash(w.Data) != refs[i].Hash {
			return refuse(ReasonWrapHash)
		}
		seen[w.Reader] = true
	}
	if all && len(seen) != len(refs) {
		return refuse(ReasonWrapMissing)
	}
	return Verdict{Code: OK}
}

func names(refs []WrapRef, reader record.ID) bool {
	return slices.ContainsFunc(refs, func(r WrapRef) bool { return r.Reader == reader })
}
