// Package story_test tells the whole story headlessly, with the real programs:
// each script in testdata is one chapter, and the command contract of
// docs/commands.md is tested with it.
package story_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wherry/app/simtest/binaries"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

func TestStory(t *testing.T) {
	set := binaries.Build(t)
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", set.Dir+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("SAMPLES", filepath.Join(root, "app", "notebook", "testdata", "samples"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			e.Values[serversKey{}] = map[string]*server{}
			e.Defer(func() { stopAll(e.Values[serversKey{}].(map[string]*server)) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "stop": stop, "json": jsonCmd, "lines": lines, "exits": exits, "capture": capture, "mode": mode, "pdftext": pdftext,
		},
	})
}

type serversKey struct{}

type server struct {
	cmd    *exec.Cmd
	listen string
	logs   string
}

// serve NAME DATA [flags…]: starts an endpoint and waits for its ready line;
// $NAME is its address.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve NAME DATA [flags]")
	}
	name := args[0]
	argv := append([]string{"--key-passphrase-file", ts.MkAbs("keypass"), "serve", "--data", ts.MkAbs(args[1]), "--json"}, args[2:]...)
	c := exec.Command(filepath.Join(strings.SplitN(ts.Getenv("PATH"), string(os.PathListSeparator), 2)[0], "wherry-endpoint"), argv...)
	logs, err := os.Create(ts.MkAbs(name + ".log"))
	ts.Check(err)
	c.Stderr = logs
	out, err := c.StdoutPipe()
	ts.Check(err)
	ts.Check(c.Start())
	s := &server{cmd: c, logs: logs.Name()}
	ts.Value(serversKey{}).(map[string]*server)[name] = s
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	var ready struct {
		Ready  bool
		Listen string
	}
	ts.Check(json.Unmarshal([]byte(line), &ready))
	if !ready.Ready {
		ts.Fatalf("not ready: %s", line)
	}
	s.listen = ready.Listen
	ts.Setenv(name, ready.Listen)
}

// stop NAME [kill]: SIGTERM and exit 0, or kill -9.
func stop(ts *testscript.TestScript, _ bool, args []string) {
	all := ts.Value(serversKey{}).(map[string]*server)
	s := all[args[0]]
	if s == nil {
		ts.Fatalf("no server %s", args[0])
	}
	delete(all, args[0])
	if len(args) > 1 {
		ts.Check(s.cmd.Process.Kill())
		_ = s.cmd.Wait() // killed on purpose
		return
	}
	ts.Check(s.cmd.Process.Signal(os.Interrupt))
	ts.Check(s.cmd.Wait())
}

func stopAll(all map[string]*server) {
	for _, s := range all {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// exits CODE PROGRAM ARGS…: runs a program (10 s at most to start dying) and
// wants this exit code; stdout and stderr go to the files out and err.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	argv := args[1:]
	stdin := ""
	if argv[0] == "-stdin" {
		stdin, argv = ts.MkAbs(argv[1]), argv[2:]
	}
	dir := strings.SplitN(ts.Getenv("PATH"), string(os.PathListSeparator), 2)[0]
	c := exec.Command(filepath.Join(dir, argv[0]), argv[1:]...)
	c.Dir = ts.MkAbs(".")
	for _, k := range []string{"HOME", "XDG_DATA_HOME", "PATH"} {
		c.Env = append(c.Env, k+"="+ts.Getenv(k))
	}
	if stdin != "" {
		f, err := os.Open(stdin)
		ts.Check(err)
		defer f.Close()
		c.Stdin = f
	}
	out, err := os.Create(ts.MkAbs("out"))
	ts.Check(err)
	defer out.Close()
	errf, err := os.Create(ts.MkAbs("err"))
	ts.Check(err)
	defer errf.Close()
	c.Stdout, c.Stderr = out, errf
	err = c.Run()
	got := 0
	if ee, ok := err.(*exec.ExitError); ok {
		got = ee.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		o, _ := os.ReadFile(ts.MkAbs("out"))
		e, _ := os.ReadFile(ts.MkAbs("err"))
		ts.Fatalf("%v: exit %d, want %d\nstdout:\n%s\nstderr:\n%s", argv, got, want, o, e)
	}
	e, _ := os.ReadFile(ts.MkAbs("err"))
	if strings.Contains(string(e), "panic") || strings.Contains(string(e), "goroutine ") {
		ts.Fatalf("a panic reached the user:\n%s", e)
	}
}

// json FILE N PATH VALUE: line N (from 1; "last", or "any") of FILE has VALUE
// at the dotted PATH. "?" wants any value, "-" wants none.
func jsonCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: json FILE LINE PATH VALUE")
	}
	objs := objects(ts, args[0])
	var pick []map[string]any
	switch args[1] {
	case "any":
		pick = objs
	case "last":
		pick = objs[len(objs)-1:]
	default:
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		if n < 1 || n > len(objs) {
			ts.Fatalf("%s has %d lines, not %d", args[0], len(objs), n)
		}
		pick = objs[n-1 : n]
	}
	var seen []string
	ok := false
	for _, o := range pick {
		got, there := at(o, args[2])
		seen = append(seen, got)
		ok = ok || (there && (args[3] == "?" || got == args[3])) || (!there && args[3] == "-")
	}
	if ok == neg {
		ts.Fatalf("%s line %s: %s is %q, want %q (negated: %v)", args[0], args[1], args[2], seen, args[3], neg)
	}
}

func objects(ts *testscript.TestScript, file string) []map[string]any {
	var out []map[string]any
	for _, l := range strings.Split(strings.TrimSpace(ts.ReadFile(file)), "\n") {
		if l == "" {
			continue
		}
		o := map[string]any{}
		if err := json.Unmarshal([]byte(l), &o); err != nil {
			ts.Fatalf("%s: not a JSON object: %s", file, l)
		}
		if o["v"] != float64(1) {
			ts.Fatalf("%s: no \"v\":1 in %s", file, l)
		}
		out = append(out, o)
	}
	return out
}

func at(v any, path string) (string, bool) {
	for _, p := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			n, ok := x[p]
			if !ok {
				return "", false
			}
			v = n
		case []any:
			if p == "len" {
				return strconv.Itoa(len(x)), true
			}
			i, err := strconv.Atoi(p)
			if err != nil || i >= len(x) {
				return "", false
			}
			v = x[i]
		default:
			return "", false
		}
	}
	switch x := v.(type) {
	case string:
		return x, true
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64), true
	default:
		b, _ := json.Marshal(x)
		return string(b), true
	}
}

// lines FILE N: FILE has N JSON lines.
func lines(ts *testscript.TestScript, _ bool, args []string) {
	if n := len(objects(ts, args[0])); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%s has %d lines, want %s:\n%s", args[0], n, args[1], ts.ReadFile(args[0]))
	}
}

// capture VAR FILE WHERE=VALUE PATH: sets VAR to PATH of the first object of
// FILE in which WHERE has VALUE.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	where, want, _ := strings.Cut(args[2], "=")
	for _, o := range objects(ts, args[1]) {
		if got, ok := at(o, where); where == "" || ok && got == want {
			v, ok := at(o, args[3])
			if !ok {
				ts.Fatalf("no %s in the line", args[3])
			}
			ts.Setenv(args[0], v)
			return
		}
	}
	ts.Fatalf("no line of %s has %s", args[1], args[2])
}

// mode FILE PERM: the file's permissions.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	st, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", st.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}

var _ = time.Second
