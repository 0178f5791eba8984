package journal

import (
	"bytes"
	"path/filepath"
	"testing"
)

// A folder of just the listed bytes is the journal of that moment, whatever
// was written meanwhile.
func TestFilesAreTheJournal(t *testing.T) {
	w := sample(t)
	j, _ := mustOpen(t, testDir, testOptions(w.fsys))
	refs, tip, err := j.Files()
	if err != nil || tip != j.Tip() || len(refs) != len(j.segs)+2 {
		t.Fatalf("%+v %v", refs, err)
	}
	acts := w.fsys.acts
	if _, _, err := j.Files(); err != nil || w.fsys.acts != acts {
		t.Fatal("listing wrote something")
	}
	for range 10 {
		mustAppend(t, j, "written while the backup runs")
	}
	if err := j.Mark(bg); err != nil {
		t.Fatal(err)
	}
	copied := newShadow()
	for _, ref := range refs {
		raw := ref.Data
		if raw == nil {
			raw = bytes.Clone(w.fsys.now[testDir+"/"+ref.Name].seen[:ref.Size])
		}
		if int64(len(raw)) != ref.Size {
			t.Fatalf("%+v", ref)
		}
		copied.put(testDir+"/"+ref.Name, raw)
	}
	k, r := mustOpen(t, testDir, testOptions(copied))
	if !r.OK() || r.Frames != 40 || r.Unmarked != 0 || r.Cut || r.MarkHealed || r.TornBytes != 0 || k.Tip() != tip {
		t.Fatalf("%+v", r)
	}
}

// Nothing of what was in quarantine is left, by name or without.
func TestEraseQuarantine(t *testing.T) {
	w := sample(t)
	j, _ := mustOpen(t, testDir, testOptions(w.fsys))
	if err := j.EraseQuarantine(); err != nil {
		t.Fatal("nothing there:", err)
	}
	raw := w.fsys.now[w.fsys.names(".wj")[0]].seen
	raw[headerSize+50] ^= 1
	j, r := mustOpen(t, testDir, testOptions(w.fsys))
	name := filepath.Join(testDir, "quarantine", r.Quarantined[0])
	n := w.fsys.now[name]
	if len(r.Quarantined) != 1 || n == nil {
		t.Fatalf("%+v", r)
	}
	if err := j.EraseQuarantine(); err != nil {
		t.Fatal(err)
	}
	if w.fsys.now[name] != nil || w.fsys.durable[name] != nil || !bytes.Equal(n.disk, make([]byte, len(n.disk))) {
		t.Fatal("still there")
	}
	if got := uint64(len(rawFrames(t, j))); got != r.Frames {
		t.Fatal(got)
	}
}
