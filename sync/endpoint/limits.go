package endpoint

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what one client can ask of the endpoint. The zero value of a
// field means its default.
type Limits struct {
	DeviceRate    rate.Limit    // requests a second of one device; 20
	DeviceBurst   int           // 40
	EnrolRate     rate.Limit    // enrolments a second from one address; 5 a minute
	EnrolBurst    int           // 10
	Bodies        int64         // bytes of request bodies taken in at once; 64 MiB
	BodiesEach    int64         // the same from one address; 16 MiB
	SlowGrace     time.Duration // how long a body may take however small; 20 s
	SlowBytesRate int64         // bytes a second that a slow client must reach after that; 4096
}

func (l Limits) withDefaults() Limits {
	return Limits{
		DeviceRate:    or(l.DeviceRate, 20),
		DeviceBurst:   or(l.DeviceBurst, 40),
		EnrolRate:     or(l.EnrolRate, rate.Every(12*time.Second)),
		EnrolBurst:    or(l.EnrolBurst, 10),
		Bodies:        or(l.Bodies, 64<<20),
		BodiesEach:    or(l.BodiesEach, 16<<20),
		SlowGrace:     or(l.SlowGrace, 20*time.Second),
		SlowBytesRate: or(l.SlowBytesRate, 4096),
	}
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// throttle is one token bucket per key. Buckets that have filled up again say
// nothing and are forgotten, so memory is bounded by recent callers.
type throttle struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter // guarded by mu
	sweep   time.Time                // next time to forget; guarded by mu
}

func newThrottle(r rate.Limit, burst int) *throttle {
	return &throttle{rate: r, burst: burst, buckets: map[string]*rate.Limiter{}}
}

// Take takes a token at now. If there is none it returns how long to wait.
func (t *throttle) Take(key string, now time.Time) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.After(t.sweep) {
		for k, b := range t.buckets {
			if b.TokensAt(now) >= float64(t.burst) {
				delete(t.buckets, k)
			}
		}
		t.sweep = now.Add(time.Minute)
	}
	b := t.buckets[key]
	if b == nil {
		b = rate.NewLimiter(t.rate, t.burst)
		t.buckets[key] = b
	}
	if b.AllowN(now, 1) {
		return 0, true
	}
	missing := 1 - b.TokensAt(now)
	return time.Duration(missing / float64(t.rate) * float64(time.Second)), false
}

// budget bounds the bytes of request bodies that are being taken in, in all
// and from one address, so that a client that sends slowly holds up nobody
// but itself.
type budget struct {
	total, each int64

	mu   sync.Mutex
	used int64            // guarded by mu
	by   map[string]int64 // guarded by mu
}

func newBudget(total, each int64) *budget {
	return &budget{total: total, each: each, by: map[string]int64{}}
}

// Take reserves n bytes for key, or reports that there is no room now.
func (b *budget) Take(key string, n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > b.total || b.by[key]+n > b.each {
		return false
	}
	b.used += n
	b.by[key] += n
	return true
}

// Give returns what Take reserved.
func (b *budget) Give(key string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.by[key] -= n; b.by[key] <= 0 {
		delete(b.by, key)
	}
}
