package wire

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wherry/storage/record"
)

func nonceOf(i int) (n [NonceBytes]byte) {
	n[0], n[1], n[2] = byte(i), byte(i>>8), byte(i>>16)
	return n
}

func TestNonceBounds(t *testing.T) {
	c := NewNonceCache(10, 4)
	a, b := record.Hash("a"), record.Hash("b")
	for i := range 4 {
		if err := c.Use(a, nonceOf(i), testNow); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Use(a, nonceOf(9), testNow); !errors.Is(err, ErrNonceFull) {
		t.Fatal("one device beyond its share:", err)
	}
	for i := range 4 {
		if err := c.Use(b, nonceOf(i), testNow); err != nil {
			t.Fatal("one device crowds out another:", err)
		}
	}
	for i, d := range []record.ID{record.Hash("c"), record.Hash("d"), record.Hash("e")} {
		err := c.Use(d, nonceOf(0), testNow)
		if i < 2 && err != nil || i == 2 && !errors.Is(err, ErrNonceFull) {
			t.Fatal(i, err)
		}
	}
	if c.Len() != 10 {
		t.Fatal("len", c.Len())
	}
	// A used nonce is refused as long as its signature could be valid.
	if err := c.Use(a, nonceOf(0), testNow.Add(2*ClockSkew)); !errors.Is(err, ErrReplay) {
		t.Fatal("forgotten too soon:", err)
	}
	if err := c.Use(a, nonceOf(0), testNow.Add(nonceLife+time.Second)); err != nil || c.Len() != 1 {
		t.Fatal("not forgotten:", err, c.Len())
	}
}

// TestNonceModel compares the cache with a plain list.
func TestNonceModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := NewNonceCache(50, 20)
		now := testNow
		used := map[int]time.Time{}
		dev := record.Hash("d")
		for range rapid.IntRange(1, 200).Draw(rt, "n") {
			now = now.Add(time.Duration(rapid.IntRange(0, 120).Draw(rt, "wait")) * time.Second)
			i := rapid.IntRange(0, 40).Draw(rt, "nonce")
			held := 0
			for _, at := range used {
				if now.Sub(at) <= nonceLife {
					held++
				}
			}
			at, seen := used[i]
			want := error(nil)
			if seen && now.Sub(at) <= nonceLife {
				want = ErrReplay
			} else if held >= 20 {
				want = ErrNonceFull
			}
			if err := c.Use(dev, nonceOf(i), now); !errors.Is(err, want) {
				rt.Fatalf("got %v, want %v", err, want)
			}
			if want == nil {
				used[i] = now
			}
		}
	})
}

// TestNonceOnce: of many at the same moment, one wins.
func TestNonceOnce(t *testing.T) {
	c := NewNonceCache(1000, 1000)
	var wg sync.WaitGroup
	won := make([]int, 8)
	for g := range won {
		wg.Go(func() {
			for i := range 100 {
				if c.Use(record.Hash("d"), nonceOf(i), testNow) == nil {
					won[g]++
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range won {
		total += n
	}
	if total != 100 {
		t.Fatal("won", total)
	}
}

// TestNonceMemory: the list of arrivals does not grow for ever.
func TestNonceMemory(t *testing.T) {
	c := NewNonceCache(100, 100)
	for i := range 20_000 {
		if err := c.Use(record.Hash("d", []byte{byte(i), byte(i >> 8)}), nonceOf(i), testNow.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.order) > 5000 || len(c.perDevice) > 100 {
		t.Fatal("grows", len(c.order), len(c.perDevice))
	}
}
