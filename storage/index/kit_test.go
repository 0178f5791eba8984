package index

import (
	"context"
	"sync/atomic"

	"wherry/storage/seal"
)

func testKey(b byte) (k seal.Key) {
	for i := range k {
		k[i] = b
	}
	return k
}

// stopAfter is cancelled after it has been asked n times.
type stopAfter struct {
	context.Context
	left atomic.Int64
}

func stopping(n int) *stopAfter {
	c := &stopAfter{Context: context.Background()}
	c.left.Store(int64(n))
	return c
}

func (c *stopAfter) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}
