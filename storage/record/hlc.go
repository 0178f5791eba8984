package record

import "time"

// HLC is a hybrid logical clock (Kulkarni et al., 2014): 48 bits of Unix
// milliseconds and a 16-bit counter. It orders for display; it never decides
// what is true.
type HLC uint64

// maxSkew is how far ahead of our own clock a foreign value may pull ours.
const maxSkew = 24 * time.Hour

// NewHLC makes a value from a wall-clock time.
func NewHLC(t time.Time) HLC { return HLC(uint64(max(t.UnixMilli(), 0)) << 16) }

// Time is the wall-clock part, UTC, in milliseconds.
func (c HLC) Time() time.Time { return time.UnixMilli(int64(c >> 16)).UTC() }

// Next returns a value after c and not before now.
func (c HLC) Next(now time.Time) HLC {
	if n := NewHLC(now); n > c {
		return n
	}
	return c + 1
}

// Observe returns the later of c and seen, unless seen is more than a day
// ahead of now: then a wrong clock elsewhere is not allowed to pull ours.
func (c HLC) Observe(seen HLC, now time.Time) HLC {
	if seen > c && seen <= NewHLC(now.Add(maxSkew)) {
		return seen
	}
	return c
}
