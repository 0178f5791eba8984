package desktop

import (
	"context"
	"time"
)

// Backups is the notebook's dealings with its backups. MakeBackup, CheckBackup,
// TryRestore and BackupSoFar run beside every other method, as Sync does: a
// large notebook and a slow memory stick must never keep a draft from being
// saved. They end early when their context does, or at Lock.
type Backups interface {
	// Backups says what is known of the last backup.
	Backups(ctx context.Context) (BackupFacts, error)
	// BackupSize is about how large a backup made now would be, in bytes.
	BackupSize(ctx context.Context) (int64, error)
	// RemindBackup sets the days without a backup until a reminder; 0 for none.
	RemindBackup(ctx context.Context, days int) error
	// MakeBackup writes everything into one sealed file. It returns only when
	// the file is whole and durable; until then the file has not its name.
	MakeBackup(ctx context.Context, r BackupRequest) (BackupMade, error)
	// BackupSoFar is how many bytes of a backup that is being made are there.
	BackupSoFar(path string) int64
	// CheckBackup reads every byte of a backup and writes nothing.
	CheckBackup(ctx context.Context, path string, s BackupSecret) (BackupFound, error)
	// TryRestore is CheckBackup; then the backup is restored into a temporary
	// folder, sealed as ever, compared entry by entry, and erased.
	TryRestore(ctx context.Context, path string, s BackupSecret) (BackupFound, error)
}

// BackupFacts is what a notebook knows of its last backup.
type BackupFacts struct {
	Made    time.Time // zero: none is known
	Expires time.Time // when it is to be destroyed; zero: not known
	Checked time.Time // when every byte of it was read; zero: never
	Tried   time.Time // when a restore of it was tried; zero: never
	Days    int       // without one until a reminder; 0: none
	Due     bool      // alone, and too long without one
}

// BackupRequest asks for a backup.
type BackupRequest struct {
	Path string
	Keep time.Duration // until it is to be destroyed
}

// BackupMade is a backup that is on its disk, whole.
type BackupMade struct {
	Path            string
	Entries, Drafts int
	Bytes           int64
	Made, Expires   time.Time
	Noted           bool // the notebook remembers it
}

// BackupSecret opens a backup: with the passphrase of the day on which it was
// made or, where Code is not "", with the recovery code. Whoever made it wipes it.
type BackupSecret struct {
	Passphrase []byte
	Code       string
}

// BackupFound is what a check or a trial found.
type BackupFound struct {
	Whole           bool // every byte is as it was written
	Damaged         int  // places that are not
	Own             bool // a backup of this notebook
	Entries, Drafts int
	Made, Expires   time.Time // zero if damage hides them
	Expired         bool      // it was to be destroyed by now
	Restored        bool      // it was restored, compared and found equal
}

// RestoreRequest asks for a notebook out of a backup. With a recovery code
// Passphrase is the new one; otherwise the one that opens the backup.
type RestoreRequest struct {
	Path       string
	Code       string
	Passphrase []byte
}

// Restored says what came out of a backup.
type Restored struct {
	Entries, Drafts int
	Made            time.Time // the moment that was restored
	Expired         bool      // the backup was to be destroyed by now
	Enrolled        bool      // what was sent since is with the council
	Damaged         int       // places that were damaged already in the notebook
}
