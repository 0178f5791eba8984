package desk_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// nobody is a user without rights of its own.
const nobody = 65534

// still is a place in which a notebook can be read and not, or hardly, written.
type still struct {
	name    string
	prepare func(t testing.TB, n *rig.Notebook) *rig.Notebook
	// saves says that saving may do there: only making files is forbidden.
	saves bool
	// small says that small files may be written there.
	small bool
}

var stills = []still{
	{name: "a read-only bind mount", prepare: bindReadOnly},
	{name: "a read-only bind mount without a lock file", prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		drop(t, n, "lock")
		return bindReadOnly(t, n)
	}},
	{name: "a read-only bind mount after a kill", prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		s := n.Stream(t, rig.Each(rig.Lines("killed", 4000)))
		s.Await(5)
		s.Kill(t)
		return bindReadOnly(t, n)
	}},
	{name: "a read-only bind mount, its view gone", prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		drop(t, n, "view")
		return bindReadOnly(t, n)
	}},
	{name: "a read-only ext4", prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		v := rig.NewSmallVolume(t, 72<<20)
		c := onVolume(t, n, v)
		if r := rig.Tool(t, "mount", "-o", "remount,ro", v.At); r.Exit != 0 {
			t.Fatalf("remount: %s", r.Err)
		}
		return c
	}},
	{name: "a read-only tmpfs", prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		at := rig.NewTmpfs(t, "64m")
		c := n.At(filepath.Join(at, "notebook"))
		rig.Copy(t, n.Dir, c.Dir)
		if r := rig.Tool(t, "mount", "-o", "remount,ro", at); r.Exit != 0 {
			t.Fatalf("remount: %s", r.Err)
		}
		return c
	}},
	{name: "chmod -R a-w", prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		return asNobody(t, n, func(path string, dir bool) os.FileMode {
			if dir {
				return 0o500
			}
			return 0o400
		}, nobody)
	}},
	{name: "chmod 500 of the folder", saves: true, prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		return asNobody(t, n, func(path string, dir bool) os.FileMode {
			switch {
			case path == n.Dir:
				return 0o500
			case dir:
				return 0o700
			}
			return 0o600
		}, nobody)
	}},
	{name: "another user's folder, open to read", prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		return asNobody(t, n, func(path string, dir bool) os.FileMode {
			if dir {
				return 0o755
			}
			return 0o644
		}, 0)
	}},
	{name: "no file may grow (RLIMIT_FSIZE)", small: true, prepare: func(t testing.TB, n *rig.Notebook) *rig.Notebook {
		rig.Need(t, false, "prlimit")
		st, err := os.Stat(filepath.Join(n.Dir, "journal", "00000001.wj"))
		if err != nil {
			t.Fatal(err)
		}
		return n.With(n.Program, "prlimit", "--fsize="+strconv.FormatInt(st.Size(), 10))
	}},
}

func drop(t testing.TB, n *rig.Notebook, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(n.Dir, name)); err != nil {
		t.Fatal(err)
	}
}

func bindReadOnly(t testing.TB, n *rig.Notebook) *rig.Notebook {
	t.Helper()
	at := t.TempDir()
	for _, args := range [][]string{{"--bind", n.Dir, at}, {"-o", "remount,ro,bind", at}} {
		if r := rig.Tool(t, append([]string{"mount"}, args...)...); r.Exit != 0 {
			rig.Lacking(t, "a read-only bind mount: "+strings.TrimSpace(string(r.Err)))
		}
	}
	t.Cleanup(func() { rig.Tool(t, "umount", at) })
	return n.At(at)
}

// asNobody gives a notebook these modes and this owner, and runs the program,
// copied to where everybody may read it, as a user without rights.
func asNobody(t testing.TB, n *rig.Notebook, mode func(path string, dir bool) os.FileMode, owner int) *rig.Notebook {
	t.Helper()
	rig.Need(t, true, "setpriv")
	root, err := os.MkdirTemp("", "wherry-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	c := n.At(filepath.Join(root, "notebook"))
	rig.Copy(t, n.Dir, c.Dir)
	program, err := os.ReadFile(n.Program)
	if err == nil {
		c.Program = filepath.Join(root, "wherryctl")
		err = os.WriteFile(c.Program, program, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.Pass = filepath.Join(root, "pass")
	rig.Write(t, c.Pass, rig.Passphrase+"\n")
	for _, path := range []string{root, c.Pass} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err = filepath.WalkDir(c.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := n.Dir + strings.TrimPrefix(path, c.Dir)
		if err := os.Chown(path, owner, owner); err != nil {
			return err
		}
		return os.Chmod(path, mode(rel, d.IsDir()))
	})
	if err != nil {
		t.Fatal(err)
	}
	id := strconv.Itoa(nobody)
	return c.With(c.Program, "setpriv", "--reuid", id, "--regid", id, "--clear-groups")
}

// TestReadOnlyPlaces is DT-07: where nothing can be written the notebook can
// still be read by every verb that only reads, saving is refused with a
// sentence, and nothing has changed afterwards.
func TestReadOnlyPlaces(t *testing.T) {
	rig.Need(t, true, "mount", "umount")
	f := rig.NewFigures("DT-07 places that can only be read")
	some := stills
	if testing.Short() {
		some = stills[:1]
	}
	reads := 0
	for i, s := range some {
		t.Run(s.name, func(t *testing.T) {
			n, _ := copied(t, t.TempDir(), i)
			at := s.prepare(t, n)
			before := ""
			if !s.saves {
				before = tree(t, at.Dir)
			}
			found, did := readStill(t, at, s.saves)
			reads += did
			for _, x := range found {
				t.Error(x)
			}
			if !s.saves && !s.small && tree(t, at.Dir) != before {
				t.Error("something was written")
			}
		})
	}
	f.Add("places", "%d", len(some))
	f.Add("reading verbs that did", "%d", reads)
	f.Sum(len(some), 0)
	f.Print(t)
	if reads < 6*len(some) {
		t.Errorf("only %d readings in %d places", reads, len(some))
	}
}

// TestReadOnlyHarnessCatches plants a lock that must be written.
func TestReadOnlyHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	rig.Need(t, true, "mount", "umount")
	n, _ := copied(t, t.TempDir(), 0)
	at := bindReadOnly(t, n.With(plant.Build(t, plant.LockWrites)))
	if found, _ := readStill(t, at, false); len(found) == 0 {
		t.Errorf("the planted bug %q went unseen", plant.LockWrites.Name)
	}
}

// readStill tries every reading verb and then to save.
func readStill(t testing.TB, n *rig.Notebook, saves bool) (findings []string, reads int) {
	_, before := seed(t)
	find := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	for _, args := range [][]string{{"list"}, {"show", rig.Siblings[0]}, {"search", "kettle"}, {"status"}, {"draft", "list"}, {"verify"}} {
		r := n.Run(t, args...)
		if f := r.Fault(); f != "" {
			find("%s", f)
		} else if r.Exit != 0 {
			find("%s: exit %d %s%s", args[0], r.Exit, r.Out, r.Err)
		} else {
			reads++
		}
	}
	now, r := n.Entries(t)
	if f := r.Fault(); f != "" || r.Exit != 0 {
		find("list --entries: exit %d %s%s", r.Exit, r.Out, f)
	}
	for id, e := range before {
		if now[id].SHA256 != e.SHA256 {
			find("an entry is not shown: %s", id)
		}
	}
	r = n.Feed(t, rig.LineOf("still", 0).JSON, "record")
	switch {
	case r.Fault() != "":
		find("%s", r.Fault())
	case saves && r.Exit == 0:
	case r.Exit != 6 && r.Exit != 2 || bytes.Contains(r.Out, []byte(`"ack"`)):
		find("record: exit %d %s%s", r.Exit, r.Out, r.Err)
	default:
		findings = append(findings, sentence("record", r)...)
	}
	return findings, reads
}
