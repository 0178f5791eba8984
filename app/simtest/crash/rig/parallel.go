package rig

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// Parallel runs trials, width at a time, each with a random source of its own,
// and gathers what they found. A trial that fails the test outright ends only
// itself; when something was found, no further trial begins.
func Parallel(t testing.TB, rng *rand.Rand, trials, width int, do func(i int, rng *rand.Rand) (findings []string)) (done int, findings []string) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, width)
	for i := range trials {
		own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			mu.Lock()
			stop := len(findings) > 0 || t.Failed()
			mu.Unlock()
			if stop {
				return
			}
			found := do(i, own)
			mu.Lock()
			defer mu.Unlock()
			done++
			findings = append(findings, found...)
		})
	}
	wg.Wait()
	return done, findings
}
