package notebook

import (
	"context"
	"time"

	"wherry/app/casework"
	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/storage/vault"
)

// Status is how the notebook stands. No network is used for it.
type Status struct {
	Notebook   record.ID
	Name       string // of the person
	Person     record.ID
	Device     record.ID
	Enrolled   bool
	Council    record.ID
	CouncilIs  string // the council's name
	Role, Team string
	Entries    int // sealed content entries held
	Local      int
	Sending    int
	CouncilHas int
	Held       int
	Refused    int
	Drafts     int
	LastSync   time.Time
	CompleteTo time.Time
	Complete   casework.Completeness // of the whole caseload
	ReadOnly   bool
	Healed     bool // a damaged copy was mended from its twin at opening
	SetAside   bool // the doctor set a view aside at this opening, and it was made anew
	Damaged    int  // places in the journal that cannot be read
	Sample     bool
	CarryOut   int // cases whose disposal is approved and waits to be carried out here
	Workers    []casework.WorkerLag
	SavedAt    time.Time
}

// Status counts what is held and what is proven.
func (n *Notebook) Status(ctx context.Context) (*Status, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	m := n.st.meta
	s := &Status{Notebook: m.Pin.Notebook, Name: n.myName(), Person: n.person(), Device: n.author(n.st.realm()).id, Enrolled: n.st.enrolled(), Team: n.team(),
		Role: n.role(), ReadOnly: n.readOnly, Healed: n.healed, SetAside: n.setAside, Damaged: len(n.damage), SavedAt: n.saved}
	for _, c := range n.st.cases {
		s.Entries += int(c.Count)
		s.Sample = s.Sample || c.Sample && !c.Removed
		if !c.Sample || !n.st.enrolled() {
			s.Local += int(c.Unsent)
		}
	}
	for _, class := range n.sending {
		if class == record.Content {
			s.Sending++
			s.Local--
		}
	}
	s.Held, s.Refused = int(m.Held), int(m.Refused)
	s.CouncilHas = s.Entries - s.Local - s.Sending - s.Held - s.Refused
	ids, err := n.draftIDs()
	if err != nil {
		return nil, err
	}
	s.Drafts, s.CarryOut = len(ids), len(n.toCarryOut(ctx))
	if s.Enrolled {
		s.Council, s.CouncilIs = n.council.realm, n.st.dir.Name()
		s.LastSync = milli(n.synced())
		for _, w := range m.Workers {
			if p, ok := n.st.dir.Person(w.Person); ok {
				s.Workers = append(s.Workers, casework.WorkerLag{Person: p.Name, ID: p.ID.String(), Last: milli(w.Last)})
			}
		}
	}
	s.Complete = n.overall()
	s.CompleteTo = s.Complete.CompleteTo
	return s, nil
}

// role is the directory's word for this person; empty while alone.
func (n *Notebook) role() string {
	if !n.st.enrolled() {
		return ""
	}
	if p, ok := n.st.dir.Person(n.person()); ok {
		return p.Role
	}
	return ""
}

// MayExport reports whether this person may export: alone, one's own record;
// in a council, leads and records officers.
func (n *Notebook) MayExport() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.closed && n.mayExport()
}

func (n *Notebook) mayExport() bool {
	r := n.role()
	return !n.st.enrolled() || r == trust.RoleLead || r == trust.RoleRecords
}

// MayComment reports whether this person may write oversight remarks: alone,
// on one's own record; in a council, team leads. Everybody may amend.
func (n *Notebook) MayComment() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.closed || !n.st.enrolled() || n.role() == trust.RoleLead
}

// Refusals lists own entries that the council would not take.
func (n *Notebook) Refusals(ctx context.Context) ([]RefusedEntry, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	var out []RefusedEntry
	if n.st.meta.Refused+n.st.meta.Held == 0 {
		return out, nil
	}
	for _, c := range n.st.sorted() {
		if c.gone() {
			continue
		}
		err := n.eachEntry(ctx, c.ID, func(_ uint64, row *entryRow, proof *proofRow) error {
			if proof == nil || proof.Code == "" {
				return nil
			}
			if e, err := record.Parse(row.Entry); err == nil {
				out = append(out, RefusedEntry{Entry: e.ID(), Case: c.ID, Ref: c.Ref, Code: proof.Code, Reason: proof.Reason})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RefusedEntry is an entry that stays on this laptop, with the council's code.
type RefusedEntry struct {
	Entry, Case record.ID
	Ref         string
	Code        string
	Reason      string
}

// viewState is the view's state in words, for verify.
func (n *Notebook) viewState() string { return vault.Inspect(viewDir(n.dir), n.vault.Derive("view")) }
