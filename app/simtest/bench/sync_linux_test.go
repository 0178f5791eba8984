package bench_test

import (
	"os"

	"golang.org/x/sys/unix"
)

// dataSync makes a file's bytes durable, and of what describes it only what is
// needed to read them again.
func dataSync(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }
