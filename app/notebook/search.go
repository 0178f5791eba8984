package notebook

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"wherry/app/casework"
	"wherry/storage/index"
	"wherry/storage/record"
)

// Search finds entries whose text matches the query, best first. Words are
// joined by AND; the query may narrow by child:, kind:, author:, from: and
// until: (days as YYYY-MM-DD, both included). prefix lets the last word be
// unfinished, for searching while typing. Names are found by their variants
// too; such hits come last and say so.
func (n *Notebook) Search(ctx context.Context, query, operand string, limit int, prefix bool) ([]Hit, error) {
	if err := n.Warm(ctx); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	n.addWords()
	parse := index.Parse
	if prefix {
		parse = index.ParseTyping
	}
	q, err := parse(query)
	if err != nil {
		return nil, err
	}
	q.Variants = true
	q = n.idx.Expand(q)
	filters, err := n.filters(q, operand)
	if err != nil {
		return nil, err
	}
	var found []index.Hit
	for _, f := range filters {
		found = append(found, n.idx.Search(q, f, limit)...)
	}
	if len(filters) > 1 {
		slices.SortFunc(found, func(a, b index.Hit) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), slices.Compare(a.ID[:], b.ID[:]))
		})
		found = found[:min(len(found), limit)]
	}
	out := []Hit{}
	for _, h := range found {
		row, caseID, err := n.find(ctx, h.ID)
		if err != nil {
			continue
		}
		e, err := record.Parse(row.Entry)
		if err != nil {
			continue
		}
		in, err := n.openEntry(e)
		if err != nil {
			continue
		}
		c := n.st.cases[caseID]
		hit := Hit{Entry: h.ID, Case: caseID, Ref: c.Ref, Kind: h.Kind, Score: h.Score, SoundsLike: h.SoundsLike, When: e.Header().Time.Time()}
		hit.Snippet, hit.Hits = index.Highlight(q, searchText(in))
		out = append(out, hit)
	}
	return out, nil
}

// filters turns what a query narrows by into filters of the index: one for each
// device of the author that it names, else a single one. None means that
// nothing can match.
func (n *Notebook) filters(q index.Query, operand string) ([]index.Filter, error) {
	f := index.Filter{Kind: q.Filters["kind"]}
	if operand != "" {
		c, err := n.lookup(operand)
		if err != nil {
			return nil, err
		}
		f.Case = &c.ID
	}
	if child := q.Filters["child"]; child != "" {
		c, err := n.lookup(child)
		if err != nil || f.Case != nil && *f.Case != c.ID {
			return nil, nil //nolint:nilerr // no such child: nothing matches
		}
		f.Case = &c.ID
	}
	for _, bound := range []struct {
		name string
		to   *int64
		add  int // days
	}{{"from", &f.From, 0}, {"until", &f.To, 1}} {
		day, ok := q.Filters[bound.name]
		if !ok {
			continue
		}
		at, err := time.ParseInLocation(time.DateOnly, day, time.Local)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: needs a day as 2026-11-25", index.ErrQuery, bound.name)
		}
		*bound.to = at.AddDate(0, 0, bound.add).UnixMilli()
	}
	name, ok := q.Filters["author"]
	if !ok {
		return []index.Filter{f}, nil
	}
	var out []index.Filter
	for _, dev := range n.devicesOf(name) {
		f.Author = dev.String()
		out = append(out, f)
	}
	return out, nil
}

// maxAuthors bounds the devices that one author: filter looks through.
const maxAuthors = 32

// devicesOf lists the devices of the people whose name holds the words given.
func (n *Notebook) devicesOf(name string) []record.ID {
	var out []record.ID
	fits := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(name)) }
	if fits(n.myName()) || fits(n.st.meta.Pin.Name) {
		out = append(out, n.solo.id)
	}
	if n.st.dir == nil {
		return out
	}
	for _, p := range n.st.dir.Persons() {
		if !fits(p.Name) {
			continue
		}
		for _, d := range n.st.dir.Devices(p.ID) {
			out = append(out, d.ID)
			if d.Link != nil {
				out = append(out, record.DeviceID(d.Link.Device))
			}
		}
	}
	return out[:min(len(out), maxAuthors)]
}

// nameRegister gives the index the children's names, whose variants it may
// match. A line that is not made yet adds its name at the next loading.
func (n *Notebook) nameRegister() {
	var names []string
	for _, c := range n.st.cases {
		var b casework.Brief
		if len(c.Summary) > 0 && json.Unmarshal(c.Summary, &b) == nil {
			names = append(names, strings.Fields(b.Name+" "+b.KnownAs)...)
		}
	}
	slices.Sort(names)
	n.idx.SetNames(slices.Compact(names))
}
