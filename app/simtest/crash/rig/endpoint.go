package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Council is a council's endpoint, driven through a real wherry-endpoint.
type Council struct {
	Program string
	Keys    string // the folder of the council's keys
	Data    string // the server's folder
	Pass    string // file with the passphrase of the keys
	Logs    string // file with what serve wrote to stderr
	Env     []string
	Address string // HOST:PORT while serving

	serving *exec.Cmd
	logs    *os.File
}

// Found makes a council in dir for https://127.0.0.1.
func Found(t testing.TB, program, dir string, env []string) *Council {
	t.Helper()
	c := &Council{Program: program, Keys: filepath.Join(dir, "council-keys"), Data: filepath.Join(dir, "council-data"),
		Pass: filepath.Join(dir, "keypass"), Logs: filepath.Join(dir, "serve.log"), Env: env}
	Write(t, c.Pass, Passphrase+"\n")
	c.Must(t, 0, "init", "--root", c.Keys, "--data", c.Data, "--name", "Norfolk", "--url", "https://127.0.0.1:8443", "--kdf-memory", "64MiB")
	return c
}

// Run runs a verb of wherry-endpoint to its end.
func (c *Council) Run(t testing.TB, args ...string) *Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Program, append([]string{"--json", "--key-passphrase-file", c.Pass}, args...)...)
	cmd.Env = c.Env
	return Finish(t, cmd, nil)
}

// Must runs a verb and wants this exit code.
func (c *Council) Must(t testing.TB, exit int, args ...string) *Result {
	t.Helper()
	r := c.Run(t, args...)
	r.Want(t, exit)
	return r
}

// Invite makes an invitation and returns its file.
func (c *Council) Invite(t testing.TB, person, role, team string) string {
	t.Helper()
	file := filepath.Join(filepath.Dir(c.Keys), person+".invite")
	args := []string{"invite", "--admin-key", filepath.Join(c.Keys, "admin.key"), "--person", person, "--role", role, "--team", team, "--out", file}
	if role == "lead" || role == "records" {
		args = append(args, "--countersign", filepath.Join(c.Keys, "root.key"))
	}
	c.Must(t, 0, args...)
	return file
}

// Serve starts the endpoint and waits until it answers. The end of the test
// stops it.
func (c *Council) Serve(t testing.TB) {
	t.Helper()
	var err error
	if c.logs, err = os.OpenFile(c.Logs, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		t.Fatal(err)
	}
	c.serving = exec.Command(c.Program, "serve", "--data", c.Data, "--listen", "127.0.0.1:0", "--json")
	c.serving.Env, c.serving.Stderr = c.Env, c.logs
	out, err := c.serving.StdoutPipe()
	if err == nil {
		err = c.serving.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct {
		Ready  bool
		Listen string
	}
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil || !ready.Ready {
		t.Fatalf("the endpoint is not ready: %v %s", err, line)
	}
	go io.Copy(io.Discard, out)
	c.Address = ready.Listen
	serving := c.serving
	t.Cleanup(func() {
		if c.serving == serving {
			_ = serving.Process.Kill()
			_ = serving.Wait()
			c.logs.Close()
		}
	})
}

// Stop ends the endpoint as an administrator does.
func (c *Council) Stop(t testing.TB) {
	t.Helper()
	serving := c.serving
	c.serving = nil
	if err := serving.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(Patience, func() { _ = serving.Process.Kill() })
	defer timer.Stop()
	err := serving.Wait()
	c.logs.Close()
	if err != nil {
		text, _ := os.ReadFile(c.Logs)
		t.Fatalf("the endpoint ended badly: %v\n%s", err, text[max(0, len(text)-2000):])
	}
	if text, err := os.ReadFile(c.Logs); err != nil || bytes.Contains(text, []byte("panic:")) {
		t.Fatalf("a panic in the endpoint's log, or no log: %v", err)
	}
}
