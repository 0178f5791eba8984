package desktop

import (
	"context"
	"errors"
	"slices"
	"strings"

	"wherry/app/casework"
)

// Keeping and disposal of the fake notebook: the rules are real.
var errHeld = errors.New("held")

func (b *fakeBook) retentionOf(ref string) *casework.RetentionState {
	return casework.RetentionOf(b.file(ref), b.facts[ref], casework.DisposalRules{Alone: b.who.Council == "",
		Entitled: func(id string) bool { return id == "p2" }})
}

func (b *fakeBook) keptOf(ref string) Kept {
	s := b.retentionOf(ref)
	k := Kept{ID: "id-" + ref, Brief: b.file(ref).Brief(), Due: s.Due, DueKnown: s.DueKnown, DueReason: s.DueReason, Ripe: s.Unripe(b.now()) == "",
		Proposal: s.Standing(b.now())}
	for _, set := range s.Classes {
		if c, ok := casework.DefaultSchedule().Class(set.Class); ok {
			k.Rules = append(k.Rules, c)
		}
		k.Set = set
	}
	for _, h := range s.Holds {
		if h.InForce(casework.DateOf(b.now())) {
			k.Holds = append(k.Holds, h)
			if h.AuthorID == b.who.ID || b.who.Role == "lead" {
				k.MyHolds = append(k.MyHolds, h.ID)
			}
		}
	}
	ready, lacks := s.Ready(b.now())
	k.Lacks = lacks
	if ready != nil {
		k.Proposal = ready
	}
	if p := k.Proposal; p != nil {
		k.MayOK = len(p.Approvals) == 1 && (b.who.Council == "" || p.Approvals[0].PersonID != b.who.ID)
	}
	return k
}

func (b *fakeBook) Kept(_ context.Context, id string) (*Kept, error) {
	if b.facts[b.ref(id)] == nil {
		return nil, errors.New("not found")
	}
	k := b.keptOf(b.ref(id))
	return &k, b.call("Kept")
}

func (b *fakeBook) KeptCases(context.Context) (KeptCases, error) {
	out := KeptCases{Gone: b.gone, Resumed: b.resumed}
	for _, ref := range b.refs {
		k := b.keptOf(ref)
		if strings.EqualFold(k.Status, "closed") || k.Set.Closed != "" || len(k.Holds) > 0 || k.Proposal != nil {
			out.Cases = append(out.Cases, k)
		}
	}
	return out, b.call("KeptCases")
}

func (b *fakeBook) Schedule(context.Context) (casework.Schedule, error) {
	return casework.DefaultSchedule(), b.call("Schedule")
}

func (b *fakeBook) SetRetention(_ context.Context, id string, set casework.Retention) error {
	set.Replaces = b.retentionOf(b.ref(id)).Marks
	b.body(b.ref(id), &set)
	return b.call("SetRetention")
}

func (b *fakeBook) Hold(_ context.Context, id, reason, until string) error {
	if err := b.call("Hold"); err != nil {
		return err
	}
	b.body(b.ref(id), &casework.Hold{Reason: reason, Until: until})
	return nil
}

func (b *fakeBook) Release(_ context.Context, id, hold, reason string) error {
	b.body(b.ref(id), &casework.Release{Hold: hold, Reason: reason})
	return b.call("Release")
}

func (b *fakeBook) Propose(_ context.Context, id, basis, reason string) error {
	if len(b.keptOf(b.ref(id)).Holds) > 0 {
		return errHeld
	}
	b.body(b.ref(id), &casework.Disposal{Step: casework.StepPropose, Basis: basis, Reason: reason})
	return b.call("Propose")
}

func (b *fakeBook) Approve(_ context.Context, id, kit string) error {
	by := ""
	if b.who.Council == "" {
		if kit != b.kit {
			return errKit
		}
		by = casework.ByKit
	}
	b.body(b.ref(id), &casework.Disposal{Step: casework.StepApprove, Proposal: b.keptOf(b.ref(id)).Proposal.ID, By: by})
	return b.call("Approve")
}

func (b *fakeBook) Refuse(_ context.Context, id, reason string) error {
	b.body(b.ref(id), &casework.Disposal{Step: casework.StepRefuse, Proposal: b.keptOf(b.ref(id)).Proposal.ID, Reason: reason})
	return b.call("Refuse")
}

func (b *fakeBook) Destroys(_ context.Context, id string) (Destroys, error) {
	d := Destroys{BackupsUntil: b.backups}
	for _, f := range b.facts[b.ref(id)] {
		switch f.Kind {
		case casework.KindAttachment:
			d.Attachments++
		default:
			d.Entries++
		}
	}
	for _, dr := range b.drafts {
		if strings.Contains(string(dr.Submission), b.ref(id)) {
			d.Drafts++
		}
	}
	return d, b.call("Destroys")
}

func (b *fakeBook) Dispose(_ context.Context, id string) (Paper, error) {
	if err := b.call("Dispose"); err != nil {
		return Paper{}, err
	}
	k := b.keptOf(b.ref(id))
	if k.Lacks != "" {
		panic("fake: disposed of although it lacks " + k.Lacks)
	}
	g := Gone{ID: id, Short: "7f3a91c2", On: b.now(), Carried: b.who.Name, Basis: k.Proposal.Basis, Done: true, Complete: b.backups}
	for _, a := range k.Proposal.Approvals {
		if a.Kit {
			a.Person = casework.ByKit
		}
		g.By = append(g.By, a.Person)
	}
	b.gone = append([]Gone{g}, b.gone...)
	delete(b.facts, b.ref(id))
	b.refs = slices.DeleteFunc(b.refs, func(r string) bool { return r == b.ref(id) })
	return Paper{Gone: g, Number: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}, nil
}

func (b *fakeBook) Resumed() int { return b.resumed }

func (b *fakeBook) Gone(_ context.Context, id string) (*Gone, error) {
	for i := range b.gone {
		if b.gone[i].ID == id {
			return &b.gone[i], nil
		}
	}
	return nil, b.call("Gone")
}
