package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Patience is how long one run of a program may take before it counts as hung.
const Patience = 3 * time.Minute

// Passphrase of every notebook and key file that the rig makes.
const Passphrase = "five random words go here"

// Notebook is a notebook that is driven through a real wherryctl.
type Notebook struct {
	Program string   // wherryctl
	Before  []string // words before the program: strace and its flags
	Dir     string
	Pass    string   // file with the passphrase
	Env     []string // nil: the test's own
}

// Result is how a run of a program ended.
type Result struct {
	Args   []string
	Exit   int            // -1 if a signal ended it
	Signal syscall.Signal // 0 if none did
	Out    []byte
	Err    []byte
	Took   time.Duration
}

// Create makes a notebook in dir/notebook at the lowest cost of opening that
// is allowed, with its passphrase file and recovery kit beside it.
func Create(t testing.TB, program, dir string) *Notebook {
	t.Helper()
	n := &Notebook{Program: program, Dir: filepath.Join(dir, "notebook"), Pass: filepath.Join(dir, "pass")}
	Write(t, n.Pass, Passphrase+"\n")
	n.Must(t, 0, "init", "--name", "Amina Yusuf", "--kdf-memory", "64MiB", "--recovery-out", filepath.Join(dir, "kit"))
	return n
}

// Write writes a private file.
func Write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// At is the same notebook's copy in another folder.
func (n *Notebook) At(dir string) *Notebook {
	c := *n
	c.Dir = dir
	return &c
}

// With is the same notebook under another program.
func (n *Notebook) With(program string, before ...string) *Notebook {
	c := *n
	c.Program, c.Before = program, before
	return &c
}

// Command is a run of wherryctl that has not been started.
func (n *Notebook) Command(ctx context.Context, args ...string) *exec.Cmd {
	argv := append(append([]string{}, n.Before...), n.Program, "--json", "--dir", n.Dir, "--passphrase-file", n.Pass)
	argv = append(argv, args...)
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Env = n.Env
	return c
}

// Run runs wherryctl to its end.
func (n *Notebook) Run(t testing.TB, args ...string) *Result {
	t.Helper()
	return n.Feed(t, nil, args...)
}

// Feed runs wherryctl with an input.
func (n *Notebook) Feed(t testing.TB, stdin []byte, args ...string) *Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	c := n.Command(ctx, args...)
	return Finish(t, c, stdin)
}

// Finish runs a command to its end.
func Finish(t testing.TB, c *exec.Cmd, stdin []byte) *Result {
	t.Helper()
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(stdin), &out, &errs
	begun := time.Now()
	err := c.Run()
	var ee *exec.ExitError
	if err != nil && !errors.As(err, &ee) {
		t.Fatalf("%v: %v", c.Args, err)
	}
	r := &Result{Args: c.Args, Out: out.Bytes(), Err: errs.Bytes(), Took: time.Since(begun)}
	r.ended(c.ProcessState)
	return r
}

func (r *Result) ended(s *os.ProcessState) {
	r.Exit = s.ExitCode()
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		r.Signal = w.Signal()
	}
}

// Must runs wherryctl and wants this exit code.
func (n *Notebook) Must(t testing.TB, exit int, args ...string) *Result {
	t.Helper()
	r := n.Run(t, args...)
	r.Want(t, exit)
	return r
}

// Want fails the test unless the run ended properly with one of these codes.
func (r *Result) Want(t testing.TB, exits ...int) {
	t.Helper()
	if f := r.Fault(); f != "" {
		t.Fatalf("%s", f)
	}
	for _, e := range exits {
		if r.Exit == e {
			return
		}
	}
	t.Fatalf("%s: exit %d, want %v\n%s", r.verb(), r.Exit, exits, r.tail())
}

// Fault is what must never happen: the end by a signal, or a panic's text.
// Empty if all is well.
func (r *Result) Fault() string {
	switch {
	case r.Signal != 0:
		return fmt.Sprintf("%s: ended by signal %v\n%s", r.verb(), r.Signal, r.tail())
	case bytes.Contains(r.Err, []byte("panic:")), bytes.Contains(r.Err, []byte("goroutine ")), bytes.Contains(r.Err, []byte("fatal error:")):
		return fmt.Sprintf("%s: a panic reached the user\n%s", r.verb(), r.tail())
	case r.Exit == -1:
		return fmt.Sprintf("%s: did not end\n%s", r.verb(), r.tail())
	}
	return ""
}

func (r *Result) verb() string {
	i := len(r.Args)
	for j, a := range r.Args {
		if a == "--passphrase-file" && j+2 <= len(r.Args) {
			i = j + 2
		}
	}
	if i == len(r.Args) {
		return strings.Join(r.Args, " ")
	}
	return strings.Join(r.Args[i:], " ")
}

// tail is the end of what the run printed.
func (r *Result) tail() string {
	cut := func(b []byte) []byte { return b[max(0, len(b)-2000):] }
	return fmt.Sprintf("stdout: …%s\nstderr: …%s", cut(r.Out), cut(r.Err))
}

// Lines decodes the JSON lines of a run.
func (r *Result) Lines(t testing.TB) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range bytes.Lines(r.Out) {
		m := map[string]any{}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%s: not a JSON line: %s", r.verb(), line)
		}
		out = append(out, m)
	}
	return out
}

// Report is what verify says.
type Report struct {
	Entries int
	OK      bool
	Damaged []struct{ File, Entry, Case, Reason string }
	Missing []struct {
		Lane, Case string
		Seq        uint64
	}
	View string
}

// Verify runs verify and decodes its line, if it came to one.
func (n *Notebook) Verify(t testing.TB) (*Report, *Result) {
	t.Helper()
	r := n.Run(t, "verify")
	rep := new(Report)
	if i := bytes.IndexByte(r.Out, '\n'); i > 0 && bytes.Contains(r.Out[:i], []byte(`"entries"`)) {
		if err := json.Unmarshal(r.Out[:i], rep); err != nil {
			t.Fatalf("verify: %v: %s", err, r.Out)
		}
	}
	return rep, r
}

// Entry is a line of list --entries.
type Entry struct {
	ID, Case, Ref, Kind, Lane, SHA256, State string
	Seq                                      uint64
	Damaged                                  bool
}

// Entries runs list --entries.
func (n *Notebook) Entries(t testing.TB) (map[string]Entry, *Result) {
	t.Helper()
	r := n.Run(t, "list", "--entries")
	out := map[string]Entry{}
	for line := range bytes.Lines(r.Out) {
		if bytes.HasPrefix(line, []byte(`{"v":1,"error"`)) {
			continue
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("list: %v: %s", err, line)
		}
		out[e.ID] = e
	}
	return out, r
}

// Copy copies a folder of plain files, whose times and owners do not matter.
func Copy(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
