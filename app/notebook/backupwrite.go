package notebook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"wherry/storage/archive"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// snapshot is a notebook at one moment, as a backup copies it.
type snapshot struct {
	dir      string
	cfg      Config
	key      seal.Key
	j        *journal.Journal
	notebook record.ID
	files    []journal.FileRef
	tip      journal.Tip
	keyFile  []byte
	boxBytes []byte
	box      *seal.Box
	settings []byte
	drafts   []part
}

// part is one file of a backup: bytes at hand, or a file to be read.
type part struct {
	name string
	size int64
	data []byte
	path string
}

// list reads the snapshot's frames. Where some cannot be read they are tried
// once more, in case another program only held the file; then they are copied as
// they are, and the check of the backup names them.
func (s *snapshot) list(ctx context.Context) (*listed, error) {
	for try := 0; ; try++ {
		l := new(listed)
		err := s.frames(ctx, func(f journal.Frame) error { l.take(s.box, f); return nil })
		if errors.Is(err, journal.ErrDamaged) && try == 0 {
			continue
		}
		if err != nil && !errors.Is(err, journal.ErrDamaged) {
			return nil, err
		}
		s.claimStaged(l)
		return l, nil
	}
}

// write makes the backup at its place, to. before is called when all is written and
// durable, just before the file gets its name.
func (s *snapshot) write(ctx context.Context, to string, keep time.Duration, before func(*archive.Manifest)) (*BackupReport, error) {
	dir := filepath.Dir(to)
	if err := writableDir(dir); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(to); err == nil {
		return nil, ErrExists
	}
	l, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	parts, total := s.parts(l)
	if err := fits(dir, total, s.cfg.MinFree); err != nil {
		return nil, err
	}
	now := s.cfg.Clock().UTC()
	m := archive.Manifest{Created: now.UnixMilli(), Expires: now.Add(keep).UnixMilli(), Journal: uint64(s.j.Version()),
		Tip: s.tip.Seq, TipMAC: s.tip.MAC, List: l.hash(), Entries: uint64(len(l.rows)), Drafts: uint64(len(s.drafts))}
	if _, err := io.ReadFull(s.cfg.Rand, m.Backup[:]); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, backupTemp+"*") // for its owner only
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	w := &summed{w: f, h: sha256.New()}
	err = s.fill(ctx, w, parts, m)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	before(&m)
	if err := publish(f.Name(), to); err != nil {
		return nil, err
	}
	return &BackupReport{Path: to, Backup: m.Backup, Bytes: w.n, SHA256: record.ID(w.h.Sum(nil)), Entries: int(m.Entries),
		Drafts: int(m.Drafts), Tip: m.Tip, Created: now, Expires: milli(m.Expires)}, nil
}

// backupTemp begins the name of a backup that is not whole yet.
const backupTemp = ".wherry-backup-"

// fill writes the parts and the manifest.
func (s *snapshot) fill(ctx context.Context, to io.Writer, parts []part, m archive.Manifest) error {
	w, err := archive.NewWriter(to, archive.Header{Notebook: s.notebook, Created: milli(m.Created), KeyFile: s.keyFile}, s.key, s.cfg.Rand)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := p.add(ctx, w); err != nil {
			return err
		}
	}
	return w.Finish(m)
}

func (p part) add(ctx context.Context, w *archive.Writer) error {
	if p.path == "" {
		return w.Add(p.name, p.size, bytes.NewReader(p.data))
	}
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	return w.Add(p.name, p.size, stoppable{ctx, f})
}

// parts lists the files of the backup by name, and how many bytes they are.
func (s *snapshot) parts(l *listed) (parts []part, total int64) {
	parts = append(parts, part{name: "box.A", size: int64(len(s.boxBytes)), data: s.boxBytes})
	if len(s.settings) > 0 {
		parts = append(parts, part{name: "settings.sealed", size: int64(len(s.settings)), data: s.settings})
	}
	parts = append(parts, s.drafts...)
	for _, f := range s.files {
		p := part{name: "journal/" + f.Name, size: f.Size, data: f.Data}
		if f.Data == nil {
			p.path = filepath.Join(journalDir(s.dir), f.Name)
		}
		parts = append(parts, p)
	}
	for id := range l.blobs {
		name := blobMember(id.String())
		p := part{name: name, path: filepath.Join(s.dir, filepath.FromSlash(name))}
		// An attachment that is not here yet is the council's to keep.
		if st, err := os.Stat(p.path); err == nil {
			p.size = st.Size()
			parts = append(parts, p)
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.name, b.name) })
	for _, p := range parts {
		total += p.size
	}
	return parts, total
}

// fits reports ErrBackupSpace unless so many bytes can be written into dir and
// the gate below which nothing is saved stays open. Sealing adds less than a
// thousandth, names and manifest less than a mebibyte.
func fits(dir string, bytes int64, minFree uint64) error {
	if minFree == 0 {
		minFree = journal.DefaultMinFree
	}
	free, err := journal.Disk().FreeBytes(dir)
	if err != nil {
		return err
	}
	if free < uint64(bytes+bytes/1000)+1<<20+minFree {
		return ErrBackupSpace
	}
	return nil
}

// publish gives a finished file its name, and never takes the name from another.
func publish(tmp, path string) error {
	err := os.Link(tmp, path)
	if errors.Is(err, os.ErrExist) {
		return ErrExists
	}
	if err != nil { // a file system without second names, as on many memory sticks
		if _, err := os.Lstat(path); err == nil {
			return ErrExists
		}
		err = os.Rename(tmp, path)
	} else {
		err = os.Remove(tmp)
	}
	return errors.Join(err, seal.SyncDir(filepath.Dir(path)))
}

// summed counts and hashes what is written.
type summed struct {
	w io.Writer
	h interface {
		io.Writer
		Sum([]byte) []byte
	}
	n int64
}

func (s *summed) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.h.Write(p[:n])
	s.n += int64(n)
	return n, err
}

// stoppable reads until the context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
