package desktop

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"wherry/app/casework"
	"wherry/app/notebook"
)

func (b *book) Kept(ctx context.Context, caseID string) (*Kept, error) {
	k, err := b.n.KeptCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	out := b.keptOf(k)
	return &out, nil
}

func (b *book) keptOf(k *notebook.Kept) Kept {
	now := b.door.now()
	out := Kept{ID: k.Case.String(), Brief: k.Brief, Due: k.Due, DueKnown: k.DueKnown, DueReason: k.DueReason, Ripe: k.Unripe(now) == "",
		MyHolds: k.Releasable, Proposal: k.Standing, Lacks: k.Why, MayOK: k.MayApprove}
	schedule := b.n.Schedule()
	for _, set := range k.Classes {
		if c, ok := schedule.Class(set.Class); ok {
			out.Rules = append(out.Rules, c)
		}
		out.Set = set
	}
	if k.Ready != nil {
		out.Proposal = k.Ready
	}
	today := casework.DateOf(now)
	for _, h := range k.Holds {
		if h.InForce(today) {
			out.Holds = append(out.Holds, h)
		}
	}
	return out
}

func (b *book) KeptCases(ctx context.Context) (KeptCases, error) {
	list, err := b.n.KeptCases(ctx)
	if err != nil {
		return KeptCases{}, err
	}
	gone, err := b.n.Disposals(ctx)
	if err != nil {
		return KeptCases{}, err
	}
	out := KeptCases{Resumed: b.n.Resumed()}
	for i := range list {
		out.Cases = append(out.Cases, b.keptOf(&list[i]))
	}
	for i := range gone {
		out.Gone = append(out.Gone, b.goneOf(&gone[i]))
	}
	slices.SortStableFunc(out.Gone, func(x, y Gone) int { return y.On.Compare(x.On) })
	return out, nil
}

func (b *book) goneOf(d *notebook.Disposal) Gone {
	g := Gone{ID: d.Case.String(), Short: d.Case.Short(), On: d.At, Carried: b.n.PersonName(d.Carried), Basis: d.Basis, Done: d.Done, Complete: d.Complete}
	for _, p := range d.By {
		name := casework.ByKit
		if !p.IsZero() {
			name = b.n.PersonName(p)
		}
		g.By = append(g.By, name)
	}
	return g
}

func (b *book) Schedule(context.Context) (casework.Schedule, error) { return b.n.Schedule(), nil }

func (b *book) SetRetention(ctx context.Context, caseID string, set casework.Retention) error {
	_, err := b.n.SetRetention(ctx, caseID, set)
	return err
}

func (b *book) Hold(ctx context.Context, caseID, reason, until string) error {
	_, err := b.n.Hold(ctx, caseID, reason, until)
	return err
}

func (b *book) Release(ctx context.Context, caseID, hold, reason string) error {
	_, err := b.n.Release(ctx, caseID, hold, reason)
	return err
}

func (b *book) Propose(ctx context.Context, caseID, basis, reason string) error {
	_, err := b.n.ProposeDisposal(ctx, caseID, basis, reason)
	return err
}

func (b *book) Approve(ctx context.Context, caseID, kit string) error {
	if kit == "" {
		_, err := b.n.ApproveDisposal(ctx, caseID, nil)
		return err
	}
	code, err := notebook.ParseCode(kit)
	if err != nil {
		return err
	}
	defer code.Wipe()
	_, err = b.n.ApproveDisposal(ctx, caseID, &code)
	if errors.Is(err, notebook.ErrWrongPassphrase) {
		return notebook.ErrOtherKit // nobody typed a passphrase
	}
	return err
}

func (b *book) Refuse(ctx context.Context, caseID, reason string) error {
	_, err := b.n.RefuseDisposal(ctx, caseID, reason)
	return err
}

func (b *book) Destroys(ctx context.Context, caseID string) (Destroys, error) {
	d, err := b.n.WouldDestroy(ctx, caseID)
	return Destroys{Entries: d.Entries, Attachments: d.Attachments, Drafts: d.Drafts, BackupsUntil: d.BackupsUntil}, err
}

func (b *book) Dispose(ctx context.Context, caseID string) (Paper, error) {
	d, err := b.n.CarryOut(ctx, caseID)
	if d == nil {
		return Paper{}, err
	}
	return Paper{Gone: b.goneOf(&d.Disposal), Number: hex.EncodeToString(d.Nonce[:])}, err
}

func (b *book) Resumed() int { return b.n.Resumed() }

func (b *book) Gone(ctx context.Context, caseID string) (*Gone, error) {
	d, err := b.n.DisposalOf(ctx, caseID)
	if errors.Is(err, notebook.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	g := b.goneOf(d)
	return &g, nil
}
