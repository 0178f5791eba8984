package index

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"sync/atomic"
)

// topHits keeps the best hits seen, in a heap whose root is the worst of them.
type topHits struct {
	limit int
	heap  []scored
	floor *floor // nil if nobody else gathers hits of the same search
}

// floor is a score that as many hits as are asked for have reached in one of
// several parts of the index that are searched side by side.
type floor struct{ bits atomic.Uint64 }

func (f *floor) get() float64 { return math.Float64frombits(f.bits.Load()) }

func (f *floor) raise(score float64) {
	for {
		old := f.bits.Load()
		if math.Float64frombits(old) >= score || f.bits.CompareAndSwap(old, math.Float64bits(score)) {
			return
		}
	}
}

// scored is a note with its score.
type scored struct {
	score  float64
	sounds bool
	s      *segment
	doc    uint32
}

// before orders hits: those found by variants last, then higher score first,
// then lower id.
func (h *scored) before(o *scored) bool {
	if h.sounds != o.sounds {
		return o.sounds
	}
	if h.score != o.score {
		return h.score > o.score
	}
	if a, b := binary.BigEndian.Uint64(h.s.ids[h.doc][:]), binary.BigEndian.Uint64(o.s.ids[o.doc][:]); a != b {
		return a < b
	}
	return bytes.Compare(h.s.ids[h.doc][:], o.s.ids[o.doc][:]) < 0
}

// least is a score below which no hit is among the best, or negative.
func (t *topHits) least() float64 {
	least := -1.0
	if len(t.heap) == t.limit && !t.heap[0].sounds {
		least = t.heap[0].score
	}
	if t.floor != nil {
		least = max(least, t.floor.get())
	}
	return least
}

// wants reports whether a hit would be among the best.
func (t *topHits) wants(h scored) bool {
	if t.floor != nil && (h.score < t.floor.get() || h.sounds && t.floor.get() > 0) {
		return false
	}
	return len(t.heap) < t.limit || h.before(&t.heap[0])
}

func (t *topHits) offer(h scored) {
	t.push(h)
	if t.floor != nil && len(t.heap) == t.limit && !t.heap[0].sounds {
		t.floor.raise(t.heap[0].score)
	}
}

func (t *topHits) push(h scored) {
	switch {
	case len(t.heap) < t.limit:
		t.heap = append(t.heap, h)
		for i := len(t.heap) - 1; i > 0; {
			up := (i - 1) / 2
			if !t.heap[up].before(&t.heap[i]) {
				break
			}
			t.heap[up], t.heap[i] = t.heap[i], t.heap[up]
			i = up
		}
	case h.before(&t.heap[0]):
		t.heap[0] = h
		for i := 0; ; {
			worst := i
			for down := 2*i + 1; down <= 2*i+2 && down < len(t.heap); down++ {
				if t.heap[worst].before(&t.heap[down]) {
					worst = down
				}
			}
			if worst == i {
				return
			}
			t.heap[i], t.heap[worst] = t.heap[worst], t.heap[i]
			i = worst
		}
	}
}

// hits returns what was kept, best first.
func (t *topHits) hits() []Hit {
	slices.SortFunc(t.heap, func(a, b scored) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
	var out []Hit
	for _, h := range t.heap {
		out = append(out, Hit{ID: h.s.ids[h.doc], Case: h.s.cases[h.s.caseOf[h.doc]],
			Kind: h.s.kinds[h.s.kindOf[h.doc]], Score: h.score, SoundsLike: h.sounds})
	}
	return out
}
