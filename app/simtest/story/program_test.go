package story_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// runTime bounds every program on a machine that is busy; none needs a tenth.
const runTime = 2 * time.Minute

// program makes a command of one of ours, in the script's folder and with
// nothing in its environment but places.
func program(ctx context.Context, ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(ts.Getenv("PROGRAMS"), name), args...)
	c.Dir = ts.MkAbs(".")
	for _, k := range []string{"HOME", "XDG_DATA_HOME", "TMPDIR"} {
		c.Env = append(c.Env, k+"="+ts.Getenv(k))
	}
	c.WaitDelay = 10 * time.Second
	return c
}

// ctl WANT DIR VERB…: wherryctl with --json, the passphrase of the file pass
// and the notebook DIR. WANT and options before DIR are those of run.
func ctl(ts *testscript.TestScript, neg bool, args []string) {
	o := options(ts, neg, "ctl WANT [options] DIR VERB…", args, 2)
	o.argv = append([]string{"wherryctl", "--json", "--dir", o.argv[0], "--passphrase-file", "pass"}, o.argv[1:]...)
	o.run(ts)
}

// end WANT VERB…: wherry-endpoint with --json and the passphrase of the file
// keypass. WANT and options are those of run.
func end(ts *testscript.TestScript, neg bool, args []string) {
	o := options(ts, neg, "end WANT [options] VERB…", args, 1)
	o.argv = append([]string{"wherry-endpoint", "--json", "--key-passphrase-file", "keypass"}, o.argv...)
	o.run(ts)
}

// run WANT [options] PROGRAM ARGS…: runs a program to its end. WANT is its exit
// code, or EXIT:CODE where the last line must be an error object of that code,
// or several exit codes with commas between.
// stdout and stderr go to the files out and err. With --json among ARGS every
// line of stdout must be an object with "v":1.
//
//	-stdin FILE   FILE is its standard input
//	-fd FILE      FILE is its descriptor 3, the next one 4, and so on
//	-closed       nobody reads its standard output
//	-limit BYTES  no file may grow beyond BYTES
func run(ts *testscript.TestScript, neg bool, args []string) {
	options(ts, neg, "run WANT [options] PROGRAM ARGS…", args, 1).run(ts)
}

type runOptions struct {
	exits  []int
	code   string
	stdin  string
	fds    []string
	closed bool
	limit  string
	argv   []string
}

func options(ts *testscript.TestScript, neg bool, usage string, args []string, least int) *runOptions {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: %s", usage)
	}
	o := &runOptions{}
	exits, code, _ := strings.Cut(args[0], ":")
	for e := range strings.SplitSeq(exits, ",") {
		n, err := strconv.Atoi(e)
		ts.Check(err)
		o.exits = append(o.exits, n)
	}
	o.code, args = code, args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		flag := args[0]
		args = args[1:]
		if flag == "-closed" {
			o.closed = true
			continue
		}
		if len(args) == 0 {
			ts.Fatalf("usage: %s", usage)
		}
		switch flag {
		case "-stdin":
			o.stdin = args[0]
		case "-fd":
			o.fds = append(o.fds, args[0])
		case "-limit":
			o.limit = args[0]
		default:
			ts.Fatalf("usage: %s", usage)
		}
		args = args[1:]
	}
	if len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
	o.argv = args
	return o
}

func (o *runOptions) run(ts *testscript.TestScript) {
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	defer cancel()
	c := program(ctx, ts, o.argv[0], o.argv[1:]...)
	if o.limit != "" {
		// The shell sets the limit and becomes the program: 512-byte blocks.
		n, err := strconv.Atoi(o.limit)
		ts.Check(err)
		c.Args = append([]string{"sh", "-c", "ulimit -f " + strconv.Itoa(n/512) + `; exec "$0" "$@"`, c.Path}, c.Args[1:]...)
		c.Path, err = exec.LookPath("sh")
		ts.Check(err)
	}
	var open []io.Closer
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	file := func(name string) *os.File {
		f, err := os.Open(ts.MkAbs(name))
		ts.Check(err)
		open = append(open, f)
		return f
	}
	if o.stdin != "" {
		c.Stdin = file(o.stdin)
	}
	for _, name := range o.fds {
		c.ExtraFiles = append(c.ExtraFiles, file(name))
	}
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if o.closed {
		r, w, err := os.Pipe()
		ts.Check(err)
		r.Close()
		open = append(open, w)
		c.Stdout = w
	}
	err := c.Run()
	var died *exec.ExitError
	if err != nil && !errors.As(err, &died) {
		ts.Fatalf("%v: %v", o.argv, err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), stdout.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), stderr.Bytes(), 0o600))
	o.judge(ts, c.ProcessState, stdout.String(), stderr.String())
}

// judge compares how a program ended with what is wanted of it.
func (o *runOptions) judge(ts *testscript.TestScript, how *os.ProcessState, stdout, stderr string) {
	exit := how.ExitCode()
	if !slices.Contains(o.exits, exit) {
		ts.Fatalf("%v: %v, want exit %v\nstdout:\n%s\nstderr:\n%s", o.argv, how, o.exits, stdout, stderr)
	}
	if strings.Contains(stderr, "panic:") || strings.Contains(stderr, "goroutine ") {
		ts.Fatalf("a panic reached the user:\n%s", stderr)
	}
	if !slices.Contains(o.argv, "--json") {
		return
	}
	objs := objects(ts, "out")
	var last map[string]any
	if len(objs) > 0 {
		last = objs[len(objs)-1]
	}
	e, isError := last["error"].(map[string]any)
	if isError && exit == 0 {
		ts.Fatalf("%v: an error line and exit 0:\n%s", o.argv, stdout)
	}
	if isError {
		shapeOf(ts, "error").check(ts, lastLine(stdout))
		message, _ := e["message"].(string)
		if e["exit"] != float64(exit) || !strings.Contains(stderr, message) {
			ts.Fatalf("%v: the error line does not agree with exit %d and stderr:\n%s\n%s", o.argv, exit, stdout, stderr)
		}
	}
	if e["code"] == "internal" {
		ts.Fatalf("%v: a failure that nobody thought of:\n%s\n%s", o.argv, stdout, stderr)
	}
	if o.code != "" && e["code"] != o.code {
		ts.Fatalf("%v: want an error line %q at the end of stdout:\n%s", o.argv, o.code, stdout)
	}
}

func lastLine(s string) string {
	s = strings.TrimSuffix(s, "\n")
	return s[strings.LastIndexByte(s, '\n')+1:]
}
