package notebook

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"wherry/app/casework"
	"wherry/storage/index"
	"wherry/storage/record"
)

// Search finds entries whose text matches the query, best first. Words are
// joined by AND; the query may narrow by child:, kind:, author:, from: and
// until: (see filters). prefix lets the last word be unfinished, for searching
// while typing. Names are found by their variants too; such hits come last and
// say which word it was.
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
	filters, err := n.filters(ctx, q.Filters, operand)
	if err != nil {
		return nil, err
	}
	plain := q
	q.Variants = true
	q = n.idx.Expand(q)
	var found []index.Hit
	for _, f := range filters {
		found = append(found, n.idx.Search(q, f, limit)...)
	}
	if len(filters) > 1 {
		slices.SortFunc(found, func(a, b index.Hit) int {
			if a.SoundsLike != b.SoundsLike {
				return map[bool]int{false: -1, true: 1}[a.SoundsLike]
			}
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
		if h.SoundsLike {
			hit.Variants = variants(plain, hit.Snippet, hit.Hits)
		}
		out = append(out, hit)
	}
	return out, nil
}

// maxAuthors bounds the devices that one author: filter looks through. A name
// that fits more is refused: hits must not be left out unsaid.
const maxAuthors = 32

// devicesOf lists the devices of the people whose name holds the words given.
func (n *Notebook) devicesOf(name string) []record.ID {
	var out []record.ID
	fits := func(s string) bool { return holdsWords(s, name) }
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
	return out
}

// variants lists, as the note spells them, the marked words of a snippet that
// match a query only as variants of a name.
func variants(plain index.Query, snippet string, marks [][2]int) []string {
	runes := []rune(snippet)
	var out []string
	for _, m := range marks {
		word := string(runes[m[0]:m[1]])
		if _, own := index.Highlight(plain, word); len(own) == 0 && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// nameRegister gives the index the children's names, whose variants it may
// match. A line that is not made yet adds its name when it is (noteName).
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

// noteName adds the child's name of a line just made to the register.
func (n *Notebook) noteName(b casework.Brief) {
	if n.idx != nil {
		n.idx.AddName(b.Name + " " + b.KnownAs)
	}
}
