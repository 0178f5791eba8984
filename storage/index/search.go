package index

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"wherry/storage/record"
)

// Search returns the notes that match every part of q and pass f, best first,
// equal scores by id, at most limit of them. Hits found only by variants of a
// name come after all others.
func (x *Index) Search(q Query, f Filter, limit int) []Hit {
	if limit <= 0 || len(q.clauses) == 0 {
		return nil
	}
	x.ready()
	defer x.mu.RUnlock()

	q = x.names.expand(q)
	clauses := q.effective()
	r := newRanker(x.segs)
	searches := make([]segmentSearch, len(x.segs))
	for i, s := range x.segs {
		searches[i] = newSegmentSearch(s, clauses, q.excluded)
	}
	r.weigh(clauses, searches)
	return r.run(searches, f, limit, x.limits.alone)
}

// run searches the segments, the largest first, side by side if there are more
// notes than alone.
func (r *ranker) run(searches []segmentSearch, f Filter, limit, alone int) []Hit {
	slices.SortStableFunc(searches, func(a, b segmentSearch) int { return cmp.Compare(b.s.docCount(), a.s.docCount()) })
	workers := 1
	if r.notes > float64(alone) {
		workers = min(runtime.GOMAXPROCS(0), len(searches))
	}
	if f.Allowed != nil && workers > 1 {
		var one sync.Mutex
		allowed := f.Allowed
		f.Allowed = func(id record.ID) bool {
			one.Lock()
			defer one.Unlock()
			return allowed(id)
		}
	}
	shared := &floor{}
	tops := make([]topHits, workers)
	var next atomic.Int64
	var all sync.WaitGroup
	work := func(top *topHits) {
		sc := scratches.Get().(*scratch)
		defer scratches.Put(sc)
		for i := int(next.Add(1)) - 1; i < len(searches); i = int(next.Add(1)) - 1 {
			searches[i].run(newAcceptor(searches[i].s, f), r, sc, top)
		}
	}
	for i := range tops {
		tops[i] = topHits{limit: limit}
		if workers > 1 {
			tops[i].floor = shared
		}
		if i > 0 {
			all.Go(func() { work(&tops[i]) })
		}
	}
	work(&tops[0])
	all.Wait()
	for i := range tops[1:] {
		for _, h := range tops[1+i].heap {
			tops[0].push(h)
		}
	}
	return tops[0].hits()
}

// scratch is the working memory of one search.
type scratch struct {
	acc         []uint32 // by note; zero between uses
	most, norms []float64
}

var blocks = sync.Pool{New: func() any { return &decoded{} }}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

// size returns acc for so many notes.
func (sc *scratch) size(docs int) []uint32 {
	if len(sc.acc) < docs {
		sc.acc = make([]uint32, docs)
	}
	return sc.acc[:docs]
}
