package notebook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/storage/seal"
)

// book of guesses: a clock and a lock that opens when told.
type guesser struct {
	t   *testing.T
	dir string
	now time.Time
}

func (g *guesser) try(right bool) error {
	_, err := guess(g.dir, Config{Clock: func() time.Time { return g.now }}, func() (*seal.Unlocked, error) {
		if right {
			return &seal.Unlocked{}, nil
		}
		return nil, seal.ErrWrongPassphrase
	})
	return err
}

// wants tries one that must wait for exactly d, and goes to its end.
func (g *guesser) wants(d time.Duration) {
	g.t.Helper()
	var w *WaitError
	if err := g.try(true); !errors.As(err, &w) || w.Left != d || !errors.Is(err, ErrWait) {
		g.t.Fatalf("%v (%+v), want to wait %v", err, w, d)
	}
	if got := GuessWait(g.dir, g.now); got != d {
		g.t.Fatalf("from outside: %v", got)
	}
	g.now = g.now.Add(d - time.Millisecond)
	if err := g.try(true); !errors.Is(err, ErrWait) {
		g.t.Fatalf("too early: %v", err)
	}
	g.now = g.now.Add(time.Millisecond)
}

func TestWrongPassphrasesMakeTheNextWait(t *testing.T) {
	g := &guesser{t, t.TempDir(), testNow}
	for range 4 {
		if err := g.try(false); !errors.Is(err, seal.ErrWrongPassphrase) {
			t.Fatal(err)
		}
	}
	for _, d := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
		if err := g.try(false); !errors.Is(err, seal.ErrWrongPassphrase) {
			t.Fatal(err)
		}
		g.wants(d * time.Second)
	}
	// A right one ends it, and its owner hears of the others, once.
	if err := g.try(true); err != nil {
		t.Fatal(err)
	}
	n := &Notebook{dir: g.dir}
	if got := n.WrongBefore(); got != 13 {
		t.Errorf("told %d", got)
	}
	if err := g.try(true); err != nil || n.WrongBefore() != 0 {
		t.Errorf("told twice: %v", err)
	}
	if _, err := os.Lstat(attemptsFile(g.dir)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file is left with nothing to remember")
	}
}

// A clock that was wrong for a while locks nobody out for longer than the delay.
func TestAClockPutBackWaitsNoLonger(t *testing.T) {
	g := &guesser{t, t.TempDir(), testNow.AddDate(10, 0, 0)}
	for range 6 {
		_ = g.try(false)
		g.now = g.now.Add(5 * time.Second)
	}
	g.now = testNow // ten years back
	g.wants(2 * time.Second)
	if err := g.try(true); err != nil {
		t.Fatal(err)
	}
}

// Whatever is in the file does at most what deleting it does, or makes the next
// one wait a minute.
func TestAttemptsFileIsHarmless(t *testing.T) {
	for _, text := range []string{"", "x", "wherry-attempts-1 9 0", "wherry-attempts-1 -1 0 5\n", "wherry-attempts-1 9 0 -5\n",
		"wherry-attempts-1 09 0 5\n", "wherry-attempts-2 9 0 5\n", "wherry-attempts-1 99999999999 0 5\n", strings.Repeat("9", 1000)} {
		if a := parseAttempts([]byte(text)); a != (attempts{}) {
			t.Errorf("%q was read as %+v", text, a)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(attemptsFile(dir), []byte("wherry-attempts-1 4294967295 7 9223372036854775807\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := GuessWait(dir, testNow); d != maxWait {
		t.Errorf("waits %v", d)
	}
	if err := os.Remove(attemptsFile(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(attemptsFile(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if d := GuessWait(dir, testNow); d != 0 {
		t.Errorf("a folder in its place waits %v", d)
	}
}

func FuzzAttempts(f *testing.F) {
	f.Add([]byte("wherry-attempts-1 5 0 1764090000000\n"))
	f.Add([]byte("wherry-attempts-1 0 3 0\n"))
	f.Add([]byte("wherry-attempts-1 5 0 1764090000000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a := parseAttempts(b)
		if a != (attempts{}) && !bytes.Equal(a.bytes(), b) {
			t.Fatal("read otherwise than written")
		}
		if d := a.left(testNow); d < 0 || d > maxWait {
			t.Fatalf("waits %v", d)
		}
	})
}

// The real doors: opening, changing the passphrase shut and open, the kit. The
// count outlives the program and never keeps the kit out.
func TestEveryDoorWaits(t *testing.T) {
	n, dir := create(t)
	ctx, wrong := context.Background(), []byte("not this one at all")
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	now := testNow
	cfg := Config{KDF: seal.FloorKDF, Clock: func() time.Time { return now }}
	attempts{wrong: 4, last: now.UnixMilli()}.keep(dir)
	if _, err := Open(ctx, dir, wrong, cfg); !errors.Is(err, seal.ErrWrongPassphrase) {
		t.Fatal(err)
	}
	if _, err := Open(ctx, dir, testPass, cfg); !errors.Is(err, ErrWait) {
		t.Fatalf("opened without waiting: %v", err)
	}
	if p := Explain(ErrWait); p.Code == "wait" {
		t.Error("a wait without its seconds is explained")
	}
	_, err := Open(ctx, dir, testPass, cfg)
	if p := Explain(err); p.Code != "wait" || p.Exit != ExitPassphrase || !strings.Contains(p.Message, "1 second.") {
		t.Errorf("%+v", p)
	}
	if err := ChangePassphrase(dir, testPass, wrong, cfg); !errors.Is(err, ErrWait) {
		t.Fatalf("changed without waiting: %v", err)
	}
	if err := ResetPassphrase(dir, testCode, testPass, cfg); err != nil {
		t.Fatalf("the kit had to wait: %v", err)
	}
	if n, err = Open(ctx, dir, testPass, cfg); err != nil {
		t.Fatalf("after the kit: %v", err)
	}
	defer n.Close()
	if n.WrongBefore() != 5 {
		t.Errorf("told %d", n.WrongBefore())
	}
	attempts{wrong: 5, last: now.UnixMilli()}.keep(dir)
	if err := n.ChangePassphrase(testPass, wrong); !errors.Is(err, ErrWait) {
		t.Fatalf("changed, open, without waiting: %v", err)
	}
}

// A folder that cannot be written counts nothing and keeps nobody out.
func TestAttemptsThatCannotBeKept(t *testing.T) {
	g := &guesser{t, filepath.Join(t.TempDir(), "gone"), testNow}
	for range 9 {
		if err := g.try(false); !errors.Is(err, seal.ErrWrongPassphrase) {
			t.Fatal(err)
		}
	}
	if err := g.try(true); err != nil {
		t.Fatal(err)
	}
}
