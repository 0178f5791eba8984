package journal

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
)

const sector = 512

// shadowFS is a disk in memory that knows what of it is durable. It fails the
// Nth act, or cuts the power at it, and then shows what a real disk might
// still hold: synced bytes for certain, any choice of the other sectors, sizes
// and names.
type shadowFS struct {
	now     map[string]*inode // what the program sees
	durable map[string]*inode // names that survive a power cut
	free    uint64

	acts   int   // writes, syncs, renames and so on so far
	failAt int   // the act that fails; 0 for none
	fault  error // with which error
	cutAt  int   // the act after whose beginning the power is cut; 0 for none
	off    bool  // the power is off
	trace  []string

	// noSync is the planted bug of TestHarnessCatchesMissingSync: syncing a
	// file reports success and does nothing.
	noSync bool
	// noSyncOf is the same for files whose names end so.
	noSyncOf string
	noLinks  bool // a file has but one name, as on FAT
	// every is every file that there ever was, so that a test can look for
	// bytes that no name leads to any more.
	every []*inode
}

// inode is a file's content as seen and as on the disk.
type inode struct {
	seen, disk []byte
	dirty      map[int]bool // sectors that the system would still write
}

// powerCut is what a cut panics with.
type powerCut struct{}

func newShadow() *shadowFS {
	return &shadowFS{now: map[string]*inode{}, durable: map[string]*inode{}, free: 1 << 30}
}

// act counts one act and fails or cuts at it; apply is what the act does.
func (s *shadowFS) act(what string, apply func()) error {
	if s.off {
		panic(powerCut{})
	}
	s.acts++
	s.trace = append(s.trace, what)
	if s.acts == s.failAt {
		return &os.PathError{Op: what, Path: "shadow", Err: s.fault}
	}
	apply()
	if s.acts == s.cutAt {
		s.off = true
		panic(powerCut{})
	}
	return nil
}

func (s *shadowFS) Open(name string) (File, error) {
	n, ok := s.now[name]
	if !ok {
		return nil, &os.PathError{Op: "open", Path: name, Err: os.ErrNotExist}
	}
	return &shadowFile{fs: s, n: n, readOnly: true, name: filepath.Base(name)}, nil
}

func (s *shadowFS) Edit(name string) (File, error) {
	f, err := s.Open(name)
	if err == nil {
		f.(*shadowFile).readOnly = false
	}
	return f, err
}

func (s *shadowFS) Create(name string) (File, error) {
	if _, ok := s.now[name]; ok {
		return nil, &os.PathError{Op: "create", Path: name, Err: os.ErrExist}
	}
	n := &inode{dirty: map[int]bool{}}
	s.every = append(s.every, n)
	if err := s.act("create "+filepath.Base(name), func() { s.now[name] = n }); err != nil {
		return nil, err
	}
	return &shadowFile{fs: s, n: n, name: filepath.Base(name)}, nil
}

func (s *shadowFS) Rename(from, to string) error {
	n, ok := s.now[from]
	if !ok {
		return os.ErrNotExist
	}
	return s.act("rename "+filepath.Base(to), func() { delete(s.now, from); s.now[to] = n })
}

func (s *shadowFS) Link(from, to string) error {
	n, ok := s.now[from]
	if !ok || s.now[to] != nil || s.noLinks {
		return os.ErrInvalid
	}
	return s.act("link "+filepath.Base(to), func() { s.now[to] = n })
}

func (s *shadowFS) Remove(name string) error {
	if _, ok := s.now[name]; !ok {
		return &os.PathError{Op: "remove", Path: name, Err: os.ErrNotExist}
	}
	return s.act("remove "+filepath.Base(name), func() { delete(s.now, name) })
}

func (s *shadowFS) MkdirAll(dir string) error { return s.act("mkdir", func() {}) }

func (s *shadowFS) List(dir string) ([]string, error) {
	var names []string
	for name := range s.now {
		if filepath.Dir(name) == dir {
			names = append(names, filepath.Base(name))
		}
	}
	sort.Strings(names)
	return names, nil
}

func (s *shadowFS) SyncDir(dir string) error {
	return s.act("syncdir", func() {
		for name := range s.durable {
			if filepath.Dir(name) == dir && s.now[name] == nil {
				delete(s.durable, name)
			}
		}
		for name, n := range s.now {
			if filepath.Dir(name) == dir {
				s.durable[name] = n
			}
		}
	})
}

func (s *shadowFS) FreeBytes(string) (uint64, error) { return s.free, nil }

// cut returns the disk as it may be found after the power went: every name
// and every unsynced sector and size by chance.
func (s *shadowFS) cut(rng *rand.Rand) *shadowFS {
	after := newShadow()
	after.noSync, after.noSyncOf, after.noLinks = s.noSync, s.noSyncOf, s.noLinks
	kept := map[*inode]*inode{} // a file of two names stays one
	names := map[string]bool{}
	for n := range s.now {
		names[n] = true
	}
	for n := range s.durable {
		names[n] = true
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	sort.Strings(sorted)
	for _, name := range sorted {
		n := s.durable[name]
		if n != s.now[name] && rng.IntN(2) == 0 {
			n = s.now[name]
		}
		if n != nil && kept[n] == nil {
			left := n.survivor(rng)
			kept[n] = &inode{seen: left, disk: slices.Clone(left), dirty: map[int]bool{}}
			after.every = append(after.every, kept[n])
		}
		if n != nil {
			after.now[name], after.durable[name] = kept[n], kept[n]
		}
	}
	return after
}

func (n *inode) survivor(rng *rand.Rand) []byte {
	out := slices.Clone(n.disk)
	if len(n.seen) != len(n.disk) && rng.IntN(3) > 0 {
		size := len(n.seen) // the new size, or something between
		if len(n.seen) > len(n.disk) && rng.IntN(2) == 0 {
			size = len(n.disk) + rng.IntN(len(n.seen)-len(n.disk)+1)
		}
		for len(out) < size {
			out = append(out, 0)
		}
		out = out[:size]
	}
	for _, i := range sortedKeys(n.dirty) {
		if lo := i * sector; rng.IntN(2) == 0 && lo < len(out) && lo < len(n.seen) {
			copy(out[lo:], n.seen[lo:min(lo+sector, len(n.seen))])
		}
	}
	return out
}

func sortedKeys(m map[int]bool) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}

// clone copies what the program sees, all of it durable.
func (s *shadowFS) clone() *shadowFS {
	c := newShadow()
	for name, n := range s.now {
		c.put(name, slices.Clone(n.seen))
	}
	return c
}

func (s *shadowFS) put(name string, data []byte) {
	n := &inode{seen: data, disk: slices.Clone(data), dirty: map[int]bool{}}
	s.now[name], s.durable[name] = n, n
	s.every = append(s.every, n)
}

// names lists the files whose base name contains part.
func (s *shadowFS) names(part string) []string {
	var out []string
	for name := range s.now {
		if strings.Contains(filepath.Base(name), part) {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

type shadowFile struct {
	fs       *shadowFS
	n        *inode
	name     string
	readOnly bool
}

func (f *shadowFile) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(f.n.seen)) {
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.EOF
	}
	n := copy(p, f.n.seen[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *shadowFile) WriteAt(p []byte, off int64) (int, error) {
	if f.readOnly {
		return 0, syscall.EBADF
	}
	err := f.fs.act("write "+f.name, func() { f.n.write(p, off) })
	if err != nil { // a failed write may have written some of it
		half := len(p) / 2
		f.n.write(p[:half], off)
		return half, err
	}
	return len(p), nil
}

func (n *inode) write(p []byte, off int64) {
	end := int(off) + len(p)
	for len(n.seen) < end {
		n.seen = append(n.seen, 0)
	}
	copy(n.seen[off:], p)
	for i := int(off) / sector; i*sector < end; i++ {
		n.dirty[i] = true
	}
}

func (f *shadowFile) Truncate(size int64) error {
	if f.readOnly {
		return syscall.EBADF
	}
	return f.fs.act("truncate "+f.name, func() {
		for int64(len(f.n.seen)) < size {
			f.n.seen = append(f.n.seen, 0)
		}
		f.n.seen = f.n.seen[:size]
	})
}

// Sync makes the dirty sectors durable. When it fails the system forgets that
// they are dirty, as Linux does: a later sync succeeds without writing them.
func (f *shadowFile) Sync() error {
	err := f.fs.act("sync "+f.name, func() {
		if f.fs.noSync || f.fs.noSyncOf != "" && strings.HasSuffix(f.name, f.fs.noSyncOf) {
			return
		}
		size := len(f.n.seen)
		for len(f.n.disk) < size {
			f.n.disk = append(f.n.disk, 0)
		}
		f.n.disk = f.n.disk[:size]
		for i := range f.n.dirty {
			if lo := i * sector; lo < size {
				copy(f.n.disk[lo:], f.n.seen[lo:min(lo+sector, size)])
			}
		}
		clear(f.n.dirty)
	})
	if err != nil {
		clear(f.n.dirty)
	}
	return err
}

func (f *shadowFile) Size() (int64, error) { return int64(len(f.n.seen)), nil }
func (f *shadowFile) Close() error         { return nil }
