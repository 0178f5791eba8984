package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wherry-endpoint-test")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "wherry-endpoint")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}
	template = filepath.Join(dir, "council")
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

const passphrase = "five plain words in a row"

// result is one finished run.
type result struct {
	code   int
	lines  []map[string]any // stdout
	stderr string
}

func (r result) last() map[string]any {
	if len(r.lines) == 0 {
		return map[string]any{}
	}
	return r.lines[len(r.lines)-1]
}

// code and exit of the error line.
func (r result) failure() (string, float64) {
	e, _ := r.last()["error"].(map[string]any)
	code, _ := e["code"].(string)
	exit, _ := e["exit"].(float64)
	return code, exit
}

// place is a council's folders.
type place struct {
	t             *testing.T
	dir, r, d, pw string
}

func newPlace(t *testing.T) *place {
	p := &place{t: t, dir: t.TempDir()}
	p.r, p.d, p.pw = filepath.Join(p.dir, "R"), filepath.Join(p.dir, "D"), filepath.Join(p.dir, "passphrase")
	if err := os.WriteFile(p.pw, []byte(passphrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) run(args ...string) result {
	p.t.Helper()
	cmd := exec.Command(binary, append([]string{"--json", "--key-passphrase-file", p.pw}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	r := result{code: cmd.ProcessState.ExitCode(), stderr: stderr.String()}
	if strings.Contains(r.stderr, "goroutine ") || r.code < 0 {
		p.t.Errorf("%v died:\n%s", args, r.stderr)
	}
	for line := range strings.Lines(stdout.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			p.t.Errorf("%v: stdout is not JSON: %q", args, line)
		}
		r.lines = append(r.lines, m)
	}
	return r
}

// want runs and fails the test unless it ends with code.
func (p *place) want(code int, args ...string) result {
	p.t.Helper()
	r := p.run(args...)
	if r.code != code {
		p.t.Fatalf("%v: exit %d, want %d\n%v\n%s", args, r.code, code, r.last(), r.stderr)
	}
	if name, exit := r.failure(); code != 0 && exit != 0 && (int(exit) != code || name == "") {
		p.t.Errorf("%v: the error line says %v %v", args, name, exit)
	}
	return r
}

// council puts a new council in place.
func (p *place) council() {
	p.t.Helper()
	made.Do(func() {
		first := &place{t: p.t, r: filepath.Join(template, "R"), d: filepath.Join(template, "D"), pw: p.pw}
		first.init()
	})
	for from, to := range map[string]string{"R": p.r, "D": p.d} {
		if err := os.CopyFS(to, os.DirFS(filepath.Join(template, from))); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *place) init(args ...string) result {
	p.t.Helper()
	return p.want(0, append([]string{"init", "--root", p.r, "--data", p.d, "--name", "Testshire", "--url", "https://127.0.0.1:8443", "--kdf-memory", "64MiB"}, args...)...)
}

// invite makes an invitation and returns it.
func (p *place) invite(person, role, out string, args ...string) *trust.Invitation {
	p.t.Helper()
	p.want(0, append([]string{"invite", "--admin-key", filepath.Join(p.r, fileAdmin), "--person", person, "--role", role, "--team", "North", "--out", out}, args...)...)
	data, err := os.ReadFile(out)
	if err != nil {
		p.t.Fatal(err)
	}
	inv, err := trust.ParseInvitation(data)
	if err != nil {
		p.t.Fatalf("invitation: %v", err)
	}
	return inv
}

// server is a running serve.
type server struct {
	t             *testing.T
	cmd           *exec.Cmd
	stderr        *bytes.Buffer
	url, adminURL string
	council       string
}

func (p *place) serve(dir string) *server {
	p.t.Helper()
	s := &server{t: p.t, cmd: exec.Command(binary, "serve", "--data", dir, "--listen", "127.0.0.1:0"), stderr: &bytes.Buffer{}}
	s.cmd.Stderr = s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	text, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.t.Fatalf("no readiness line: %v\n%s", err, s.stderr)
	}
	var line struct {
		V             int
		Ready         bool
		Listen, Admin string
		PID           int
		Council       string
	}
	if err := json.Unmarshal([]byte(text), &line); err != nil || line.V != 1 || !line.Ready || line.PID != s.cmd.Process.Pid {
		p.t.Fatalf("readiness line %q: %v", text, err)
	}
	s.url, s.adminURL, s.council = "https://"+line.Listen, "http://"+line.Admin, line.Council
	return s
}

func (s *server) stop(sig os.Signal) int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
	_ = s.cmd.Wait() // the exit code says how it ended
	for line := range strings.Lines(s.stderr.String()) {
		if !json.Valid([]byte(line)) {
			s.t.Errorf("log line is not JSON: %q", line)
		}
	}
	return s.cmd.ProcessState.ExitCode()
}

// laptop is an invitee's device.
type laptop struct {
	t      *testing.T
	inv    *trust.Invitation
	device ed25519.PrivateKey
	add    *trust.Statement
	items  []wire.PushItem
	caseID record.ID
}

func newLaptop(t *testing.T, inv *trust.Invitation) *laptop {
	t.Helper()
	_, device, _ := ed25519.GenerateKey(rand.Reader)
	_, person, _ := ed25519.GenerateKey(rand.Reader)
	kem, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	add, err := trust.NewDeviceAdd(inv, device, person, kem.PublicKey().Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return &laptop{t: t, inv: inv, device: device, add: add}
}

func (l *laptop) client(url string) *remote.Client {
	l.t.Helper()
	c, err := remote.New(remote.Options{URL: url, CA: l.inv.CA, Key: l.device})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(c.Close)
	return c
}

func (l *laptop) enrol(url string) error {
	_, err := l.client(url).Enrol(context.Background(), &wire.EnrolRequest{Invite: l.inv.Statement, Device: l.add.Bytes()})
	return err
}

// write makes a new case with a few notes.
func (l *laptop) write(notes int) {
	l.t.Helper()
	author := record.DeviceID(l.device.Public().(ed25519.PublicKey))
	person := l.inv.Body().Person
	nonce := [16]byte{1}
	l.caseID = record.CaseID(l.inv.Root, author, nonce)
	lane := record.LaneID(l.caseID, author, nonce)
	var prev, epoch record.ID
	add := func(class record.Class, body []byte, wraps ...wire.Wrap) {
		h := record.Header{Class: class, Realm: l.inv.Root, Case: l.caseID, Lane: lane, LaneSeq: uint64(len(l.items) + 1), Prev: prev, Epoch: epoch, Author: author}
		e, err := record.New(h, body, l.device)
		if err != nil {
			l.t.Fatal(err)
		}
		prev = e.ID()
		l.items = append(l.items, wire.PushItem{Entry: e.Bytes(), Wraps: append([]wire.Wrap{}, wraps...)})
	}
	add(record.Access, trust.GenesisBody(person, "North", nonce).Bytes())
	var refs []trust.WrapRef
	var wraps []wire.Wrap
	for _, r := range []record.ID{person, trust.RecoveryReader} {
		w := wire.Wrap{Reader: r, Data: []byte("a wrapped key")}
		wraps, refs = append(wraps, w), append(refs, trust.WrapRef{Reader: r, Hash: trust.WrapHash(w.Data)})
	}
	add(record.Key, trust.EpochBody(record.ID{}, make([]byte, 32), refs).Bytes(), wraps...)
	epoch = prev
	for range notes {
		add(record.Content, []byte("canary: sealed in truth"))
	}
}

// push sends everything and returns the codes.
func (l *laptop) push(url string) []string {
	l.t.Helper()
	resp, err := l.client(url).Push(context.Background(), &wire.PushRequest{Items: l.items})
	if err != nil {
		l.t.Fatal(err)
	}
	var codes []string
	for _, r := range resp.Results {
		codes = append(codes, r.Code)
	}
	return slices.Compact(codes)
}

// noCanary: names reach the directory, sealed bodies the store; neither may
// reach a log.
func noCanary(t *testing.T, dir, log string) {
	t.Helper()
	audit, err := os.ReadFile(filepath.Join(dir, "audit.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"canary", "Amina", "Yusuf", "North"} {
		if strings.Contains(string(audit), word) || strings.Contains(log, word) {
			t.Errorf("%q in a log", word)
		}
	}
}

func private(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}
