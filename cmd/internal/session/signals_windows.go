package session

import (
	"os"
	"syscall"
)

// Closing the console, logging off and shutting down arrive as SIGTERM.
func watched() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

func meaning(os.Signal) (Event, bool) { return End, true }
