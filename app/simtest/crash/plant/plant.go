// Package plant builds wherryctl with one bug put in, to see the torture
// tests fail: a harness that has never failed proves nothing.
//
// A bug is an edit of the source as it stands, handed to the compiler as an
// overlay. Neither the repository nor any shipped program holds a trace of it.
// When the source moves on, the edit no longer fits and Build says so.
package plant

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/simtest/binaries"
)

// Bug is a named fault in the product.
type Bug struct {
	Name  string
	Edits []Edit
}

// Edit replaces the one place in File that reads Old. More is appended to the
// file.
type Edit struct {
	File string // from the repository's root
	Old  string
	New  string
	More string
}

// Build compiles wherryctl with the bug in it and returns its path.
func Build(t testing.TB, b Bug) string {
	t.Helper()
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	texts := map[string]string{}
	for _, e := range b.Edits {
		path := filepath.Join(root, filepath.FromSlash(e.File))
		text, ok := texts[path]
		if !ok {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text = string(raw)
		}
		if n := strings.Count(text, e.Old); n != 1 {
			t.Fatalf("planted bug %q: %s has its place %d times, not once: plant it anew", b.Name, e.File, n)
		}
		texts[path] = strings.Replace(text, e.Old, e.New, 1) + e.More
	}
	for path, text := range texts {
		edited := filepath.Join(dir, strings.NewReplacer("/", "_", "\\", "_", ":", "_").Replace(path))
		if err := os.WriteFile(edited, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[path] = edited
	}
	raw, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "wherryctl")
	c := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-overlay", list, "-o", program, "./cmd/wherryctl")
	c.Dir = root
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("planted bug %q does not build: %v\n%s", b.Name, err, out)
	}
	return program
}
