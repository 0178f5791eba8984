package notebook

import (
	"sync"
	"time"
)

// WarnClock is the warning that this laptop's clock, or one that something here
// was written by, is wrong. Nothing is refused, hidden or put in another order
// for it: entries stand in the order in which their authors wrote them.
const WarnClock = "clock"

// clockSlack is how far two clocks may lie apart before anybody is told.
const clockSlack = 5 * time.Minute

// ClockWrong reports whether the clock of this laptop is behind what has
// happened already: the newest entry, what the council's endpoint signed, or
// the making of the notebook itself.
func (n *Notebook) ClockWrong() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.closed && n.clockBehind()
}

// clockBehind is ClockWrong for callers that hold mu.
func (n *Notebook) clockBehind() bool {
	newest := n.st.meta.Pin.Created
	for _, c := range n.st.cases {
		newest = max(newest, c.Last, c.HeadTime)
	}
	return milli(newest).Sub(n.now()) > clockSlack
}

// clockApart reports whether this laptop's clock and the endpoint's disagree,
// by what the endpoint said at the end of the exchange just done. The caller
// holds mu.
func (n *Notebook) clockApart() bool {
	said := milli(n.st.meta.Synced)
	return n.clockBehind() || n.st.meta.Synced > 0 && n.now().Sub(said).Abs() > clockSlack
}

// oneAtATime makes any clock one that several goroutines may ask: an import
// reads lines while it saves.
func oneAtATime(clock func() time.Time) func() time.Time {
	var mu sync.Mutex
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return clock()
	}
}
