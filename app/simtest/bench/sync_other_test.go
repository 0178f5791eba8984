//go:build !linux

package bench_test

import (
	"os"
	"time"
)

func dataSync(f *os.File) error { return f.Sync() }

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }
