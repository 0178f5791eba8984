package index

import (
	"cmp"
	"slices"

	"wherry/storage/record"
)

// metaWriter fills the columns about notes and numbers the distinct cases,
// kinds and authors in ascending order.
type metaWriter struct {
	s       *segment
	cases   map[record.ID]uint32 // by order of arrival
	kinds   map[string]uint32
	authors map[string]uint32
}

func newMeta(s *segment, docs int) *metaWriter {
	s.ids = make([]record.ID, 0, docs)
	s.caseOf, s.kindOf, s.authorOf = make([]uint32, 0, docs), make([]uint32, 0, docs), make([]uint32, 0, docs)
	s.times, s.lengths = make([]int64, 0, docs), make([]uint32, 0, docs)
	return &metaWriter{s, map[record.ID]uint32{}, map[string]uint32{}, map[string]uint32{}}
}

// add appends a note whose case, kind and author are given by number.
func (m *metaWriter) add(id record.ID, caseOf, kind, author uint32, time int64, length uint32) {
	s := m.s
	s.ids = append(s.ids, id)
	s.caseOf = append(s.caseOf, caseOf)
	s.kindOf = append(s.kindOf, kind)
	s.authorOf = append(s.authorOf, author)
	s.times = append(s.times, time)
	s.lengths = append(s.lengths, length)
}

func (m *metaWriter) finish() {
	m.s.cases = renumber(m.cases, m.s.caseOf, compareID)
	m.s.kinds = renumber(m.kinds, m.s.kindOf, cmp.Compare[string])
	m.s.authors = renumber(m.authors, m.s.authorOf, cmp.Compare[string])
}

func number[K comparable](seen map[K]uint32, k K) uint32 {
	n, ok := seen[k]
	if !ok {
		n = uint32(len(seen))
		seen[k] = n
	}
	return n
}

// numbers returns the number of those keys for which used is true.
func numbers[K comparable](seen map[K]uint32, keys []K, used []bool) []uint32 {
	out := make([]uint32, len(keys))
	for i, k := range keys {
		if used[i] {
			out[i] = number(seen, k)
		}
	}
	return out
}

// renumber returns the keys in ascending order and rewrites column from order
// of arrival to that order.
func renumber[K comparable](seen map[K]uint32, column []uint32, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	to := make([]uint32, len(keys))
	for i, k := range keys {
		to[seen[k]] = uint32(i)
	}
	for i, n := range column {
		column[i] = to[n]
	}
	return keys
}
