package seal

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// What one derivation of a new notebook is to take on the laptop it is made
// on: long enough to make guessing slow, short enough to be waited for at every
// unlock.
const (
	calibrateLow, calibrateHigh = 700 * time.Millisecond, time.Second
	calibrateAim                = 850 * time.Millisecond
	calibrateStep               = 32 << 10 // KiB: settings are whole multiples of 32 MiB
	calibrateMax                = 1 << 20  // KiB: 1 GiB
)

// Calibrate chooses the memory of a new notebook's Argon2id by trying: so much
// that one derivation takes 0.7 to 1.0 s here, never less than DefaultKDF, never
// more than 1 GiB or a quarter of the memory that is free. It takes as long as
// two or three derivations. A laptop that is slow with DefaultKDF stays with it.
func Calibrate() KDF { return calibrate(tried, freeMemory()) }

// tried is how long one derivation takes.
func tried(k KDF) time.Duration {
	begin := time.Now()
	clear(k.stretch([]byte("calibration"), make([]byte, slotSaltSize)))
	return time.Since(begin)
}

// calibrate asks try for the time of a derivation; free is in KiB, 0 if it is
// not known.
func calibrate(try func(KDF) time.Duration, free uint64) KDF {
	limit := uint32(calibrateMax)
	if free > 0 {
		limit = uint32(min(uint64(limit), free/4))
	}
	best := DefaultKDF
	took := try(best)
	for range 2 { // the time grows with the memory, but not exactly
		if took >= calibrateLow && took <= calibrateHigh || took <= 0 {
			break
		}
		next := best
		next.MemoryKiB = uint32(min(float64(best.MemoryKiB)*float64(calibrateAim)/float64(took), calibrateMax))
		next.MemoryKiB = max(min(next.MemoryKiB, limit)/calibrateStep*calibrateStep, DefaultKDF.MemoryKiB)
		if next == best {
			break
		}
		best, took = next, try(next)
	}
	return best
}

// AtLeast is these settings, or other where that asks for more memory: a
// change of passphrase never makes guessing cheaper than it was.
func (c KDF) AtLeast(other KDF) KDF {
	if other.Check() == nil && other.MemoryKiB > c.MemoryKiB {
		return other
	}
	return c
}

// freeMemory is what the system could give now, in KiB; 0 where it does not
// say (other systems than Linux).
func freeMemory() uint64 {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	return memAvailable(string(b))
}

func memAvailable(meminfo string) uint64 {
	for line := range strings.Lines(meminfo) {
		if v, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "kB")), 10, 64)
			if err == nil {
				return n
			}
		}
	}
	return 0
}
