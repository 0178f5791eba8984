package desktop

import (
	"context"

	"wherry/app/casework"
	"wherry/app/notebook"
)

func (b *book) Warm(ctx context.Context) error { return b.n.Warm(ctx) }
func (b *book) Rest(ctx context.Context) error { return b.n.Rest(ctx) }

func (b *book) SearchScope(ctx context.Context) (SearchScope, error) {
	load, err := b.Caseload(ctx)
	if err != nil {
		return SearchScope{}, err
	}
	s, err := b.n.Scope(ctx)
	if err != nil {
		return SearchScope{}, err
	}
	out := SearchScope{Children: load.Rows, Authors: s.Authors}
	for _, name := range s.Kinds {
		kind, _ := casework.LookupKind(name)
		out.Kinds = append(out.Kinds, KindName{name, kind.Label})
	}
	return out, nil
}

func (b *book) Readers(ctx context.Context, refs []string) ([]CaseReaders, error) {
	var out []CaseReaders
	for _, ref := range refs {
		r, err := b.n.Readers(ctx, ref)
		if err != nil {
			return nil, err
		}
		c := CaseReaders{Ref: ref, Recovery: r.Recovery, Alone: r.Alone}
		for _, p := range r.People {
			c.People = append(c.People, CaseReader{Name: p.Name, Role: p.Role, Me: p.Me, Later: p.Later})
		}
		out = append(out, c)
	}
	return out, nil
}

// find looks for a query of which the last word may still be unfinished, and
// then for other spellings of that word as it stands: the notebook leaves them
// out while it cannot tell whether the word is whole. Those come last.
func (b *book) find(ctx context.Context, query string, limit int) ([]notebook.Hit, error) {
	hits, err := b.n.Search(ctx, query, "", limit, true)
	if err != nil || len(hits) >= limit {
		return hits, err
	}
	whole, err := b.n.Search(ctx, query+" ", "", limit, true)
	if err != nil {
		return nil, err
	}
	known := map[notebook.ID]bool{}
	for _, h := range hits {
		known[h.Entry] = true
	}
	for _, h := range whole {
		if h.SoundsLike && !known[h.Entry] && len(hits) < limit {
			hits = append(hits, h)
		}
	}
	return hits, nil
}

// hitOf is a hit as the window shows it, with the child's name.
func hitOf(h notebook.Hit, name string) Hit {
	kind, _ := casework.LookupKind(h.Kind)
	if name == "" {
		name = h.Ref
	}
	return Hit{Entry: h.Entry.String(), Case: h.Case.String(), Child: name, Ref: h.Ref, Kind: h.Kind, Label: kind.Label,
		When: h.When, Snippet: h.Snippet, Marks: h.Hits, SoundsLike: h.SoundsLike, Variants: h.Variants}
}
