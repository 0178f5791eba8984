package badgerstore

import (
	"os"
	"path/filepath"
	"sync"

	"wherry/sync/endpoint"
)

// Writable implements endpoint.Store.
func (s *Store) Writable() error {
	if s.o.ReadOnly || s.failed.Load() {
		return endpoint.ErrStoreFull
	}
	free, err := s.o.Free(s.dir)
	if err != nil || free < s.o.MinFree+s.tables.atMost(s.dir, maxCompaction) {
		return endpoint.ErrStoreFull
	}
	return nil
}

// FreeSpace returns the bytes that may still be written on the disk of dir.
func FreeSpace(dir string) (uint64, error) { return freeSpace(dir) }

// tableSize keeps an estimate of the size of the tables, so that a small store
// can live on a small disk.
type tableSize struct {
	mu    sync.Mutex
	size  uint64 // guarded by mu
	calls uint   // guarded by mu
}

// tableSizeEvery is how many calls an estimate serves: far fewer than fill a
// memtable.
const tableSizeEvery = 32

// atMost returns the size of the tables in dir, or limit if that is less. An
// estimate that has reached the limit is final, since stores grow.
func (t *tableSize) atMost(dir string, limit uint64) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.size < limit && t.calls%tableSizeEvery == 0 {
		t.size = 0
		files, _ := filepath.Glob(filepath.Join(dir, "*.sst")) // the pattern is well formed
		for _, f := range files {
			if info, err := os.Stat(f); err == nil { // compaction may have taken it away
				t.size += uint64(info.Size())
			}
		}
	}
	t.calls++
	return min(t.size, limit)
}

func (s *Store) noRoom() bool {
	free, err := s.o.Free(s.dir)
	return err != nil || free < openFloor
}
