package plant

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/simtest/binaries"
)

// TestBugsStillFit finds out early when the source has moved away from under a
// planted bug.
func TestBugsStillFit(t *testing.T) {
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []Bug{AckEarly, NoSync, SyncIgnored, NoDirSync, KeysLast, TwoFrames, NoGate, DiskIgnored, NoLock, Deaf, Impatient, AnyPlace, StubbornView, LockWrites, TrustsClock, Believing, Unnamed, HealsSilently, DebugLog, Transparent,
		FramesKept, ViewKept, KeysKept, DraftsKept, BlobsKept, IndexKept, BackupToMark} {
		for _, e := range b.Edits {
			raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.File)))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(raw), e.Old); n != 1 {
				t.Errorf("%q: %s has %q %d times, not once", b.Name, e.File, e.Old, n)
			}
		}
	}
}
