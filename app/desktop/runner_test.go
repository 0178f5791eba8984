package desktop

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
)

// The real runner keeps the order of its tasks and does not let what runs
// aside wait for them.
func TestRunnerKeepsTheOrder(t *testing.T) {
	test.NewTempApp(t)
	r := newRunner()
	gate, out := make(chan struct{}), make(chan int, 8)
	r.Go(func() { <-gate; out <- 1 })
	r.Go(func() { out <- 2 })
	r.Aside(func() { out <- 0 })
	if got := <-out; got != 0 {
		t.Fatalf("first came %d", got)
	}
	close(gate)
	r.Go(func() { r.Do(func() { out <- 3 }) })
	for want := 1; want <= 3; want++ {
		if got := <-out; got != want {
			t.Fatalf("came %d, want %d", got, want)
		}
	}
}

func TestAfterRunsUnlessStopped(t *testing.T) {
	test.NewTempApp(t)
	r := newRunner()
	out := make(chan string, 2)
	stop := r.After(time.Hour, func() { out <- "stopped" })
	stop()
	r.After(0, func() { out <- "ran" })
	if got := <-out; got != "ran" {
		t.Errorf("%q", got)
	}
}
