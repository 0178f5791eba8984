package notebook

import (
	"cmp"
	"context"
	"slices"

	"wherry/storage/record"
	"wherry/storage/trust"
)

// CaseReaders is who can read what is recorded in a case from now on: whoever
// holds the key that new entries are sealed under.
type CaseReaders struct {
	Case   record.ID
	Ref    string
	People []CaseReader // oneself first, then by name
	// Recovery: the council's recovery key opens it too, or will with the next
	// sync. It is kept offline.
	Recovery bool
	// Alone: the case is in no council, so nobody else ever gets its key
	// unless the notebook joins one.
	Alone bool
}

// CaseReader is a person who holds the key of a case.
type CaseReader struct {
	Person record.ID
	Name   string
	Role   string // as the council's directory has it; "" for oneself alone
	Me     bool
	Later  bool // is given the key with the next sync
}

// Readers says who can read what is recorded in a case from now on. It asks no
// network: it goes by the verified directory and the key entries of the case
// that are here, so somebody whom a colleague has just let in may be missing
// until the next sync.
func (n *Notebook) Readers(ctx context.Context, operand string) (*CaseReaders, error) {
	return inCase(n, operand, func(c *caseRow) (*CaseReaders, error) { return n.readersOf(ctx, c) })
}

func (n *Notebook) readersOf(ctx context.Context, c *caseRow) (*CaseReaders, error) {
	now, later, err := n.holders(ctx, c)
	if err != nil {
		return nil, err
	}
	me := n.person()
	out := &CaseReaders{Case: c.ID, Ref: c.Ref, People: []CaseReader{n.readerOf(me, false)}}
	out.Alone = !n.st.enrolled() || c.Sample
	for i, ids := range []trust.Readers{now, later} {
		for _, id := range ids {
			switch known := slices.ContainsFunc(out.People, func(r CaseReader) bool { return r.Person == id }); {
			case id == trust.RecoveryReader:
				out.Recovery = true
			case !known && !trust.IsReservedReader(id):
				out.People = append(out.People, n.readerOf(id, i == 1))
			}
		}
	}
	slices.SortStableFunc(out.People[1:], func(a, b CaseReader) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), slices.Compare(a.Person[:], b.Person[:]))
	})
	return out, nil
}

func (n *Notebook) readerOf(id record.ID, later bool) CaseReader {
	r := CaseReader{Person: id, Later: later, Me: id == n.person()}
	if r.Me {
		r.Name = n.myName()
	}
	if n.st.enrolled() {
		if p, ok := n.st.dir.Person(id); ok {
			r.Name, r.Role = p.Name, p.Role
		}
	}
	return r
}

// holders lists who holds the key that new entries of a case are sealed under,
// and who is due to be given it at the next sync.
func (n *Notebook) holders(ctx context.Context, c *caseRow) (now, later trust.Readers, err error) {
	switch {
	case !n.st.enrolled() || c.Sample:
		return nil, nil, nil
	case c.Realm != n.council.realm: // brought into the council by the next sync
		return nil, trust.Entitled(n.st.dir, n.st.dir.Seq(), n.team(), n.person()), nil
	}
	epoch := n.writable(c)
	if c.Seq > 0 {
		auth, err := n.authority(ctx, c.ID, c.Gen)
		if err != nil {
			return nil, nil, err
		}
		now = auth.Holders(epoch)
		for _, m := range auth.MissingGrants(n.st.dir) {
			if m.Epoch == epoch {
				later = m.Readers
			}
		}
	}
	for _, id := range n.unsentKeys(c, epoch) {
		row, _, err := n.find(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		e, err := record.Parse(row.Entry)
		if err != nil {
			return nil, nil, err
		}
		if b, err := trust.ParseKey(e.Body()); err == nil && (id == epoch || b.Epoch == epoch) {
			for _, w := range b.Wraps {
				now = append(now, w.Reader)
			}
		}
	}
	return now, later, nil
}

// unsentKeys lists the key entries of a case that wait to be sent, which the
// state of its rules does not know yet.
func (n *Notebook) unsentKeys(c *caseRow, epoch record.ID) []record.ID {
	var out []record.ID
	if c.Seq == 0 && !epoch.IsZero() {
		out = append(out, epoch)
	}
	if c.Waiting > c.Unsent {
		for _, o := range n.st.held() {
			if o.Case == c.ID && o.Class == record.Key && !slices.Contains(out, o.Entry) {
				out = append(out, o.Entry)
			}
		}
	}
	return out
}
