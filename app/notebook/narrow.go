package notebook

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"wherry/app/casework"
	"wherry/storage/index"
	"wherry/storage/record"
)

// Errors of a value that a search is to be narrowed by.
var (
	ErrNoSuchChild  = errors.New("notebook: no child answers to this")
	ErrNoSuchKind   = errors.New("notebook: no such kind of entry")
	ErrNoSuchAuthor = errors.New("notebook: nobody known answers to this")
	ErrManyAuthors  = errors.New("notebook: too many people answer to this")
	ErrNoSuchDay    = errors.New("notebook: not a day")
)

// filters turns what a query narrows by into filters of the index: one for each
// device of the author that it names, else a single one. A value that can mean
// nothing here is an error, so that it is never mistaken for "nothing found".
//
//   - child: a child's reference, else words of the names of one or more
//   - kind: the name or the label of a kind of entry
//   - author: words of a person's name
//   - from:, until: days as people write them, both included
func (n *Notebook) filters(ctx context.Context, by map[string]string, operand string) ([]index.Filter, error) {
	var f index.Filter
	if operand != "" {
		c, err := n.lookup(operand)
		if err != nil {
			return nil, err
		}
		f.Case = &c.ID
	}
	if value, ok := by["child"]; ok {
		ids := n.casesOf(ctx, value)
		if len(ids) == 0 {
			return nil, ErrNoSuchChild
		}
		f.Allowed = func(id record.ID) bool { return ids[id] }
	}
	if value, ok := by["kind"]; ok {
		if f.Kind = kindOf(value); f.Kind == "" {
			return nil, ErrNoSuchKind
		}
	}
	for _, bound := range []struct {
		name string
		to   *int64
		add  int // days
	}{{"from", &f.From, 0}, {"until", &f.To, 1}} {
		if value, ok := by[bound.name]; ok {
			day, ok := casework.ParseDate(value)
			if !ok {
				return nil, ErrNoSuchDay
			}
			*bound.to = day.AddDays(bound.add).Time().UnixMilli()
		}
	}
	name, ok := by["author"]
	if !ok {
		return []index.Filter{f}, nil
	}
	var out []index.Filter
	devices := n.devicesOf(name)
	if len(devices) > maxAuthors {
		return nil, ErrManyAuthors
	}
	for _, dev := range devices {
		f.Author = dev.String()
		out = append(out, f)
	}
	if len(out) == 0 {
		return nil, ErrNoSuchAuthor
	}
	return out, nil
}

// kindOf is the name of the kind with this name or label; "" if there is none.
func kindOf(value string) string {
	for _, k := range casework.Kinds() {
		if strings.EqualFold(value, k.Name) || strings.EqualFold(value, k.Label) {
			return k.Name
		}
	}
	return ""
}

// casesOf finds the cases that a child: names: the one with the reference, else
// all whose child's name has the words.
func (n *Notebook) casesOf(ctx context.Context, value string) map[record.ID]bool {
	out := map[record.ID]bool{}
	if c, err := n.lookup(value); err == nil {
		out[c.ID] = true
		return out
	}
	for _, c := range n.st.cases {
		if c.gone() || c.Count == 0 {
			continue
		}
		if b, err := n.brief(ctx, c); err == nil && holdsWords(b.Name+" "+b.KnownAs, value) {
			out[c.ID] = true
		}
	}
	return out
}

// holdsWords reports whether every word of want begins a word of name; case and
// accents do not matter.
func holdsWords(name, want string) bool {
	have, words := nameWords(name), nameWords(want)
	for _, w := range words {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return len(words) > 0
}

func nameWords(s string) []string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			return -1
		case r == 'đ':
			return 'd'
		case r == 'ł':
			return 'l'
		case r == 'ø':
			return 'o'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return ' '
	}, norm.NFKD.String(strings.ToLower(s)))
	return strings.Fields(plain)
}

// Scope is what a search of this notebook can be narrowed to, besides a child
// and days.
type Scope struct {
	Kinds   []string // names of the kinds whose words are searched
	Authors []string // oneself first, then by name: the team, and whoever synced
}

// Scope lists what a search can be narrowed to.
func (n *Notebook) Scope(context.Context) (Scope, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return Scope{}, ErrClosed
	}
	s := Scope{Kinds: []string{casework.KindVisit, casework.KindCall, casework.KindNote, casework.KindAmend,
		casework.KindComment, casework.KindStrike, casework.KindAttachment, casework.KindField}}
	if n.st.enrolled() {
		synced := map[record.ID]bool{}
		for _, w := range n.st.meta.Workers {
			synced[w.Person] = true
		}
		for _, p := range n.st.dir.Persons() {
			if p.ID != n.person() && (p.Team == n.team() || synced[p.ID]) {
				s.Authors = append(s.Authors, p.Name)
			}
		}
		slices.Sort(s.Authors)
	}
	s.Authors = append([]string{n.myName()}, slices.Compact(s.Authors)...)
	return s, nil
}
