package story_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wherry/sync/wire"
)

// server is a running wherry-endpoint.
type server struct {
	proc *process
	logs string
}

// serve NAME DATA [flags…]: starts an endpoint on DATA and waits for its
// readiness line, which is kept in NAME.ready. $NAME is its address, $NAME_admin
// that of its private listener. Its log is NAME.log. Without --listen it takes
// a free port on loopback.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve NAME DATA [flags…]")
	}
	name := args[0]
	argv := append([]string{"serve", "--data", args[1]}, args[2:]...)
	if len(args) == 2 {
		argv = append(argv, "--listen", "127.0.0.1:0")
	}
	s := &server{proc: begin(ts, name+".log", "wherry-endpoint", argv...), logs: name + ".log"}
	keptBy(ts).servers[name] = s
	line := s.proc.line(ts)
	if line == "" {
		ts.Fatalf("no readiness line\n%s", ts.ReadFile(s.logs))
	}
	shapeOf(ts, "ready").check(ts, strings.TrimSuffix(line, "\n"))
	var ready struct {
		Ready         bool
		Listen, Admin string
		PID           int
	}
	ts.Check(json.Unmarshal([]byte(line), &ready))
	if !ready.Ready || ready.PID != s.proc.cmd.Process.Pid {
		ts.Fatalf("not ready: %s", line)
	}
	ts.Check(os.WriteFile(ts.MkAbs(name+".ready"), []byte(line), 0o600))
	ts.Setenv(name, ready.Listen)
	ts.Setenv(name+"_admin", ready.Admin)
}

// halt NAME [term|int|kill]: stops an endpoint. Unless killed it must end with
// 0, having written nothing but JSON to its log.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: halt NAME [term|int|kill]")
	}
	s, how := keptBy(ts).servers[args[0]], "term"
	if s == nil {
		ts.Fatalf("no endpoint %s", args[0])
	}
	if len(args) > 1 {
		how = args[1]
	}
	delete(keptBy(ts).servers, args[0])
	ts.Check(s.proc.cmd.Process.Signal(signals[how]))
	code := s.proc.wait(ts, stopTime)
	if log := ts.ReadFile(s.logs); how != "kill" {
		if code != 0 {
			ts.Fatalf("%s ended with %d\n%s", args[0], code, log)
		}
		for l := range strings.Lines(log) {
			if !json.Valid([]byte(l)) {
				ts.Fatalf("the log of %s is not JSON: %s", args[0], l)
			}
		}
	}
}

// ports are those that scripts of this process were given.
var ports struct {
	sync.Mutex
	last int
}

// port VAR: sets VAR to a TCP port of loopback that is free and stays free: it
// lies below those that systems give to connections.
func port(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: port VAR")
	}
	ports.Lock()
	defer ports.Unlock()
	if ports.last == 0 {
		ports.last = 20_000 + os.Getpid()%8_000
	}
	for range 1_000 {
		ports.last++
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(ports.last)))
		if err == nil {
			ts.Check(l.Close())
			ts.Setenv(args[0], strconv.Itoa(ports.last))
			return
		}
	}
	ts.Fatalf("no free port")
}

// silent NAME: $NAME is an address that accepts connections and says nothing.
func silent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: silent NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	k := keptBy(ts)
	k.closers = append(k.closers, func() { l.Close() })
	go func() {
		var open []net.Conn
		for {
			c, err := l.Accept()
			if err != nil {
				for _, c := range open {
					c.Close()
				}
				return
			}
			open = append(open, c)
		}
	}()
	ts.Setenv(args[0], l.Addr().String())
}

// tls12 ADDRESS: the endpoint there does not speak TLS 1.2, and does speak 1.3.
func tls12(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: tls12 ADDRESS")
	}
	dial := func(version uint16) error {
		d := tls.Dialer{NetDialer: &net.Dialer{Timeout: runTime}, Config: trusting(ts)}
		d.Config.MinVersion, d.Config.MaxVersion = version, version
		ctx, cancel := context.WithTimeout(context.Background(), runTime)
		defer cancel()
		c, err := d.DialContext(ctx, "tcp", args[0])
		if err == nil {
			err = c.Close()
		}
		return err
	}
	ts.Check(dial(tls.VersionTLS13))
	if dial(tls.VersionTLS12) == nil {
		ts.Fatalf("%s speaks TLS 1.2", args[0])
	}
}

// http STATUS METHOD URL [FILE] [Header=value…]: one request. An https URL is
// trusted by the certificate authority in the file ca.pem. The answer's body is
// in body; that of a refusal by the door must be CBOR {code, message}, and its
// code is in code.
func httpCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: http STATUS METHOD URL [FILE] [Header=value…]")
	}
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	defer cancel()
	var body io.Reader
	headers := args[3:]
	if len(headers) > 0 && !strings.Contains(headers[0], "=") {
		f, err := os.Open(ts.MkAbs(headers[0]))
		ts.Check(err)
		defer f.Close()
		body, headers = f, headers[1:]
	}
	req, err := http.NewRequestWithContext(ctx, args[1], args[2], body)
	ts.Check(err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, "=")
		req.Header.Set(name, value)
	}
	var config *tls.Config
	if req.URL.Scheme == "https" {
		config = trusting(ts)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: 5 * time.Second, TLSClientConfig: config}}
	if body != nil {
		req.Header.Set("Expect", "100-continue") // so that a refusal is read before the body is sent
	}
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("%s %s: status %d, want %s: %q", args[1], args[2], resp.StatusCode, args[0], got)
	}
	ts.Check(os.WriteFile(ts.MkAbs("body"), got, 0o600))
	if resp.StatusCode < 300 || req.URL.Scheme != "https" {
		return
	}
	var e wire.ErrorBody
	if err := wire.Decode(got, &e); err != nil || e.Code == "" {
		ts.Fatalf("%s %s: not an error body: %v %q", args[1], args[2], err, got)
	}
	if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") == "" {
		ts.Fatalf("429 without Retry-After")
	}
	ts.Check(os.WriteFile(ts.MkAbs("code"), []byte(fmt.Sprintln(e.Code)), 0o600))
}

// trusting believes the certificate authority in the file ca.pem.
func trusting(ts *testscript.TestScript) *tls.Config {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(ts.ReadFile("ca.pem"))) {
		ts.Fatalf("ca.pem holds no certificate")
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}
}
