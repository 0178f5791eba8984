package trust

import (
	"slices"

	"wherry/storage/record"
)

// Readers is a set of readers of a case, sorted.
type Readers []record.ID

// Has reports whether id is in the set.
func (r Readers) Has(id record.ID) bool {
	_, ok := slices.BinarySearchFunc(r, id, compare)
	return ok
}

// Entitled is who a case must be sealed to at directory position dirSeq: its
// author's person, every lead of the team, and the council recovery key
// (design, section 6). Being entitled is not being let in: that takes a grant.
func Entitled(dir *Directory, dirSeq uint64, team string, author record.ID) Readers {
	out := Readers{RecoveryReader}
	if _, ok := dir.PersonAt(author, dirSeq); ok {
		out = append(out, author)
	}
	for _, p := range dir.LeadsAt(team, dirSeq) {
		out = append(out, p.ID)
	}
	slices.SortFunc(out, compare)
	return slices.Compact(out)
}

// MayBeGranted reports whether a wrap to reader is allowed at directory
// position dirSeq: the entitled, and records officers, who are granted a case
// when they need it but never as a matter of course.
func MayBeGranted(dir *Directory, dirSeq uint64, team string, author, reader record.ID) bool {
	if reader == RecoveryReader {
		return true
	}
	p, ok := dir.PersonAt(reader, dirSeq)
	if !ok {
		return false
	}
	return reader == author || p.Role == RoleRecords || p.Role == RoleLead && p.Team == team
}

// Missing is a grant that is due: an epoch and the readers who lack its key.
type Missing struct {
	Epoch   record.ID
	Check   []byte
	Readers Readers
}

// MissingGrants lists the grants that are due at the directory's present
// position: for each epoch that no later one seals, the entitled and the
// members who were never given its key, or were given it under an earlier
// person key. Any notebook that holds the key makes them at its next sync.
func (c *CaseAuthority) MissingGrants(dir *Directory) []Missing {
	if c.s.Begin == nil {
		return nil
	}
	due := Entitled(dir, dir.Seq(), c.s.Begin.Team, c.s.Begin.Person)
	for _, m := range c.s.Members {
		if _, ok := dir.Person(m.Person); ok {
			due = append(due, m.Person)
		}
	}
	slices.SortFunc(due, compare)
	due = slices.Compact(due)
	var out []Missing
	for i := range c.s.Epochs {
		e := &c.s.Epochs[i]
		if c.sealedLater(e.ID) {
			continue
		}
		m := Missing{Epoch: e.ID, Check: e.Check}
		for _, r := range due {
			if !holds(dir, e, r) {
				m.Readers = append(m.Readers, r)
			}
		}
		if len(m.Readers) > 0 {
			out = append(out, m)
		}
	}
	return out
}

// sealedLater: another epoch names this one as its previous, so its key comes
// with that one's.
func (c *CaseAuthority) sealedLater(id record.ID) bool {
	return slices.ContainsFunc(c.s.Epochs, func(e epoch) bool { return e.Prev == id })
}

func holds(dir *Directory, e *epoch, reader record.ID) bool {
	h := find(e.Held, reader, holdingID)
	if h == nil {
		return false
	}
	p, ok := dir.Person(reader)
	return !ok || h.Dir >= p.KeySince
}
