package story_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// process is a program that goes on running beside the script.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	out    *bufio.Reader
	done   chan struct{} // closed at its end
	cancel context.CancelFunc
}

// lifeTime bounds a program that a script forgets.
const lifeTime = 10 * time.Minute

// begin starts a program; its stderr is appended to the file logs.
func begin(ts *testscript.TestScript, logs, name string, args ...string) *process {
	ctx, cancel := context.WithTimeout(context.Background(), lifeTime)
	p := &process{cmd: program(ctx, ts, name, args...), done: make(chan struct{}), cancel: cancel}
	var err error
	p.stdin, err = p.cmd.StdinPipe()
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(logs), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	defer f.Close()
	r, w, err := os.Pipe()
	ts.Check(err)
	defer w.Close()
	k := keptBy(ts)
	k.closers = append(k.closers, func() { r.Close() })
	p.cmd.Stdout, p.cmd.Stderr, p.out = w, f, bufio.NewReader(r)
	ts.Check(p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // its state says how it ended
		close(p.done)
	}()
	return p
}

// line reads the next line of its stdout; "" at the end.
func (p *process) line(ts *testscript.TestScript) string {
	got := make(chan string, 1)
	go func() {
		l, _ := p.out.ReadString('\n')
		got <- l
	}()
	select {
	case l := <-got:
		return l
	case <-time.After(runTime):
		p.kill()
		ts.Fatalf("%v said nothing for %v", p.cmd.Args, runTime)
		return ""
	}
}

// wait waits for its end and returns its exit code; -1 after a signal.
func (p *process) wait(ts *testscript.TestScript, within time.Duration) int {
	select {
	case <-p.done:
	case <-time.After(within):
		p.kill()
		ts.Fatalf("%v still ran after %v", p.cmd.Args, within)
	}
	p.cancel()
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
	p.cancel()
}

// held is a wherryctl that has a notebook open.
type held struct{ proc *process }

// hold NAME DIR FILE: opens the notebook DIR with record --stream and gives it
// the lines of FILE, each only after the one before was answered. The answers
// are in NAME.out. The notebook stays open until release.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: hold NAME DIR FILE")
	}
	p := begin(ts, args[0]+".err", "wherryctl", "--json", "--dir", args[1], "--passphrase-file", "pass", "record", "--stream", "-")
	keptBy(ts).held[args[0]] = &held{p}
	var answers strings.Builder
	for l := range strings.Lines(ts.ReadFile(args[2])) {
		_, err := io.WriteString(p.stdin, l)
		ts.Check(err)
		a := p.line(ts)
		if a == "" {
			ts.Fatalf("a line was not answered:\n%s\n%s", answers.String(), ts.ReadFile(args[0]+".err"))
		}
		answers.WriteString(a)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), []byte(answers.String()), 0o600))
}

// Signals that scripts may send.
var signals = map[string]syscall.Signal{"term": syscall.SIGTERM, "int": syscall.SIGINT, "kill": syscall.SIGKILL}

// stopTime is how long a program may take to stop on a busy machine; the
// contract gives the endpoint ten seconds.
const stopTime = runTime

// release NAME eof|term|int|kill EXIT: ends a held wherryctl. "kill" wants -1.
func release(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: release NAME eof|term|int|kill EXIT")
	}
	h := keptBy(ts).held[args[0]]
	if h == nil {
		ts.Fatalf("nothing is held by the name %s", args[0])
	}
	delete(keptBy(ts).held, args[0])
	if args[1] == "eof" {
		ts.Check(h.proc.stdin.Close())
	} else {
		ts.Check(h.proc.cmd.Process.Signal(signals[args[1]]))
	}
	if got := strconv.Itoa(h.proc.wait(ts, stopTime)); got != args[2] {
		ts.Fatalf("%s ended with %s, want %s\n%s", args[0], got, args[2], ts.ReadFile(args[0]+".err"))
	}
}

// interrupt SIGNAL WANT DIR VERB…: runs wherryctl against an endpoint that
// accepts connections and says nothing, sends SIGNAL once it has connected, and
// judges its end as run does.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: interrupt SIGNAL WANT DIR VERB…")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer l.Close()
	o := options(ts, false, "interrupt SIGNAL WANT DIR VERB…", args[1:], 2)
	o.argv = append([]string{"--json", "--dir", o.argv[0], "--passphrase-file", "pass"}, o.argv[1:]...)
	o.argv = append(o.argv, "--endpoint", "https://"+l.Addr().String())
	ts.Check(os.WriteFile(ts.MkAbs("err"), nil, 0o600))
	p := begin(ts, "err", "wherryctl", o.argv...)
	connected := make(chan net.Conn, 1)
	go func() {
		c, _ := l.Accept()
		connected <- c
	}()
	select {
	case c := <-connected:
		defer c.Close()
	case <-p.done:
		ts.Fatalf("%v ended before it connected:\n%s", o.argv, ts.ReadFile("err"))
	case <-time.After(runTime):
		p.kill()
		ts.Fatalf("%v did not connect", o.argv)
	}
	ts.Check(p.cmd.Process.Signal(signals[args[0]]))
	p.wait(ts, stopTime)
	stdout, err := io.ReadAll(p.out)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("out"), stdout, 0o600))
	o.judge(ts, p.cmd.ProcessState, string(stdout), ts.ReadFile("err"))
}
