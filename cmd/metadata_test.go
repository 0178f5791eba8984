package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// TestPins: screen and PDF were proven with these two versions together; other
// pairs draw Ethiopic as boxes or Latin invisibly, without a word.
func TestPins(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"fyne.io/fyne/v2 v2.8.1", "github.com/go-text/typesetting v0.3.4", "github.com/dgraph-io/badger/v4 v4.9.6"} {
		if !strings.Contains(string(mod), want+"\n") {
			t.Errorf("go.mod does not pin %s: look at five scripts on screen and in a PDF before changing it", want)
		}
	}
}
