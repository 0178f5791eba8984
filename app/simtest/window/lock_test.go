package window_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"wherry/app/notebook"
	"wherry/app/simtest/memory"
	"wherry/app/simtest/window"
	"wherry/storage/seal"
)

// words are invented ones that nothing else holds, as small letters so that
// they can be typed.
func words(n int) (out []string, needles []memory.Needle) {
	for range n {
		b := []byte("qx")
		for range 12 {
			b = append(b, 'a'+byte(rand.N(26)))
		}
		out = append(out, string(b))
		needles = append(needles, memory.Text(string(b)))
	}
	return out, needles
}

func keysOf(t *testing.T, dir string) []memory.Needle {
	t.Helper()
	u, err := seal.ReadKeyFile(dir, []byte(window.Passphrase))
	must(t, err)
	box, err := seal.ReadBox(dir, u.Key)
	must(t, err)
	keys := []memory.Needle{memory.Key("vault key", u.Key[:])}
	for i, c := range box.Cases() {
		for j, e := range box.Epochs(c) {
			k, _ := box.Case(c, e)
			keys = append(keys, memory.Key(fmt.Sprintf("case key %d.%d", i, j), k[:]))
		}
	}
	return keys
}

// relocked reports whether the program in the process is one that was begun by
// a lock.
func relocked(d *window.Desk) func() bool {
	return func() bool {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", d.Pid()))
		return err == nil && bytes.Contains(b, []byte("--relocked"))
	}
}

// writing is a desk with an open notebook and some words half written.
func writing(t *testing.T, text []string) (*window.Desk, string) {
	t.Helper()
	d := desk(t)
	dir := filepath.Join(d.Home, "notebook")
	must(t, d.Begin(binary(t), dir))
	must(t, d.Changes(func() error { return d.Keys("ctrl+n") }))
	must(t, d.Type("Ruby"))
	must(t, d.Keys("Return"))
	must(t, d.At("Record"))
	for _, w := range text {
		must(t, d.Changes(func() error { return d.Type(w + " ") }))
	}
	must(t, d.Wait("the draft", func() bool { return drafts(dir) == 1 }))
	return d, dir
}

// LK-02: five seconds after a lock no memory of the program holds a key or a
// word. Locking replaces the program; unlocking leads back to the same sheet.
func TestALockLeavesNothingInMemory(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs root")
		}
		t.Skip("this test reads another process' memory: it needs root")
	}
	text, needles := words(12)
	d, dir := writing(t, text)
	keys := keysOf(t, dir)
	before, err := memory.Search(d.Pid(), append(keys, needles...))
	must(t, err)
	if k, w := before.Of(keys), before.Of(needles); k == 0 || w != len(needles) {
		t.Fatalf("before the lock: %d of %d keys and %d of %d words are seen: the search is blind", k, len(keys), w, len(needles))
	}
	must(t, d.Keys("ctrl+l"))
	must(t, d.Wait("a new program", relocked(d)))
	must(t, d.At("Locked"))
	after := time.Now().Add(5 * time.Second)
	must(t, d.Wait("five seconds", func() bool { return time.Now().After(after) }))
	found, err := memory.Search(d.Pid(), append(keys, needles...))
	must(t, err)
	for name, n := range found.Hits {
		if n > 0 {
			t.Errorf("after the lock, %s is there %d times", name, n)
		}
	}
	t.Logf("looked through %d MiB before and %d MiB after", before.Bytes>>20, found.Bytes>>20)

	must(t, d.Type(window.Passphrase))
	must(t, d.Keys("Return"))
	must(t, d.At("Record"))
	must(t, d.Type("and on"))
	must(t, d.Keys("ctrl+s"))
	must(t, d.Quit())
	holds(t, dir, text, "and on")
}

// kept reports whether the drafts on the disk of a notebook that is open in a
// window have every word.
func kept(t *testing.T, dir string, text []string) bool {
	t.Helper()
	to := filepath.Join(t.TempDir(), "notebook")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		return false // a file was renamed while it was copied
	}
	ctx := context.Background()
	n, err := notebook.Open(ctx, to, []byte(window.Passphrase), notebook.Config{})
	if err != nil {
		return false // it was copied in the middle of a save
	}
	defer n.Close()
	ds, _, err := n.Drafts(ctx)
	must(t, err)
	for _, w := range text {
		if len(ds) != 1 || !bytes.Contains(ds[0].Submission, []byte(w)) {
			return false
		}
	}
	return true
}

// holds checks that the one draft has every word.
func holds(t *testing.T, dir string, text []string, more ...string) {
	t.Helper()
	ctx := context.Background()
	n, err := notebook.Open(ctx, dir, []byte(window.Passphrase), notebook.Config{})
	must(t, err)
	defer n.Close()
	ds, damaged, err := n.Drafts(ctx)
	must(t, err)
	if len(ds) != 1 || damaged != 0 {
		t.Fatalf("%d drafts, %d damaged", len(ds), damaged)
	}
	for _, w := range append(more, text...) {
		if !bytes.Contains(ds[0].Submission, []byte(w)) {
			t.Errorf("the draft lost %q", w)
		}
	}
}

// DT-02: logging off in mid-sentence ends the program in order, with the last
// words on the disk.
func TestLoggingOffKeepsTheLastWords(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		text, _ := words(2)
		d, dir := writing(t, text)
		last, _ := words(1)
		must(t, d.Changes(func() error { return d.Type(last[0]) }))
		asked := time.Now()
		must(t, d.Signal(s))
		if err := d.Ended(); err != nil {
			t.Errorf("%v: %v\n%s", s, err, d.Log())
		}
		// It gives itself less than two seconds, since a desktop kills it then:
		// where the machine is too busy for that, the next opening tidies up.
		took := time.Since(asked)
		if _, err := os.Lstat(filepath.Join(dir, "view", "DIRTY")); err == nil && took < 1700*time.Millisecond {
			t.Errorf("%v: the notebook was not closed in order, and it ended after %v", s, took)
		}
		holds(t, dir, append(text, last...))
	}
}

// DT-03: a program that stood still for more than half a minute locks when it
// goes on.
func TestAStandstillLocks(t *testing.T) {
	text, _ := words(1)
	d, dir := writing(t, text)
	must(t, d.Signal(syscall.SIGSTOP))
	until := time.Now().Add(32 * time.Second)
	must(t, d.Wait("half a minute", func() bool { return time.Now().After(until) }))
	must(t, d.Signal(syscall.SIGCONT))
	must(t, d.Wait("a new program", relocked(d)))
	must(t, d.At("Locked"))
	must(t, d.Quit())
	holds(t, dir, text)
}

// LK-03: a window that aborts with words in hand prints none of them and leaves
// no core.
func TestAnAbortTellsNothing(t *testing.T) {
	text, needles := words(2)
	d, dir := writing(t, text)
	// An abort may cost the last second of typing; how long that is on a busy
	// machine, a copy of the notebook tells.
	must(t, d.Wait("the last words to be kept", func() bool { return kept(t, dir, text) }))
	must(t, d.Signal(syscall.SIGABRT))
	if err := d.Ended(); err == nil {
		t.Error("it ended well")
	}
	for _, n := range needles {
		for _, form := range n.Forms {
			if bytes.Contains([]byte(d.Log()), form) {
				t.Error("its last words hold a word of the record")
			}
		}
	}
	if cores, err := filepath.Glob("core*"); err != nil || len(cores) > 0 {
		t.Errorf("a core was left: %v %v", cores, err)
	}
	holds(t, dir, text)
}
