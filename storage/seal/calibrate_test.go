package seal

import (
	"math"
	"testing"
	"time"
)

func TestCalibrate(t *testing.T) {
	const free = 64 << 20 // KiB
	for name, c := range map[string]struct {
		perGiB time.Duration // of a derivation with 1 GiB
		free   uint64
		want   uint32 // MiB
	}{
		"slow laptop stays at the default": {8 * time.Second, free, 256},
		"just right":                       {3400 * time.Millisecond, free, 256},
		"twice as fast":                    {1700 * time.Millisecond, free, 512},
		"very fast: no more than a GiB":    {200 * time.Millisecond, free, 1024},
		"fast, with little memory":         {1000 * time.Millisecond, 2 << 20, 512},
		"fast, with hardly any memory":     {1000 * time.Millisecond, 64 << 10, 256},
		"memory not known":                 {1700 * time.Millisecond, 0, 512},
		"a clock that stands still":        {0, free, 256},
	} {
		tries := 0
		k := calibrate(func(k KDF) time.Duration {
			tries++
			return c.perGiB * time.Duration(k.MemoryKiB) / (1 << 20)
		}, c.free)
		if k.MemoryKiB != c.want<<10 || k.Time != DefaultKDF.Time || k.Threads != DefaultKDF.Threads || k.Check() != nil || tries > 3 {
			t.Errorf("%s: %+v after %d tries, want %d MiB", name, k, tries, c.want)
		}
	}
	// The time does not grow exactly with the memory: one correction follows.
	took := func(k KDF) time.Duration {
		return time.Duration(0.3 * float64(time.Second) * math.Pow(float64(k.MemoryKiB)/(256<<10), 1.3))
	}
	if k := calibrate(took, free); took(k) < calibrateLow || took(k) > calibrateHigh {
		t.Errorf("%d MiB takes %v", k.MemoryKiB>>10, took(k))
	}
	for text, want := range map[string]uint64{"": 0, "MemTotal: 5 kB\nMemAvailable:   16204 kB\n": 16204, "MemAvailable: x kB\n": 0} {
		if got := memAvailable(text); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestAtLeast(t *testing.T) {
	small, large := KDF{64 << 10, 3, 4}, KDF{512 << 10, 3, 2}
	for _, c := range []struct{ a, b, want KDF }{
		{small, large, large}, {large, small, large}, {small, KDF{}, small}, {small, KDF{4 << 20, 3, 4}, small},
	} {
		if got := c.a.AtLeast(c.b); got != c.want {
			t.Errorf("%+v", got)
		}
	}
}

// CR-07: what one guess costs whoever has the disk. A measurement, not a
// promise: the promise is that no file can ask for less (TestKDFLimits,
// TestKeyFileForgeries).
func BenchmarkOneGuess(b *testing.B) {
	for name, k := range map[string]KDF{"floor": FloorKDF, "default": DefaultKDF} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				clear(k.stretch([]byte("a guess"), make([]byte, slotSaltSize)))
			}
			b.ReportMetric(float64(k.MemoryKiB)/1024, "MiB/guess")
		})
	}
}
