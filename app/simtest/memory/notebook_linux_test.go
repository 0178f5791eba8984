package memory_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"wherry/app/notebook"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/memory"
	"wherry/storage/seal"
)

const (
	childVar   = "WHERRY_MEMORY_CHILD"
	passphrase = "five invented words go here"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVar); dir != "" {
		if err := child(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

// child opens a notebook, reads all of it, and locks it as one process can. It
// says where it is and goes on at each line that it is given.
func child(dir string) error {
	ctx, in := context.Background(), bufio.NewScanner(os.Stdin)
	n, err := notebook.Open(ctx, dir, []byte(passphrase), notebook.Config{KDF: seal.FloorKDF})
	if err != nil {
		return err
	}
	if err := readAll(ctx, n); err != nil {
		return err
	}
	fmt.Println("open")
	in.Scan()
	if err := n.Close(); err != nil {
		return err
	}
	n = nil
	notebook.Forget()
	fmt.Println("closed")
	in.Scan()
	return nil
}

// readAll reads every case and searches, as a person's day does.
func readAll(ctx context.Context, n *notebook.Notebook) error {
	rows, _, err := n.Cases(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, _, err := n.CaseFile(ctx, r.Ref); err != nil {
			return err
		}
	}
	return nil
}

// notebookWith makes a notebook full of invented words that nothing else holds.
func notebookWith(t *testing.T, cases int) (dir string, keys, words []memory.Needle) {
	t.Helper()
	ctx := context.Background()
	dir = filepath.Join(t.TempDir(), "nb")
	n, err := notebook.Create(ctx, dir, "Amina Yusuf", []byte(passphrase), notebook.RecoveryCode{1}, notebook.Config{KDF: seal.FloorKDF})
	if err != nil {
		t.Fatal(err)
	}
	word := func() string {
		b := []byte("Qxz")
		for range 12 {
			b = append(b, 'a'+byte(rand.N(26)))
		}
		words = append(words, memory.Text(string(b)))
		return string(b)
	}
	for i := range cases {
		csv := fmt.Sprintf("Child ref,Full name,Address\nNCC-%d,%s,4 %s Road\n", 7000+i, word(), word())
		if _, err := n.Import(ctx, []byte(csv), nil, false); err != nil {
			t.Fatal(err)
		}
		visit := fmt.Sprintf(`{"children":["NCC-%d"],"occurred":"2026-11-20T10:00:00Z","shared":"%s said that %s was there."}`, 7000+i, word(), word())
		if _, err := n.Record(ctx, []byte(visit), "note"); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, keysOf(t, dir), words
}

// keysOf are the vault key and every case key.
func keysOf(t *testing.T, dir string) []memory.Needle {
	t.Helper()
	u, err := seal.ReadKeyFile(dir, []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.ReadBox(dir, u.Key)
	if err != nil {
		t.Fatal(err)
	}
	keys := []memory.Needle{memory.Key("vault key", u.Key[:])}
	for i, c := range box.Cases() {
		for j, e := range box.Epochs(c) {
			k, _ := box.Case(c, e)
			keys = append(keys, memory.Key(fmt.Sprintf("case key %d.%d", i, j), k[:]))
		}
	}
	return keys
}

// onlyRoot skips where memory of others cannot be read.
func onlyRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() == 0 {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("this test needs root")
	}
	t.Skip("this test reads another process' memory: it needs root")
}

func trials(ordinary, release int) int {
	switch {
	case os.Getenv("WHERRY_TORTURE") != "":
		return release
	case testing.Short():
		return max(ordinary/10, 1)
	}
	return ordinary
}

// LK-02 within one process: after Close and Forget at most one key is left in
// all trials together, and of the words at most one in a hundred. (The window ends its process instead.)
func TestAClosedNotebookLeavesNoKeys(t *testing.T) {
	onlyRoot(t)
	dir, keys, words := notebookWith(t, 25)
	if len(keys) != 26 || len(words) != 100 {
		t.Fatalf("%d keys, %d words", len(keys), len(words))
	}
	left, total, found := 0, 0, 0
	for range trials(20, 100) {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childVar+"="+dir)
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		pipe, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		out := bufio.NewScanner(pipe)
		at := func(where string) {
			if !out.Scan() || out.Text() != where {
				t.Fatalf("the child says %q, want %q", out.Text(), where)
			}
		}
		look := func() memory.Found {
			f, err := memory.Search(c.Process.Pid, append(keys, words...))
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		at("open")
		open := look()
		if k, w := open.Of(keys), open.Of(words); k != len(keys) || w != len(words) {
			t.Fatalf("open: only %d of %d keys and %d of %d words are seen: the search is blind", k, len(keys), w, len(words))
		}
		fmt.Fprintln(in)
		at("closed")
		closed := look()
		for _, k := range keys {
			if n := closed.Hits[k.Name]; n > 0 {
				found++
				t.Logf("closed: %s is there %d times", k.Name, n)
			}
		}
		left, total = left+closed.Of(words), total+len(words)
		in.Close()
		if err := c.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	// One process cannot reach every copy (seal.Forget): the stack of a goroutine
	// that still waits may hold one key. More than one is a place that is never
	// cleared. That the window leaves none at all is shown with the window itself.
	if found > 1 {
		t.Errorf("keys were found %d times after closing", found)
	}
	t.Logf("words left after closing: %d of %d", left, total)
	// The collector leaves the words of a note together or not at all: few trials
	// are allowed two notes more, the release's many are not.
	allowed := total / 100
	if os.Getenv("WHERRY_TORTURE") == "" {
		allowed += 8
	}
	if left > allowed {
		t.Errorf("%d of %d words are left, more than %d", left, total, allowed)
	}
}
