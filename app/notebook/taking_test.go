package notebook

import (
	"errors"
	"testing"
	"time"

	"wherry/storage/journal"
)

func TestAFolderThatIsFreedIsTaken(t *testing.T) {
	dir := t.TempDir()
	other, err := journal.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	pauses := 0
	held, err := takeFolder(dir, func(time.Duration) {
		if pauses++; pauses == 3 {
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil || pauses != 3 {
		t.Fatalf("%v after %d pauses", err, pauses)
	}
	defer held.Close()
	var waited time.Duration
	if _, err := takeFolder(dir, func(d time.Duration) { waited += d }); !errors.Is(err, journal.ErrInUse) || waited > 2*time.Second {
		t.Errorf("a folder in use: %v after %v", err, waited)
	}
}
