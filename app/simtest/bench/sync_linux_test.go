package bench_test

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// dataSync makes a file's bytes durable, and of what describes it only what is
// needed to read them again.
func dataSync(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }

// cpuTime is what this process has had of all processors so far.
func cpuTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
