package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/storage/archive"
	"wherry/storage/record"
	"wherry/storage/seal"
)

const writer = "0.1.0-killed" // a small notebook to write in, and no view to copy

// openFixture opens a copy of a frozen notebook by its recovery code, which
// needs no stretching.
func openFixture(t *testing.T, name string, cfg Config) (*Notebook, string) {
	t.Helper()
	dir, _ := fixture(t, name)
	n, err := OpenWithCode(context.Background(), dir, codeOf(t, name), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n, dir
}

func noteLine(ref, child, text string) []byte {
	return fmt.Appendf(nil, `{"kind":"note","children":[%q],"occurred":"2026-11-21T09:00:00Z","shared":%q,"ref":%q}`, child, text, ref)
}

// hashes are the ids and hashes of everything that a notebook lists.
func hashes(t *testing.T, n *Notebook) map[record.ID]record.ID {
	t.Helper()
	rows, err := n.Entries(context.Background(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	out := map[record.ID]record.ID{}
	for _, r := range rows {
		out[r.ID] = r.SHA256
	}
	return out
}

// TestBackupRestores: every kind of notebook comes back from its backup, by
// passphrase and by recovery code, as it was; the backup says so without being
// restored, and the drill proves it. (ST-10)
func TestBackupRestores(t *testing.T) {
	ctx := context.Background()
	for _, name := range fixtures(t) {
		n, _ := openFixture(t, name, Config{})
		out := t.TempDir()
		path := filepath.Join(out, "b.whb")
		rep, err := n.Backup(ctx, path, 30*24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		want := hashes(t, n)
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 || st.Size() != rep.Bytes || rep.Entries != len(want) || !rep.Listed {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
		if got := rep.Expires.Sub(rep.Created); got < 30*24*time.Hour-time.Second || got > 30*24*time.Hour {
			t.Errorf("%s: kept for %v", name, got)
		}
		code := codeOf(t, name)
		c, err := VerifyBackup(ctx, path, BackupCode(code), Config{})
		if err != nil || !c.OK || c.Entries != len(want) || c.Expired || c.Backup != rep.Backup {
			t.Errorf("%s: check %+v, %v", name, c, err)
		}
		d, err := Drill(ctx, path, BackupCode(code), Config{})
		if err != nil || !d.OK || d.Entries != len(want) || d.Drafts != rep.Drafts {
			t.Errorf("%s: drill %+v, %v", name, d, err)
		}
		to := filepath.Join(out, "restored")
		key := BackupCode(code)
		if name == "0.1.0-solo" {
			key = BackupPassphrase(golden(t, name, "passphrase"))
		}
		r, err := Restore(ctx, path, to, key, Config{})
		if err != nil || r.Entries != len(want) || r.Damaged != 0 || r.Enrolled != n.st.enrolled() {
			t.Fatalf("%s: restore %+v, %v", name, r, err)
		}
		m, err := OpenWithCode(ctx, to, code, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if !m.viewWhole {
			t.Errorf("%s: the restored notebook was not left in order", name)
		}
		sameAsReleased(t, m, name)
		if err := errors.Join(m.Close(), n.Close()); err != nil {
			t.Fatal(err)
		}
		listing, err := os.ReadDir(out)
		if err != nil || len(listing) != 2 {
			t.Errorf("%s: left behind: %v", name, listing)
		}
		// It opens with its passphrase on another machine as it did here; verify
		// reads it all.
		if v, err := Verify(ctx, to, golden(t, name, "passphrase"), Config{}); err != nil || !v.OK || v.View != "ok" {
			t.Errorf("%s: verify of what was restored: %+v, %v", name, v, err)
		}
	}
}

// TestBackupWhileWriting: what was acknowledged before a backup began is in it,
// what it holds is exactly what its manifest says, and no save waits for it.
func TestBackupWhileWriting(t *testing.T) {
	ctx := context.Background()
	n, _ := openFixture(t, writer, Config{})
	code := codeOf(t, writer)
	stop, done := make(chan struct{}), make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- i
				return
			default:
			}
			if _, err := n.Record(ctx, noteLine(fmt.Sprintf("w-%d", i), "NCC-5301", "Noted. "+strings.Repeat("The kettle was on. ", i%50)), ""); err != nil {
				t.Errorf("saving while a backup runs: %v", err)
			}
		}
	}()
	for i := range 3 {
		before := hashes(t, n)
		path := filepath.Join(t.TempDir(), "b.whb")
		rep, err := n.Backup(ctx, path, 0)
		if err != nil {
			t.Fatal(err)
		}
		after := hashes(t, n)
		to := filepath.Join(t.TempDir(), "r")
		if _, err := Restore(ctx, path, to, BackupCode(code), Config{}); err != nil {
			t.Fatal(err)
		}
		m, err := OpenWithCode(ctx, to, code, Config{})
		if err != nil {
			t.Fatal(err)
		}
		got := hashes(t, m)
		if len(got) != rep.Entries || len(got) < len(before) || len(got) > len(after) {
			t.Errorf("backup %d holds %d entries, its report says %d; %d before, %d after", i, len(got), rep.Entries, len(before), len(after))
		}
		for id, sum := range before {
			if got[id] != sum {
				t.Errorf("backup %d: acknowledged before it and not in it: %s", i, id.Short())
			}
		}
		for id, sum := range got {
			if after[id] != sum {
				t.Errorf("backup %d: nobody wrote %s", i, id.Short())
			}
		}
		m.Close()
	}
	close(stop)
	if wrote := <-done; wrote < 3 {
		t.Errorf("only %d notes were written meanwhile: nothing was shown", wrote)
	}
}

// TestRestoredOpensNewLanes: the old folder and the restored one both go on, and
// no lane is written by both.
func TestRestoredOpensNewLanes(t *testing.T) {
	ctx := context.Background()
	n, _ := openFixture(t, writer, Config{})
	path, to := filepath.Join(t.TempDir(), "b.whb"), filepath.Join(t.TempDir(), "r")
	if _, err := n.Backup(ctx, path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, path, to, BackupCode(codeOf(t, writer)), Config{}); err != nil {
		t.Fatal(err)
	}
	m, err := OpenWithCode(ctx, to, codeOf(t, writer), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	lane := func(n *Notebook, text string) (old, now string) {
		rows, err := n.Entries(ctx, "NCC-5301", "")
		if err != nil {
			t.Fatal(err)
		}
		ack, err := n.Record(ctx, noteLine("", "NCC-5301", text), "")
		if err != nil {
			t.Fatal(err)
		}
		e, err := n.Entry(ctx, ack.Entries[0].ID.String())
		if err != nil {
			t.Fatal(err)
		}
		return rows[len(rows)-1].Lane, e.Lane
	}
	if old, now := lane(n, "written in the old folder"); old != now {
		t.Error("the old folder opened a new lane")
	}
	if old, now := lane(m, "written in the restored one"); old == now {
		t.Error("the restored folder goes on in the old lane: a fork")
	}
}

// TestBackupRefusals: what is refused leaves nothing behind, and what was there
// stays as it was.
func TestBackupRefusals(t *testing.T) {
	ctx := context.Background()
	n, dir := openFixture(t, writer, Config{})
	out := t.TempDir()
	there := filepath.Join(out, "there.whb")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(out, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	for what, c := range map[string]struct {
		ctx  context.Context
		path string
		keep time.Duration
		want error
	}{
		"a file that exists":    {ctx, there, 0, ErrExists},
		"no such folder":        {ctx, filepath.Join(out, "no", "b.whb"), 0, ErrFolder},
		"the notebook's folder": {ctx, filepath.Join(dir, "b.whb"), 0, ErrInside},
		"a folder inside it":    {ctx, filepath.Join(dir, "drafts", "b.whb"), 0, ErrInside},
		"a link into it":        {ctx, filepath.Join(link, "b.whb"), 0, ErrInside},
		"a stop":                {stopped, filepath.Join(out, "b.whb"), 0, context.Canceled},
		"a hundred years":       {ctx, filepath.Join(out, "b.whb"), 100 * 365 * 24 * time.Hour, ErrKeep},
	} {
		if _, err := n.Backup(c.ctx, c.path, c.keep); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		} else if p := Explain(err); p.Code == "internal" {
			t.Errorf("%s: nothing to say to the person", what)
		}
	}
	release, err := n.holdFiles()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Backup(ctx, filepath.Join(out, "b.whb"), 0); !errors.Is(err, ErrBusy) {
		t.Errorf("while a disposal holds the files: %v", err)
	}
	release()
	n.cfg.MinFree = 1 << 60
	if _, err := n.Backup(ctx, filepath.Join(out, "b.whb"), 0); !errors.Is(err, ErrBackupSpace) || Explain(err).Exit != ExitStorage {
		t.Errorf("on a full disk: %v", err)
	}
	n.cfg.MinFree = 0
	if b, err := os.ReadFile(there); err != nil || string(b) != "mine" {
		t.Error("a file that was there was touched")
	}
	left, _ := os.ReadDir(out)
	if len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
	if !n.backupsUntil().IsZero() {
		t.Error("a backup that was not made is remembered")
	}
	rep, err := n.Backup(ctx, filepath.Join(out, "b.whb"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.backupsUntil(); got.Sub(rep.Created) < DefaultKeep-time.Second || got.Sub(rep.Created) > DefaultKeep {
		t.Errorf("the backup is remembered until %v", got)
	}
	if b, err := os.ReadFile(backupsFile(n.dir)); err != nil || bytes.Contains(b, []byte(out)) {
		t.Error("the list of backups says where they are")
	}
}

// TestBackupDamage: no change anywhere in a backup passes the check, the drill
// or a restore; another key opens nothing; and nothing is left of a refusal.
func TestBackupDamage(t *testing.T) {
	ctx := context.Background()
	n, _ := openFixture(t, writer, Config{})
	out := t.TempDir()
	path := filepath.Join(out, "b.whb")
	if _, err := n.Backup(ctx, path, 0); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key := BackupCode(codeOf(t, writer))
	bad := filepath.Join(out, "bad.whb")
	try := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(bad, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := VerifyBackup(ctx, bad, key, Config{}); err == nil && (c.OK || len(c.Damaged) == 0) {
			t.Errorf("%s: the check passed", what)
		}
		_, err := Restore(ctx, bad, filepath.Join(out, "r"), key, Config{})
		if err == nil {
			t.Errorf("%s: restored", what)
		} else if p := Explain(err); p.Code == "internal" {
			t.Errorf("%s: %v has no words", what, err)
		}
	}
	for at := 0; at < len(whole); at += 1 + len(whole)/60 {
		c := bytes.Clone(whole)
		c[at] ^= 4
		try(fmt.Sprintf("bit at %d", at), c)
	}
	for _, size := range []int{0, 3, 100, 600, len(whole) - 1} {
		try(fmt.Sprintf("cut to %d", size), whole[:size])
	}
	try("appended", append(bytes.Clone(whole), 0))
	try("another file", []byte("%PDF-1.7 something else entirely"))
	if d, err := Drill(ctx, bad, key, Config{}); err == nil && d.OK {
		t.Error("the drill passed another file")
	}
	if left, _ := os.ReadDir(out); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := VerifyBackup(ctx, path, BackupCode(codeOf(t, "0.1.0-lead")), Config{}); !errors.Is(err, seal.ErrWrongPassphrase) {
		t.Errorf("another's recovery code: %v", err)
	}
	if _, err := Restore(ctx, filepath.Join(out, "none.whb"), filepath.Join(out, "r"), key, Config{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	full := filepath.Join(out, "full")
	if err := errors.Join(os.Mkdir(full, 0o700), os.WriteFile(filepath.Join(full, "mine"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, path, full, key, Config{}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into a folder that is not empty: %v", err)
	}
}

// TestForgedBackup: somebody who has the key builds a backup that the seals
// vouch for, with a journal that is not the manifest's, or an entry nobody
// signed. The check says so.
func TestForgedBackup(t *testing.T) {
	ctx := context.Background()
	n, _ := openFixture(t, writer, Config{})
	s, err := n.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	key := BackupCode(codeOf(t, writer))
	forge := func(change func(*snapshot, *archive.Manifest)) string {
		l, err := s.list(ctx)
		if err != nil {
			t.Fatal(err)
		}
		copied := *s
		copied.files = slices.Clone(s.files)
		m := archive.Manifest{Created: testNow.UnixMilli(), Tip: s.tip.Seq, TipMAC: s.tip.MAC, List: l.hash(), Entries: uint64(len(l.rows)), Drafts: uint64(len(s.drafts))}
		change(&copied, &m)
		parts, _ := copied.parts(l)
		path := filepath.Join(t.TempDir(), "forged.whb")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(copied.fill(ctx, f, parts, m), f.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for what, change := range map[string]func(*snapshot, *archive.Manifest){
		"nothing":           func(*snapshot, *archive.Manifest) {},
		"list":              func(_ *snapshot, m *archive.Manifest) { m.List[3] ^= 1 },
		"number of entries": func(_ *snapshot, m *archive.Manifest) { m.Entries-- },
		"tip":               func(_ *snapshot, m *archive.Manifest) { m.TipMAC[0] ^= 1 },
		"journal cut":       func(s *snapshot, _ *archive.Manifest) { s.files[0].Size -= 40 },
		"no journal":        func(s *snapshot, _ *archive.Manifest) { s.files = nil },
		"no marks":          func(s *snapshot, _ *archive.Manifest) { s.files = s.files[:1] },
		"key box":           func(s *snapshot, _ *archive.Manifest) { s.boxBytes = bytes.Clone(s.boxBytes)[:200] },
		"draft": func(s *snapshot, _ *archive.Manifest) {
			s.drafts = []part{{name: s.drafts[0].name, size: 3, data: []byte("abc")}}
		},
	} {
		c, err := VerifyBackup(ctx, forge(change), key, Config{})
		if err != nil || c.OK != (what == "nothing") || c.OK == (len(c.Damaged) > 0) {
			t.Errorf("%s changed: %+v, %v", what, c, err)
		}
	}
}

// TestBackupOfAttachments: attachments of entries, and those that a draft has
// staged, are in the backup, and a missing one is named.
func TestBackupOfAttachments(t *testing.T) {
	ctx := context.Background()
	n, dir, note := oneChild(t)
	ack, err := n.Attach(ctx, note, "bedroom.jpg", bytes.NewReader(photo(t, 40)), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	draft := saveNote(t, n, "NCC-1")
	if _, err := n.Stage(ctx, draft, "NCC-1", "kitchen.jpg", bytes.NewReader(photo(t, 90)), AttachOptions{}); err != nil {
		t.Fatal(err)
	}
	path, to := filepath.Join(t.TempDir(), "b.whb"), filepath.Join(t.TempDir(), "r")
	key := BackupCode(testCode)
	if _, err := n.Backup(ctx, path, 0); err != nil {
		t.Fatal(err)
	}
	if c, err := VerifyBackup(ctx, path, key, testConfig()); err != nil || !c.OK {
		t.Errorf("%+v, %v", c, err)
	}
	if d, err := Drill(ctx, path, key, testConfig()); err != nil || !d.OK {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := Restore(ctx, path, to, key, testConfig()); err != nil {
		t.Fatal(err)
	}
	m, err := OpenWithCode(ctx, to, testCode, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got, want := len(blobFiles(t, m)), len(blobFiles(t, n)); got != want || want != 2 {
		t.Errorf("%d attachments were restored of %d", got, want)
	}
	r, _, err := m.OpenAttachment(ctx, ack.ID.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Errorf("the restored attachment: %v", err)
	}
	r.Close()
	if _, err := m.Submit(ctx, submission(t, m, draft), draft); err != nil {
		t.Errorf("publishing the restored draft with its file: %v", err)
	}

	// What was gone when the backup was made is named by its check.
	if err := os.RemoveAll(filepath.Join(dir, "blobs")); err != nil {
		t.Fatal(err)
	}
	less := filepath.Join(t.TempDir(), "less.whb")
	if _, err := n.Backup(ctx, less, 0); err != nil {
		t.Fatal(err)
	}
	if c, err := VerifyBackup(ctx, less, key, testConfig()); err != nil || c.OK || len(c.Damaged) != 2 {
		t.Errorf("two attachments are missing: %+v, %v", c, err)
	}
}
