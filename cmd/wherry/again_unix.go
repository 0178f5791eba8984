//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"

	"wherry/app/desktop"
)

// again puts the lock window in the place of this program: the same process,
// with all its memory replaced by the system.
func again(dir string, s desktop.Size) error {
	argv := append([]string{os.Args[0]}, relock(dir, s)...)
	self, err := os.Executable()
	if err == nil {
		err = syscall.Exec(self, argv, os.Environ())
	}
	if runtime.GOOS == "linux" { // it may have been replaced by an update
		err = syscall.Exec("/proc/self/exe", argv, os.Environ())
	}
	return err
}
