package seal

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"syscall"
)

// simDisk is a disk in memory that can stop at any step, fail at any step, and
// come back as it might after a power cut: a name is durable once its folder
// is synced, content once its file is synced; before that, either may or may
// not have arrived. Folder operations arrive in order.
type simDisk struct {
	names   map[string]*simInode
	durable map[string]*simInode
	pending []func(map[string]*simInode)
	all     []*simInode // unlinked ones too: their blocks are still on the disk

	step    int
	stopAt  int // the process dies at this step; 0 never
	failAt  int // this step fails, and only it; 0 never
	stopped bool
}

type simInode struct{ now, synced []byte }

var (
	errStopped = errors.New("simulated stop")
	errDisk    = syscall.EIO
)

func newSimDisk() *simDisk {
	return &simDisk{names: map[string]*simInode{}, durable: map[string]*simInode{}}
}

// act counts one act on the disk and says whether it takes place.
func (d *simDisk) act() error {
	if d.stopped {
		return errStopped
	}
	d.step++
	if d.step == d.stopAt {
		d.stopped = true
		return errStopped
	}
	if d.step == d.failAt {
		return errDisk
	}
	return nil
}

func (d *simDisk) folder(op func(map[string]*simInode)) {
	op(d.names)
	d.pending = append(d.pending, op)
}

func (d *simDisk) Read(path string, limit int) ([]byte, error) {
	if d.stopped {
		return nil, errStopped
	}
	n, ok := d.names[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if len(n.now) > limit {
		return nil, ErrTooLarge
	}
	return bytes.Clone(n.now), nil
}

func (d *simDisk) Create(path string) (diskFile, error) {
	if err := d.act(); err != nil {
		return nil, err
	}
	if _, ok := d.names[path]; ok {
		return nil, fs.ErrExist
	}
	n := &simInode{}
	d.all = append(d.all, n)
	d.folder(func(m map[string]*simInode) { m[path] = n })
	return &simFile{d: d, n: n}, nil
}

func (d *simDisk) Rewrite(path string) (diskFile, int64, error) {
	if d.stopped {
		return nil, 0, errStopped
	}
	n, ok := d.names[path]
	if !ok {
		return nil, 0, fs.ErrNotExist
	}
	return &simFile{d: d, n: n}, int64(len(n.now)), nil
}

func (d *simDisk) Rename(from, to string) error {
	if err := d.act(); err != nil {
		return err
	}
	n, ok := d.names[from]
	if !ok {
		return fs.ErrNotExist
	}
	d.folder(func(m map[string]*simInode) { delete(m, from); m[to] = n })
	return nil
}

func (d *simDisk) Remove(path string) error {
	if d.stopped {
		return errStopped
	}
	if _, ok := d.names[path]; !ok {
		return fs.ErrNotExist
	}
	if err := d.act(); err != nil {
		return err
	}
	d.folder(func(m map[string]*simInode) { delete(m, path) })
	return nil
}

func (d *simDisk) Link(from, to string) error {
	if err := d.act(); err != nil {
		return err
	}
	n, ok := d.names[from]
	if !ok {
		return fs.ErrNotExist
	}
	if _, ok := d.names[to]; ok {
		return fs.ErrExist
	}
	d.folder(func(m map[string]*simInode) { m[to] = n })
	return nil
}

func (d *simDisk) Same(a, b string) (bool, error) {
	if d.stopped {
		return false, errStopped
	}
	na, nb := d.names[a], d.names[b]
	if na == nil || nb == nil {
		return false, fs.ErrNotExist
	}
	return na == nb, nil
}

func (d *simDisk) SyncDir(string) error {
	if err := d.act(); err != nil {
		return err
	}
	d.durable = maps.Clone(d.names)
	d.pending = nil
	return nil
}

type simFile struct {
	d  *simDisk
	n  *simInode
	at int
}

// Write puts down the first half before a stop, or before a failure.
func (f *simFile) Write(b []byte) (int, error) {
	if f.d.stopped {
		return 0, errStopped
	}
	err := f.d.act()
	if err != nil {
		b = b[:len(b)/2]
	}
	f.n.now = slices.Concat(f.n.now[:f.at], b, f.n.now[min(len(f.n.now), f.at+len(b)):])
	f.at += len(b)
	return len(b), err
}

func (f *simFile) Sync() error {
	if err := f.d.act(); err != nil {
		return err
	}
	f.n.synced = bytes.Clone(f.n.now)
	return nil
}

func (f *simFile) Close() error {
	if f.d.stopped {
		return errStopped
	}
	return nil
}

// contents says what a power cut leaves of bytes that were not synced.
type contents int

const (
	lost contents = iota // as at the last sync
	kept                 // all of it
	torn                 // the first half new, the rest as at the last sync
)

// after is the disk as the next start finds it: with the first n of the folder
// operations that were not yet synced. A kill without a power cut is all of
// them, with the contents kept.
func (d *simDisk) after(n int, c contents) *simDisk {
	next := newSimDisk()
	names := maps.Clone(d.durable)
	for _, op := range d.pending[:n] {
		op(names)
	}
	fresh := map[*simInode]*simInode{}
	for _, old := range d.all {
		b := old.synced
		switch c {
		case kept:
			b = old.now
		case torn:
			h := len(old.now) / 2
			b = slices.Concat(old.now[:h], old.synced[min(len(old.synced), h):])
		}
		fresh[old] = &simInode{now: bytes.Clone(b), synced: bytes.Clone(b)}
		next.all = append(next.all, fresh[old])
	}
	for path, old := range names {
		next.names[path] = fresh[old]
	}
	next.durable = maps.Clone(next.names)
	return next
}

// futures lists every way the disk may come back.
func (d *simDisk) futures() []*simDisk {
	var out []*simDisk
	for n := range len(d.pending) + 1 {
		for _, c := range []contents{lost, kept, torn} {
			out = append(out, d.after(n, c))
		}
	}
	return out
}

// holds reports whether any block of the disk, freed ones included, has bytes.
func (d *simDisk) holds(b []byte) bool {
	for _, n := range d.all {
		if bytes.Contains(n.now, b) || bytes.Contains(n.synced, b) {
			return true
		}
	}
	return false
}
