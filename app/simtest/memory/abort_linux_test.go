package memory_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/memory"
)

// dumps makes every program that this one starts write a core, if it lets it.
func dumps(t *testing.T) {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &was); err != nil {
		t.Fatal(err)
	}
	most := unix.Rlimit{Cur: was.Max, Max: was.Max}
	if os.Geteuid() == 0 {
		most = unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &most); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &was) })
}

// aborted kills a program with SIGABRT once it said something, and returns what
// it left: whether a core was written, and what it printed to stderr.
func aborted(t *testing.T, c *exec.Cmd, line string) (core bool, said []byte) {
	t.Helper()
	var errs bytes.Buffer
	c.Stderr = &errs
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if line != "" {
		fmt.Fprintln(in, line)
	}
	if first := bufio.NewScanner(out); !first.Scan() {
		t.Fatalf("it said nothing: %s", errs.Bytes())
	}
	if err := c.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	if c.ProcessState.Success() {
		t.Fatal("it ended well")
	}
	cores, err := filepath.Glob(filepath.Join(c.Dir, "core*"))
	if err != nil {
		t.Fatal(err)
	}
	return c.ProcessState.Sys().(syscall.WaitStatus).CoreDump() || len(cores) > 0, errs.Bytes()
}

// LK-03: a program that aborts with notes in hand leaves no core and says no
// word of them, even where the person's settings ask for a full dump.
func TestAnAbortTellsNothing(t *testing.T) {
	onlyRoot(t)
	dumps(t)
	dir, _, words := notebookWith(t, 3)
	pass := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(pass, []byte(passphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	// Control: a program that is not hardened leaves one.
	c := exec.Command(os.Args[0])
	c.Dir = t.TempDir()
	c.Env = append(os.Environ(), childVar+"="+dir, "GOTRACEBACK=crash")
	if core, _ := aborted(t, c, ""); !core {
		t.Fatal("an unhardened program leaves no core here: this test is blind")
	}
	ctl := binaries.Build(t).Wherryctl
	for i := range trials(10, 10) {
		c := exec.Command(ctl, "--dir", dir, "--json", "--passphrase-file", pass, "record", "--stream")
		c.Dir = t.TempDir()
		c.Env = append(os.Environ(), "GOTRACEBACK="+[]string{"crash", "all", ""}[i%3])
		said := fmt.Sprintf("Qxzabort%dwhatshesaid", i)
		core, log := aborted(t, c, fmt.Sprintf(`{"children":["NCC-7000"],"occurred":"2026-11-20T10:00:00Z","shared":"%s"}`, said))
		if core {
			t.Error("it left a core")
		}
		for _, w := range append(words, memory.Text(said)) {
			for _, form := range w.Forms {
				if bytes.Contains(log, form) {
					t.Error("its last words hold a word of the record")
				}
			}
		}
	}
}
