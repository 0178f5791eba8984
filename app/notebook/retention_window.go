package notebook

import (
	"context"
	"slices"
	"strings"
	"time"

	"wherry/app/casework"
	"wherry/storage/record"
)

// What a screen shows of keeping cases and disposing of them. Nothing here
// writes.

// Kept is how one case stands, with what its person may do about it.
type Kept struct {
	Retention
	Brief casework.Brief
	// MayApprove: this person may be the second behind the proposal that
	// stands. Alone, that is whoever brings the recovery kit.
	MayApprove bool
	// Releasable are the holds in force that this person may release.
	Releasable []string
}

// KeptCase tells how one case stands.
func (n *Notebook) KeptCase(ctx context.Context, operand string) (*Kept, error) {
	return inCase(n, operand, func(c *caseRow) (*Kept, error) { return n.kept(ctx, c) })
}

// KeptCases lists the cases that keeping is a question for, by child reference:
// those that are closed or held, and those of which a disposal is proposed.
func (n *Notebook) KeptCases(ctx context.Context) ([]Kept, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	out := []Kept{}
	for _, c := range n.st.sorted() {
		if c.gone() || c.Count == 0 || c.Ref == "" && len(n.box.Epochs(c.ID)) == 0 {
			continue
		}
		b, err := n.brief(ctx, c)
		if err != nil {
			return nil, err
		}
		if !c.Proposed && !shut(b) {
			continue // nobody wrote of it: the record need not be opened
		}
		k, err := n.kept(ctx, c)
		if err != nil {
			return nil, err
		}
		if shut(k.Brief) || !k.Closed.IsZero() || k.Standing != nil || k.Ready != nil || k.held(n.now()) {
			out = append(out, *k)
		}
	}
	return out, nil
}

// shut reports whether the record itself says that the case is closed.
func shut(b casework.Brief) bool {
	return strings.EqualFold(strings.TrimSpace(b.Status), "closed")
}

func (r *Retention) held(now time.Time) bool {
	today := casework.DateOf(now)
	return slices.ContainsFunc(r.Holds, func(h casework.HoldState) bool { return h.InForce(today) })
}

func (n *Notebook) kept(ctx context.Context, c *caseRow) (*Kept, error) {
	b, err := n.brief(ctx, c)
	if err != nil {
		return nil, err
	}
	r, err := n.retention(ctx, c)
	if err != nil {
		return nil, err
	}
	k := &Kept{Retention: *r, Brief: b}
	me := n.person().String()
	if p := r.Standing; p != nil {
		proposer := p.Approvals[0].PersonID
		spoken := slices.ContainsFunc(p.Approvals, func(a casework.Approval) bool { return a.PersonID == me && !a.Kit })
		if n.st.enrolled() {
			k.MayApprove = !spoken && (n.entitled(me) || n.entitled(proposer))
		} else {
			k.MayApprove = !slices.ContainsFunc(p.Approvals, func(a casework.Approval) bool { return a.Kit })
		}
	}
	today := casework.DateOf(n.now())
	for _, h := range r.Holds {
		if h.InForce(today) && (h.AuthorID == me || n.entitled(me)) {
			k.Releasable = append(k.Releasable, h.ID)
		}
	}
	return k, nil
}

// Schedule is the retention schedule that this notebook judges by.
func (n *Notebook) Schedule() casework.Schedule {
	if n.cfg.Retention != nil {
		return slices.Clone(n.cfg.Retention)
	}
	return casework.DefaultSchedule()
}

// Destroys is what carrying out a disposal would destroy on this laptop, and
// until when the case could still be read from a backup.
type Destroys struct {
	Entries      int // everything written, amendments and comments too
	Attachments  int
	Drafts       int       // of those about several children only this child's part goes
	BackupsUntil time.Time // when the last backup known expires; zero: none is known
}

// WouldDestroy counts what a disposal of the case would destroy. Nothing is
// written.
func (n *Notebook) WouldDestroy(ctx context.Context, operand string) (Destroys, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return Destroys{}, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return Destroys{}, err
	}
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return Destroys{}, err
	}
	out := Destroys{BackupsUntil: n.backupsUntil()}
	entries := map[record.ID]bool{}
	for _, r := range rows {
		entries[r.id] = true
		switch r.fact.Kind {
		case casework.KindOpened:
		case casework.KindAttachment:
			out.Attachments++
		default:
			out.Entries++
		}
	}
	refs := map[string]bool{refKey(c.ID.String()): true}
	for _, ref := range append([]string{c.Ref}, c.Refs...) {
		refs[refKey(ref)] = ref != ""
	}
	ids, err := n.draftIDs()
	if err != nil {
		return Destroys{}, err
	}
	for _, id := range ids {
		d, err := n.readDraft(id)
		if err != nil {
			continue // what cannot be opened is about nobody
		}
		if _, whose := splitDraft(d, refs, entries); whose {
			out.Drafts++
		}
	}
	return out, nil
}

// PersonName is the name of somebody in the directory, or of this notebook's
// own person; "" if nobody is known by the id.
func (n *Notebook) PersonName(id ID) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ""
	}
	if id == n.person() || id == n.st.meta.Pin.Person {
		return n.myName()
	}
	if n.st.enrolled() {
		if p, ok := n.st.dir.Person(id); ok {
			return p.Name
		}
	}
	return ""
}

// Resumed is how many disposals that a stop had left half-way this opening
// ended.
func (n *Notebook) Resumed() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.resumed
}
