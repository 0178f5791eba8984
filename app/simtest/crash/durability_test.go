package crash_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// watched are the calls that decide what survives a power cut.
const watched = "trace=write,pwrite64,fsync,fdatasync,openat,rename,renameat,renameat2,linkat,ftruncate,unlinkat"

// straced is a notebook's program under strace, which writes its trace to path.
func straced(n *rig.Notebook, program, path string, more ...string) *rig.Notebook {
	before := append([]string{"strace", "-f", "-y", "-q", "-s", "64", "--seccomp-bpf", "-o", path, "-e", watched}, more...)
	return n.With(program, before...)
}

// traced runs a command under strace and audits the trace.
func traced(t testing.TB, n *rig.Notebook, program string, stdin []byte, args ...string) (audit, *rig.Result) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace")
	r := straced(n, program, path).Feed(t, stdin, args...)
	return auditTrace(rig.ReadTrace(t, path)), r
}

// longNote is a note of about a megabyte that hardly compresses.
func longNote(rng *rand.Rand, ref string, size int) rig.Line {
	var b strings.Builder
	b.Grow(size + 64)
	for b.Len() < size {
		fmt.Fprintf(&b, "%x%x%x%x ", rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64())
	}
	return rig.Note(ref, others[0], b.String())
}

// TestEveryPromiseFollowsASync is ST-02 by observation: the system calls of
// the real program are held against the commit order.
func TestEveryPromiseFollowsASync(t *testing.T) {
	rig.Need(t, false, "strace")
	program := binaries.Build(t).Wherryctl
	rng := rig.Seed(t)
	dir := t.TempDir()
	n := rig.Create(t, program, dir)
	f := rig.NewFigures("ST-02 the order of system calls")
	check := func(what string, a audit, r *rig.Result, promises, frames, segments, boxes int) {
		t.Helper()
		r.Want(t, 0)
		for _, finding := range a.findings {
			t.Errorf("%s: %s", what, finding)
		}
		if a.promises < promises || a.frames < frames || a.segments < segments || a.boxes < boxes {
			t.Errorf("%s: too little was seen to prove anything: %+v", what, a)
		}
		f.Add(what, "%d promises, %d frames, %d new segments, %d key box renames", a.promises, a.frames, a.segments, a.boxes)
	}

	caseload := filepath.Join(dir, "caseload.csv")
	rig.Write(t, caseload, caseloadOf(append(append([]string{}, siblings...), others...)))
	a, r := traced(t, n, program, nil, "import", caseload)
	check("import: new cases, new keys", a, r, 1, 1, 0, 2)

	var lines []rig.Line
	for i := range rig.Count(200, 2000) {
		lines = append(lines, lineOf("trace", i))
	}
	a, r = traced(t, n, program, rig.Input(lines), "record", "--stream")
	check("record: visits and notes", a, r, len(lines), len(lines), 0, 0)

	// Nearly a megabyte each, until a segment of 16 MiB is full.
	lines = lines[:0]
	for i := range rig.Count(28, 28) {
		lines = append(lines, longNote(rng, fmt.Sprintf("long-%d", i), 1_000_000))
	}
	for i := range 5 {
		lines = append(lines, lineOf("after", i))
	}
	segments := 1
	if testing.Short() {
		segments = 0
	}
	a, r = traced(t, n, program, rig.Input(lines), "record", "--stream")
	check("record: over the end of a segment", a, r, len(lines), len(lines), segments, 0)

	entries, r := n.Entries(t)
	r.Want(t, 0)
	target := ""
	for id, e := range entries {
		if e.Kind == "visit" {
			target = id
		}
	}
	a, r = traced(t, n, program, []byte("It was Tuesday.\n"), "amend", target, "--text-file", "-")
	check("amend", a, r, 1, 1, 0, 0)

	a, r = traced(t, n.At(filepath.Join(dir, "second")), program, nil, "init", "--name", "B", "--kdf-memory", "64MiB", "--recovery-out", filepath.Join(dir, "kit2"))
	check("init", a, r, 1, 2, 1, 2)
	f.Print(t)
}

// TestDurabilityHarnessCatches plants the bugs that the audit is for.
func TestDurabilityHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	rig.Need(t, false, "strace")
	good := binaries.Build(t).Wherryctl
	rng := rig.Seed(t)
	dir := t.TempDir()
	n := seedNotebook(t, good, dir)
	lines := []rig.Line{lineOf("a", 0), lineOf("a", 1), lineOf("a", 2)}
	caseload := filepath.Join(dir, "more.csv")
	rig.Write(t, caseload, caseloadOf([]string{"KB-3001"}))
	var long []rig.Line
	for i := range 28 {
		long = append(long, longNote(rng, fmt.Sprintf("long-%d", i), 1_000_000))
	}
	for _, c := range []struct {
		bug   plant.Bug
		input []byte
		args  []string
		want  string
	}{
		{plant.NoSync, rig.Input(lines), []string{"record", "--stream"}, "never synced"},
		{plant.KeysLast, nil, []string{"import", caseload}, "key box was written after"},
		{plant.NoDirSync, rig.Input(long), []string{"record", "--stream"}, "was not made durable"},
	} {
		to := filepath.Join(t.TempDir(), "notebook")
		rig.Copy(t, n.Dir, to)
		a, r := traced(t, n.At(to), plant.Build(t, c.bug), c.input, c.args...)
		r.Want(t, 0)
		if !strings.Contains(strings.Join(a.findings, "\n"), c.want) {
			t.Errorf("the planted bug %q went unseen: %+v", c.bug.Name, a)
		}
	}
}
