package desktop

import (
	"context"
	"errors"
	"time"
)

// fakeBackups are the backups of a fakeBook.
type fakeBackups struct {
	facts   BackupFacts
	size    int64
	soFar   int64
	asked   []BackupRequest
	found   BackupFound
	code    string // what opens it beside the passphrase
	err     error
	reminds int
}

var (
	errBackupKey = errors.New("not the key of this backup")
	errInside    = errors.New("inside")
	errNotBackup = errors.New("not a backup")
)

func (b *fakeBook) Backups(context.Context) (BackupFacts, error) { return b.backed.facts, nil }

func (b *fakeBook) BackupSize(context.Context) (int64, error) { return b.backed.size, nil }

func (b *fakeBook) RemindBackup(_ context.Context, days int) error {
	b.backed.facts.Days = days
	b.backed.reminds++
	return b.call("RemindBackup")
}

func (b *fakeBook) BackupSoFar(string) int64 { return b.backed.soFar }

func (b *fakeBook) MakeBackup(ctx context.Context, r BackupRequest) (BackupMade, error) {
	if err := errors.Join(b.backed.err, ctx.Err()); err != nil {
		return BackupMade{}, err
	}
	b.backed.asked = append(b.backed.asked, r)
	now := b.now()
	b.backed.facts.Made, b.backed.facts.Expires, b.backed.facts.Due = now, now.Add(r.Keep), false
	b.backed.facts.Checked, b.backed.facts.Tried = time.Time{}, time.Time{}
	return BackupMade{Path: r.Path, Entries: 41, Drafts: 1, Bytes: 3_400_000, Made: now, Expires: now.Add(r.Keep), Noted: true}, nil
}

func (b *fakeBook) opens(s BackupSecret) bool {
	return s.Code == "" && string(s.Passphrase) == b.passes || s.Code != "" && s.Code == b.backed.code
}

func (b *fakeBook) CheckBackup(ctx context.Context, path string, s BackupSecret) (BackupFound, error) {
	switch {
	case ctx.Err() != nil:
		return BackupFound{}, ctx.Err()
	case b.backed.err != nil:
		return BackupFound{}, b.backed.err
	case path == "/not/a/backup":
		return BackupFound{}, errNotBackup
	case !b.opens(s):
		return BackupFound{}, errBackupKey
	}
	if b.backed.found.Whole && b.backed.found.Own {
		b.backed.facts.Checked = b.now()
	}
	return b.backed.found, nil
}

func (b *fakeBook) TryRestore(ctx context.Context, path string, s BackupSecret) (BackupFound, error) {
	f, err := b.CheckBackup(ctx, path, s)
	if err == nil && f.Whole {
		f.Restored = true
		b.backed.facts.Tried = b.now()
	}
	return f, err
}

// Restore makes the notebook of the fake door out of a backup.
func (d *fakeDoor) Restore(ctx context.Context, r RestoreRequest) (Notebook, Restored, error) {
	b := d.book
	secret := BackupSecret{Passphrase: r.Passphrase, Code: r.Code}
	if _, err := b.CheckBackup(ctx, r.Path, secret); err != nil {
		return nil, Restored{}, err
	}
	if r.Code != "" {
		b.passes = string(r.Passphrase)
	}
	d.exists, b.locked = true, false
	return b, Restored{Entries: 41, Drafts: 1, Made: b.now().AddDate(0, 0, -3)}, nil
}

// explainBackup is explain for the errors of backups.
func explainBackup(err error) (Problem, bool) {
	switch {
	case errors.Is(err, errBackupKey):
		return Problem{CodeWrongPassphrase, "That does not open this backup.", "It opens with the passphrase or the recovery kit that the notebook had on the day it was made.", 0}, true
	case errors.Is(err, errInside):
		return Problem{"inside", "A backup inside the notebook's own folder would be lost with it.", "Choose another folder, best on another disk.", 0}, true
	case errors.Is(err, errNotBackup):
		return Problem{"not_backup", "That file is not a Wherry backup.", "Check the name.", 0}, true
	}
	return Problem{}, false
}
