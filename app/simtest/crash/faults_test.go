package crash_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// fault is one way in which the disk fails: the nth call of a kind returns an
// error, once or from then on.
type fault struct {
	call, err string
	nth       int
	ever      bool
	times     int // how often, if not once or ever
}

func (f fault) String() string {
	if f.ever {
		return fmt.Sprintf("%s=%s from number %d on", f.call, f.err, f.nth)
	}
	if f.times > 1 {
		return fmt.Sprintf("%s=%s at numbers %d to %d", f.call, f.err, f.nth, f.nth+f.times-1)
	}
	return fmt.Sprintf("%s=%s at number %d", f.call, f.err, f.nth)
}

// flag is strace's word for it. -P keeps to the notebook's own files: what the
// Go runtime asks of the system for itself is not the disk's business.
func (f fault) flag() string {
	when := fmt.Sprint(f.nth)
	if f.ever {
		when += "+"
	} else if f.times > 1 {
		when += fmt.Sprintf("..%d", f.nth+f.times-1)
	}
	return fmt.Sprintf("inject=%s:error=%s:when=%s", f.call, f.err, when)
}

// failing lists the calls that are made to fail, with how often a run of
// record makes each, roughly: numbers beyond that hit nothing.
var failing = []struct {
	call  string
	errs  []string
	about int
}{
	{"fsync", []string{"EIO", "ENOSPC"}, 30},
	{"pwrite64", []string{"EIO", "ENOSPC"}, 25},
	{"write", []string{"EIO", "ENOSPC"}, 10},
	{"openat", []string{"EIO", "ENOSPC", "EACCES"}, 45},
	{"renameat", []string{"EIO", "ENOSPC", "EACCES"}, 8},
	{"ftruncate", []string{"EIO", "ENOSPC"}, 6},
	{"msync", []string{"EIO"}, 4},
	{"unlinkat", []string{"EIO", "EACCES"}, 8},
	{"mmap", []string{"ENOMEM", "EIO"}, 6},
	{"fstat", []string{"EIO"}, 10},
	{"read", []string{"EIO"}, 20},
}

// TestFailingDisk is ST-03: single calls of the running program fail. Nothing
// may be acknowledged after a failed write or sync of the journal, the program
// must end with exit 6 or refuse cleanly, and the notebook opens afterwards
// with all that was acknowledged.
func TestFailingDisk(t *testing.T) {
	rig.Need(t, false, "strace")
	program := binaries.Build(t).Wherryctl
	rng := rig.Seed(t)
	dir := t.TempDir()
	seed := seedNotebook(t, program, dir)

	before, r := seed.Entries(t)
	r.Want(t, 0)
	var mu sync.Mutex
	var all struck
	runs := 0
	try := func(f fault) bool {
		mu.Lock()
		runs++
		to := filepath.Join(dir, fmt.Sprint("fault", runs))
		mu.Unlock()
		s := strike(t, seed, before, program, to, f)
		mu.Lock()
		defer mu.Unlock()
		all.add(s)
		return s.calls > 0
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	start := func(do func()) {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			do()
		})
	}
	if rig.Torture() {
		for _, c := range failing {
			for _, err := range c.errs {
				for _, ever := range []bool{false, true} {
					start(func() { sweep(t, fault{call: c.call, err: err, ever: ever}, 8*c.about, try) })
				}
			}
		}
	} else {
		for i := range rig.Count(150, 0) {
			c := failing[i%len(failing)]
			f := fault{call: c.call, err: c.errs[rng.IntN(len(c.errs))], nth: 1 + rng.IntN(c.about), ever: rng.IntN(3) == 0}
			start(func() { try(f) })
		}
	}
	wg.Wait()
	for _, f := range all.findings {
		t.Error(f)
	}
	if all.hit*3 < runs || runs == 0 {
		t.Errorf("only %d of %d faults hit a call", all.hit, runs)
	}
	f := rig.NewFigures("ST-03 failing system calls")
	f.Add("runs", "%d", runs)
	f.Add("of which a call was made to fail", "%d (%d calls)", all.hit, all.calls)
	f.Add("acknowledgements in those runs", "%d", all.acks)
	f.Add("ended with exit 0, 6, other", "%d, %d, %d", all.exits[0], all.exits[6], all.other)
	f.Add("findings", "%d", len(all.findings))
	f.Sum(runs, len(all.findings))
	f.Print(t)
}

// sweep makes the first call of a kind fail, then the second, and so on, until
// three runs in a row make no such call: which number a call has differs a
// little from run to run.
func sweep(t testing.TB, f fault, limit int, try func(fault) bool) {
	for missed := 0; missed < 3 && f.nth < limit && !t.Failed(); {
		f.nth++
		if try(f) {
			missed = 0
		} else {
			missed++
		}
	}
}

// TestFailingDiskHarnessCatches plants the ignored answer of fsync.
func TestFailingDiskHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	rig.Need(t, false, "strace")
	dir := t.TempDir()
	seed := seedNotebook(t, binaries.Build(t).Wherryctl, dir)
	bad := plant.Build(t, plant.SyncIgnored)
	before, r := seed.Entries(t)
	r.Want(t, 0)
	s := strike(t, seed, before, bad, filepath.Join(dir, "bad"), fault{call: "fsync", err: "EIO", nth: 10, ever: true})
	if !strings.Contains(strings.Join(s.findings, "\n"), "acknowledged after a failed") {
		t.Errorf("the planted bug %q went unseen: %+v", plant.SyncIgnored.Name, s)
	}
}

// struck is what came of failing calls.
type struck struct {
	hit, calls, acks, other int
	exits                   [16]int
	findings                []string
}

func (s *struck) add(o struck) {
	s.hit, s.calls, s.acks, s.other = s.hit+o.hit, s.calls+o.calls, s.acks+o.acks, s.other+o.other
	for i := range s.exits {
		s.exits[i] += o.exits[i]
	}
	s.findings = append(s.findings, o.findings...)
}

// struckLines is how many lines a run is given to save.
const struckLines = 20

// strike runs one stream of saves with one fault.
func strike(t testing.TB, seed *rig.Notebook, before map[string]rig.Entry, program, dir string, f fault) (s struck) {
	n := seed.At(filepath.Join(dir, "notebook"))
	rig.Copy(t, seed.Dir, n.Dir)
	defer os.RemoveAll(dir)
	book := rig.NewLedger(before)
	lines := make([]rig.Line, struckLines)
	for i := range lines {
		lines[i] = lineOf("fault", i)
		book.Sent(lines[i])
	}
	trace := filepath.Join(dir, "trace")
	args := append([]string{"-e", f.flag()}, only(n.Dir)...)
	stream := straced(n, program, trace, append(args, "-e", "trace=fsync,pwrite64,"+f.call)...).Stream(t, each(lines))
	r := stream.End()
	find := func(format string, args ...any) {
		s.findings = append(s.findings, fmt.Sprintf("%v: ", f)+fmt.Sprintf(format, args...))
	}
	if fault := r.Fault(); fault != "" {
		find("%s", fault)
	}
	calls := rig.ReadTrace(t, trace)
	s.calls = failed(calls)
	if s.calls > 0 {
		s.hit, s.acks = 1, len(stream.Acks())
	}
	switch r.Exit {
	case 0, 6:
		s.exits[r.Exit]++
	default:
		s.other++
		if !bytes.Contains(r.Out, []byte(`"error":`)) {
			find("exit %d without an error line: %.500s", r.Exit, r.Err)
		}
		if bytes.Contains(r.Out, []byte(`"internal"`)) {
			find("exit %d with an error that has no sentence: %s%s", r.Exit, r.Out, r.Err)
		}
	}
	for _, a := range stream.Acks() {
		if x := book.Take(a); len(x) > 0 {
			find("%s", x[0])
			break
		}
	}
	if n := soundFrames(calls); book.Acks > n {
		find("acknowledged after a failed write or sync: %d answers for %d sound frames", book.Acks, n)
	}
	entries := 0
	for _, x := range survey(t, n, book, &entries) {
		find("afterwards: %s", x)
	}
	return s
}

// only limits a trace to the notebook's folders and files, also those that are
// not there yet.
func only(dir string) []string {
	names := []string{"", "box.A", "box.B", ".box.A.new", ".box.B.new", "key.A", "key.B", "index", "index/manifest", "index/.manifest.new", "briefs.sealed", ".briefs.sealed.new", "lock",
		"journal", "journal/00000001.wj", "journal/00000002.wj", "journal/mark.A", "journal/mark.B", "journal/reserve",
		"view", "view/DIRTY", "view/.DIRTY.new", "view/view.seal", "view/.view.seal.new", "view/db",
		"view/db/DISCARD", "view/db/KEYREGISTRY", "view/db/MANIFEST", "view/db/LOCK"}
	for i := 1; i < 6; i++ {
		names = append(names, fmt.Sprintf("view/db/%05d.mem", i), fmt.Sprintf("view/db/%06d.vlog", i), fmt.Sprintf("view/db/%06d.sst", i))
	}
	var args []string
	for _, name := range names {
		args = append(args, "-P", filepath.Join(dir, filepath.FromSlash(name)))
	}
	return args
}

func failed(calls []rig.Call) int {
	n := 0
	for _, c := range calls {
		if c.Injected {
			n++
		}
	}
	return n
}

// soundFrames counts the frames that were written and synced as they should
// be. Each acknowledgement needs one of its own.
func soundFrames(calls []rig.Call) int {
	n, written := 0, false
	for _, c := range calls {
		if _, path := c.FD(); filepath.Ext(path) != ".wj" {
			continue
		}
		switch c.Name {
		case "pwrite64":
			written = c.OK()
		case "fsync":
			if written && c.OK() {
				n++
			}
			written = false
		}
	}
	return n
}
