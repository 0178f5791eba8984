package vault

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// On a nearly full volume Badger's log has its space from the start, and its
// length stays what Badger made it.
func TestLogHasItsSpace(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "try"))
	if err != nil {
		t.Fatal(err)
	}
	supported := !errors.Is(unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, 4096), unix.EOPNOTSUPP)
	f.Close()
	g := &gauge{free: compactRoom - 1}
	v := mustOpen(t, dir, Rebuild, g.bytes)
	logs, _ := filepath.Glob(filepath.Join(dir, dbName, "*.mem"))
	if len(logs) != 1 {
		t.Fatalf("%v", logs)
	}
	info, err := os.Stat(logs[0])
	if err != nil {
		t.Fatal(err)
	}
	if has := info.Sys().(*syscall.Stat_t).Blocks * 512; supported && has < logRoom {
		t.Errorf("%d bytes of space", has)
	}
	if info.Size() != 2*memTable {
		t.Errorf("%d bytes long", info.Size())
	}
	put(t, v, v.K(1, "a"), "x")
	mustClose(t, v, tipA)
	if err := reserve(filepath.Join(dir, "none")); err != nil {
		t.Fatal(err)
	}
	v = mustOpen(t, dir, Clean, g.bytes)
	if x, ok := get(t, v, v.K(1, "a")); !ok || x != "x" {
		t.Fatal("gone")
	}
	mustClose(t, v, tipA)
}
