package desktop

import (
	"context"

	"wherry/app/casework"
)

// finds is the search of a fakeBook.
type finds struct {
	warmed, rested int
	warmErr        error
	authors        []string
	queries        []string
	readers        func(ref string) CaseReaders
}

func (b *fakeBook) Warm(context.Context) error {
	b.finds.warmed++
	return b.finds.warmErr
}

func (b *fakeBook) Rest(context.Context) error {
	b.finds.rested++
	return nil
}

func (b *fakeBook) SearchScope(context.Context) (SearchScope, error) {
	s := SearchScope{Children: b.rows(func(CaseRow) bool { return true }), Authors: append([]string{b.who.Name}, b.finds.authors...)}
	for _, name := range []string{casework.KindVisit, casework.KindCall, casework.KindNote, casework.KindAmend, casework.KindComment} {
		k, _ := casework.LookupKind(name)
		s.Kinds = append(s.Kinds, KindName{name, k.Label})
	}
	return s, nil
}

func (b *fakeBook) Readers(_ context.Context, refs []string) ([]CaseReaders, error) {
	var out []CaseReaders
	for _, ref := range refs {
		r := CaseReaders{Ref: ref, Alone: true, People: []CaseReader{{Name: b.who.Name, Me: true}}}
		if b.finds.readers != nil {
			r = b.finds.readers(ref)
		}
		out = append(out, r)
	}
	return out, nil
}
