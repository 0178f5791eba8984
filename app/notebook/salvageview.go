package notebook

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/vault"
)

// Opening a view marks it as in use, and a stop from then on costs it: the next
// opening makes it anew. So what only the view has is taken out of it before it
// is opened, from files that are not changed meanwhile.

// lossOf names what a journal has lost.
func lossOf(r *journal.Report) record.ID {
	return record.Hash("wherry-loss-1", record.Encode(r.Damaged))
}

// saveFromView writes into the journal what it lost and the view still has. A
// view of which that cannot be told is set aside before it is made anew. If the
// journal does not take it, the notebook is read-only and the view stays as it
// is, for the next opening.
func (n *Notebook) saveFromView(ctx context.Context, r *journal.Report) {
	key := n.vault.Derive("view")
	defer key.Wipe()
	seq, mac, ok := vault.StatedTip(viewDir(n.dir), key)
	ahead := ok && !n.j.HoldsTip(journal.Tip{Seq: seq, MAC: mac})
	if n.readOnly || !ahead && len(r.Damaged) == 0 {
		return
	}
	v, err := vault.OpenSealed(viewDir(n.dir), key, viewSchema)
	if errors.Is(err, errors.ErrUnsupported) {
		return // startLanes does it, with the view open
	}
	if err != nil {
		n.asideForLoss(lossOf(r))
		return
	}
	n.viewAhead = ahead
	if !ahead && lossIn(ctx, v) == lossOf(r) {
		_ = v.Abandon() // that loss was seen to; the view is made of what there is
		return
	}
	if err = n.salvage(ctx, v); err != nil {
		n.readOnly, n.readOnlyWhy = true, err
	}
	n.salvaged = err == nil
	_ = v.Abandon() // nothing was written to it
}

// lossIn is the loss that a view knows of.
func lossIn(ctx context.Context, v *vault.Vault) record.ID {
	var m meta
	b, ok, err := v.Value(ctx, v.K(tableMeta))
	if err != nil || !ok || record.Decode(b, &m) != nil {
		return record.ID{}
	}
	return m.Loss
}

// stillView takes a view into use without changing its files, if it can be read
// and understood.
func (n *Notebook) stillView(ctx context.Context) bool {
	v, err := vault.OpenSealed(viewDir(n.dir), n.vault.Derive("view"), viewSchema)
	if err != nil {
		return false
	}
	n.view = v
	seq, mac := v.Tip()
	tip := journal.Tip{Seq: seq, MAC: mac}
	behind := tip != n.j.Tip() && n.j.HoldsTip(tip) && len(n.damage) == 0 // the journal can be read, and has more
	if behind || n.load(ctx) != nil {
		_ = v.Abandon()
		return false
	}
	n.viewWhole = true
	return true
}

// lossFile is in a view that was set aside for what the journal had lost.
const lossFile = "loss"

// asideForLoss sets aside a view that cannot be read as it lies and may hold
// what the journal lost: once for each loss, since a later view is made of the
// journal that has it no more.
func (n *Notebook) asideForLoss(loss record.ID) {
	if !anyOf(viewDir(n.dir), "db") {
		return
	}
	aside, _ := filepath.Glob(filepath.Join(escaped(quarantineDir(n.dir)), "view-*", lossFile))
	for _, path := range aside {
		if b, err := os.ReadFile(path); err == nil && string(b) == loss.String() {
			return
		}
	}
	mark := filepath.Join(viewDir(n.dir), lossFile)
	// Unmarked it would be set aside again, which costs only room.
	_ = seal.WriteFileSync(mark, []byte(loss.String()))
	if n.quarantineView() != nil {
		_ = os.Remove(mark)
	}
}
