package notebook

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wherry/app/casework"
	"wherry/storage/seal"
)

func stateOf(t *testing.T, n *Notebook) BackupState {
	t.Helper()
	s, err := n.BackupState()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// clocked is a notebook in a small folder whose clock the test moves.
func clocked(t *testing.T) (n *Notebook, dir string, at *time.Time) {
	t.Helper()
	at = new(time.Time)
	*at = time.Now().Truncate(time.Second)
	n, dir = openFixture(t, writer, Config{Clock: func() time.Time { return *at }})
	return n, dir, at
}

// What a notebook says of its last backup is what was proven of it, outlives
// the backup's expiry and an opening, and is nobody's word but its own.
func TestTheLastBackupIsRemembered(t *testing.T) {
	ctx := context.Background()
	n, dir, at := clocked(t)
	key := BackupCode(codeOf(t, writer))
	out := t.TempDir()
	if s := stateOf(t, n); !s.Made.IsZero() || s.Days != RemindBackupEvery {
		t.Fatalf("a notebook without a backup says %+v", s)
	}
	first, second := filepath.Join(out, "1.whb"), filepath.Join(out, "2.whb")
	made, err := n.MakeBackup(ctx, first, 30*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if about := n.BackupBytes(); about > made.Bytes || about < made.Bytes/2 {
		t.Errorf("it was to have about %d bytes and has %d", about, made.Bytes)
	}
	if s := stateOf(t, n); s.Made.UnixMilli() != at.UnixMilli() || !s.Expires.Equal(made.Expires) || !s.Checked.IsZero() || !s.Tried.IsZero() || s.Due {
		t.Errorf("after a backup: %+v", s)
	}
	*at = at.Add(time.Hour)
	if c, own, err := n.CheckBackup(ctx, first, key); err != nil || !own || !c.OK {
		t.Fatalf("%+v %v %v", c, own, err)
	}
	if s := stateOf(t, n); s.Checked.UnixMilli() != at.UnixMilli() || !s.Tried.IsZero() {
		t.Errorf("after the check: %+v", s)
	}
	*at = at.Add(time.Hour)
	if c, own, d, err := n.TryBackup(ctx, first, key); err != nil || !own || !c.OK || d == nil || !d.OK || d.Entries != made.Entries {
		t.Fatalf("%+v %v %+v %v", c, own, d, err)
	}
	if s := stateOf(t, n); s.Tried.UnixMilli() != at.UnixMilli() {
		t.Errorf("after the trial: %+v", s)
	}
	// A newer one was looked at by nobody yet; looking at the older one does
	// not change that.
	*at = at.Add(time.Hour)
	if _, err := n.MakeBackup(ctx, second, 0); err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.CheckBackup(ctx, first, key); err != nil {
		t.Fatal(err)
	}
	if s := stateOf(t, n); !s.Checked.IsZero() || !s.Tried.IsZero() {
		t.Errorf("a newer backup counts as checked: %+v", s)
	}
	newest := stateOf(t, n).Made
	*at = at.AddDate(1, 0, 0) // every backup has expired
	if _, err := n.MakeBackup(ctx, filepath.Join(dir, "inside.whb"), 0); !errors.Is(err, ErrInside) {
		t.Errorf("inside: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err = OpenWithCode(ctx, dir, codeOf(t, writer), n.cfg); err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if s := stateOf(t, n); !s.Made.Equal(newest) || !s.Due {
		t.Errorf("a year later: %+v", s)
	}
	if err := os.WriteFile(n.seenFile(), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := stateOf(t, n); s.Days != RemindBackupEvery || !s.Due {
		t.Errorf("with a damaged record: %+v", s)
	}
}

// A backup that was made by command is known, too.
func TestABackupByCommandIsKnown(t *testing.T) {
	n, _, at := clocked(t)
	if _, err := n.Backup(context.Background(), filepath.Join(t.TempDir(), "b.whb"), 0); err != nil { // as the command does
		t.Fatal(err)
	}
	if s := stateOf(t, n); s.Made.UnixMilli() != at.UnixMilli() || s.Expires.IsZero() {
		t.Errorf("%+v", s)
	}
}

func TestABackupIsRemindedOf(t *testing.T) {
	n, _, at := clocked(t)
	if _, err := n.MakeBackup(context.Background(), filepath.Join(t.TempDir(), "b.whb"), 0); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days, remind int
		due          bool
	}{{13, 14, false}, {14, 14, true}, {400, 0, false}, {7, 7, true}, {29, 30, false}, {400, 9999, true}} {
		if err := n.RemindBackup(c.remind); err != nil {
			t.Fatal(err)
		}
		before := *at
		*at = at.AddDate(0, 0, c.days)
		if s := stateOf(t, n); s.Due != c.due || s.Days != min(c.remind, maxRemind) {
			t.Errorf("after %d days, reminded after %d: %+v", c.days, c.remind, s)
		}
		*at = before
	}
}

func TestABackupIsOpenedByItsOwnKeyOnly(t *testing.T) {
	ctx := context.Background()
	n, _, _ := clocked(t)
	path := filepath.Join(t.TempDir(), "b.whb")
	if _, err := n.MakeBackup(ctx, path, 0); err != nil {
		t.Fatal(err)
	}
	key, err := BackupSecret(nil, RecoveryCode{7}.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.CheckBackup(ctx, path, key); !errors.Is(err, ErrBackupKey) {
		t.Errorf("with another kit: %v", err)
	}
	if _, err := BackupSecret(nil, "not a code"); !errors.Is(err, seal.ErrRecoveryCode) {
		t.Errorf("no code: %v", err)
	}
	if key, err = BackupSecret(nil, codeOf(t, writer).String()); err != nil {
		t.Fatal(err)
	}
	if err := flipAt(path, 0.5); err != nil {
		t.Fatal(err)
	}
	c, _, d, err := n.TryBackup(ctx, path, key)
	if err != nil || c.OK || d != nil || len(c.Damaged) == 0 {
		t.Errorf("a damaged backup: %+v %+v %v", c, d, err)
	}
	if s := stateOf(t, n); !s.Checked.IsZero() || !s.Tried.IsZero() {
		t.Errorf("a damaged backup counts as checked: %+v", s)
	}
}

// flipAt changes one byte of a file, at a part of its length.
func flipAt(path string, at float64) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[int(float64(len(data))*at)] ^= 1
	return os.WriteFile(path, data, 0o600)
}

// halting is a source of randomness that stops the first to ask, once it is shut.
type halting struct {
	from    io.Reader
	shut    chan struct{} // closed by the first who asks
	open    chan struct{} // let them go on
	stopped bool
}

func (g *halting) Read(p []byte) (int, error) {
	if g.shut != nil && !g.stopped {
		g.stopped = true
		close(g.shut)
		<-g.open
	}
	return g.from.Read(p)
}

// Drafts are saved and entries recorded while a backup stands still in the
// middle, and what came after its moment is not in it.
func TestWritingGoesOnWhileABackupIsMade(t *testing.T) {
	ctx := context.Background()
	n, _, _ := clocked(t)
	g := &halting{from: n.cfg.Rand, shut: make(chan struct{}), open: make(chan struct{})}
	whole := n.cfg
	n.cfg.Rand = g
	path := filepath.Join(t.TempDir(), "b.whb")
	type result struct {
		r   *BackupReport
		err error
	}
	done := make(chan result, 1)
	before := len(hashes(t, n))
	go func() {
		r, err := n.MakeBackup(ctx, path, 0)
		done <- result{r, err}
	}()
	<-g.shut
	n.cfg = whole // the writers below ask elsewhere
	if _, err := n.SaveDraft(ctx, &casework.Draft{Kind: casework.KindNote}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.AddChild(ctx, map[string]string{"ref": "T-77", "name": "Test Child"}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a backup that is not whole has its name: %v", err)
	}
	close(g.open)
	res := <-done
	if res.err != nil {
		t.Fatal(res.err)
	}
	if res.r.Entries != before || len(hashes(t, n)) <= before {
		t.Errorf("%d entries in the backup, %d before it, %d now", res.r.Entries, before, len(hashes(t, n)))
	}
	if BackupSoFar(path) != 0 {
		t.Error("something is left beside the backup")
	}
}
