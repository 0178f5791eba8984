package notebook

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"wherry/storage/archive"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// DefaultKeep is how long a backup is to be kept unless told otherwise. When it
// expires, whoever has it destroys it: until then what was disposed of can still
// be read from it.
const DefaultKeep = 90 * 24 * time.Hour

// maxKeep bounds what may be asked for: ten years.
const maxKeep = 3653 * 24 * time.Hour

// Errors of backups.
var (
	// ErrBusy says that the notebook's files are being copied or rewritten.
	ErrBusy = errors.New("notebook: a backup or a disposal is running")
	// ErrBackupSpace says that a backup or what it restores does not fit.
	ErrBackupSpace = errors.New("notebook: not enough space for the backup")
	// ErrInside says that a backup was asked for inside its own notebook.
	ErrInside = errors.New("notebook: backup inside the notebook's folder")
	// ErrKeep says that a backup cannot be kept for so long, or so short.
	ErrKeep = errors.New("notebook: not a time to keep a backup for")
)

// BackupReport is the file that was written.
type BackupReport struct {
	Path    string
	Backup  record.ID
	Bytes   int64
	SHA256  record.ID
	Entries int
	Drafts  int
	Tip     uint64
	Created time.Time
	Expires time.Time
	// Listed says that the notebook remembers this backup, so that a disposal
	// can say until when it is incomplete.
	Listed bool
}

// Backup writes everything that this notebook has acknowledged at this moment
// into one sealed file, while recording goes on. The file must not exist; until
// it is whole and durable it does not have its name.
func (n *Notebook) Backup(ctx context.Context, path string, keep time.Duration) (*BackupReport, error) {
	if keep < 0 || keep > maxKeep {
		return nil, ErrKeep
	}
	if keep == 0 {
		keep = DefaultKeep
	}
	if err := n.outside(path); err != nil {
		return nil, err
	}
	release, err := n.holdFiles()
	if err != nil {
		return nil, err
	}
	defer release()
	s, err := n.snapshot()
	if err != nil {
		return nil, err
	}
	defer s.key.Wipe()
	listed := false
	rep, err := s.write(ctx, path, keep, func(m *archive.Manifest) {
		// On a disk that fails or is full the backup counts more than this note.
		listed = n.noteBackup(backupNote{ID: m.Backup, Created: m.Created, Expires: m.Expires}) == nil
	})
	if err != nil {
		return nil, err
	}
	rep.Listed = listed
	return rep, nil
}

// outside refuses a path inside the notebook's own folder, with which it would
// be lost.
func (n *Notebook) outside(path string) error {
	own, err := filepath.EvalSymlinks(n.dir)
	if err != nil {
		return err
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return ErrFolder
	}
	if own, err = filepath.Abs(own); err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if dir == own || strings.HasPrefix(dir, own+string(filepath.Separator)) {
		return ErrInside
	}
	return nil
}

// held is which notebooks have their files copied or rewritten just now. A
// backup reads the journal's files without the notebook's lock, so that saving
// goes on; a disposal must not rewrite them meanwhile.
var held struct {
	sync.Mutex
	of map[*Notebook]bool
}

// holdFiles takes the files of the notebook for copying or rewriting; ErrBusy if
// somebody has them. It is taken before mu.
func (n *Notebook) holdFiles() (release func(), err error) {
	held.Lock()
	defer held.Unlock()
	if held.of[n] {
		return nil, ErrBusy
	}
	if held.of == nil {
		held.of = map[*Notebook]bool{}
	}
	held.of[n] = true
	return func() {
		held.Lock()
		delete(held.of, n)
		held.Unlock()
	}, nil
}

// snapshot fixes one moment of the notebook. What the journal's files hold up to
// its end never changes; the key box is read after that end is known, because
// keys go into it before the frames that need them; drafts are read here, since
// one that is published a moment later is erased.
func (n *Notebook) snapshot() (*snapshot, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	s := &snapshot{dir: n.dir, cfg: n.cfg, key: n.vault, j: n.j}
	return s, s.take()
}

// take reads what changes with time.
func (s *snapshot) take() (err error) {
	if s.files, s.tip, err = s.j.Files(); err != nil {
		return err
	}
	if s.keyFile, s.notebook, err = seal.KeyFileCopy(s.dir); err != nil {
		return err
	}
	if s.boxBytes, err = seal.BoxCopy(s.dir, s.key); err != nil {
		return err
	}
	if s.box, err = seal.ReadBoxCopy(s.boxBytes, s.key); err != nil {
		return err
	}
	s.settings, err = os.ReadFile(filepath.Join(s.dir, "settings.sealed"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return s.takeDrafts()
}

func (s *snapshot) takeDrafts() error {
	ents, err := os.ReadDir(filepath.Join(s.dir, "drafts"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range ents {
		name := "drafts/" + e.Name()
		if archive.Limit(name) == 0 {
			continue // a temporary that a killed save left
		}
		data, err := os.ReadFile(filepath.Join(s.dir, "drafts", e.Name()))
		if err != nil {
			return err
		}
		if int64(len(data)) <= archive.Limit(name) {
			s.drafts = append(s.drafts, part{name: name, size: int64(len(data)), data: data})
		}
	}
	return nil
}

// backupNote is what a notebook remembers of a backup that it made: not where.
type backupNote struct {
	_       struct{} `cbor:",toarray"`
	ID      record.ID
	Created int64
	Expires int64
}

func (n *Notebook) backupsFile() string { return filepath.Join(n.dir, "backups.sealed") }

// backupNotes reads the list of backups made; what cannot be read is no list.
func (n *Notebook) backupNotes() []backupNote {
	data, err := os.ReadFile(n.backupsFile())
	if err != nil {
		return nil
	}
	plain, err := seal.Open(n.vault.Derive("backups"), n.st.meta.Pin.Notebook[:], data)
	var notes []backupNote
	if err != nil || record.Decode(plain, &notes) != nil {
		return nil
	}
	return notes
}

// noteBackup remembers a backup before it gets its name. Those that have expired
// are forgotten.
func (n *Notebook) noteBackup(b backupNote) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	now := n.now().UnixMilli()
	notes := slices.DeleteFunc(n.backupNotes(), func(x backupNote) bool { return x.Expires < now })
	data, err := seal.Seal(n.vault.Derive("backups"), n.st.meta.Pin.Notebook[:], record.Encode(append(notes, b)))
	if err != nil {
		return err
	}
	return seal.WriteFileSync(n.backupsFile(), data)
}

// backupsUntil is when the last of the backups that this notebook made expires:
// until then what is disposed of today may still be read from one. Zero if there
// is none. The caller holds mu.
func (n *Notebook) backupsUntil() time.Time {
	last := int64(0)
	for _, b := range n.backupNotes() {
		last = max(last, b.Expires)
	}
	if last <= n.now().UnixMilli() {
		return time.Time{}
	}
	return milli(last)
}

// errUpTo stops a replay at the end that a snapshot fixed.
var errUpTo = errors.New("notebook: end of the snapshot")

// frames gives the frames of the snapshot. A frame that went bad since it was
// written is passed over: it is copied as it is, and named by verify.
func (s *snapshot) frames(ctx context.Context, fn func(journal.Frame) error) error {
	err := s.j.Replay(ctx, 0, func(f journal.Frame) error {
		if f.Seq > s.tip.Seq {
			return errUpTo
		}
		return fn(f)
	})
	if errors.Is(err, errUpTo) || errors.Is(err, journal.ErrDamaged) {
		return nil
	}
	return err
}
