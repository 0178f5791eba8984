//go:build unix

package session

import (
	"os"
	"syscall"
)

// The signals of logging off and of waking, and one by which a script may lock.
func watched() []os.Signal {
	return []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGCONT, syscall.SIGUSR1}
}

func meaning(s os.Signal) (Event, bool) {
	switch s {
	case syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT:
		return End, true
	case syscall.SIGCONT:
		return Woke, true
	case syscall.SIGUSR1:
		return Lock, true
	}
	return 0, false
}
