//go:build unix && !linux

package harden

import "golang.org/x/sys/unix"

func process() {
	unix.Umask(0o077)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
