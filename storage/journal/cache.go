package journal

import (
	"container/list"
	"sync"
)

// cacheBytes bounds the decoded frames that are kept for the next Read.
const cacheBytes = 8 << 20

// cache holds the frames that were read last, so that a caller who reads five
// hundred entries of one frame decodes it once.
type cache struct {
	mu     sync.Mutex
	bytes  int
	frames map[uint64]*list.Element // of Frame
	order  *list.List               // the one used last is in front
	round  int                      // how often it was emptied
}

func newCache() *cache {
	return &cache{frames: map[uint64]*list.Element{}, order: list.New()}
}

// get also returns the round, which put wants back.
func (c *cache) get(seq uint64) (f Frame, round int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.frames[seq]
	if !ok {
		return Frame{}, c.round, false
	}
	c.order.MoveToFront(e)
	return e.Value.(Frame), c.round, true
}

// put keeps a frame unless the cache was emptied since round: what was read
// before a rewriting is not to come back after it.
func (c *cache) put(f Frame, round int) {
	size := weight(f)
	c.mu.Lock()
	defer c.mu.Unlock()
	if round != c.round || size > cacheBytes || c.frames[f.Seq] != nil {
		return
	}
	c.frames[f.Seq] = c.order.PushFront(f)
	for c.bytes += size; c.bytes > cacheBytes; {
		last := c.order.Remove(c.order.Back()).(Frame)
		delete(c.frames, last.Seq)
		c.bytes -= weight(last)
	}
}

func (c *cache) empty() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes, c.round = 0, c.round+1
	clear(c.frames)
	c.order.Init()
}

// weight is about what a frame takes up in memory, in bytes.
func weight(f Frame) int {
	n := 128
	for _, it := range f.Items {
		n += 48 + len(it.Data)
	}
	return n
}
