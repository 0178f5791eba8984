package vault

import (
	"container/heap"
	"context"
	"io"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/ristretto/v2/z"
)

// streamStep is how many bytes of rows are handed to Badger at a time.
const streamStep = 1 << 20

// stream fills an empty Badger with rows in the order of their keys: it writes
// finished tables into its last level, and nothing has to be compacted later.
// mu is held for writing.
func (v *Vault) stream(ctx context.Context, r *runs) (err error) {
	all, done, err := r.open()
	if err != nil {
		return err
	}
	defer done()
	w := v.db.NewStreamWriter()
	if err := w.PrepareIncremental(); err != nil { // the view is empty: nothing to drop
		w.Cancel()
		return err
	}
	buf := z.NewBuffer(2*streamStep, "vault")
	defer buf.Release()
	hand := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := w.Write(buf)
		buf.Reset()
		return err
	}
	err = mergeRuns(all, func(p row) error {
		badger.KVToBuffer(&pb.KV{Key: []byte(p.key), Value: p.value, Version: 1}, buf)
		if buf.LenNoPadding() < streamStep {
			return nil
		}
		return hand()
	})
	if err == nil {
		err = hand()
	}
	if err != nil {
		w.Cancel()
		return err
	}
	return w.Flush()
}

// mergeRuns calls fn with every row in the order of the keys. Of several rows
// of one key the one of the latest stretch counts, and a deletion is left out.
func mergeRuns(all []*runReader, fn func(row) error) error {
	var h runHeap
	for i, s := range all {
		if err := h.pull(s, i); err != nil {
			return err
		}
	}
	heap.Init(&h)
	last, first := "", true
	for len(h) > 0 {
		top := h[0]
		p := top.row
		switch next, err := top.from.next(); err {
		case nil:
			h[0].row = next
			heap.Fix(&h, 0)
		case io.EOF:
			heap.Pop(&h)
		default:
			return err
		}
		if p.key == last && !first {
			continue
		}
		last, first = p.key, false
		if p.value == nil {
			continue
		}
		if err := fn(p); err != nil {
			return err
		}
	}
	return nil
}

// runHeap has the row to take next on top: the lowest key, of the latest
// stretch.
type runHeap []heapRow

type heapRow struct {
	row
	from *runReader
	age  int // number of the stretch
}

func (h *runHeap) pull(s *runReader, age int) error {
	p, err := s.next()
	if err == io.EOF {
		return nil
	}
	if err == nil {
		*h = append(*h, heapRow{p, s, age})
	}
	return err
}

func (h runHeap) Len() int { return len(h) }

func (h runHeap) Less(i, j int) bool {
	return h[i].key < h[j].key || h[i].key == h[j].key && h[i].age > h[j].age
}

func (h runHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *runHeap) Push(x any)   { *h = append(*h, x.(heapRow)) }

func (h *runHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
