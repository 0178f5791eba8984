package notebook

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// backupNote is what a notebook remembers of a backup that it made: not where.
type backupNote struct {
	_       struct{} `cbor:",toarray"`
	ID      record.ID
	Created int64
	Expires int64
}

func backupsFile(dir string) string { return filepath.Join(dir, "backups.sealed") }

// backupNotes reads the list of backups made; what cannot be read is no list.
func backupNotes(dir string, key seal.Key, notebook record.ID) []backupNote {
	data, err := os.ReadFile(backupsFile(dir))
	if err != nil {
		return nil
	}
	plain, err := seal.Open(key.Derive("backups"), notebook[:], data)
	var notes []backupNote
	if err != nil || record.Decode(plain, &notes) != nil {
		return nil
	}
	return notes
}

func (n *Notebook) backupNotes() []backupNote {
	return backupNotes(n.dir, n.vault, n.st.meta.Pin.Notebook)
}

// note remembers a backup before it gets its name. Those that have expired are
// forgotten. Whoever notes holds the files.
func (s *snapshot) note(b backupNote) error {
	now := s.cfg.Clock().UnixMilli()
	notes := slices.DeleteFunc(backupNotes(s.dir, s.key, s.notebook), func(x backupNote) bool { return x.Expires < now })
	data, err := seal.Seal(s.key.Derive("backups"), s.notebook[:], record.Encode(append(notes, b)))
	if err != nil {
		return err
	}
	return seal.WriteFileSync(backupsFile(s.dir), data)
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
