package wire

import (
	"sync"
	"time"

	"wherry/storage/record"
)

// Default bounds of a NonceCache: 20 requests a second for one device over the
// whole window, and some 20 MB in all.
const (
	DefaultNonces          = 1 << 17
	DefaultNoncesPerDevice = 12_000
)

// nonceLife is how long a nonce is kept: a request may have been signed one
// skew ahead of our clock, and is then valid until one skew after that.
const nonceLife = 2*ClockSkew + time.Second

// NonceCache remembers which nonces were used while their signatures are
// valid. It is bounded; when it is full new requests are turned away rather
// than old nonces forgotten. It is lost at a restart, which is harmless: every
// route may be called twice.
type NonceCache struct {
	mu        sync.Mutex // guards all below
	seen      map[nonceKey]struct{}
	perDevice map[record.ID]int
	order     []nonceEntry // by arrival, from head
	head      int
	max, each int
}

type nonceKey struct {
	device record.ID
	nonce  [NonceBytes]byte
}

type nonceEntry struct {
	nonceKey
	until time.Time
}

// NewNonceCache returns a cache for at most total nonces, and perDevice of one
// device.
func NewNonceCache(total, perDevice int) *NonceCache {
	return &NonceCache{seen: map[nonceKey]struct{}{}, perDevice: map[record.ID]int{}, max: total, each: perDevice}
}

// Use marks a nonce as used. ErrReplay: it was used before. ErrNonceFull: no
// room until older ones run out.
func (c *NonceCache) Use(device record.ID, nonce [NonceBytes]byte, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expire(now)
	k := nonceKey{device: device, nonce: nonce}
	if _, used := c.seen[k]; used {
		return ErrReplay
	}
	if len(c.seen) >= c.max || c.perDevice[device] >= c.each {
		return ErrNonceFull
	}
	c.seen[k] = struct{}{}
	c.perDevice[device]++
	c.order = append(c.order, nonceEntry{nonceKey: k, until: now.Add(nonceLife)})
	return nil
}

// Len is how many nonces are held.
func (c *NonceCache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.seen)
}

// expire drops what has run out. The caller holds mu.
func (c *NonceCache) expire(now time.Time) {
	for c.head < len(c.order) && now.After(c.order[c.head].until) {
		k := c.order[c.head].nonceKey
		delete(c.seen, k)
		if c.perDevice[k.device]--; c.perDevice[k.device] <= 0 {
			delete(c.perDevice, k.device)
		}
		c.head++
	}
	if c.head > 1024 && c.head*2 > len(c.order) {
		c.order = append([]nonceEntry(nil), c.order[c.head:]...)
		c.head = 0
	}
}
