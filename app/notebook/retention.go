package notebook

import (
	"context"
	"errors"
	"io"
	"slices"

	"wherry/app/casework"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
)

// Keeping a case and disposing of it. What is written here are entries of the
// case like any other; the rules are casework.MayDispose.

// Why a disposal may not go on. ErrNotPermitted stands beside them.
var (
	ErrHold         = errors.New("notebook: a hold stops the disposal")
	ErrNoProposal   = errors.New("notebook: no disposal is proposed")
	ErrProposed     = errors.New("notebook: a disposal is proposed already")
	ErrRefused      = errors.New("notebook: the proposal was refused")
	ErrExpired      = errors.New("notebook: the proposal is too old")
	ErrNotClosed    = errors.New("notebook: the case is not closed")
	ErrNotDue       = errors.New("notebook: the retention period has not ended")
	ErrDueUnknown   = errors.New("notebook: no settled retention period")
	ErrOneApproval  = errors.New("notebook: only one approval")
	ErrNoLead       = errors.New("notebook: nobody entitled has approved")
	ErrKitNeeded    = errors.New("notebook: the recovery kit has to approve")
	ErrNotSent      = errors.New("notebook: entries of the case are not with the council yet")
	ErrUnreadable   = errors.New("notebook: entries of the case cannot be read here")
	ErrReleased     = errors.New("notebook: no such hold in force")
	ErrUnknownClass = errors.New("notebook: no such class in the schedule")
)

var whyErrors = map[string]error{
	casework.WhyHold: ErrHold, casework.WhyNoProposal: ErrNoProposal, casework.WhyRefused: ErrRefused, casework.WhyExpired: ErrExpired,
	casework.WhyNotClosed: ErrNotClosed, casework.WhyNotDue: ErrNotDue, casework.WhyDueUnknown: ErrDueUnknown,
	casework.WhyOneApproval: ErrOneApproval, casework.WhyNoLead: ErrNoLead,
}

// Retention is how a case stands with regard to keeping it.
type Retention struct {
	Case ID
	Ref  string
	*casework.RetentionState
	Standing *casework.Proposal // the newest that waits; nil if there is none
	Ready    *casework.Proposal // the one that may be carried out; nil if none may
	Why      string             // why none may
}

// Retention tells how a case stands. Nothing is written.
func (n *Notebook) Retention(ctx context.Context, operand string) (*Retention, error) {
	return inCase(n, operand, func(c *caseRow) (*Retention, error) { return n.retention(ctx, c) })
}

// noticeDisposal puts a disposal that waits for somebody on the case's page.
func (n *Notebook) noticeDisposal(cf *casework.CaseFile, facts []casework.Fact) {
	s := casework.RetentionOf(cf, facts, n.disposalRules())
	standing := s.Standing(n.now())
	ready, _ := s.Ready(n.now())
	switch {
	case ready != nil:
		cf.Attention = append(cf.Attention, casework.Attention{Code: casework.AttentionDisposal, Entry: ready.ID, Words: "Disposal is approved and waits to be carried out."})
	case standing != nil:
		cf.Attention = append(cf.Attention, casework.Attention{Code: casework.AttentionDisposal, Entry: standing.ID, Words: "Disposal is proposed and waits for a second approval."})
	}
}

func (n *Notebook) retention(ctx context.Context, c *caseRow) (*Retention, error) {
	cf, err := n.project(ctx, c)
	if err != nil {
		return nil, err
	}
	facts := make([]casework.Fact, 0, len(n.facts[c.ID]))
	for _, r := range n.facts[c.ID] {
		facts = append(facts, r.fact)
	}
	r := &Retention{Case: c.ID, Ref: c.Ref, RetentionState: casework.RetentionOf(cf, facts, n.disposalRules())}
	r.Standing = r.RetentionState.Standing(n.now())
	r.Ready, r.Why = r.RetentionState.Ready(n.now())
	return r, nil
}

// disposalRules are the council's, or those of a notebook that stands alone.
func (n *Notebook) disposalRules() casework.DisposalRules {
	return casework.DisposalRules{Schedule: n.cfg.Retention, Alone: !n.st.enrolled(), Entitled: n.entitled}
}

// entitled reports whether the directory shows a person as records officer or
// team lead.
func (n *Notebook) entitled(person string) bool {
	id, err := record.ParseID(person)
	if err != nil || !n.st.enrolled() {
		return false
	}
	p, ok := n.st.dir.Person(id)
	return ok && (p.Role == trust.RoleLead || p.Role == trust.RoleRecords)
}

// within locks the notebook, finds the case and tells how it stands.
func (n *Notebook) within(ctx context.Context, operand string, fn func(*caseRow, *Retention) (record.ID, error)) (*Ack, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return nil, err
	}
	r, err := n.retention(ctx, c)
	if err != nil {
		return nil, err
	}
	id, err := fn(c, r)
	if err != nil {
		return nil, err
	}
	return &Ack{ID: id, Entries: []AckEntry{{ID: id, Ref: c.Ref}}}, nil
}

// SetRetention puts a case into a class of the schedule. What is left empty
// stays as it was; the new entry replaces those that stood here.
func (n *Notebook) SetRetention(ctx context.Context, operand string, set casework.Retention) (*Ack, error) {
	return n.within(ctx, operand, func(c *caseRow, r *Retention) (record.ID, error) {
		for _, old := range r.Classes {
			keep(&set.Class, old.Class)
			keep(&set.Closed, old.Closed)
			keep(&set.Event, old.Event)
			keep(&set.Review, old.Review)
		}
		schedule := n.cfg.Retention
		if schedule == nil {
			schedule = casework.DefaultSchedule()
		}
		if _, ok := schedule.Class(set.Class); !ok && set.Class != "" {
			return record.ID{}, ErrUnknownClass
		}
		set.Replaces = slices.Clone(r.Marks)
		return n.add(ctx, c, record.Content, &set)
	})
}

func keep(v *string, old string) {
	if *v == "" {
		*v = old
	}
}

// Hold stops any disposal of a case, through the day until if that is given.
func (n *Notebook) Hold(ctx context.Context, operand, reason, until string) (*Ack, error) {
	return n.within(ctx, operand, func(c *caseRow, _ *Retention) (record.ID, error) {
		return n.add(ctx, c, record.Content, &casework.Hold{Reason: reason, Until: until})
	})
}

// Release ends a hold. In a council a colleague's hold is released by a records
// officer or team lead only.
func (n *Notebook) Release(ctx context.Context, operand, hold, reason string) (*Ack, error) {
	return n.within(ctx, operand, func(c *caseRow, r *Retention) (record.ID, error) {
		i := slices.IndexFunc(r.Holds, func(h casework.HoldState) bool { return h.ID == hold && !h.Released })
		if i < 0 {
			return record.ID{}, ErrReleased
		}
		if me := n.person().String(); r.Holds[i].AuthorID != me && !n.entitled(me) {
			return record.ID{}, ErrNotPermitted
		}
		return n.add(ctx, c, record.Content, &casework.Release{Hold: hold, Reason: reason})
	})
}

// ProposeDisposal proposes to dispose of a case. basis is one of
// casework.DisposalBases; by the schedule only what is due may be proposed.
func (n *Notebook) ProposeDisposal(ctx context.Context, operand, basis, reason string) (*Ack, error) {
	return n.within(ctx, operand, func(c *caseRow, r *Retention) (record.ID, error) {
		body := &casework.Disposal{Step: casework.StepPropose, Basis: basis, Reason: reason}
		if ie := casework.Refusal(body.Validate()); ie != nil {
			return record.ID{}, ie
		}
		switch {
		case r.Why == casework.WhyHold:
			return record.ID{}, ErrHold
		case r.Standing != nil:
			return record.ID{}, ErrProposed
		case c.Behind:
			return record.ID{}, ErrArriving
		}
		if why := r.Unripe(n.now()); why != "" && basis == casework.BasisSchedule {
			return record.ID{}, whyErrors[why]
		}
		return n.add(ctx, c, record.Content, body)
	})
}

// ApproveDisposal is the second word for the proposal that stands. In a council
// it must come from another person than the proposer, and one of the two must
// be a records officer or team lead. Alone, code is that of the recovery kit,
// which somebody else keeps: it is held against the key file.
func (n *Notebook) ApproveDisposal(ctx context.Context, operand string, code *RecoveryCode) (*Ack, error) {
	return n.within(ctx, operand, func(c *caseRow, r *Retention) (record.ID, error) {
		switch {
		case r.Why == casework.WhyHold:
			return record.ID{}, ErrHold
		case r.Standing == nil:
			return record.ID{}, ErrNoProposal
		}
		body := &casework.Disposal{Step: casework.StepApprove, Proposal: r.Standing.ID}
		if n.st.enrolled() {
			me, proposer := n.person().String(), r.Standing.Approvals[0].PersonID
			if me == proposer || !n.entitled(me) && !n.entitled(proposer) {
				return record.ID{}, ErrNotPermitted
			}
			return n.add(ctx, c, record.Content, body)
		}
		if code == nil {
			return record.ID{}, ErrKitNeeded
		}
		if err := n.kitOpens(*code); err != nil {
			return record.ID{}, err
		}
		body.By = casework.ByKit
		return n.add(ctx, c, record.Content, body)
	})
}

// kitOpens checks that a recovery code is this notebook's.
func (n *Notebook) kitOpens(code RecoveryCode) error {
	u, err := seal.UnlockWithCode(n.dir, code)
	if err != nil {
		return err
	}
	defer u.Key.Wipe()
	if !u.Key.Equal(n.vault) {
		return ErrWrongPassphrase
	}
	return nil
}

// RefuseDisposal ends the proposal that stands. Whoever holds the case may.
func (n *Notebook) RefuseDisposal(ctx context.Context, operand, reason string) (*Ack, error) {
	return n.within(ctx, operand, func(c *caseRow, r *Retention) (record.ID, error) {
		if r.Standing == nil {
			return record.ID{}, ErrNoProposal
		}
		return n.add(ctx, c, record.Content, &casework.Disposal{Step: casework.StepRefuse, Proposal: r.Standing.ID, Reason: reason})
	})
}

// Disposed is what a disposal that was carried out leaves to be kept on paper.
type Disposed struct {
	Disposal
	// ReasonHash is in the register; Nonce, which is nowhere else, and the words
	// of the reason make it: only who keeps both can prove what the reason was,
	// and nobody can guess it from the register.
	ReasonHash ID
	Nonce      [16]byte
}

// CarryOut destroys a case whose disposal was approved: its keys, then all that
// they opened. If it is stopped half-way the next opening ends it. An error that
// comes with a Disposed is one of a disposal that has begun.
func (n *Notebook) CarryOut(ctx context.Context, operand string) (*Disposed, error) {
	release, err := n.holdFiles()
	if err != nil {
		return nil, err
	}
	defer release()
	n.warming.Lock() // no index is loaded meanwhile
	defer n.warming.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return nil, err
	}
	d, out, err := n.sentence(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := n.beginDisposal(ctx, c, d); err != nil {
		return nil, err
	}
	err = n.finishDisposals(ctx)
	out.Disposal = n.st.cases[d.Case].Disposed.row(n.backupNotes(), n.now())
	return out, err
}

// sentence checks that a case may be disposed of now, and says under what.
func (n *Notebook) sentence(ctx context.Context, c *caseRow) (*disposedItem, *Disposed, error) {
	r, err := n.retention(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case r.Ready == nil:
		return nil, nil, whyErrors[r.Why]
	case n.readOnly:
		return nil, nil, ErrReadOnly
	case n.syncing:
		return nil, nil, ErrSyncing
	case c.Behind:
		return nil, nil, ErrArriving
	case n.st.enrolled() && c.Waiting > 0:
		return nil, nil, ErrNotSent
	case slices.ContainsFunc(n.facts[c.ID], func(f factRow) bool { return f.fact.Unknown }):
		return nil, nil, ErrUnreadable // one of them may be a hold
	}
	proposal, err := record.ParseID(r.Ready.ID)
	if err != nil {
		return nil, nil, err
	}
	d := &disposedItem{Case: c.ID, Proposal: proposal, By: n.person(), At: n.now().UnixMilli(), Basis: r.Ready.Basis}
	for _, a := range r.Ready.Approvals {
		entry, err := record.ParseID(a.Entry)
		if err != nil {
			return nil, nil, err
		}
		mark := approvalMark{Entry: entry}
		if !a.Kit {
			if mark.Person, err = record.ParseID(a.PersonID); err != nil {
				return nil, nil, err
			}
		}
		d.Approvals = append(d.Approvals, mark)
	}
	out := new(Disposed)
	if _, err := io.ReadFull(n.cfg.Rand, out.Nonce[:]); err != nil {
		return nil, nil, err
	}
	d.ReasonHash = record.Hash("wherry-disposal-reason-1", out.Nonce[:], []byte(r.Ready.Reason))
	out.ReasonHash = d.ReasonHash
	return d, out, nil
}

// ToCarryOut lists the cases whose disposal was approved and waits for
// somebody to carry it out here.
func (n *Notebook) ToCarryOut(ctx context.Context) ([]Retention, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	return n.toCarryOut(ctx), nil
}

// toCarryOut looks only at cases of which a disposal was ever proposed.
func (n *Notebook) toCarryOut(ctx context.Context) []Retention {
	out := []Retention{}
	for _, c := range n.st.cases {
		if !c.Proposed || c.gone() || c.Count == 0 {
			continue
		}
		if r, err := n.retention(ctx, c); err == nil && r.Ready != nil {
			out = append(out, *r)
		}
	}
	slices.SortFunc(out, func(a, b Retention) int { return slices.Compare(a.Case[:], b.Case[:]) })
	return out
}
