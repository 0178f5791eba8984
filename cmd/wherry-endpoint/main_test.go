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
	"io/fs"
	mrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

var (
	binary   string
	template string // a council made once and copied, since key files are slow to seal on purpose
	made     sync.Once
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

func TestCouncil(t *testing.T) {
	p := newPlace(t)
	made := p.init().last()
	if made["council"] != made["root_fingerprint"] || made["url"] != "https://127.0.0.1:8443" || made["ca"] != filepath.Join(p.d, "ca.pem") {
		t.Errorf("init: %v", made)
	}
	private(t, p.r, fileRoot, fileRecovery, fileAdmin, fileCAKey)
	private(t, p.d, fileCouncil, fileEndpoint, fileKey)
	if again := p.want(2, "init", "--root", p.r, "--data", p.d, "--name", "Other", "--url", "https://127.0.0.1:1"); again.stderr == "" {
		t.Error("no sentence for people")
	}
	if v := p.want(0, "verify", "--data", p.d).last(); v["ok"] != true || v["entries"] != 0.0 {
		t.Errorf("verify before the first serve: %v", v)
	}

	inv := p.invite("Amina Yusuf", "worker", p.path("amina"))
	private(t, p.dir, "amina")
	s := p.serve(p.d)
	if s.council != made["council"] {
		t.Errorf("serve names council %s", s.council)
	}
	p.want(3, "serve", "--data", p.d, "--listen", "127.0.0.1:0")
	p.want(3, "verify", "--data", p.d)
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if resp, err := http.Get(s.adminURL + path); err != nil || resp.StatusCode != 200 {
			t.Errorf("%s: %v %v", path, resp, err)
		}
	}
	amina := newLaptop(t, inv)
	for range 2 {
		if err := amina.enrol(s.url); err != nil {
			t.Fatalf("enrol: %v", err)
		}
	}
	var refused *remote.RefusedError
	if err := newLaptop(t, inv).enrol(s.url); !errors.As(err, &refused) || refused.Code != wire.ErrCodeInvitation {
		t.Errorf("a second laptop on one invitation: %v", err)
	}
	amina.write(20)
	if codes := amina.push(s.url); !slices.Equal(codes, []string{"ok"}) {
		t.Errorf("push: %v", codes)
	}
	if code := s.stop(syscall.SIGTERM); code != 0 {
		t.Errorf("SIGTERM: exit %d\n%s", code, s.stderr)
	}
	if v := p.want(0, "verify", "--data", p.d).last(); v["ok"] != true || v["entries"] != 22.0 || v["cases"] != 1.0 || len(v["damaged"].([]any)) != 0 {
		t.Errorf("verify: %v", v)
	}

	// A killed server needs no repair, and a copy of the folder serves on.
	s = p.serve(p.d)
	if codes := amina.push(s.url); !slices.Equal(codes, []string{"dup"}) {
		t.Errorf("pushed again: %v", codes)
	}
	s.stop(syscall.SIGKILL)
	s = p.serve(p.d)
	s.stop(syscall.SIGTERM)
	copied := p.path("copy")
	if err := os.CopyFS(copied, os.DirFS(p.d)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(p.d); err != nil {
		t.Fatal(err)
	}
	s = p.serve(copied)
	got, err := amina.client(s.url).Pull(context.Background(), &wire.PullRequest{Cases: []wire.CasePos{{Case: amina.caseID, Gen: 1}}, MaxBytes: 1 << 20})
	if err != nil || len(got.Pages) != 1 || len(got.Pages[0].Records) != 22 {
		t.Errorf("pull from the copy: %v %v", got, err)
	}
	if code := s.stop(syscall.SIGINT); code != 0 {
		t.Errorf("SIGINT: exit %d", code)
	}
	p.want(0, "verify", "--data", copied)
	noCanary(t, copied, s.stderr.String())
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

func TestInvite(t *testing.T) {
	p := newPlace(t)
	p.council()
	root := filepath.Join(p.r, fileRoot)
	base := []string{"invite", "--admin-key", filepath.Join(p.r, fileAdmin), "--person", "Leah", "--team", "North"}
	with := func(args ...string) []string { return append(slices.Clone(base), args...) }
	p.want(2, with("--role", "lead", "--out", p.path("x"))...)
	p.want(2, with("--role", "worker", "--expires", "721h", "--out", p.path("x"))...)
	p.want(2, with("--role", "worker", "--expires", "0s", "--out", p.path("x"))...)
	p.want(2, with("--role", "king", "--out", p.path("x"))...)
	p.want(2, with("--role", "worker")...)
	p.want(2, with("--role", "worker", "--out", p.pw)...)
	p.want(2, "invite", "--admin-key", p.pw, "--person", "Leah", "--team", "North", "--role", "worker", "--out", p.path("x"))
	p.want(2, "invite", "--admin-key", root, "--person", "Leah", "--team", "North", "--role", "worker", "--out", p.path("x"))
	p.want(2, with("--role", "lead", "--countersign", filepath.Join(p.r, fileAdmin), "--out", p.path("x"))...)
	wrong := &place{t: t, dir: p.dir, r: p.r, d: p.d, pw: p.path("wrong")}
	if err := os.WriteFile(wrong.pw, []byte("another passphrase"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong.want(4, with("--role", "worker", "--out", p.path("x"))...)
	if _, err := os.Stat(p.path("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused invitation left a file")
	}
	lead := p.invite("Leah", "lead", p.path("lead"), "--countersign", root)
	same, other := p.invite("Leah", "worker", p.path("same")), p.invite("Leah", "worker", p.path("other"), "--new-person", "--expires", "720h")
	if lead.Body().Person != same.Body().Person || same.Body().Person == other.Body().Person {
		t.Error("the same name and team must be the same person, unless --new-person")
	}
	if life := other.Body().Expires - other.Body().Issued; life != trust.MaxInvitation {
		t.Errorf("lives %d ms", life)
	}
}

func TestUsage(t *testing.T) {
	p := newPlace(t)
	for _, verb := range laterVerbs {
		if code, _ := p.want(2, verb, "--any", "thing").failure(); code != "not_in_release" {
			t.Errorf("%s: code %s", verb, code)
		}
	}
	for _, args := range [][]string{{}, {"nonsense"}, {"serve"}, {"verify"}, {"init"}, {"serve", "--data", p.dir}, {"verify", "--data", p.path("none")},
		{"verify", "--nonsense"}, {"version", "operand"}, {"serve", "--data", p.d, "--store", "postgres://db"},
		{"init", "--root", p.r, "--data", p.d, "--name", "x", "--url", "http://h:1"},
		{"init", "--root", p.r, "--data", filepath.Join(p.r, "D"), "--name", "x", "--url", "https://h:1"},
		{"init", "--root", p.r, "--data", p.d, "--name", "x", "--url", "https://h:1", "--kdf-memory", "32MiB"},
		{"init", "--root", p.r, "--data", p.d, "--name", "x", "--url", "https://h:1", "--tls-cert", p.pw, "--tls-key", p.pw}} {
		p.want(2, args...)
	}
	if entries, err := os.ReadDir(p.dir); err != nil || len(entries) != 1 {
		t.Errorf("refused runs left something: %v %v", entries, err)
	}
	v := p.want(0, "version").last()
	if v["version"] == "" || v["formats"].(map[string]any)["wire"] != 1.0 {
		t.Errorf("version: %v", v)
	}
}

func TestKeysDoNotBelongInTheServersFolder(t *testing.T) {
	p := newPlace(t)
	p.council()
	for _, name := range []string{fileRoot, fileRecovery, fileAdmin, fileCAKey} {
		data, err := os.ReadFile(filepath.Join(p.r, name))
		if err != nil {
			t.Fatal(err)
		}
		hidden := filepath.Join(p.d, "store", "notes.txt")
		if err := os.MkdirAll(filepath.Dir(hidden), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(hidden, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _ := p.want(2, "serve", "--data", p.d, "--listen", "127.0.0.1:0").failure(); code != "key_in_data" {
			t.Errorf("%s under another name: %s", name, code)
		}
		os.Remove(hidden)
	}
}

func TestOwnCertificate(t *testing.T) {
	p, q := newPlace(t), newPlace(t)
	p.council()
	q.init("--tls-cert", filepath.Join(p.d, fileCert), "--tls-key", filepath.Join(p.d, fileKey))
	s := q.serve(q.d)
	defer s.stop(syscall.SIGTERM)
	if err := newLaptop(t, q.invite("Amina", "worker", q.path("amina"))).enrol(s.url); err != nil {
		t.Errorf("enrol under a given certificate: %v", err)
	}
	if err := newLaptop(t, p.invite("Amina", "worker", p.path("amina"))).enrol(s.url); err == nil {
		t.Error("an invitation of another council was taken")
	}
	q.want(2, "init", "--root", q.path("R2"), "--data", q.path("D2"), "--name", "x", "--url", "https://elsewhere.example:1",
		"--tls-cert", filepath.Join(p.d, fileCert), "--tls-key", filepath.Join(p.d, fileKey), "--kdf-memory", "64MiB")
}

// TestFlips flips bits in every kind of file of a stopped server's folder: no
// crash, and what verify lets pass serves the same records as before.
func TestFlips(t *testing.T) {
	p := newPlace(t)
	p.council()
	s := p.serve(p.d)
	amina := newLaptop(t, p.invite("Amina", "worker", p.path("amina")))
	if err := amina.enrol(s.url); err != nil {
		t.Fatal(err)
	}
	amina.write(10)
	amina.push(s.url)
	s.stop(syscall.SIGTERM)
	rng := mrand.New(mrand.NewPCG(3, 4))
	found := 0
	err := filepath.WalkDir(p.d, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		whole, err := os.ReadFile(path)
		if err != nil || len(whole) == 0 {
			return err
		}
		for range 2 {
			bad := bytes.Clone(whole)
			bad[rng.IntN(len(bad)-1)] ^= 1 << rng.IntN(8) // the last line end of a text is without meaning
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				return err
			}
			r := p.run("verify", "--data", p.d)
			if !slices.Contains([]int{0, 5, 8, 9}, r.code) {
				t.Errorf("a flip in %s: verify ends with %d %v", d.Name(), r.code, r.last())
			}
			if r.code == 0 && (r.last()["entries"] != 12.0 || d.Name() == "audit.log" || strings.HasSuffix(d.Name(), ".sst")) {
				t.Errorf("a flip in %s passes verify: %v", d.Name(), r.last())
			}
			if r.code != 0 {
				found++
			}
		}
		return os.WriteFile(path, whole, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 10 {
		t.Errorf("only %d flips were noticed", found)
	}
	p.want(0, "verify", "--data", p.d)

	tables, _ := filepath.Glob(filepath.Join(p.d, "store", "*.sst"))
	whole, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	whole[len(whole)/2] ^= 1
	if err := os.WriteFile(tables[0], whole, 0o600); err != nil {
		t.Fatal(err)
	}
	p.want(5, "serve", "--data", p.d, "--listen", "127.0.0.1:0")
	if r := p.want(5, "verify", "--data", p.d); r.last()["ok"] != false || len(r.last()["damaged"].([]any)) == 0 {
		t.Errorf("verify of a damaged store: %v", r.last())
	}
}

func TestClosedStdout(t *testing.T) {
	p := newPlace(t)
	p.council()
	cmd := exec.Command(binary, "serve", "--data", p.d, "--listen", "127.0.0.1:0")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 2 {
		t.Errorf("closed stdout: exit %d", code)
	}
}

func TestPassphraseByDescriptor(t *testing.T) {
	p := newPlace(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString(passphrase + "\r\nnot this"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	cmd := exec.Command(binary, "init", "--key-passphrase-fd", "3", "--root", p.r, "--data", p.d, "--name", "Testshire", "--url", "https://127.0.0.1:8443", "--kdf-memory", "64MiB")
	cmd.ExtraFiles = []*os.File{r}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.invite("Amina", "worker", p.path("amina"))
	if time.Until(time.UnixMilli(p.invite("Omar", "worker", p.path("omar")).Body().Expires)) < 71*time.Hour {
		t.Error("an invitation lives 72 hours by default")
	}
}
