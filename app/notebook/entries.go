package notebook

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"wherry/app/casework"
	"wherry/storage/record"
)

// EntryRow is one sealed entry in a list.
type EntryRow struct {
	ID       record.ID
	Case     record.ID
	Ref      string // child reference
	Kind     string
	Schema   int
	Lane     string
	Seq      uint64
	Author   string // person id
	Name     string // of the person
	Written  time.Time
	Occurred time.Time
	Received time.Time
	State    string
	SHA256   record.ID
	Damaged  bool
	Unknown  bool
	Payload  []byte
}

// Entries lists content entries by case reference, lane and sequence; operand
// and kind narrow the list.
func (n *Notebook) Entries(ctx context.Context, operand, kind string) ([]EntryRow, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	cases := n.st.sorted()
	if operand != "" {
		c, err := n.lookup(operand)
		if err != nil {
			return nil, err
		}
		cases = []*caseRow{c}
	}
	out := []EntryRow{}
	for _, c := range cases {
		if c.Disposed != nil {
			continue // nothing of it can be listed
		}
		rows, err := n.caseFacts(ctx, c)
		if err != nil {
			return nil, err
		}
		from := len(out)
		for _, r := range rows {
			if r.fact.Kind == casework.KindOpened || kind != "" && r.fact.Kind != kind {
				continue
			}
			out = append(out, entryOf(c, r))
		}
		slices.SortFunc(out[from:], func(a, b EntryRow) int {
			return cmp.Or(strings.Compare(a.Lane, b.Lane), cmp.Compare(a.Seq, b.Seq))
		})
	}
	return out, nil
}

func entryOf(c *caseRow, r factRow) EntryRow {
	f := r.fact
	return EntryRow{ID: r.id, Case: c.ID, Ref: c.Ref, Kind: f.Kind, Schema: f.Schema, Lane: f.Lane, Seq: f.Seq, Author: f.AuthorID, Name: f.Author,
		Written: f.Written, Occurred: occurred(f), Received: f.Received, State: f.State, SHA256: r.sum,
		Damaged: f.Damaged, Unknown: f.Unknown, Payload: f.Payload}
}

func occurred(f casework.Fact) time.Time {
	b, err := casework.DecodeBody(f.Kind, f.Schema, f.Payload)
	if err != nil {
		return time.Time{}
	}
	switch v := b.(type) {
	case *casework.Visit:
		return v.OccurredTime()
	case *casework.Call:
		return v.OccurredTime()
	case *casework.Note:
		return v.OccurredTime()
	}
	return time.Time{}
}

// EntryDetail is one entry with what was said about it.
type EntryDetail struct {
	EntryRow
	Amendments []string
	Conflicts  []casework.Field // of the case, where this entry gave a value
}

// Entry returns one entry.
func (n *Notebook) Entry(ctx context.Context, id string) (*EntryDetail, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	rid, err := record.ParseID(id)
	if err != nil {
		return nil, ErrNotFound
	}
	var w whereRow // where it stands is enough: its bytes may be damaged
	if ok, err := n.get(ctx, &w, tableWhere, rid); err != nil {
		return nil, err
	} else if !ok || n.st.cases[w.Case] == nil {
		return nil, ErrNotFound
	}
	all, err := n.details(ctx, n.st.cases[w.Case])
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == rid {
			return &all[i], nil
		}
	}
	return nil, ErrNotFound
}

// CaseEntries returns every entry of a case with what was said about it.
func (n *Notebook) CaseEntries(ctx context.Context, operand string) ([]EntryDetail, error) {
	return inCase(n, operand, func(c *caseRow) ([]EntryDetail, error) { return n.details(ctx, c) })
}

func (n *Notebook) details(ctx context.Context, c *caseRow) ([]EntryDetail, error) {
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return nil, err
	}
	cf, err := n.project(ctx, c)
	if err != nil {
		return nil, err
	}
	amended := map[string][]string{}
	for _, r := range rows {
		if r.fact.Kind != casework.KindAmend {
			continue
		}
		if b, err := casework.DecodeBody(r.fact.Kind, r.fact.Schema, r.fact.Payload); err == nil {
			t := b.(*casework.Amend).Target
			amended[t] = append(amended[t], r.fact.ID)
		}
	}
	out := []EntryDetail{}
	for _, r := range rows {
		if r.fact.Kind == casework.KindOpened {
			continue
		}
		d := EntryDetail{EntryRow: entryOf(c, r), Amendments: amended[r.fact.ID]}
		slices.Sort(d.Amendments)
		for _, f := range cf.Conflicts {
			if slices.ContainsFunc(f.Values, func(v casework.FieldValue) bool { return slices.Contains(v.Entries, r.fact.ID) }) {
				d.Conflicts = append(d.Conflicts, f)
			}
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b EntryDetail) int {
		return cmp.Or(strings.Compare(a.Lane, b.Lane), cmp.Compare(a.Seq, b.Seq))
	})
	return out, nil
}

// Hit is one result of a search.
type Hit struct {
	Entry, Case record.ID
	Ref         string
	Kind        string
	Score       float64
	SoundsLike  bool     // some word was found only as a variant of a name
	Variants    []string // those words as the note spells them, as far as Snippet shows them
	Snippet     string
	Hits        [][2]int // code points of Snippet
	When        time.Time
}
