package notebook

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"wherry/storage/archive"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// restoredItem notes in the journal that what came before it was taken from a
// backup.
type restoredItem struct {
	_      struct{} `cbor:",toarray"`
	Backup record.ID
	Made   int64 // when the backup was, Unix milliseconds
	Tip    uint64
}

// closeLanes ends every open lane of ours: the next entry of each case opens a
// new one. The folder that was backed up may still exist and go on in the old
// ones, and two notebooks that wrote in one lane would fork it.
func (n *Notebook) closeLanes() {
	for _, c := range n.st.cases {
		c.Lane, c.LaneSeq, c.LaneHead = record.ID{}, 0, record.ID{}
		n.st.touched[c.ID] = true
	}
}

// RestoreReport says what a restored notebook holds.
type RestoreReport struct {
	Notebook record.ID
	Entries  int
	Drafts   int
	Made     time.Time // the moment that was restored
	Expired  bool      // the backup was to be destroyed by now
	Enrolled bool      // what was written since is with the council, if it was sent
	Damaged  int       // places that were damaged when the backup was made
}

// Restore makes a notebook in dir, which must be absent or empty, from a backup.
// The whole backup is checked first. The notebook is built beside dir, opened
// once and moved there whole, so that a stop half-way leaves nothing that looks
// like a notebook, and nothing is ever overwritten.
func Restore(ctx context.Context, path, dir string, key BackupKey, cfg Config) (*RestoreReport, error) {
	cfg = cfg.filled()
	if err := MayCreate(dir); err != nil {
		return nil, err
	}
	o, _, err := openBackup(ctx, path, key)
	if err != nil {
		return nil, err
	}
	defer o.close()
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, err
	}
	sweepScratch(parent, newPrefix, o.u.Key)
	s, err := newScratch(parent, newPrefix, o.u.Key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.remove() }() // the notebook is not in it any more, or failed
	tmp := s.notebook()
	n, err := o.unpack(ctx, tmp, cfg)
	if err != nil {
		return nil, err
	}
	rep := &RestoreReport{Notebook: o.Header.Notebook, Entries: int(o.Manifest.Entries), Drafts: int(o.Manifest.Drafts),
		Made: milli(o.Manifest.Created), Expired: o.Manifest.Expires < cfg.Clock().UnixMilli()}
	err = n.restored(ctx, &o.Manifest, rep)
	if err := errors.Join(err, n.Close(), os.Remove(filepath.Join(tmp, restoringFile))); err != nil {
		return nil, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return nil, err
	}
	return rep, seal.SyncDir(parent)
}

// restored writes down that the notebook was restored.
func (n *Notebook) restored(ctx context.Context, m *archive.Manifest, rep *RestoreReport) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	rep.Enrolled, rep.Damaged = n.st.enrolled(), len(n.damage)
	return n.append(ctx, item(itemRestored, restoredItem{Backup: m.Backup, Made: m.Created, Tip: m.Tip}))
}

// restoringFile is in a folder while it is being filled from a backup.
const restoringFile = "restoring"

// unpack fills an empty folder with the files of a backup, each durable, and
// opens it. Nothing is in the clear there that is not in a notebook.
func (o *opened) unpack(ctx context.Context, dir string, cfg Config) (*Notebook, error) {
	if err := fits(dir, int64(o.Manifest.Bytes)+journal.DefaultReserve, cfg.MinFree); err != nil {
		return nil, err
	}
	if err := seal.WriteFileSync(filepath.Join(dir, restoringFile), nil); err != nil {
		return nil, err
	}
	for _, m := range o.Members {
		r, err := o.File(m.Name)
		if err != nil {
			return nil, err
		}
		names := []string{m.Name}
		if m.Name == "box.A" {
			names = append(names, "box.B")
		}
		for _, name := range names {
			if _, err := r.Seek(0, io.SeekStart); err != nil {
				return nil, err
			}
			if err := writeNew(filepath.Join(dir, filepath.FromSlash(name)), stoppable{ctx, r}); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range []string{"key.A", "key.B"} {
		if err := seal.WriteFileSync(filepath.Join(dir, name), o.Header.KeyFile); err != nil {
			return nil, err
		}
	}
	lock, err := journal.Lock(dir)
	if err != nil {
		return nil, err
	}
	return openWith(ctx, dir, &seal.Unlocked{Key: o.u.Key, Notebook: o.u.Notebook}, lock, cfg)
}

// writeNew writes a file that must not exist yet, and its folder.
func writeNew(path string, r io.Reader) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close(), seal.SyncDir(dir), seal.SyncDir(filepath.Dir(dir)))
}

// DrillReport says whether a backup really restores.
type DrillReport struct {
	OK      bool
	Entries int
	Drafts  int
	Took    time.Duration
	Damaged []DamagedPart
}

// Drill restores a backup into a temporary folder, opens the notebook there,
// compares every entry's id and hash with what the notebook listed when the
// backup was made, and erases the folder. Only sealed files are in it.
func Drill(ctx context.Context, path string, key BackupKey, cfg Config) (_ *DrillReport, err error) {
	cfg = cfg.filled()
	began := time.Now()
	o, _, err := openBackup(ctx, path, key)
	var d *archive.Damage
	if errors.As(err, &d) {
		return &DrillReport{Damaged: []DamagedPart{damageOf(d)}, Took: time.Since(began)}, nil
	}
	if err != nil {
		return nil, err
	}
	defer o.close()
	s, err := newDrill(o.u.Key)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	n, err := o.unpack(ctx, s.notebook(), cfg)
	if err != nil {
		return nil, err
	}
	rep, err := n.compare(ctx, &o.Manifest)
	if err := errors.Join(err, n.Close()); err != nil {
		return nil, err
	}
	rep.Took = time.Since(began)
	return rep, nil
}

// compare holds what a notebook lists against a manifest.
func (n *Notebook) compare(ctx context.Context, m *archive.Manifest) (*DrillReport, error) {
	rep := &DrillReport{Damaged: []DamagedPart{}}
	var l listed
	cases, _, err := n.Cases(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		rows, err := n.Entries(ctx, c.ID.String(), "")
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if !r.Damaged && !r.Unknown {
				l.rows = append(l.rows, listedRow{r.ID, r.SHA256})
			}
		}
	}
	drafts, unreadable, err := n.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	if l.hash() != m.List {
		rep.Damaged = append(rep.Damaged, DamagedPart{File: "journal", Reason: archive.ReasonManifest})
	}
	if unreadable > 0 || len(drafts) > int(m.Drafts) { // one that was published is swept away
		rep.Damaged = append(rep.Damaged, DamagedPart{File: "drafts", Reason: "draft does not open"})
	}
	for _, d := range n.damage {
		rep.Damaged = append(rep.Damaged, DamagedPart{File: "journal/" + d.File, Segment: d.Segment, Reason: d.Reason})
	}
	rep.OK, rep.Entries, rep.Drafts = len(rep.Damaged) == 0, len(l.rows), len(drafts)
	return rep, nil
}
