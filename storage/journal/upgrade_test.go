package journal

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// versionOne is the frozen journal of version 1 on a disk in memory.
func versionOne(t testing.TB) *shadowFS {
	t.Helper()
	fsys := newShadow()
	names, err := os.ReadDir(frozenFolders[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		raw, err := os.ReadFile(filepath.Join(frozenFolders[0], n.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fsys.put(testDir+"/"+n.Name(), raw)
	}
	return fsys
}

// upgrading opens a folder and counts how often it is said to be of version 1.
func upgrading(t testing.TB, fsys *shadowFS, o Options, answer error) (j *Journal, r *Report, asked int) {
	t.Helper()
	o.FS, o.ReserveBytes = fsys, -1
	o.Before = func(version int) error {
		if asked++; version != 1 || fsys.acts > 0 {
			t.Fatalf("version %d, after %d acts", version, fsys.acts)
		}
		return answer
	}
	j, r, err := Open(testDir, frozenKey, o)
	if err != nil {
		t.Fatal(err)
	}
	return j, r, asked
}

func TestUpgrade(t *testing.T) {
	for name, harm := range map[string]func(*shadowFS){
		"sound":      func(*shadowFS) {},
		"marks lost": func(s *shadowFS) { delete(s.now, testDir+"/mark.A"); delete(s.now, testDir+"/mark.B") },
	} {
		fsys := versionOne(t)
		harm(fsys)
		j, r, asked := upgrading(t, fsys, Options{}, nil)
		if asked != 1 || j.Version() != 2 || r.Frames != 5 || r.ReadOnly != nil {
			t.Fatalf("%s: asked %d times, version %d, %+v", name, asked, j.Version(), r)
		}
		m := readMarks(fsys, testDir, j.keys.mark, []string{"mark.A", "mark.B"})
		if !m.equal() || m.twin[0].m.version != 2 {
			t.Fatalf("%s: %+v", name, m.twin)
		}
		// What is appended to the old segment does not make it a new one.
		mustAppend(t, j, "more")
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		fsys.acts = 0
		j, r, asked = upgrading(t, fsys, Options{SegmentBytes: 200}, nil)
		if asked != 0 || j.Version() != 2 || j.segs[1].version != 1 || r.Frames != 6 {
			t.Fatalf("%s: asked again: %d, version %d, %+v", name, asked, j.Version(), r)
		}
		mustAppend(t, j, "in a new segment")
		if j.segs[2].version != 2 {
			t.Fatal("new segments are of the old version")
		}
	}
}

// Refused, the folder is left as it is and can be read.
func TestUpgradeRefused(t *testing.T) {
	for name, o := range map[string]Options{"refused": {}, "reading": {ReadOnly: true}} {
		fsys := versionOne(t)
		no := errors.New("no room for a backup")
		j, r, asked := upgrading(t, fsys, o, no)
		if fsys.acts != 0 || j.Version() != 1 || len(texts(t, j, 0)) != 6 {
			t.Fatalf("%s: %d acts", name, fsys.acts)
		}
		if o.ReadOnly != (asked == 0) || !o.ReadOnly && !errors.Is(r.ReadOnly, no) {
			t.Fatalf("%s: asked %d times, %v", name, asked, r.ReadOnly)
		}
		if _, err := j.Append(bg, []Item{{}}); !errors.Is(err, ErrReadOnly) || !o.ReadOnly && !errors.Is(err, no) {
			t.Fatalf("%s: %v", name, err)
		}
		if err := j.Close(); err != nil || fsys.acts != 0 {
			t.Fatalf("%s: %v", name, err)
		}
	}
	fsys := versionOne(t)
	if r, err := check(fsys, testDir, frozenKey); err != nil || !r.OK() || fsys.acts != 0 {
		t.Fatal("checking", err)
	}
	j, _, asked := upgrading(t, newShadow(), Options{}, nil)
	if asked != 0 || j.Version() != Version {
		t.Fatal("a new journal is not an old one")
	}
}

// Killed at any act of the upgrade, the next opening goes on with it; it asks
// again unless a mark of the new version is there.
func TestUpgradeKilled(t *testing.T) {
	again := 0
	for at := 1; ; at++ {
		fsys := versionOne(t)
		fsys.cutAt = at
		cut := func() (cut bool) {
			defer func() { cut = recover() != nil }()
			upgrading(t, fsys, Options{}, nil)
			return
		}()
		if !cut {
			if at < 10 || again == 0 {
				t.Fatalf("only %d acts, asked again %d times", at, again)
			}
			return
		}
		for seed := range uint64(4) {
			left := fsys.cut(rand.New(rand.NewPCG(seed, uint64(at))))
			old := true
			for _, name := range markNames {
				m, ok := parseMark(deriveKeys(frozenKey).mark, left.now[testDir+"/"+name].seen)
				old = old && ok && m.version == 1
			}
			j, r, asked := upgrading(t, left, Options{}, nil)
			if (asked == 1) != old || asked > 1 || j.Version() != 2 || r.Frames != 5 || !r.OK() || r.ReadOnly != nil {
				t.Fatalf("act %d: asked %d times, %+v", at, asked, r)
			}
			again += asked
		}
	}
}
