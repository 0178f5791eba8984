package notebook

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/casework"
)

// A request that cannot be carried out is no export: nothing is audited as made.
func TestExportIsAuditedOnlyIfItCanBeMade(t *testing.T) {
	ctx := context.Background()
	n, _ := create(t)
	fill(t, n)
	dir := t.TempDir()
	good := ExportRequest{Case: refOf(t, n), Format: "pdf", Kind: "summary", Path: filepath.Join(dir, "a.pdf"), Recipient: "A. Guardian", Purpose: "Court"}
	render := func(w io.Writer, _ *casework.CaseFile, _ ExportStamp) (int, error) {
		_, err := io.WriteString(w, "x")
		return 1, err
	}
	day := func(s string) casework.Date { d, _ := casework.ParseDate(s); return d }
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := n.j.Tip()
	for name, change := range map[string]func(*ExportRequest){
		"no path":            func(r *ExportRequest) { r.Path = "" },
		"a folder":           func(r *ExportRequest) { r.Path, r.Replace = dir, true },
		"below a file":       func(r *ExportRequest) { r.Path = filepath.Join(file, "a.pdf") },
		"no folder":          func(r *ExportRequest) { r.Path = filepath.Join(dir, "none", "a.pdf") },
		"a name too long":    func(r *ExportRequest) { r.Path = filepath.Join(dir, strings.Repeat("a", 300)) },
		"taken":              func(r *ExportRequest) { r.Path = file },
		"days exchanged":     func(r *ExportRequest) { r.From, r.Until = day("2026-11-02"), day("2026-11-01") },
		"nobody to be for":   func(r *ExportRequest) { r.Recipient = " " },
		"nobody's case":      func(r *ExportRequest) { r.Case = "none" },
		"no kind of summary": func(r *ExportRequest) { r.Kind = "" },
	} {
		r := good
		change(&r)
		if _, err := n.Export(ctx, r, render); err == nil || n.j.Tip() != before {
			t.Errorf("%s: %v, audited %v", name, err, n.j.Tip() != before)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
	if _, err := n.Export(ctx, good, render); err != nil || n.j.Tip() == before {
		t.Errorf("a sound request: %v", err)
	}
}
