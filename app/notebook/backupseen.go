package notebook

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wherry/storage/archive"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// The list of backups forgets what has expired, since a disposal asks it only
// for what still lies about. This file remembers the newest backup for its
// owner: when it was made, and whether anybody looked at it since.

// ErrBackupKey says that a passphrase or recovery code does not open a backup.
var ErrBackupKey = errors.New("notebook: not the key of this backup")

// RemindBackupEvery is after how many days without a backup the person is
// reminded unless they chose otherwise; 0 there means never.
const RemindBackupEvery = 14

// maxRemind bounds the days between reminders.
const maxRemind = 366

// BackupState is what a notebook knows of its backups.
type BackupState struct {
	Made    time.Time // of the newest backup known; zero: none is known
	Expires time.Time // when that is to be destroyed; zero: not known
	Checked time.Time // when every byte of that was read and found whole; zero: never
	Tried   time.Time // when a notebook was restored from that and compared; zero: never
	Days    int       // without a backup until a reminder; 0: none
	Due     bool      // it is time for one: alone, and too long without
}

// seenBackup is what backupseen.sealed holds. Times are Unix milliseconds, 0
// for never or not known.
type seenBackup struct {
	_       struct{} `cbor:",toarray"`
	ID      record.ID
	Made    int64
	Expires int64
	Checked int64
	Tried   int64
	Every   uint64 // days until a reminder
}

func (n *Notebook) seenFile() string { return filepath.Join(n.dir, "backupseen.sealed") }

// newestBackup is the newest backup known; from the file, or from the list of backups
// if one that was made by command is newer. The caller holds mu.
func (n *Notebook) newestBackup() seenBackup {
	s := seenBackup{Every: RemindBackupEvery}
	if plain, err := n.openSmall(n.seenFile(), "backupseen"); err == nil {
		var got seenBackup
		if record.Decode(plain, &got) == nil && got.Every <= maxRemind && got.Made >= 0 && got.Checked >= 0 && got.Tried >= 0 {
			s = got
		}
	}
	for _, b := range n.backupNotes() {
		if b.Created > s.Made {
			s = seenBackup{ID: b.ID, Made: b.Created, Expires: b.Expires, Every: s.Every}
		}
	}
	return s
}

// keepSeen changes what is remembered.
func (n *Notebook) keepSeen(change func(*seenBackup)) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	s := n.newestBackup()
	change(&s)
	return n.sealSmall(n.seenFile(), "backupseen", record.Encode(s))
}

// BackupState says when the newest backup was made, and whether it is time for
// another.
func (n *Notebook) BackupState() (BackupState, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return BackupState{}, ErrClosed
	}
	s := n.newestBackup()
	out := BackupState{Made: milli(s.Made), Expires: milli(s.Expires), Checked: milli(s.Checked), Tried: milli(s.Tried),
		Days: int(s.Every)}
	since := s.Made
	if since == 0 {
		since = n.st.meta.Pin.Created
	}
	// In a council what was sent is safe elsewhere: alone, nothing is.
	out.Due = s.Every > 0 && !n.st.enrolled() && !n.now().Before(time.UnixMilli(since).AddDate(0, 0, int(s.Every)))
	return out, nil
}

// BackupBytes is about how large a backup made now would be: the files that make
// one large, added up. What comes or goes meanwhile does not matter.
func (n *Notebook) BackupBytes() int64 {
	total := int64(0)
	for _, part := range []string{"box.A", "settings.sealed", "journal", "blobs", "drafts"} {
		_ = filepath.WalkDir(filepath.Join(n.dir, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			name, err := filepath.Rel(n.dir, path)
			if err != nil || archive.Limit(filepath.ToSlash(name)) == 0 {
				return nil // no part of a backup
			}
			if st, err := d.Info(); err == nil {
				total += st.Size()
			}
			return nil
		})
	}
	return total
}

// RemindBackup sets after how many days without a backup to remind, up to a
// year; 0 ends the reminders.
func (n *Notebook) RemindBackup(days int) error {
	return n.keepSeen(func(s *seenBackup) { s.Every = uint64(min(max(days, 0), maxRemind)) })
}

// MakeBackup is Backup, remembered.
func (n *Notebook) MakeBackup(ctx context.Context, path string, keep time.Duration) (*BackupReport, error) {
	r, err := n.Backup(ctx, path, keep)
	if err != nil {
		return nil, err
	}
	// The file is there whether or not this notebook can remember it.
	_ = n.keepSeen(func(s *seenBackup) {
		*s = seenBackup{ID: r.Backup, Made: r.Created.UnixMilli(), Expires: r.Expires.UnixMilli(), Every: s.Every}
	})
	return r, nil
}

// CheckBackup is VerifyBackup, remembered if it is a backup of this notebook
// and none is newer. own says that it is this notebook's.
func (n *Notebook) CheckBackup(ctx context.Context, path string, key BackupKey) (c *BackupCheck, own bool, err error) {
	if c, err = VerifyBackup(ctx, path, key, n.cfg); err != nil {
		return nil, false, err
	}
	own = c.Notebook == n.id()
	if own && c.OK {
		at := n.now().UnixMilli()
		_ = n.keepSeen(func(s *seenBackup) { s.take(c); s.mark(c, &s.Checked, at) }) // what was found stands without it
	}
	return c, own, nil
}

// TryBackup checks a backup, restores it into a temporary folder, compares and
// erases the folder. The drill is nil if the check found damage.
func (n *Notebook) TryBackup(ctx context.Context, path string, key BackupKey) (c *BackupCheck, own bool, d *DrillReport, err error) {
	once := &openedOnce{key: key}
	defer once.wipe()
	if c, own, err = n.CheckBackup(ctx, path, once.open); err != nil || !c.OK {
		return c, own, nil, err
	}
	if d, err = Drill(ctx, path, once.open, n.cfg); err != nil {
		return nil, false, nil, err
	}
	if own && d.OK {
		at := n.now().UnixMilli()
		_ = n.keepSeen(func(s *seenBackup) { s.mark(c, &s.Tried, at) })
	}
	return c, own, d, nil
}

// take makes a backup that was looked at the newest known, if it is.
func (s *seenBackup) take(c *BackupCheck) {
	if made := c.Created.UnixMilli(); made > s.Made {
		*s = seenBackup{ID: c.Backup, Made: made, Expires: c.Expires.UnixMilli(), Every: s.Every}
	}
}

// mark notes when something was done with the newest backup; what is done with
// an older one is not remembered.
func (s *seenBackup) mark(c *BackupCheck, what *int64, at int64) {
	if s.ID == c.Backup {
		*what = at
	}
}

// RestoredFrom notes in a notebook that was just restored which backup it came
// from, so that it does not say that it knows of none.
func (n *Notebook) RestoredFrom(r *RestoreReport) error {
	at := n.now().UnixMilli()
	return n.keepSeen(func(s *seenBackup) { *s = seenBackup{Made: r.Made.UnixMilli(), Tried: at, Every: s.Every} })
}

func (n *Notebook) id() record.ID {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.st.meta.Pin.Notebook
}

// openedOnce keeps what a backup's key opened, so that a passphrase is
// stretched once for two readings.
type openedOnce struct {
	key BackupKey
	u   *seal.Unlocked
}

func (o *openedOnce) open(keyFile []byte) (*seal.Unlocked, error) {
	if o.u == nil {
		u, err := o.key(keyFile)
		if err != nil {
			return nil, err
		}
		o.u = u
	}
	u := *o.u // whoever reads the backup wipes its own
	return &u, nil
}

func (o *openedOnce) wipe() {
	if o.u != nil {
		o.u.Key.Wipe()
	}
}

// BackupSecret opens a backup with a passphrase or, if code is not "", with a
// recovery code as it was typed. What does not open it is ErrBackupKey.
func BackupSecret(passphrase []byte, code string) (BackupKey, error) {
	key := BackupPassphrase(passphrase)
	if code != "" {
		c, err := ParseCode(code)
		if err != nil {
			return nil, err
		}
		key = BackupCode(c)
	}
	return func(keyFile []byte) (*seal.Unlocked, error) {
		u, err := key(keyFile)
		if errors.Is(err, seal.ErrWrongPassphrase) {
			return nil, ErrBackupKey
		}
		return u, err
	}, nil
}

// BackupSoFar is how many bytes of a backup that is being written to path are
// there by now; 0 if none is. It looks at the folder only.
func BackupSoFar(path string) int64 {
	dir := filepath.Dir(path)
	ents, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	var size int64
	var newest time.Time // a backup that was killed may have left one, too
	for _, e := range ents {
		if !strings.HasPrefix(e.Name(), backupTemp) {
			continue
		}
		if st, err := e.Info(); err == nil && st.ModTime().After(newest) {
			size, newest = st.Size(), st.ModTime()
		}
	}
	return size
}

// PassphraseFits refuses what can be nobody's passphrase, before work is done
// that would end with it.
func PassphraseFits(passphrase []byte) error {
	pass, err := seal.NormalisePassphrase(passphrase)
	clear(pass)
	return err
}
