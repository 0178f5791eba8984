package desktop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"wherry/app/casework"
	"wherry/app/notebook"
)

func rowOf(r notebook.CaseRow) CaseRow {
	return CaseRow{ID: r.ID.String(), Brief: r.Brief, Entries: r.Entries, Last: r.Last, New: r.News, State: r.State}
}

func (b *book) Caseload(ctx context.Context) (Caseload, error) {
	rows, complete, err := b.n.Cases(ctx)
	if err != nil {
		return Caseload{}, err
	}
	out := Caseload{Complete: complete}
	for _, r := range rows {
		out.Rows = append(out.Rows, rowOf(r))
	}
	return out, nil
}

func (b *book) Today(ctx context.Context) (Today, error) {
	load, err := b.Caseload(ctx)
	if err != nil {
		return Today{}, err
	}
	now := time.Now()
	out := Today{Complete: load.Complete}
	for _, r := range load.Rows {
		if r.New > 0 {
			out.New = append(out.New, r)
		}
		if r.Conflicts > 0 {
			out.Conflicts = append(out.Conflicts, r)
		}
		for _, d := range r.DueBy(now) {
			out.Due = append(out.Due, Due{Case: r.ID, Child: r.Title(), What: d.What, Owner: d.Who, On: d.Due})
		}
	}
	slices.SortStableFunc(out.Due, func(a, b Due) int { return a.On.Compare(b.On) })
	return out, nil
}

func due(id string, cf *casework.CaseFile) []Due {
	var out []Due
	for _, d := range casework.Due(cf, casework.DefaultRules(), time.Now()) {
		if !d.Due.IsZero() {
			out = append(out, Due{Case: id, Child: cf.Title(), What: d.What, Owner: d.Who, On: d.Due})
		}
	}
	return out
}

func (b *book) Child(ctx context.Context, caseID string) (*ChildPage, error) {
	id, cf, err := b.n.CaseFile(ctx, caseID)
	if err != nil {
		return nil, err
	}
	fresh, upTo, err := b.n.Fresh(ctx, caseID)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.shown[id.String()] = upTo
	b.mu.Unlock()
	page := &ChildPage{ID: id.String(), File: *cf, New: fresh, Due: due(id.String(), cf)}
	group := cf.Get("siblings")
	if group == "" {
		return page, nil
	}
	rows, _, err := b.n.Cases(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Siblings == group && r.ID != id {
			page.Siblings = append(page.Siblings, rowOf(r))
		}
	}
	return page, nil
}

// Looked counts only what the page held when it was drawn: a sync may have
// brought more meanwhile.
func (b *book) Looked(ctx context.Context, caseID string) error {
	b.mu.Lock()
	upTo := b.shown[caseID]
	b.mu.Unlock()
	return b.n.Looked(ctx, caseID, upTo)
}

func (b *book) People(ctx context.Context, cases []string) ([]casework.Person, error) {
	met := map[casework.Person]int{}
	for _, id := range cases {
		_, cf, err := b.n.CaseFile(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, e := range cf.Entries {
			for _, p := range e.Present {
				met[p]++
			}
		}
	}
	out := make([]casework.Person, 0, len(met))
	for p := range met {
		out = append(out, p)
	}
	slices.SortFunc(out, func(x, y casework.Person) int {
		return cmp.Or(met[y]-met[x], cmp.Compare(x.Name, y.Name), cmp.Compare(x.Role, y.Role))
	})
	return out, nil
}

func (b *book) Search(ctx context.Context, query string, limit int) ([]Hit, error) {
	hits, err := b.find(ctx, query, limit)
	if err != nil {
		return nil, err
	}
	rows, _, err := b.n.Cases(ctx)
	if err != nil {
		return nil, err
	}
	names := map[notebook.ID]string{}
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	var out []Hit
	for _, h := range hits {
		out = append(out, hitOf(h, names[h.Case]))
	}
	return out, nil
}

func (b *book) SaveDraft(ctx context.Context, d *casework.Draft) (string, error) {
	return b.n.SaveDraft(ctx, d)
}

func (b *book) Drafts(ctx context.Context) ([]*casework.Draft, int, error) { return b.n.Drafts(ctx) }

func (b *book) Draft(ctx context.Context, id string) (*casework.Draft, error) {
	return b.n.Draft(ctx, id)
}

func (b *book) DiscardDraft(ctx context.Context, id string) error { return b.n.DiscardDraft(ctx, id) }
