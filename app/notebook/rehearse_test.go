package notebook

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wherry/storage/seal"
)

// kitPicture is the hash of every file of a folder.
func kitPicture(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = sha256.Sum256(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func samePicture(a, b map[string][32]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

func TestRehearsalChangesNothing(t *testing.T) {
	n, dir := create(t)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	before := kitPicture(t, dir)
	if err := Rehearse(dir, testCode); err != nil {
		t.Fatal(err)
	}
	if err := Rehearse(dir, RecoveryCode{7}); !errors.Is(err, ErrOtherKit) {
		t.Fatal(err)
	}
	if p := Explain(ErrOtherKit); p.Code != "other_kit" || p.Exit != ExitPassphrase {
		t.Errorf("%+v", p)
	}
	if !samePicture(before, kitPicture(t, dir)) {
		t.Error("a file was changed")
	}
	if err := Rehearse(filepath.Join(dir, "none"), testCode); !errors.Is(err, ErrNoNotebook) {
		t.Error(err)
	}
	// A kit that opens a key file without its key box recovers nothing.
	for _, name := range []string{"box.A", "box.B"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := Rehearse(dir, testCode); !errors.Is(err, seal.ErrDamaged) {
		t.Error(err)
	}
}

func TestRehearsalKeepsItsDateAndReminds(t *testing.T) {
	n, dir := create(t)
	now := testNow
	n.cfg.Clock = func() time.Time { return now }
	due := func() bool { _, d := n.Rehearsed(); return d }
	if last, _ := n.Rehearsed(); !last.IsZero() || due() || n.RehearsalMonths() != RehearseEvery {
		t.Fatal("a new notebook was rehearsed, or is to be at once")
	}
	now = testNow.AddDate(0, 6, 1)
	if !due() {
		t.Error("no reminder six months after the making")
	}
	if _, err := n.Rehearse(RecoveryCode{7}); !errors.Is(err, ErrOtherKit) || !due() {
		t.Fatalf("another kit counts: %v", err)
	}
	if at, err := n.Rehearse(testCode); err != nil || !at.Equal(now) || due() {
		t.Fatalf("%v %v", at, err)
	}
	now = now.AddDate(0, 4, 0)
	if err := n.RemindRehearsal(3); err != nil || !due() || n.RehearsalMonths() != 3 {
		t.Errorf("three months: %v", err)
	}
	if err := n.RemindRehearsal(0); err != nil || due() {
		t.Errorf("never: %v", err)
	}
	if err := n.RemindRehearsal(99); err != nil || n.RehearsalMonths() != 24 {
		t.Errorf("%d months", n.RehearsalMonths())
	}
	n = reopen(t, n, dir)
	if last, _ := n.Rehearsed(); last.UnixMilli() != testNow.AddDate(0, 6, 1).UnixMilli() {
		t.Errorf("the date is lost: %v", last)
	}
	if err := os.WriteFile(n.rehearsalFile(), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if last, _ := n.Rehearsed(); !last.IsZero() || n.RehearsalMonths() != RehearseEvery {
		t.Error("a damaged record counts")
	}
}

func TestThePlaceIsGivenBackOnce(t *testing.T) {
	n, dir := create(t)
	if n.TakePlace() != nil {
		t.Fatal("a place before any")
	}
	if err := n.KeepPlace([]byte(`{"screen":"record","id":"0123"}`)); err != nil {
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	if got := n.TakePlace(); string(got) != `{"screen":"record","id":"0123"}` {
		t.Fatalf("%q", got)
	}
	if n.TakePlace() != nil {
		t.Error("twice")
	}
	if _, err := os.Lstat(n.resumeFile()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the file is left")
	}
	if err := n.KeepPlace(make([]byte, maxSmall)); !errors.Is(err, seal.ErrTooLarge) {
		t.Error(err)
	}
	if err := os.WriteFile(n.resumeFile(), []byte("not sealed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n.TakePlace() != nil {
		t.Error("a forged place is taken")
	}
	_ = n.Close()
	if n.TakePlace() != nil || !errors.Is(n.KeepPlace(nil), ErrClosed) {
		t.Error("after the end")
	}
}

// A change of passphrase never makes guessing cheaper than it was.
func TestPassphraseChangeKeepsTheCost(t *testing.T) {
	n, dir := create(t)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	dear := seal.KDF{MemoryKiB: 96 << 10, Time: 3, Threads: 4}
	cfg := testConfig()
	cfg.KDF = dear
	if err := ResetPassphrase(dir, testCode, testPass, cfg); err != nil {
		t.Fatal(err)
	}
	if err := ChangePassphrase(dir, testPass, []byte("quite another one now"), testConfig()); err != nil {
		t.Fatal(err)
	}
	u, err := seal.ReadKeyFile(dir, []byte("quite another one now"))
	if err != nil || u.KDF != dear {
		t.Errorf("%+v %v", u, err)
	}
	if _, err := Open(context.Background(), dir, testPass, testConfig()); !errors.Is(err, seal.ErrWrongPassphrase) {
		t.Error("the old passphrase opens", err)
	}
}
