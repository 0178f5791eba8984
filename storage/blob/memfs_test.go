package blob

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// memFS is a disk in memory that knows what of it is durable. It fails the Nth
// act, or stops at it, and then shows what a real disk might still hold.
type memFS struct {
	now, durable map[string]*memInode
	free         uint64
	acts         int
	failAt       int
	fault        error
	cutAt        int
	off          bool
	noSync       bool // the planted bug: syncing a file does nothing
	clock        time.Time
}

type memInode struct {
	seen, disk []byte
	folder     bool
	changed    time.Time
}

func newMem() *memFS {
	return &memFS{now: map[string]*memInode{}, durable: map[string]*memInode{}, free: 1 << 30, fault: syscall.EIO, clock: time.Unix(1e9, 0)}
}

var errOff = syscall.ENODEV

func (m *memFS) act() error {
	if m.off {
		return errOff
	}
	m.acts++
	if m.acts == m.failAt {
		return m.fault
	}
	if m.acts == m.cutAt {
		m.off = true
		return errOff
	}
	return nil
}

func (m *memFS) Open(name string) (File, error) {
	n := m.now[name]
	if n == nil || n.folder {
		return nil, fs.ErrNotExist
	}
	return &memFile{m, n}, nil
}

func (m *memFS) Edit(name string) (File, error) { return m.Open(name) }

func (m *memFS) Create(name string) (File, error) {
	if m.now[name] != nil {
		return nil, fs.ErrExist
	}
	if d := m.now[filepath.Dir(name)]; d == nil || !d.folder {
		return nil, fs.ErrNotExist
	}
	if err := m.act(); err != nil {
		return nil, err
	}
	m.now[name] = &memInode{changed: m.clock}
	return m.Open(name)
}

func (m *memFS) Rename(from, to string) error {
	if err := m.act(); err != nil {
		return err
	}
	if m.now[from] == nil {
		return fs.ErrNotExist
	}
	m.now[to] = m.now[from]
	delete(m.now, from)
	return nil
}

func (m *memFS) Remove(name string) error {
	if m.now[name] == nil {
		return fs.ErrNotExist
	}
	if err := m.act(); err != nil {
		return err
	}
	delete(m.now, name)
	return nil
}

func (m *memFS) Mkdir(dir string) (bool, error) {
	if m.now[dir] != nil {
		return false, nil
	}
	if err := m.act(); err != nil {
		return false, err
	}
	m.now[dir] = &memInode{folder: true}
	return true, nil
}

func (m *memFS) List(dir string) ([]Name, error) {
	var out []Name
	for _, name := range slices.Sorted(maps.Keys(m.now)) {
		if n := m.now[name]; filepath.Dir(name) == dir {
			out = append(out, Name{Name: filepath.Base(name), Folder: n.folder, Size: int64(len(n.seen)), Changed: n.changed})
		}
	}
	return out, nil
}

func (m *memFS) SyncDir(dir string) error {
	if err := m.act(); err != nil {
		return err
	}
	for name := range m.durable {
		if filepath.Dir(name) == dir && m.now[name] == nil {
			delete(m.durable, name)
		}
	}
	for name, n := range m.now {
		if filepath.Dir(name) == dir {
			m.durable[name] = n
		}
	}
	return nil
}

func (m *memFS) FreeBytes(string) (uint64, error) {
	if m.off {
		return 0, errOff
	}
	return m.free, nil
}

type memFile struct {
	m *memFS
	n *memInode
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(f.n.seen).ReadAt(p, off)
}

// WriteAt puts down the first half before a stop or a failure.
func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	if f.m.off {
		return 0, errOff
	}
	err := f.m.act()
	if err != nil {
		p = p[:len(p)/2]
	}
	if need := int(off) + len(p); need > len(f.n.seen) {
		f.n.seen = append(f.n.seen, make([]byte, need-len(f.n.seen))...)
	}
	copy(f.n.seen[off:], p)
	return len(p), err
}

func (f *memFile) Truncate(size int64) error {
	if err := f.m.act(); err != nil {
		return err
	}
	f.n.seen = slices.Clone(f.n.seen[:size])
	return nil
}

func (f *memFile) Sync() error {
	if err := f.m.act(); err != nil {
		return err
	}
	if !f.m.noSync {
		f.n.disk = slices.Clone(f.n.seen)
	}
	return nil
}

func (f *memFile) Close() error { return nil }

func (f *memFile) Size() (int64, error) { return int64(len(f.n.seen)), nil }

// futures lists ways in which the disk may come back after a power cut: with
// only the durable names or all of them, and the bytes that were not synced
// lost, kept, or kept by halves. A folder that is not there takes what is in it
// along.
func (m *memFS) futures() []*memFS {
	var out []*memFS
	for _, names := range []map[string]*memInode{m.durable, m.now} {
		for how := range 3 {
			next := newMem()
			for name, n := range names {
				b := n.disk
				switch h := len(n.seen) / 2; {
				case how == 1:
					b = n.seen
				case how == 2 && len(n.disk) < h:
					b = n.seen[:h]
				}
				c := &memInode{seen: slices.Clone(b), disk: slices.Clone(b), folder: n.folder, changed: n.changed}
				next.now[name], next.durable[name] = c, c
			}
			for name := range next.now {
				if d := filepath.Dir(name); strings.HasPrefix(name, "/b/") && next.now[d] == nil {
					delete(next.now, name)
					delete(next.durable, name)
				}
			}
			out = append(out, next)
		}
	}
	return out
}

// asFile makes bytes a File.
func asFile(b []byte) File { return &memFile{newMem(), &memInode{seen: b}} }

var _ io.ReaderAt = (*memFile)(nil)
