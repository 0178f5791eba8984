package index

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"wherry/storage/seal"
)

// Tip says up to which frame of the journal an index is complete: its number
// and its MAC.
type Tip struct {
	Seq uint64
	MAC [32]byte
}

// home is the folder that the segments' files lie in, and under which key.
type home struct {
	dir string
	mac [32]byte // of the key, to know it again
}

func homeOf(dir string, key seal.Key) home { return home{dir, key.MAC([]byte("index-home"))} }

// SaveDir writes the index into a folder under key, and tip as the place in the
// journal up to which it is complete. Only segments that are new since the last
// save or load there are written; then the list of them is replaced, and what
// it no longer names is removed. A stop at any moment leaves the folder as it
// was before or as it is after, but for files that the next save removes.
//
// Of notes removed by Remove or RemoveCase no trace is left when SaveDir has
// returned nil: what held them is written anew without them, and the old file
// is overwritten before it is removed. Words of a note that was only replaced
// may stay, marked dead, until its segment is next merged.
func (x *Index) SaveDir(ctx context.Context, dir string, key seal.Key, tip Tip) error {
	x.saving.Lock()
	defer x.saving.Unlock()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	m, err := x.manifest(dir, key, tip)
	if err != nil {
		return err
	}
	var fresh atomic.Bool
	err = parallel(len(m.segs), func(i int) error {
		file := m.segs[i].file
		if file != nil {
			if info, err := os.Lstat(file.path(dir)); err == nil && info.Size() == file.size {
				return nil
			}
		}
		fresh.Store(true)
		file, err := writeSegment(ctx, dir, key, m.segs[i].s)
		m.segs[i].file = file
		return err
	})
	if err != nil {
		return err
	}
	if fresh.Load() {
		if err := seal.SyncDir(dir); err != nil {
			return err
		}
	}
	if err := m.write(dir, key); err != nil {
		return err
	}
	return x.saved(dir, m)
}

// manifest collects what is to be saved, when what must leave the disk has left
// the segments.
func (x *Index) manifest(dir string, key seal.Key, tip Tip) (*manifest, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.flush()
	x.purgeNow(false)
	if h := homeOf(dir, key); x.home != h {
		x.home = h
		x.retired = nil
		for _, s := range x.segs {
			s.file = nil
		}
	}
	m := &manifest{tip: tip}
	for _, s := range x.segs {
		m.segs = append(m.segs, manifestSegment{s: s, file: s.file, dead: s.deadDocs()})
	}
	return m, nil
}

// saved notes which file each segment lies in and removes the files that are no
// longer named.
func (x *Index) saved(dir string, m *manifest) error {
	clean := map[string]bool{}
	x.mu.Lock()
	for _, n := range m.segs {
		n.s.file = n.file
	}
	for _, f := range x.retired {
		if !f.dirty {
			clean[f.path(dir)] = true
		}
	}
	x.retired = nil
	for _, n := range m.segs {
		if !slices.Contains(x.segs, n.s) { // merged meanwhile
			x.retired = append(x.retired, &segmentFile{name: n.file.name, size: n.file.size, dirty: true})
		}
	}
	x.mu.Unlock()
	keep := map[string]bool{}
	for _, n := range m.segs {
		keep[n.file.path(dir)] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	removed := false
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !strings.HasSuffix(path, segmentEnding) || keep[path] {
			continue
		}
		removed = true
		erase := eraseFile // what is not known to be clean is overwritten
		if clean[path] {
			erase = os.Remove
		}
		if err := erase(path); err != nil {
			return err
		}
	}
	if !removed {
		return nil
	}
	return seal.SyncDir(dir)
}

// LoadDir reads what SaveDir wrote, and the tip. Anything missing, damaged or
// sealed under another key is ErrSnapshot, another format or other rules
// ErrRules: the index must then be built again. It writes nothing.
func LoadDir(ctx context.Context, dir string, key seal.Key) (*Index, Tip, error) {
	m, err := readManifest(dir, key)
	if err != nil {
		return nil, Tip{}, absent(err)
	}
	x := New()
	x.home = homeOf(dir, key)
	for i := range m.segs {
		n := &m.segs[i]
		s, err := readSegment(ctx, dir, key, n.file)
		if err != nil {
			return nil, Tip{}, absent(err)
		}
		s.file = n.file
		for _, doc := range n.dead {
			if int(doc) >= s.docCount() || !s.kill(doc) {
				return nil, Tip{}, ErrSnapshot
			}
		}
		x.segs = append(x.segs, s)
	}
	return x, m.tip, nil
}

// absent makes ErrSnapshot of a file that is not there.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrSnapshot
	}
	return err
}

// EraseDir overwrites every file of the folder with zeros, then removes them
// and the folder. A folder that is not there is no error.
func EraseDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := eraseFile(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	if err := os.Remove(dir); err != nil {
		return err
	}
	return seal.SyncDir(filepath.Dir(dir))
}

var zeros = sync.OnceValue(func() []byte { return make([]byte, 1<<20) })

// eraseFile overwrites a file with zeros, syncs it and removes it.
func eraseFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	for at := int64(0); err == nil && at < info.Size(); {
		var n int
		n, err = f.WriteAt(zeros()[:min(info.Size()-at, int64(len(zeros())))], at)
		at += int64(n)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Remove(path)
}
