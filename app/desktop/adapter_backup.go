package desktop

import (
	"context"
	"sync"

	"wherry/app/notebook"
)

// besides are the works that run beside all others. Locking ends them first, so
// that nothing of them is left half written.
type besides struct {
	mu    sync.Mutex
	stops map[*context.CancelFunc]bool
	ended bool
	wait  sync.WaitGroup
}

// begin gives the context for a work and what to call at its end.
func (b *besides) begin(ctx context.Context) (context.Context, func(), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return nil, nil, notebook.ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	if b.stops == nil {
		b.stops = map[*context.CancelFunc]bool{}
	}
	b.stops[&cancel] = true
	b.wait.Add(1)
	return ctx, func() {
		cancel()
		b.mu.Lock()
		delete(b.stops, &cancel)
		b.mu.Unlock()
		b.wait.Done()
	}, nil
}

// end stops all works and waits until they are gone.
func (b *besides) end() {
	b.mu.Lock()
	b.ended = true
	for stop := range b.stops {
		(*stop)()
	}
	b.mu.Unlock()
	b.wait.Wait()
}

func (b *book) Backups(context.Context) (BackupFacts, error) {
	s, err := b.n.BackupState()
	return BackupFacts{Made: s.Made, Expires: s.Expires, Checked: s.Checked, Tried: s.Tried, Days: s.Days, Due: s.Due}, err
}

func (b *book) BackupSize(context.Context) (int64, error) { return b.n.BackupBytes(), nil }

func (b *book) RemindBackup(_ context.Context, days int) error { return b.n.RemindBackup(days) }

func (b *book) BackupSoFar(path string) int64 { return notebook.BackupSoFar(absolute(path)) }

func (b *book) MakeBackup(ctx context.Context, r BackupRequest) (BackupMade, error) {
	ctx, done, err := b.beside.begin(ctx)
	if err != nil {
		return BackupMade{}, err
	}
	defer done()
	m, err := b.n.MakeBackup(ctx, absolute(r.Path), r.Keep)
	if err != nil {
		return BackupMade{}, err
	}
	return BackupMade{Path: m.Path, Entries: m.Entries, Drafts: m.Drafts, Bytes: m.Bytes, Made: m.Created, Expires: m.Expires, Noted: m.Listed}, nil
}

func (b *book) CheckBackup(ctx context.Context, path string, s BackupSecret) (BackupFound, error) {
	return b.look(ctx, path, s, false)
}

func (b *book) TryRestore(ctx context.Context, path string, s BackupSecret) (BackupFound, error) {
	return b.look(ctx, path, s, true)
}

// look checks a backup and, if restore is set, tries to restore it.
func (b *book) look(ctx context.Context, path string, s BackupSecret, restore bool) (BackupFound, error) {
	ctx, done, err := b.beside.begin(ctx)
	if err != nil {
		return BackupFound{}, err
	}
	defer done()
	key, err := notebook.BackupSecret(s.Passphrase, s.Code)
	if err != nil {
		return BackupFound{}, err
	}
	var c *notebook.BackupCheck
	var own bool
	var drill *notebook.DrillReport
	if restore {
		c, own, drill, err = b.n.TryBackup(ctx, absolute(path), key)
	} else {
		c, own, err = b.n.CheckBackup(ctx, absolute(path), key)
	}
	if err != nil {
		return BackupFound{}, err
	}
	f := BackupFound{Whole: c.OK, Damaged: len(c.Damaged), Own: own, Entries: c.Entries, Drafts: c.Drafts,
		Made: c.Created, Expires: c.Expires, Expired: c.Expired}
	if drill != nil {
		f.Restored, f.Damaged = drill.OK, f.Damaged+len(drill.Damaged)
	}
	return f, nil
}

// Restore makes the notebook out of a backup and opens it. With a recovery code
// the notebook gets the new passphrase before anybody can close it.
func (d *door) Restore(ctx context.Context, r RestoreRequest) (Notebook, Restored, error) {
	key, err := notebook.BackupSecret(r.Passphrase, r.Code)
	if err != nil {
		return nil, Restored{}, err
	}
	if err := notebook.PassphraseFits(r.Passphrase); err != nil {
		return nil, Restored{}, err
	}
	rep, err := notebook.Restore(ctx, absolute(r.Path), d.dir, key, d.cfg)
	if err != nil {
		return nil, Restored{}, err
	}
	ctx = context.WithoutCancel(ctx) // the notebook is there: it is opened, not left
	out := Restored{Entries: rep.Entries, Drafts: rep.Drafts, Made: rep.Made, Expired: rep.Expired, Enrolled: rep.Enrolled, Damaged: rep.Damaged}
	if r.Code != "" {
		c, err := notebook.ParseCode(r.Code)
		if err != nil {
			return nil, out, err
		}
		defer c.Wipe()
		if err := notebook.ResetPassphrase(d.dir, c, r.Passphrase, d.cfg); err != nil {
			return nil, out, err
		}
	}
	n, err := notebook.Open(ctx, d.dir, r.Passphrase, d.cfg)
	if err != nil {
		return nil, out, err
	}
	_ = n.RestoredFrom(rep) // it only would say that it knows of no backup
	return newBook(n, d), out, nil
}
