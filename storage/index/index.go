package index

import (
	"sync"

	"wherry/storage/record"
)

// Doc is one note to be found. Time is in milliseconds since 1970; Kind and
// Author are opaque here and only compared.
type Doc struct {
	ID     record.ID
	Case   record.ID
	Kind   string
	Author string
	Time   int64
	Text   string
}

// Filter narrows a search before anything is ranked. Zero fields do not narrow.
type Filter struct {
	Case   *record.ID
	Kind   string
	Author string
	From   int64 // milliseconds; notes of this time or later
	To     int64 // milliseconds; notes before this time
	// Allowed reports whether the notes of a case may be seen. It is called
	// with case ids, a few times for each case, and must not call the index.
	Allowed func(caseID record.ID) bool
}

// Hit is one note found.
type Hit struct {
	ID    record.ID
	Case  record.ID
	Kind  string
	Score float64
	// SoundsLike tells that some word of the query was found only as a variant
	// of a name; such hits come after all others.
	SoundsLike bool
}

// limits shape the growth of an index. Tests make them small.
type limits struct {
	batchDocs   int // notes gathered before they become a segment
	batchTokens int // words gathered before they become a segment
	fan         int // segments of one size that are merged into one
	mergeDocs   int // largest segment that merging may make, in notes
	mergeBytes  int // and in bytes of postings, so that offsets fit 32 bits
	deadShare   int // a segment is rewritten when one note in so many is dead
}

var standard = limits{batchDocs: 8192, batchTokens: 4 << 20, fan: 4, mergeDocs: 1 << 18, mergeBytes: 512 << 20,
	deadShare: 8}

// Index holds words and positions, never whole texts. It is safe for use by
// several goroutines at once.
//
// New notes gather in a builder and become an immutable segment when enough
// have gathered or someone searches; segments of like size are merged, so there
// are few. A removed note is marked dead at once, is never found again, and its
// words leave memory when its segment is next merged and the snapshot always.
type Index struct {
	mu     sync.RWMutex // guards everything below and the dead marks in segments
	limits limits
	segs   []*segment
	build  *builder
	names  map[string]bool
}

// New returns an empty index.
func New() *Index { return &Index{limits: standard, build: newBuilder()} }

// Put adds a note, or replaces the one with the same id.
func (x *Index) Put(d Doc) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(d.ID)
	x.build.add(d)
	if len(x.build.docs) >= x.limits.batchDocs || len(x.build.occ) >= x.limits.batchTokens {
		x.flush()
	}
}

// Remove forgets a note and reports whether there was one.
func (x *Index) Remove(id record.ID) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.remove(id)
}

func (x *Index) remove(id record.ID) bool {
	if x.build.remove(id) {
		return true
	}
	for _, s := range x.segs {
		if doc, ok := s.find(id); ok && s.kill(doc) {
			return true
		}
	}
	return false
}

// RemoveCase forgets every note of a case and returns their number.
func (x *Index) RemoveCase(caseID record.ID) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := x.build.removeCase(caseID)
	for _, s := range x.segs {
		c, ok := s.caseNumber(caseID)
		if !ok {
			continue
		}
		for doc, of := range s.caseOf {
			if of == c && s.kill(uint32(doc)) {
				n++
			}
		}
	}
	return n
}

// Len returns the number of notes that can be found.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n := x.build.live()
	for _, s := range x.segs {
		n += s.live()
	}
	return n
}

// Has reports whether a note can be found.
func (x *Index) Has(id record.ID) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.build.has(id) {
		return true
	}
	for _, s := range x.segs {
		if doc, ok := s.find(id); ok && !s.isDead(doc) {
			return true
		}
	}
	return false
}

// flush turns the gathered notes into a segment and merges what has grown
// alike. The caller holds the lock.
func (x *Index) flush() {
	if len(x.build.docs) == 0 {
		return
	}
	if x.build.live() > 0 {
		x.segs = append(x.segs, x.build.segment())
	}
	x.build = newBuilder()
	for x.mergeOnce() {
	}
}

// mergeOnce merges one group of segments of like size, if there is one that is
// full, and reports whether it did.
func (x *Index) mergeOnce() bool {
	class := func(s *segment) (c int) {
		for n := s.live() / x.limits.fan; n > 0; n /= x.limits.fan {
			c++
		}
		return c
	}
	groups := map[int][]*segment{}
	for _, s := range x.segs {
		groups[class(s)] = append(groups[class(s)], s)
	}
	for c := 0; c < 64; c++ {
		group := groups[c]
		if len(group) < x.limits.fan {
			continue
		}
		docs, bytes := 0, 0
		for _, s := range group {
			docs += s.live()
			bytes += len(s.post)
		}
		if docs <= x.limits.mergeDocs && bytes <= x.limits.mergeBytes {
			x.replace(group, merge(group))
			return true
		}
	}
	return false
}

// replace puts one segment, or none if it is empty, where the first of group
// stood.
func (x *Index) replace(group []*segment, merged *segment) {
	var out []*segment
	placed := merged.docs() == 0
	for _, s := range x.segs {
		in := false
		for _, g := range group {
			in = in || g == s
		}
		switch {
		case !in:
			out = append(out, s)
		case !placed:
			out, placed = append(out, merged), true
		}
	}
	x.segs = out
}

// ready brings the index to a state in which it can be searched, and holds the
// read lock when it returns.
func (x *Index) ready() {
	for {
		x.mu.RLock()
		if len(x.build.docs) == 0 && !x.unsettled() {
			return
		}
		x.mu.RUnlock()
		x.mu.Lock()
		x.flush()
		for _, s := range x.segs {
			s.settle()
		}
		x.purge(x.limits.deadShare)
		x.mu.Unlock()
	}
}

func (x *Index) unsettled() bool {
	for _, s := range x.segs {
		if len(s.pending) > 0 {
			return true
		}
	}
	return false
}

// purge rewrites the segments of which more than one note in share is dead; a
// share of zero rewrites all that hold a dead note.
func (x *Index) purge(share int) {
	for _, s := range append([]*segment(nil), x.segs...) {
		if s.dead > 0 && (share == 0 || s.dead > s.docs()/share) {
			x.replace([]*segment{s}, merge([]*segment{s}))
		}
	}
}

// SetNames replaces the register of people's names, whose variants are found
// when a query asks for Variants.
func (x *Index) SetNames(names []string) {
	x.mu.Lock()
	x.names = map[string]bool{}
	x.mu.Unlock()
	for _, name := range names {
		x.AddName(name)
	}
}

// AddName adds the words of one name to the register.
func (x *Index) AddName(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.names == nil {
		x.names = map[string]bool{}
	}
	for s := (scanner{text: name}); s.next(); {
		x.names[string(s.term)] = true
	}
}
