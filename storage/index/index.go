package index

import (
	"math"
	"slices"
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
	// with case ids, a few times for each case, by one goroutine at a time but
	// not always the same, and must not call the index.
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
	mergeStep   int // list entries that one Put may merge: the pause it may make
	deadShare   int // a segment is rewritten when one note in so many is dead
	alone       int // notes up to which one goroutine searches
}

var standard = limits{batchDocs: 512, batchTokens: 200_000, fan: 4, mergeDocs: 1 << 18, mergeBytes: 512 << 20,
	mergeStep: 8192, deadShare: 8, alone: 20_000}

// Index holds words and positions, never whole texts. It is safe for use by
// several goroutines at once.
//
// New notes gather in a builder and become an immutable segment when enough
// have gathered or someone searches; segments of like size are merged, so there
// are few. Every Put does a bounded part of the merging that is due. A removed
// note is marked dead at once and is never found again; its words leave memory
// when its segment is next merged.
type Index struct {
	mu     sync.RWMutex // guards everything below and the dead marks in segments
	limits limits
	segs   []*segment
	build  *builder
	job    *merger // the merge in progress, if there is one
	stems  stemCache
	names  *register

	saving  sync.Mutex     // held by SaveDir
	retired []*segmentFile // files whose segments are no longer in segs
	home    home           // the folder that the files lie in
}

// New returns an empty index.
func New() *Index { return &Index{limits: standard, build: newBuilder(), names: newRegister()} }

// Put adds a note, or replaces the one with the same id.
func (x *Index) Put(d Doc) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(d.ID, false)
	x.build.add(d)
	if len(x.build.docs) >= x.limits.batchDocs || len(x.build.occ) >= x.limits.batchTokens {
		x.flush()
	}
	x.work(x.limits.mergeStep)
}

// Remove forgets a note and reports whether there was one. The next SaveDir
// leaves no trace of it on the disk.
func (x *Index) Remove(id record.ID) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.remove(id, true)
}

func (x *Index) remove(id record.ID, purge bool) bool {
	if x.build.remove(id) {
		return true
	}
	for _, s := range x.segs {
		if doc, ok := s.find(id); ok && s.kill(doc) {
			s.purge = s.purge || purge
			return true
		}
	}
	return false
}

// RemoveCase forgets every note of a case and returns their number. The next
// SaveDir leaves no trace of them on the disk.
func (x *Index) RemoveCase(caseID record.ID) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := x.build.removeCase(caseID)
	for _, s := range x.segs {
		c, ok := s.caseNumber(caseID)
		if !ok {
			continue
		}
		s.purge = true // a note replaced earlier may still lie dead in it
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

// flush turns the gathered notes into a segment. The caller holds the lock.
func (x *Index) flush() {
	if len(x.build.docs) == 0 {
		return
	}
	if x.build.live() > 0 {
		x.segs = append(x.segs, x.build.segment(&x.stems))
	}
	x.build = newBuilder()
}

// work does a part of the merging that is due: about budget list entries.
func (x *Index) work(budget int) {
	for budget > 0 {
		if x.job == nil {
			group := x.due()
			if group == nil {
				return
			}
			x.job = newMerger(group)
			budget -= len(x.job.s.ids) / 4
		}
		if budget -= x.job.step(budget); x.job.done {
			x.replace(x.job.from, x.job.s)
			x.job = nil
		}
	}
}

// due returns the segments that should be merged next, or nil.
func (x *Index) due() []*segment {
	for _, s := range x.segs {
		if s.dead > s.docCount()/x.limits.deadShare {
			return []*segment{s}
		}
	}
	var groups [64][]*segment
	for _, s := range x.segs {
		class := 0
		for n := s.live() / x.limits.fan; n > 0; n /= x.limits.fan {
			class++
		}
		groups[class] = append(groups[class], s)
	}
	for _, group := range groups {
		if len(group) < x.limits.fan {
			continue
		}
		docs, bytes := 0, 0
		for _, s := range group {
			docs += s.live()
			bytes += len(s.docs) + len(s.pos)
		}
		if docs <= x.limits.mergeDocs && bytes <= x.limits.mergeBytes {
			return group
		}
	}
	return nil
}

// replace puts one segment, or none if it is empty, where the first of group
// stood.
func (x *Index) replace(group []*segment, merged *segment) {
	var out []*segment
	placed := merged.docCount() == 0
	for _, s := range x.segs {
		switch {
		case !slices.Contains(group, s):
			out = append(out, s)
			continue
		case !placed:
			out, placed = append(out, merged), true
		}
		if s.file != nil {
			s.file.dirty = s.file.dirty || s.purge || s.dead > 0
			x.retired = append(x.retired, s.file)
		}
	}
	x.segs = out
}

// ready brings the index to a state in which it can be searched, and holds the
// read lock when it returns.
func (x *Index) ready() {
	for {
		x.mu.RLock()
		if len(x.build.docs) == 0 {
			return
		}
		x.mu.RUnlock()
		x.mu.Lock()
		x.flush()
		x.mu.Unlock()
	}
}

// purgeNow rewrites the segments that hold notes whose words must leave the
// disk, or with all given every segment that holds a dead note.
func (x *Index) purgeNow(all bool) {
	for _, s := range slices.Clone(x.segs) {
		if s.purge || all && s.dead > 0 {
			x.job = nil // it may read s; it begins again later
			x.replace([]*segment{s}, merge([]*segment{s}))
		}
	}
}

// settled does all that is due, forgets what is dead and returns the segments.
// Until the next Remove they hold living notes only, and their notes and lists
// never change.
func (x *Index) settled() []*segment {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.flush()
	x.work(math.MaxInt)
	x.purgeNow(true)
	return slices.Clone(x.segs)
}

// SetNames replaces the register of people's names, whose variants are found
// when a query asks for Variants.
func (x *Index) SetNames(names []string) {
	r := newRegister()
	for _, name := range names {
		r.add(name)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.names = r
}

// AddName adds the words of one name to the register.
func (x *Index) AddName(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.names.add(name)
}
