package endpoint_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/endpoint"
	"wherry/sync/wire"
)

func TestAuditAndLogHoldNoContent(t *testing.T) {
	w := newTown(t)
	amina, lead := w.enrol("Amina Canary", trust.RoleWorker, "Team Canary"), w.enrol("Leah Canary", trust.RoleLead, "Team Canary")
	c := amina.begin("case")
	amina.push(wire.CodeOK, append(c.open("Team Canary", 1, lead.person).Items, c.note("Canary in a note"))...)
	lead.pullAll(c.log)
	_, _ = lead.Pull(ctx, &wire.PullRequest{Cases: []wire.CasePos{{Case: record.Hash("none")}}, MaxBytes: 1})
	w.post(signer("Canary device"), "/v1/Canary", []byte("Canary body"), nil)
	w.stop()
	path := filepath.Join(w.folder, endpoint.AuditFile)
	audit := string(must(os.ReadFile(path)))
	if strings.Contains(audit, "Canary") || strings.Contains(w.log.String(), "Canary") {
		t.Error("content in a log")
	}
	reached, bad, err := endpoint.CheckAudit(strings.NewReader(audit))
	if err != nil || bad != 0 || reached[c.log.String()] != (endpoint.Position{Gen: 1, Seq: 4}) {
		t.Errorf("audit: %v %d %v", reached, bad, err)
	}
	for _, want := range []string{`"action":"enrol","result":"ok"`, `"action":"push","result":"ok=4"`, `"action":"pull","result":"ok"`, `"action":"pull","result":"not_found"`} {
		if !strings.Contains(audit, want) {
			t.Errorf("audit log lacks %s:\n%s", want, audit)
		}
	}
	lines := strings.SplitAfter(audit, "\n")
	lines = lines[:len(lines)-1] // after the last line end
	for i := range len(lines) - 1 {
		without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		if _, bad, _ := endpoint.CheckAudit(strings.NewReader(without)); bad == 0 {
			t.Errorf("line %d can be taken out", i+1)
		}
	}
	changed := strings.Replace(audit, `"result":"ok"`, `"result":"no"`, 1)
	if _, bad, _ := endpoint.CheckAudit(strings.NewReader(changed)); bad == 0 {
		t.Error("a line can be changed")
	}
}

func TestAuditGoesOnAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), endpoint.AuditFile)
	now := func() time.Time { return time.Unix(1, 0) }
	a := must(endpoint.OpenAudit(path, now))
	for range 3 {
		if err := a.Write(endpoint.AuditEvent{Action: "test", Result: "ok"}); err != nil {
			t.Fatal(err)
		}
	}
	a.Close()
	whole := must(os.ReadFile(path))
	for cut := range 60 {
		if err := os.WriteFile(path, whole[:len(whole)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		a = must(endpoint.OpenAudit(path, now))
		if err := a.Write(endpoint.AuditEvent{Action: "after", Result: "ok"}); err != nil {
			t.Fatal(err)
		}
		a.Close()
		if _, bad, err := endpoint.CheckAudit(bytes.NewReader(must(os.ReadFile(path)))); bad != 0 || err != nil {
			t.Errorf("cut by %d: line %d %v", cut, bad, err)
		}
	}
}

func TestLoggerDropsUnknownKeys(t *testing.T) {
	var b bytes.Buffer
	l := endpoint.NewLogger(&b)
	l.Info("hello", "route", "pull", "note", "a secret", slog.Group("g", "route", "a secret"))
	l.With("name", "a secret").Warn("again", "status", 404)
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Errorf("not JSON: %s", line)
		}
	}
	if strings.Contains(b.String(), "secret") || !strings.Contains(b.String(), `"route":"pull"`) {
		t.Errorf("log: %s", b.String())
	}
}

func TestMetrics(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	amina.push(wire.CodeOK, amina.begin("case").open("North", 1).Items...)
	rec := httptest.NewRecorder()
	w.server.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{`wherry_push_entries_total{code="ok"} 3`, "wherry_store_writable 1", "wherry_directory_seq 3",
		`wherry_requests_total{route="push",status="200"} 1`, "# TYPE wherry_requests_total counter"} {
		if !strings.Contains(rec.Body.String(), want) {
			t.Errorf("metrics lack %q:\n%s", want, rec.Body)
		}
	}
}
