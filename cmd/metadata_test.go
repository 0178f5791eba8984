package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMetadata generates the window's metadata again and wants what is
// committed: FyneApp.toml is the one place to change it.
func TestMetadata(t *testing.T) {
	out := filepath.Join(t.TempDir(), "metadata.go")
	c := exec.Command("go", "run", "./internal/metadata", "../FyneApp.toml", out)
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("wherry/metadata.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("cmd/wherry/metadata.go is not what FyneApp.toml says: run go generate ./cmd/wherry")
	}
}
