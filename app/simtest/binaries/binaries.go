// Package binaries builds the real programs once for the tests that drive them
// as users do: real processes, real files, real TLS.
package binaries

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Set is where the built programs are.
type Set struct {
	Dir       string
	Wherryctl string
	Endpoint  string
}

// buildTime bounds a build on a machine with nothing in its caches.
const buildTime = 10 * time.Minute

var (
	once  sync.Once
	built Set
	fault error
)

// Build compiles wherryctl and wherry-endpoint into a folder that lives as
// long as the test process, as they are shipped: static and without symbols.
func Build(t testing.TB) Set {
	t.Helper()
	once.Do(func() {
		dir, err := os.MkdirTemp("", "wherry-bin-")
		if err != nil {
			fault = err
			return
		}
		built.Dir = dir
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
	s := Set{Dir: dir, Wherryctl: filepath.Join(dir, "wherryctl"), Endpoint: filepath.Join(dir, "wherry-endpoint")}
	root, err := Root()
	if err != nil {
		return s, err
	}
	if err := look(root); err != nil {
		return s, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", dir+string(filepath.Separator), "./cmd/wherryctl", "./cmd/wherry-endpoint")
	c.Dir = root
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return s, fmt.Errorf("building the programs: %w\n%s", err, out)
	}
	return s, nil
}

// look stats every source file. The go command remembers which files a test
// looked at, and so runs it again when one of them has changed; of what the
// compiler reads it would know nothing.
func look(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "dist"):
			return filepath.SkipDir
		case d.IsDir(), strings.HasSuffix(path, "_test.go"):
			return nil
		}
		_, err = os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone between the listing and the look
		}
		return err
	})
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
			return "", fs.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
}
