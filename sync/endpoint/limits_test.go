package endpoint

import (
	"testing"
	"time"
)

func TestThrottleForgets(t *testing.T) {
	th := newThrottle(1, 2)
	now := time.Unix(1000, 0)
	for i, ok := range []bool{true, true, false} {
		if wait, got := th.Take("a", now); got != ok || !ok && wait != time.Second {
			t.Errorf("take %d: %v after %v", i, got, wait)
		}
	}
	if _, ok := th.Take("b", now); !ok {
		t.Error("one key holds up another")
	}
	now = now.Add(2 * time.Minute)
	th.Take("c", now)
	if n := len(th.buckets); n != 1 {
		t.Errorf("%d buckets are kept, want only the one in use", n)
	}
}

func TestBudget(t *testing.T) {
	b := newBudget(100, 60)
	for _, step := range []struct {
		key string
		n   int64
		ok  bool
	}{{"a", 60, true}, {"a", 1, false}, {"b", 41, false}, {"b", 40, true}, {"c", 1, false}} {
		if got := b.Take(step.key, step.n); got != step.ok {
			t.Errorf("%s takes %d: %v", step.key, step.n, got)
		}
	}
	b.Give("a", 60)
	b.Give("b", 40)
	if b.used != 0 || len(b.by) != 0 {
		t.Errorf("after all was given back: %d used, %v", b.used, b.by)
	}
}

func TestPaceGrowsWithProgress(t *testing.T) {
	begun := time.Unix(0, 0)
	p := pace{begun: begun, grace: 20 * time.Second, rate: 4096}
	for moved, want := range map[int64]time.Duration{0: 20 * time.Second, 4096: 21 * time.Second, 8 << 20: 2068 * time.Second} {
		p.moved = moved
		if got := p.deadline().Sub(begun); got != want {
			t.Errorf("%d bytes: %v, want %v", moved, got, want)
		}
	}
}

func TestSeenIsWrittenOnceAMinute(t *testing.T) {
	var s seenTimes
	now := time.Unix(1000, 0)
	for _, step := range []struct {
		after time.Duration
		due   bool
	}{{0, true}, {time.Second, false}, {58 * time.Second, false}, {time.Second, true}, {-time.Hour, true}} {
		now = now.Add(step.after)
		if got := s.due([32]byte{1}, now); got != step.due {
			t.Errorf("at %v: %v", now, got)
		}
	}
}

// TestAuditFormat freezes the bytes of an audit line.
func TestAuditFormat(t *testing.T) {
	l := auditLine{N: 7, Time: stamp(time.UnixMilli(1790000000123)), AuditEvent: AuditEvent{
		Person: "p", Device: "d", Case: "c", Action: "push", Result: "ok=2", Count: 2, Gen: 1, Seq: 9}}
	const want = "ee858df783a074f9" // first digits of the hash
	if got := l.hash().String()[:16]; got != want {
		t.Errorf("hash of a fixed line begins %s, want %s", got, want)
	}
}
