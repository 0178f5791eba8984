package notebook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
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
	if err := mayBackup(n.dir, path, &keep); err != nil {
		return nil, err
	}
	n.mu.Lock() // under it, what a draft lets go of is erased, and holds the files for moments
	release, err := n.holdFiles()
	n.mu.Unlock()
	if err != nil {
		return nil, err
	}
	defer release()
	s, err := n.snapshot()
	if err != nil {
		return nil, err
	}
	return s.backup(ctx, path, keep)
}

// BackupFolder is Backup of the notebook in dir, which another program may have
// open and be writing to. It reads the folder and changes nothing in it but the
// note that a backup was made.
func BackupFolder(ctx context.Context, dir string, passphrase []byte, path string, keep time.Duration, cfg Config) (_ *BackupReport, err error) {
	cfg = cfg.filled()
	if err := present(dir); err != nil {
		return nil, err
	}
	if err := mayBackup(dir, path, &keep); err != nil {
		return nil, err
	}
	lock, err := journal.Lock(dir)
	if err != nil && !errors.Is(err, journal.ErrInUse) {
		return nil, err
	}
	if err == nil {
		defer func() { err = errors.Join(err, lock.Close()) }()
	}
	pass, err := seal.NormalisePassphrase(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(pass)
	u, err := peek(dir, cfg, func() (*seal.Unlocked, error) { return seal.ReadKeyFile(dir, pass) })
	if err != nil {
		return nil, err
	}
	defer u.Key.Wipe()
	release, err := holdFiles(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	s, err := lookAt(dir, u.Key, cfg, lock == nil)
	if err != nil {
		return nil, err
	}
	defer s.j.Close() // it was only read
	return s.backup(ctx, path, keep)
}

// lookAt takes a snapshot of a folder without opening the notebook. Where
// another program is writing, a last frame that is not whole yet is left out;
// what looks damaged is looked at again, in case it was only being written.
func lookAt(dir string, key seal.Key, cfg Config, inUse bool) (*snapshot, error) {
	for try := 0; ; try++ {
		s := &snapshot{dir: dir, cfg: cfg, key: key}
		if err := s.takeDrafts(); err != nil { // before the journal: see takeDrafts
			return nil, err
		}
		j, r, err := journal.Open(journalDir(dir), key.Derive("journal"), journal.Options{ReadOnly: true, MustExist: true})
		if err != nil {
			return nil, err
		}
		if inUse && len(r.Damaged) > 0 && try < 3 {
			_ = j.Close() // it was only read
			continue
		}
		s.j = j
		if err := s.take(); err != nil {
			return nil, errors.Join(err, j.Close())
		}
		return s, nil
	}
}

// backup writes a snapshot and notes that it exists.
func (s *snapshot) backup(ctx context.Context, path string, keep time.Duration) (*BackupReport, error) {
	defer s.key.Wipe()
	listed := false
	rep, err := s.write(ctx, path, keep, func(m *archive.Manifest) {
		// On a disk that fails or is full the backup counts more than this note.
		listed = s.note(backupNote{ID: m.Backup, Created: m.Created, Expires: m.Expires}) == nil
	})
	if err != nil {
		return nil, err
	}
	rep.Listed = listed
	return rep, nil
}

// mayBackup checks what was asked for; keep 0 becomes the usual time.
func mayBackup(dir, path string, keep *time.Duration) error {
	if *keep < 0 || *keep > maxKeep {
		return ErrKeep
	}
	if *keep == 0 {
		*keep = DefaultKeep
	}
	return outside(dir, path)
}

// outside refuses a path inside the notebook's own folder, with which it would
// be lost.
func outside(notebook, path string) error {
	own, err := filepath.EvalSymlinks(notebook)
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

// holdFiles takes the files of the notebook for copying or rewriting; ErrBusy if
// somebody has them, in this program or another. It is taken before mu. A backup
// reads the journal's files without the notebook's lock, so that saving goes on;
// a disposal must not rewrite them meanwhile.
func (n *Notebook) holdFiles() (release func(), err error) { return holdFiles(n.dir) }

func holdFiles(dir string) (release func(), err error) {
	held, err := journal.Lock(journalDir(dir))
	if errors.Is(err, journal.ErrInUse) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = held.Close() }, nil // nothing was written to it
}

// snapshot fixes one moment of the notebook. What the journal's files hold up to
// its end never changes; the key box is read after that end is known, because
// keys go into it before the frames that need them; drafts are read before it,
// because one that is published is erased after the frame that publishes it.
func (n *Notebook) snapshot() (*snapshot, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	s := &snapshot{dir: n.dir, cfg: n.cfg, key: n.vault, j: n.j}
	return s, errors.Join(s.takeDrafts(), s.take())
}

// take fixes the journal's end and reads the small files.
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
	return nil
}

// takeDrafts reads the drafts. One that is being erased was published just now.
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
		data, err := readDraftFile(filepath.Join(s.dir, "drafts", e.Name()))
		if err != nil {
			return err
		}
		if len(data) > 0 && int64(len(data)) <= archive.Limit(name) {
			s.drafts = append(s.drafts, part{name: name, size: int64(len(data)), data: data})
		}
	}
	return nil
}

// readDraftFile reads a draft's file; nothing if it is gone or overwritten. It
// is read until it is the same twice: erasing overwrites in place.
func readDraftFile(path string) ([]byte, error) {
	var before []byte
	for try := 0; ; try++ {
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) || err == nil && len(bytes.Trim(data, "\x00")) == 0 {
			return nil, nil
		}
		if err != nil || try > 0 && bytes.Equal(data, before) || try == 5 {
			return data, err
		}
		before = data
	}
}

// errUpTo stops a replay at the end that a snapshot fixed.
var errUpTo = errors.New("notebook: end of the snapshot")

// frames gives the frames of the snapshot; ErrDamaged if some that were sound
// cannot be read any more.
func (s *snapshot) frames(ctx context.Context, fn func(journal.Frame) error) error {
	err := s.j.Replay(ctx, 0, func(f journal.Frame) error {
		if f.Seq > s.tip.Seq {
			return errUpTo
		}
		return fn(f)
	})
	if errors.Is(err, errUpTo) {
		return nil
	}
	return err
}
