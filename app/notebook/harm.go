package notebook

import (
	"context"

	"wherry/storage/record"
)

// Health is how the notebook was found at this opening.
type Health struct {
	SetAside    bool // a view of which the doctor's child died was set aside and made anew
	Healed      bool // a damaged copy of a small file was mended from its twin
	ReadOnly    bool
	Places      int      // places in the journal that cannot be read
	Quarantined []string // copies of what was damaged, inside the notebook's folder
	Cases       []HarmedCase
}

// Well reports whether there is nothing to say.
func (h *Health) Well() bool { return !h.SetAside && h.Places == 0 }

// HarmedCase is a case of which something cannot be read.
type HarmedCase struct {
	Case       record.ID
	Ref, Name  string
	Unreadable []record.ID // entries that are here and damaged
	Missing    int         // entries that must exist and are not here
	Council    bool        // the council holds them: they come back with a sync
}

// Health says what is wrong and names it by case and entry. It reads whole
// cases only if something is damaged.
func (n *Notebook) Health(ctx context.Context) (*Health, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	h := &Health{SetAside: n.setAside, Healed: n.healed, ReadOnly: n.readOnly, Places: len(n.damage), Quarantined: n.quarantined}
	if h.Places == 0 {
		return h, nil
	}
	for _, c := range n.st.sorted() {
		if c.Count == 0 && len(c.Holes) == 0 {
			continue
		}
		hc := HarmedCase{Case: c.ID, Ref: c.Ref}
		for _, o := range c.Holes {
			hc.Missing += int(min(o.To-o.From+1, 10_000))
		}
		pulled := 0
		err := n.eachEntry(ctx, c.ID, func(_ uint64, row *entryRow, _ *proofRow) error {
			if row.Problem != "damaged" {
				return nil
			}
			hc.Unreadable = append(hc.Unreadable, none(row.LogEntry))
			if row.LogSeq > 0 {
				pulled++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if hc.Missing == 0 && len(hc.Unreadable) == 0 {
			continue
		}
		hc.Council = n.st.enrolled() && (hc.Missing == 0 && pulled == len(hc.Unreadable) || c.Behind)
		if b, err := n.brief(ctx, c); err == nil {
			hc.Name = b.Name
		}
		h.Cases = append(h.Cases, hc)
	}
	return h, nil
}
