package notebook

import (
	"errors"
	"time"

	"wherry/storage/journal"
)

// takePauses are waited for a folder that is in use: about a second in all.
var takePauses = []time.Duration{10, 20, 40, 80, 160, 320, 640} // milliseconds

// takeFolder takes a notebook's folder, or journal.ErrInUse. A program that was
// killed while it began another (the view is tried in a child process) leaves
// the lock for a moment with the copy of itself that was not the other program
// yet. Whoever opens the notebook right after that must not be told of another
// window that is not there.
func takeFolder(dir string, pause func(time.Duration)) (*journal.Held, error) {
	for i := 0; ; i++ {
		held, err := journal.Lock(dir)
		if !errors.Is(err, journal.ErrInUse) || i == len(takePauses) {
			return held, err
		}
		pause(takePauses[i] * time.Millisecond)
	}
}
