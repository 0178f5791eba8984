package main

import (
	"bytes"
	"context"
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

	"wherry/storage/trust"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

var (
	binary   string
	template string // a council made once and copied, since key files are slow to seal on purpose
	made     sync.Once
)

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
