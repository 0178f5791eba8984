package forensic_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestDisposedIsGone is the claim of capability "erasure": after a disposal no
// byte of the case can be read from a copy of the folder, passphrase in hand;
// the other case is as it was, to the hash; and the chains still verify.
func TestDisposedIsGone(t *testing.T) {
	set := binaries.Build(t)
	s := grow(t, set.Wherryctl)
	// The control: before it, all of it can be read.
	left, lost, r := s.look(s.n)
	if len(lost) > 0 {
		t.Fatalf("control: of the child who stays these are not found: %v", lost)
	}
	for canary, field := range s.gone.where {
		if len(r.find(canary)) == 0 {
			t.Errorf("control: %s cannot be found before the disposal", field)
		}
	}
	if len(s.gone.where) < 70 || r.bodies[s.caseGone] < 8 {
		t.Fatalf("control: only %d canaries, %d bodies", len(s.gone.where), r.bodies[s.caseGone])
	}
	if !s.indexed(r, s.gone) || !s.indexed(r, s.kept) {
		t.Fatal("control: the saved index could not be looked through")
	}
	began, canaries := r.entries[s.caseGone], len(left)
	s.feed(0, "", "dispose", s.refGone, "--carry-out")
	left, _, r = s.whole(s.n)
	if r.entries[s.caseGone] != began {
		t.Errorf("of %d entries of the case %d are left without their bodies", began, r.entries[s.caseGone])
	}
	f := rig.NewFigures("ST-07 disposed, and the folder opened with its passphrase")
	f.Add("canaries of the child who is gone, places before", "%d, %d", len(s.gone.where), canaries)
	f.Add("left of them", "%d", len(left))
	f.Add("canaries of the child who stays", "%d", len(s.kept.where))
	f.Add("pieces opened", "%d", len(r.chunks))
	f.Print(t)
	// And it stays gone: after using the notebook, after a rebuild, after a
	// search has made the index anew.
	s.feed(0, "", "search", s.refKept)
	s.feed(0, "", "repair")
	s.feed(0, "", "search", s.refKept)
	if _, _, r = s.whole(s.n); !s.indexed(r, s.kept) {
		t.Error("control: the saved index could not be looked through")
	}
}

// indexed reports whether any canary is in the saved index.
func (s *scene) indexed(r *reader, g *garden) bool {
	for canary := range g.where {
		if slices.Contains(r.find(canary), inIndex) {
			return true
		}
	}
	return false
}

// whole wants nothing of the one child, all of the other, and sound chains.
func (s *scene) whole(n *rig.Notebook) (left, lost []string, r *reader) {
	s.t.Helper()
	left, lost, r = s.look(n)
	if len(left) > 0 {
		s.t.Errorf("%d things are left of the child who is gone:\n%s", len(left), strings.Join(left, "\n"))
	}
	if len(lost) > 0 {
		s.t.Errorf("lost of the child who stays: %v", lost)
	}
	rep, v := n.Verify(s.t)
	v.Want(s.t, 0)
	if !rep.OK || !strings.Contains(string(v.Out), `"disposed":["`+s.caseGone.String()+`"]`) {
		s.t.Errorf("verify: %s", v.Out)
	}
	entries, v := n.Entries(s.t)
	v.Want(s.t, 0)
	if len(entries) != len(s.before) {
		s.t.Errorf("%d entries are listed, want %d", len(entries), len(s.before))
	}
	for id, e := range s.before {
		if entries[id] != e {
			s.t.Errorf("an entry of the child who stays changed: %+v, was %+v", entries[id], e)
		}
	}
	if n != s.n {
		return left, lost, r // a copy that was killed: the rest is the same
	}
	list := n.Must(s.t, 0, "list")
	if lines := list.Lines(s.t); len(lines) != 2 || lines[0]["status"] != "disposed" || lines[0]["name"] != "" || lines[0]["ref"] != "" {
		s.t.Errorf("list: %s", list.Out)
	}
	register := n.Must(s.t, 0, "dispose", "--list")
	if lines := register.Lines(s.t); len(lines) != 1 || lines[0]["done"] != true || lines[0]["basis"] != "schedule" {
		s.t.Errorf("register: %s", register.Out)
	}
	return left, lost, r
}

// TestKilledDisposal kills the program at random moments of a disposal and of
// its resumption: the next opening ends it, or it never began.
func TestKilledDisposal(t *testing.T) {
	set := binaries.Build(t)
	s := grow(t, set.Wherryctl)
	rng := rig.Seed(t)
	try := s.n.At(filepath.Join(t.TempDir(), "measure"))
	rig.Copy(t, s.n.Dir, try.Dir)
	base := try.Must(t, 0, "status").Took
	span := max(try.Must(t, 0, "dispose", s.refGone, "--carry-out").Took-base*3/4, 20*time.Millisecond)
	begun, resumed, whole, trials := 0, 0, 0, 0
	// Where the moment is missed each time, it is looked for a little longer; and
	// since a machine becomes busier and idler meanwhile, each miss moves it.
	scale := 1.0
	for few := rig.Count(10, 200); trials < few || begun == 0 && trials < few+50; trials++ {
		n := s.n.At(filepath.Join(t.TempDir(), "notebook"))
		rig.Copy(t, s.n.Dir, n.Dir)
		after := time.Duration(scale * float64(base*3/4+time.Duration(rng.Int64N(int64(span)))))
		kill := func(after time.Duration, args ...string) bool {
			c := n.Command(t.Context(), args...)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(after, func() { _ = c.Process.Kill() }) // it may have ended: Wait tells
			defer timer.Stop()
			return c.Wait() != nil && c.ProcessState.ExitCode() == -1
		}
		killed := kill(after, "dispose", s.refGone, "--carry-out")
		if !killed {
			whole++
			scale = max(scale*0.85, 0.1)
		} else if rng.IntN(2) == 0 && kill(base*3/4+time.Duration(rng.Int64N(int64(span))), "status") {
			resumed++ // the opening that would have ended it was killed too
		}
		n.Must(t, 0, "status")
		if strings.Contains(string(n.Must(t, 0, "dispose", "--list").Out), `"status":"approved"`) {
			// It had not begun: all of the child is there, and it can be done.
			scale = min(scale*1.15, 10)
			n.Must(t, 0, "dispose", s.refGone, "--carry-out")
		} else if killed {
			begun++
		}
		s.whole(n)
		if t.Failed() {
			t.Fatalf("after a kill at %v", after)
		}
	}
	f := rig.NewFigures("ST-07 disposals killed")
	f.Add("kills; it had begun; the next opening was killed too; not killed in time", "%d; %d; %d; %d", trials-whole, begun, resumed, whole)
	f.Print(t)
	if begun == 0 {
		t.Error("no kill hit a disposal: the test proves nothing")
	}
}

// TestForensicHarnessCatches plants what a careless disposal would leave.
func TestForensicHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	for _, c := range []struct {
		bug  plant.Bug
		want string
	}{
		{plant.FramesKept, "in journal"},
		{plant.ViewKept, "in view"},
		{plant.KeysKept, "a case key in the key box"},
		{plant.DraftsKept, "in drafts"},
		{plant.BlobsKept, "an attachment that nothing names"},
		{plant.IndexKept, "in index"},
	} {
		t.Run(c.bug.Name, func(t *testing.T) {
			s := grow(t, plant.Build(t, c.bug))
			s.feed(0, "", "dispose", s.refGone, "--carry-out")
			left, _, _ := s.look(s.n)
			if !strings.Contains(strings.Join(left, "\n"), c.want) {
				t.Errorf("the planted bug went unseen; found: %v", left)
			}
		})
	}
}
