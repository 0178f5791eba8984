// Package binaries builds the real programs once for the tests that drive them
// as users do: real processes, real files, real TLS.
package binaries

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Set is where the built programs are.
type Set struct {
	Dir       string
	Wherryctl string
	Endpoint  string
}

var (
	once  sync.Once
	built Set
	fault error
)

// Build compiles wherryctl and wherry-endpoint into a folder that lives as
// long as the test process, with the flags that are shipped.
func Build(t testing.TB) Set {
	t.Helper()
	once.Do(func() {
		dir, err := os.MkdirTemp("", "wherry-bin-")
		if err != nil {
			fault = err
			return
		}
		built, fault = compile(dir)
	})
	if fault != nil {
		t.Fatal(fault)
	}
	return built
}

// Remove deletes what Build made; TestMain calls it at the end.
func Remove() {
	if built.Dir != "" {
		_ = os.RemoveAll(built.Dir) // a leftover in the temporary folder harms nobody
	}
}

func compile(dir string) (Set, error) {
	root, err := Root()
	if err != nil {
		return Set{}, err
	}
	c := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", dir+"/", "./cmd/wherryctl", "./cmd/wherry-endpoint")
	c.Dir = root
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return Set{}, fmt.Errorf("building the programs: %w\n%s", err, out)
	}
	return Set{Dir: dir, Wherryctl: filepath.Join(dir, "wherryctl"), Endpoint: filepath.Join(dir, "wherry-endpoint")}, nil
}

// Root is the repository's folder: the nearest one above with a go.mod.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
}
