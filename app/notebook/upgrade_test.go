package notebook

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/storage/archive"
	"wherry/storage/journal"
)

const upgradeChild = "WHERRY_TEST_UPGRADE"

// TestUpgradeChild is no test: it is the program that TestKilledUpgrades kills.
func TestUpgradeChild(t *testing.T) {
	dir := os.Getenv(upgradeChild)
	if dir == "" {
		return
	}
	code, err := CodeInKit(os.Getenv(upgradeChild + "_CODE"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := OpenWithCode(context.Background(), dir, code, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestKilledUpgrades kills the program ten times in upgrades: before, while and
// after the copy is made, at the new mark, and by chance. Each next opening
// resumes; in the end nothing is lost, and a whole copy of the old state is
// there. (DT-09)
func TestKilledUpgrades(t *testing.T) {
	ctx := context.Background()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"0.1.0-killed"}
	if os.Getenv("WHERRY_TORTURE") == "1" {
		names = fixtures(t)
	}
	for _, name := range names {
		code := codeOf(t, name)
		child := func(dir string) *exec.Cmd {
			c := exec.Command(self, "-test.run", "^TestUpgradeChild$")
			c.Env = append(os.Environ(), upgradeChild+"="+dir, upgradeChild+"_CODE="+code.String())
			return c
		}
		// How long a whole upgrade takes here and now.
		dir, _ := fixture(t, name)
		began := time.Now()
		if out, err := child(dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		whole := time.Since(began)

		killed, stages := 0, map[string]int{}
		dir, _ = fixture(t, name)
		for i := 0; killed < 10 && i < 100; i++ {
			dead := killWhen(t, child(dir), moments[i%len(moments)](dir), rand.N(whole+1))
			if dead {
				killed++
				stages[stageOf(dir)]++
			}
			copies := upgradeCopies(filepath.Join(dir, upgradesDir))
			for _, file := range copies {
				c, err := VerifyBackup(ctx, filepath.Join(dir, upgradesDir, file), BackupCode(code), Config{})
				if err != nil || !c.OK {
					t.Errorf("%s: a copy has its name and is not whole: %+v, %v", name, c, err)
				}
			}
			if stageOf(dir) != "upgraded" {
				continue
			}
			resumed(t, dir, name, code)
			dir, _ = fixture(t, name) // the next kills meet one that is not upgraded yet
		}
		resumed(t, dir, name, code)
		if killed < 10 || stages["untouched"]+stages["copied"] == 0 {
			t.Errorf("%s: %d runs were killed, %v left behind: too little was shown", name, killed, stages)
		}
		t.Logf("%s: %d kills within %v; left behind: %v", name, killed, whole.Round(time.Millisecond), stages)
	}
}

// moments are those of an upgrade at which the program is killed, as they show
// in its folder; the last is left to chance.
var moments = []func(dir string) func() bool{
	func(dir string) func() bool { return there(dir, "") },
	func(dir string) func() bool { return there(dir, backupTemp+"*") },
	func(dir string) func() bool { return there(dir, "*"+backupSuffix) },
	func(dir string) func() bool { return func() bool { return stageOf(dir) == "upgraded" } },
	func(string) func() bool { return nil },
}

func there(dir, pattern string) func() bool {
	return func() bool {
		found, _ := filepath.Glob(filepath.Join(dir, upgradesDir, pattern))
		return len(found) > 0
	}
}

// killWhen runs a program and kills it as soon as the moment has come, or after
// some time if there is none to wait for. It reports whether it was killed.
func killWhen(t *testing.T, c *exec.Cmd, moment func() bool, after time.Duration) bool {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	timer := time.NewTimer(after)
	defer timer.Stop()
	look := time.NewTicker(100 * time.Microsecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return err != nil
		case <-timer.C:
			if moment == nil {
				_ = c.Process.Kill() // it may have ended
			}
		case <-look.C:
			if moment != nil && moment() {
				_ = c.Process.Kill()
			}
		}
	}
}

// resumed opens a folder whose upgrade may have been cut short any number of
// times: nothing is lost, and one whole copy of the old state is there.
func resumed(t *testing.T, dir, name string, code RecoveryCode) {
	t.Helper()
	n, err := OpenWithCode(context.Background(), dir, code, Config{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	sameAsReleased(t, n, name)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if stageOf(dir) != "upgraded" {
		t.Errorf("%s: the upgrade was not resumed", name)
	}
	ents, err := os.ReadDir(filepath.Join(dir, upgradesDir))
	if err != nil || len(ents) != 1 || !strings.HasSuffix(ents[0].Name(), backupSuffix) {
		t.Errorf("%s: left by the upgrade: %v, %v", name, ents, err)
	}
}

// stageOf says how far an upgrade has come.
func stageOf(dir string) string {
	mark, err := os.ReadFile(filepath.Join(dir, "journal", "mark.A"))
	switch {
	case err == nil && mark[5] == journal.Version:
		return "upgraded"
	case len(upgradeCopies(filepath.Join(dir, upgradesDir))) > 0:
		return "copied"
	}
	return "untouched"
}

// TestUpgradeWithoutSpace: an older notebook on a disk without room for the copy
// opens for reading only, is not upgraded, and loses nothing.
func TestUpgradeWithoutSpace(t *testing.T) {
	ctx := context.Background()
	dir, _ := fixture(t, writer)
	code := codeOf(t, writer)
	n, err := OpenWithCode(ctx, dir, code, Config{MinFree: 1 << 60})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := n.Entries(ctx, "", "")
	if want := goldenLines[goldenEntry](t, writer, "entries.jsonl"); err != nil || len(rows) != len(want) {
		t.Errorf("%d entries can be read, want %d: %v", len(rows), len(want), err)
	}
	if _, err := n.Record(ctx, noteLine("", "NCC-5301", "no room"), ""); err == nil {
		t.Error("saved in a notebook that was not upgraded")
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if got := stageOf(dir); got != "untouched" {
		t.Errorf("the folder is %s", got)
	}
	if p := Explain(ErrUpgradeSpace); p.Exit != ExitStorage || !strings.Contains(p.Message, "upgrade") {
		t.Errorf("%+v", p)
	}
	n, err = OpenWithCode(ctx, dir, code, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	sameAsReleased(t, n, writer)
}

// TestUpgradeCopyExpires: the copy goes 90 days after the upgrade, and not
// because the laptop's clock is wrong for a day.
func TestUpgradeCopyExpires(t *testing.T) {
	ctx := context.Background()
	dir, _ := fixture(t, writer)
	code := codeOf(t, writer)
	at := func(now time.Time, write bool) int {
		t.Helper()
		n, err := OpenWithCode(ctx, dir, code, Config{Clock: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		if write {
			if _, err := n.Record(ctx, noteLine("", "NCC-5301", "Later."), ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		return len(upgradeCopies(filepath.Join(dir, upgradesDir)))
	}
	day := 24 * time.Hour
	for _, c := range []struct {
		what  string
		now   time.Time
		write bool
		want  int
	}{
		{"on the day", testNow, true, 1},
		{"after 80 days", testNow.Add(80 * day), true, 1},
		{"with a clock ten years ahead", testNow.Add(3650 * day), false, 1},
		{"after 91 days, before anything is written", testNow.Add(91 * day), true, 1},
		{"after 92 days", testNow.Add(92 * day), true, 0},
	} {
		if got := at(c.now, c.write); got != c.want {
			t.Errorf("%s: %d copies", c.what, got)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, upgradesDir)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the empty folder stayed")
	}
}

// TestUpgradeCopyDoesNotReadBack: a copy that the disk did not keep is no copy.
func TestUpgradeCopyDoesNotReadBack(t *testing.T) {
	ctx := context.Background()
	n, dir := openFixture(t, writer, Config{})
	copies := upgradeCopies(filepath.Join(dir, upgradesDir))
	if len(copies) != 1 {
		t.Fatal(copies)
	}
	path := filepath.Join(dir, upgradesDir, copies[0])
	s, err := n.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if s.same(ctx, path) {
		t.Error("a copy of the state before the upgrade passes for one of the state after it")
	}
	twin := filepath.Join(t.TempDir(), "now.whb")
	if _, err := s.write(ctx, twin, DefaultKeep, func(*archive.Manifest) {}); err != nil {
		t.Fatal(err)
	}
	if !s.same(ctx, twin) {
		t.Error("a copy of this very state is not taken for one")
	}
	b, err := os.ReadFile(twin)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(twin, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if s.same(ctx, twin) {
		t.Error("a copy with a changed bit passes for whole")
	}
}
